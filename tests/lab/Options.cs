using System.Globalization;
using System.Security.Authentication;
using CertBroker.Lab.Common;

namespace CertBroker.Lab;

internal sealed class Options
{
    public const string Usage =
        """
        certbroker-lab: doubles of certification authorities, on loopback only. tests/lab/README.md has more.

          certbroker-lab digicert --folder F [options]
              --folder F                     certificates and keys for clients, and ready.json when it listens
              --port N, --control N          the two ports; 0, the default: any free ones
              --profiles FILE                another account than the built-in one
              --tls 1.2|1.3|both             versions of TLS (both)
              --server-certificate KIND      good|wrong-name|expired|untrusted
              --require-client-certificate   one of the lab's RA CA (the default)
              --reject-client-certificate    none is good enough
              --ignore-client-certificate    none is asked for
              --record N                     keeps the last N requests (10000)
              --detached                     goes on when its standard input ends
          certbroker-lab ndes --folder F [options]
              --folder F                     root.pem, ca.pem, and ready.json with addresses and credentials when it listens
              --port N, --control N          as above; --detached, too
          certbroker-lab microsoft-ca --folder F [options]
              --folder F                     root.pem, ca-root.pem, clients' PFX files, and ready.json with addresses and passwords
              --port N, --control N          as above; --tls, --server-certificate, --record, --detached, too
          certbroker-lab selftest [WORD]     tests the doubles themselves; WORD: those whose name has it

        It prints its two addresses and ends when its standard input does, or on SIGTERM.
        """;

    public string Folder { get; private set; } = "";
    public int Port { get; private set; }
    public int ControlPort { get; private set; }
    public string Profiles { get; private set; } = Path.Combine(AppContext.BaseDirectory, "digicert-profiles.json");
    public TlsSettings Tls { get; private set; } = new(ServerCertificate.Good, SslProtocols.Tls12 | SslProtocols.Tls13, ClientCertificates.Require);
    public int Record { get; private set; } = 10000;
    public bool Detached { get; private set; }

    public static Options Parse(ReadOnlySpan<string> words)
    {
        var options = new Options();
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            switch (word)
            {
                case "--folder":
                    options.Folder = Path.GetFullPath(Value(words, ref i));
                    break;
                case "--port":
                    options.Port = Number(words, ref i);
                    break;
                case "--control":
                    options.ControlPort = Number(words, ref i);
                    break;
                case "--profiles":
                    options.Profiles = Value(words, ref i);
                    break;
                case "--tls":
                    options.Tls = options.Tls with { Versions = ParseTls(Value(words, ref i)) };
                    break;
                case "--server-certificate":
                    options.Tls = options.Tls with { Certificate = ParseCertificate(Value(words, ref i)) };
                    break;
                case "--require-client-certificate" or "--reject-client-certificate" or "--ignore-client-certificate":
                    options.Tls = options.Tls with { Clients = ParseClients(word.Split('-')[2]) };
                    break;
                case "--record":
                    options.Record = Number(words, ref i);
                    break;
                case "--detached":
                    options.Detached = true;
                    break;
                default:
                    throw new ArgumentException($"'{word}' is not known; certbroker-lab help lists what is");
            }
        }
        return options.Folder.Length > 0 ? options : throw new ArgumentException("--folder is missing");
    }

    public static SslProtocols ParseTls(string word) => word switch
    {
        "1.2" => SslProtocols.Tls12,
        "1.3" => SslProtocols.Tls13,
        "both" => SslProtocols.Tls12 | SslProtocols.Tls13,
        _ => throw new ArgumentException($"there is no TLS '{word}'; 1.2, 1.3 or both"),
    };

    public static ServerCertificate ParseCertificate(string word) => word switch
    {
        "good" => ServerCertificate.Good,
        "wrong-name" => ServerCertificate.WrongName,
        "expired" => ServerCertificate.Expired,
        "untrusted" => ServerCertificate.Untrusted,
        _ => throw new ArgumentException($"there is no server certificate '{word}'; good, wrong-name, expired or untrusted"),
    };

    public static ClientCertificates ParseClients(string word) =>
        Enum.TryParse(word, ignoreCase: true, out ClientCertificates clients) ? clients : throw new ArgumentException($"'{word}' is none of require, reject, ignore");

    private static string Value(ReadOnlySpan<string> words, ref int i)
    {
        string name = words[i];
        return ++i < words.Length ? words[i] : throw new ArgumentException($"{name} needs a value");
    }

    private static int Number(ReadOnlySpan<string> words, ref int i)
    {
        string name = words[i], text = Value(words, ref i);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new ArgumentException($"{name} needs a number, not '{text}'");
    }
}
