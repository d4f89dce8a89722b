using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;

namespace CertBroker.Commands;

/// <summary>The page that Test-CBAuthority and Test-CBConnector write: one file, without scripts or anything from elsewhere.</summary>
internal static class CheckReport
{
    private const string Style =
        "body{font-family:Segoe UI,Arial,sans-serif;margin:2em;color:#222}table{border-collapse:collapse;width:100%}" +
        "th,td{border:1px solid #ccc;padding:.4em .6em;text-align:left;vertical-align:top}th{background:#f0f0f0}" +
        ".Passed{color:#116611}.Warning{color:#885500}.Failed{color:#aa0000;font-weight:bold}.Skipped{color:#666}" +
        "code{background:#f5f5f5}td p{margin:.2em 0}";

    public static byte[] Html(IReadOnlyList<AuthorityCheck> checks, DateTime now)
    {
        var page = new StringBuilder();
        int Count(string status) => checks.Count(item => item.Status == status);
        string title = "CertBroker: " + string.Join(", ", checks.Select(item => item.Authority).Distinct());
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>").Append(Text(title))
            .Append("</title>\n<style>").Append(Style).Append("</style>\n</head>\n<body>\n<h1>").Append(Text(title)).Append("</h1>\n<p>")
            .Append(Text(string.Format(CultureInfo.InvariantCulture, "{0:yyyy-MM-dd HH:mm:ss zzz} on {1}, as {2}", now, Environment.MachineName, Environment.UserName)))
            .Append("</p>\n<p>")
            .Append(string.Format(CultureInfo.InvariantCulture, "{0} passed, {1} warnings, {2} failed, {3} skipped",
                Count("Passed"), Count("Warning"), Count("Failed"), Count("Skipped")))
            .Append("</p>\n<table>\n<tr><th>Check</th><th>Status</th><th>What was seen</th><th>What to do</th></tr>\n");
        foreach (AuthorityCheck check in checks)
        {
            page.Append("<tr><td>").Append(Text(check.Name)).Append("<p><code>").Append(Text(check.Id)).Append("</code></p></td><td class=\"")
                .Append(Text(check.Status)).Append("\">").Append(Text(check.Status)).Append("</td><td>").Append(Text(check.Message));
            Paragraph(page, "Cause: ", check.Cause);
            Paragraph(page, "Microsoft's connector says: ", check.ConnectorMessage);
            page.Append("</td><td>").Append(Text(check.RecommendedAction)).Append("</td></tr>\n");
        }
        page.Append("</table>\n</body>\n</html>\n");
        return new UTF8Encoding(false).GetBytes(page.ToString());
    }

    private static void Paragraph(StringBuilder page, string label, string text)
    {
        if (text.Length > 0)
        {
            page.Append("<p>").Append(Text(label)).Append(Text(text)).Append("</p>");
        }
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
