using System;
using System.Collections.Generic;
using System.IO;

namespace CertBroker.Interop;

/// <summary>The one context of the process, made at first use. Contexts are free-threaded, so all runspaces share it.</summary>
internal static class Broker
{
    /// <summary>Moves all data: certificates, keys, requests, authorities.</summary>
    public const string HomeVariable = "CERTBROKER_HOME";

    private static readonly object Gate = new object();
    private static string? home;
    private static ContextHandle? context;
    private static Dictionary<string, string>? usageNames;

    public static ContextHandle Context
    {
        get
        {
            string wanted = Environment.GetEnvironmentVariable(HomeVariable) ?? string.Empty;
            lock (Gate)
            {
                // A former context is not freed here: another runspace may be in the middle of a call with it.
                if (context == null || home != wanted)
                {
                    context = Create(wanted);
                    home = wanted;
                }
                return context;
            }
        }
    }

    /// <summary>Names of enhanced key usages by OID.</summary>
    public static IReadOnlyDictionary<string, string> UsageNames
    {
        get
        {
            lock (Gate)
            {
                if (usageNames == null)
                {
                    var names = new Dictionary<string, string>(StringComparer.Ordinal);
                    foreach (var (name, value, _) in Vocabulary("enhanced-key-usage"))
                    {
                        if (!names.ContainsKey(value))
                        {
                            names.Add(value, name);
                        }
                    }
                    usageNames = names;
                }
                return usageNames;
            }
        }
    }

    /// <summary>The words of one kind. Names come without blanks, as they are typed without quotes;
    /// blanks are optional. Those of key providers are Windows' own and stay as they are.</summary>
    public static List<(string Name, string Value, string Summary)> Vocabulary(string kind)
    {
        ContextHandle broker = Context;
        return Items.Rows(null,
            row => (kind == "key-provider" ? row.Text(Property.Name) : row.Text(Property.Name).Replace(" ", string.Empty), row.Text(Property.Value), row.Text(Property.Summary)),
            (IntPtr each, IntPtr payload, out ErrorHandle error) => NativeMethods.ListVocabulary(broker, Utf8.Z(kind), each, payload, out error));
    }

    private static ContextHandle Create(string homeFolder)
    {
        NativeLibraryLoader.EnsureLoaded();
        using var settings = new NativeSettings();
        if (homeFolder.Length > 0)
        {
            if (!Path.IsPathRooted(homeFolder))
            {
                throw ModuleErrors.Home($"CertBroker's data cannot be opened: {HomeVariable} is '{homeFolder}', which is not an absolute path",
                $"Set {HomeVariable} to an absolute path, or remove the variable.");
            }
            settings.Set("home", homeFolder);
        }
        else
        {
            // The library reads no environment, so where CurrentUser's data are is said here. LocalMachine's it knows.
            string name = Path.DirectorySeparatorChar == '\\' ? "CertBroker" : "certbroker";
            string user = Folder(Environment.SpecialFolder.LocalApplicationData); // XDG_DATA_HOME or ~/.local/share on Linux
            if (user.Length > 0)
            {
                settings.Set("user-root", Path.Combine(user, name));
            }
        }
        settings.Set("plugin-folder", Path.Combine(NativeLibraryLoader.NativeFolder, "plugins"));
        NativeError.Check(NativeMethods.ContextCreate(settings, out ContextHandle created, out ErrorHandle error), error);
        return created;
    }

    // Not verified: the folder is made when something is first written.
    private static string Folder(Environment.SpecialFolder folder) => Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
}
