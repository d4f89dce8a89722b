using System.Globalization;
using System.Net;
using System.Text;
using CertBroker.Lab.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>/certsrv/: the pages of Certification Authority Web Enrollment.</summary>
internal sealed class WebEnrolment(CertificationAuthority authority)
{
    private const string Root = "/certsrv/";
    private int revocationNumber = 1;

    /// <summary>Of the pages: en, de, fr, ja.</summary>
    public string Language { get; set; } = "en";

    public static bool IsHere(PathString path) => path.StartsWithSegments("/certsrv", StringComparison.OrdinalIgnoreCase);

    public static string Operation(PathString path) => Path.GetFileNameWithoutExtension(path.Value!.TrimEnd('/')).ToLowerInvariant();

    public async Task Answer(Exchange exchange, Account caller)
    {
        HttpRequest request = exchange.Http.Request;
        string page = request.Path.Value!.ToLowerInvariant();
        bool get = HttpMethods.IsGet(request.Method);
        try
        {
            switch (page)
            {
                case Root when get:
                    await Page(exchange, "Microsoft Active Directory Certificate Services", $"<P> {EnterpriseCa.Name} <P> <A Href=\"certrqus.asp\">Request a certificate</A>");
                    break;
                case Root + "certfnsh.asp" when !get:
                    await Submit(exchange, caller);
                    break;
                case Root + "certnew.cer" when get:
                    await Certificate(exchange, caller);
                    break;
                case Root + "certnew.p7b" when get:
                    await Chain(exchange, caller);
                    break;
                case Root + "certcarc.asp" when get:
                    await Page(exchange, "Download a CA Certificate, Certificate Chain, or CRL", "<Script Language=\"JavaScript\">\r\n\tvar nRenewals=0;\r\n</Script>");
                    break;
                case Root + "certcrl.crl" when get:
                    await File(exchange, "application/pkix-crl", authority.Ca.RevocationList(revocationNumber++, DateTimeOffset.UtcNow));
                    break;
                default:
                    throw new HttpRefusal(404, "404 - File or directory not found.");
            }
        }
        catch (Refused refused)
        {
            await Failed(exchange, refused);
        }
    }

