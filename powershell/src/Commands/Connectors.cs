using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>Configuration files of Intune connectors.</summary>
internal static class Connectors
{
    public const string Thumbprint = "RACertThumbprint";
    public const string Timeout = "CloudCAConnTimeoutInMilliseconds";

    // The provider that connectors work for, and what its settings are called that a connector's file has.
    public const string Provider = "digicert";
    public const string ThumbprintSetting = "ra-certificate-thumbprint";
    public const string TimeoutSetting = "timeout-ms";

    /// <summary>The paths as the native library takes them: one a line. Without any the connectors of this computer.</summary>
    public static string Paths(PSCmdlet cmdlet, string[]? given)
    {
        if (given != null)
        {
            return string.Join("\n", given.Select(path => Files.Resolve(cmdlet, path)));
        }
        string installed = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
        string intune = Path.Combine(installed, "Microsoft Intune");
        if (installed.Length == 0 || !Directory.Exists(intune))
        {
            throw ModuleErrors.NoConnector("No Intune connector could be found: " +
                (installed.Length == 0 ? "this system has no folder for programs" : $"there is no folder {intune}"));
        }
        return intune;
    }

    /// <summary>The service that reads a file, as Restart-Service takes it.</summary>
    public static string ServiceOf(string path)
    {
        switch (Path.GetFileName(path).ToLowerInvariant())
        {
            case "ndesconnector.exe.config": return "'Intune Connector Service'";
            case "microsoft.intune.connectorspkicreate.exe.config": return "PkiCreateConnectorSvc";
            case "microsoft.intune.connectorspkirevoke.exe.config": return "PkiRevokeConnectorSvc";
            case "microsoft.intune.connectorspkicreatelegacy.exe.config": return "PfxCreateLegacyConnectorSvc";
            default: return "its service";
        }
    }

    public static List<ConnectorConfiguration> Read(ContextHandle context, string paths)
    {
        var files = new List<ConnectorConfiguration>();
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var warnings = new List<string>();
        Items.Rows(null, row =>
        {
            string path = row.Text(Property.File);
            if (files.Count == 0 || files[files.Count - 1].Path != path)
            {
                settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                warnings = new List<string>();
                files.Add(new ConnectorConfiguration { Path = path, Setting = settings });
            }
            string name = row.Text(Property.Name);
            long line = row.Number(Property.Line);
            if (line > 0)
            {
                settings[name] = row.Text(Property.Value);
            }
            warnings.AddRange(row.Texts(Property.Warning).Select(text => $"{name}{(line > 0 ? $" (line {line})" : string.Empty)}: {text}"));
            files[files.Count - 1].Warning = warnings.ToArray();
            return 0;
        }, (IntPtr each, IntPtr payload, out ErrorHandle error) => NativeMethods.ConnectorList(context, Utf8.Z(paths), each, payload, out error));
        foreach (ConnectorConfiguration file in files)
        {
            file.RACertThumbprint = Value(file, Thumbprint);
            file.BaseServiceAddress = Value(file, "BaseServiceAddress");
            file.TimeoutMilliseconds = long.TryParse(Value(file, Timeout), NumberStyles.Integer, CultureInfo.InvariantCulture, out long timeout) ? timeout : (long?)null;
        }
        return files;
    }

    /// <summary>What a connector's files say, under the names of the provider's settings. Files that differ are refused: nobody could tell
    /// which of them the connector goes by.</summary>
    public static Hashtable ProviderSettings(List<ConnectorConfiguration> files, string whatCouldNotBeDone, Action<string> warn)
    {
        string[] thumbprints = files.Select(file => Plain(file.RACertThumbprint)).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        long?[] timeouts = files.Select(file => file.TimeoutMilliseconds).Distinct().ToArray();
        if (thumbprints.Length > 1 || timeouts.Length > 1)
        {
            throw ModuleErrors.ConnectorsDiffer($"{whatCouldNotBeDone}: the files {string.Join(", ", files.Select(file => file.Path))} have different settings");
        }
        var values = new Hashtable();
        if (files[0].RACertThumbprint.Length > 0)
        {
            values[ThumbprintSetting] = files[0].RACertThumbprint;
        }
        if (timeouts[0].HasValue)
        {
            values[TimeoutSetting] = timeouts[0]!.Value;
        }
        foreach (ConnectorConfiguration file in files)
        {
            foreach (string warning in file.Warning)
            {
                warn($"{file.Path}: {warning}");
            }
        }
        return values;
    }

    // "ra-certificate-thumbprint" and "RaCertificateThumbprint" are the same setting, "EA 7A" and "ea7a" the same thumbprint.
    public static string Plain(string text) => new string(text.Where(char.IsLetterOrDigit).ToArray());

    private static string Value(ConnectorConfiguration file, string name) => file.Setting.TryGetValue(name, out string? value) ? value : string.Empty;
}