    private async Task Submit(Exchange exchange, Account caller)
    {
        if (!(exchange.Http.Request.ContentType ?? "").StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new HttpRefusal(415, "415 - Unsupported Media Type.");
        }
        var form = QueryHelpers.ParseQuery(exchange.Record.Body);
        string Field(string name) => form.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value) ? value.Count == 1 ? value.ToString() : throw new Refused(Code.InvalidArgument, $"{name} is given twice.", denied: false) : "";
        if (Field("Mode") != "newreq" || Field("TargetStoreFlags") != "0" || Field("SaveCert") != "yes")
        {
            throw new Refused(Code.InvalidArgument, "Mode, TargetStoreFlags or SaveCert is not what the page sends.", denied: false);
        }
        LedgerEntry entry = authority.Submit(Decode(Field("CertRequest")), caller, Attributes(Field("CertAttrib")), exchange.Scenario);
        exchange.Record.Operation = "certfnsh";
        await Decision(exchange, entry);
    }

    private async Task Decision(Exchange exchange, LedgerEntry entry)
    {
        Words words = Words.In(Language);
        int id = exchange.Scenario.Is("wrong-request-id") ? entry.Id + 1000 : entry.Id;
        switch (entry.Disposition)
        {
            case Disposition.Issued:
                await Page(exchange, words.IssuedTitle,
                    "<Script Language=\"JavaScript\">\r\n\tfunction getEncoding() { return document.UIForm.rbEncoding[0].checked ? \"Enc=bin\" : \"Enc=b64\"; }\r\n" +
                    $"\tfunction handleGetCert() {{ location=\"certnew.cer?ReqID={id}&\"+getEncoding(); }}\r\n" +
                    $"\tfunction handleGetChain() {{ location=\"certnew.p7b?ReqID={id}&\"+getEncoding(); }}\r\n</Script>\r\n" +
                    $"<P><B> {Encoded(words.IssuedTitle)} </B>");
                break;
            case Disposition.Pending:
                await Page(exchange, words.PendingTitle, $"<P><B> {Encoded(words.PendingTitle)} </B>\r\n<P>{Encoded(Format(words.RequestId, id))}");
                break;
            default:
                await Page(exchange, words.DeniedTitle, $"<P><B> {Encoded(words.DeniedTitle)} </B>\r\n<P>{Encoded(Format(words.RequestId, id))} {Quoted(Format(words.DispositionMessage, entry.Reason!))}");
                break;
        }
    }

    /// <summary>An error's page has no request number.</summary>
    private async Task Failed(Exchange exchange, Refused refused)
    {
        Words words = Words.In(Language);
        exchange.Record.FaultCode = $"0x{refused.Number:x8}";
        exchange.Record.FaultMessage = refused.Message;
        await Page(exchange, "Error", $"<P><B>{Encoded(words.Failed)}</B>\r\n<Table><TR><TD>Request Mode:</TD><TD>newreq - New Request</TD></TR>\r\n<TR><TD>Disposition:</TD><TD>(never set)</TD></TR>\r\n" +
            $"<TR><TD>Disposition message:</TD><TD>(none)</TD></TR>\r\n<TR><TD>Result:</TD><TD>{Encoded(refused.Message)}</TD></TR></Table>\r\n{Quoted(Format(words.DispositionMessage, refused.Message))}");
    }

    private async Task Certificate(Exchange exchange, Account caller)
    {
        if (IsCa(exchange))
        {
            await File(exchange, "application/pkix-cert", authority.Ca.Certificate.RawData, "CERTIFICATE");
            return;
        }
        LedgerEntry entry = authority.Ask(Asked(exchange, "ReqID"), caller, exchange.Scenario);
        if (entry.Disposition == Disposition.Issued)
        {
            await File(exchange, "application/pkix-cert", exchange.Scenario.Is("garbage-token") ? "no certificate"u8.ToArray() : entry.Certificate!, "CERTIFICATE");
            return;
        }
        string message = entry.Disposition == Disposition.Pending ? Words.In(Language).TakenUnderSubmission : entry.Reason!;
        await Page(exchange, Words.In(Language).PendingTitle, $"<PRE>\r\nRequest Id: {entry.Id}\r\nDisposition message:\t\t{Encoded(message)}\r\nResult:\t\t{(entry.Disposition == Disposition.Denied ? "0x" + entry.Code.ToString("x8", CultureInfo.InvariantCulture) : "0x0")}\r\n</PRE>");
    }

    private async Task Chain(Exchange exchange, Account caller)
    {
        List<byte[]> all = [authority.Ca.Certificate.RawData, authority.Ca.Root.RawData];
        if (!IsCa(exchange))
        {
            LedgerEntry entry = authority.Ask(Asked(exchange, "ReqID"), caller, exchange.Scenario);
            all.Insert(0, entry.Certificate ?? throw new Refused(Code.NoRequest, denied: false));
        }
        if (exchange.Scenario.Is("out-of-order"))
        {
            all.Reverse();
        }
        await File(exchange, "application/x-pkcs7-certificates", CertificateText.Pkcs7(all), "CERTIFICATE");
    }

    private static bool IsCa(Exchange exchange)
    {
        if (Asked(exchange, "ReqID") != "CACert")
        {
            return false;
        }
        return Asked(exchange, "Renewal") is "" or "0" ? true : throw new Refused(Code.NoRequest, "The CA was not renewed as often.", denied: false);
    }

    private static string Asked(Exchange exchange, string name) => exchange.Http.Request.Query[name].ToString();

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(string.Concat(text.Split('\n').Where(line => !line.Contains("-----", StringComparison.Ordinal))));
        }
        catch (FormatException)
        {
            throw new Refused(Code.InvalidData, "CertRequest is no base64.", denied: false);
        }
    }

    /// <summary>Lines of Name:Value, each with CR LF. Names given as an attribute are ignored, as by every CA that was not opened for them.</summary>
    private static IEnumerable<(string, string)> Attributes(string text)
    {
        foreach (string line in text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(':', 2);
            if (parts.Length != 2 || line.Contains('\n', StringComparison.Ordinal) || line.Contains('\r', StringComparison.Ordinal))
            {
                throw new Refused(Code.InvalidArgument, $"The attribute '{line}' is not Name:Value.", denied: false);
            }
            yield return (parts[0].Trim(), parts[1].Trim());
        }
    }

    private async Task Page(Exchange exchange, string title, string content)
    {
        Words words = Words.In(Language);
        string text = $"<HTML>\r\n<Head>\r\n<Meta HTTP-Equiv=\"Content-Type\" Content=\"text/html; charset={words.Charset}\">\r\n<Title>{Encoded(title)}</Title>\r\n</Head>\r\n" +
            $"<Body BgColor=#FFFFFF Link=#0000FF VLink=#0000FF ALink=#0000FF>\r\n<Table Border=0 CellSpacing=0><TR><TD>Microsoft Active Directory Certificate Services  --  {EnterpriseCa.Name}</TD></TR></Table>\r\n{content}\r\n</Body>\r\n</HTML>\r\n";
        exchange.ContentType = $"text/html; Charset={words.Charset}";
        await Trouble.Deliver(exchange, 200, (words.Charset == "utf-8" ? Encoding.UTF8 : Encoding.Latin1).GetBytes(text));
    }

    /// <summary>A client that does not call itself Mozilla gets what old browsers got.</summary>
    private static async Task File(Exchange exchange, string type, byte[] der, string? label = null)
    {
        bool binary = label is null || Asked(exchange, "Enc") == "bin";
        exchange.ContentType = exchange.Http.Request.Headers.UserAgent.ToString().StartsWith("Mozilla", StringComparison.Ordinal) ? type : "text/html";
        string text = binary ? "" : $"-----BEGIN {label}-----\r\n{Convert.ToBase64String(der, Base64FormattingOptions.InsertLineBreaks)}\r\n-----END {label}-----\r\n";
        await Trouble.Deliver(exchange, 200, binary ? der : Encoding.ASCII.GetBytes(text));
    }

    private static string Format(string text, object value) => string.Format(CultureInfo.InvariantCulture, text, value);

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    /// <summary>The quotes around a disposition message stand in the page as they are.</summary>
    private static string Quoted(string text) => Encoded(text).Replace("&quot;", "\"", StringComparison.Ordinal);
}
