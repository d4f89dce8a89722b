using System.Runtime.InteropServices;
using CertBroker.Lab.DigiCert;
using CertBroker.Lab.MicrosoftCa;
using CertBroker.Lab.Ndes;

namespace CertBroker.Lab;

internal static class Program
{
    private const int Failed = 1, BadUsage = 64;

    private static async Task<int> Main(string[] words)
    {
        try
        {
            switch (words.FirstOrDefault())
            {
                case "digicert":
                    return await RunDigiCert(Options.Parse(words.AsSpan(1)));
                case "ndes":
                    return await RunNdes(Options.Parse(words.AsSpan(1)));
                case "microsoft-ca":
                    return await RunMicrosoftCa(Options.Parse(words.AsSpan(1)));
                case "selftest":
                    return await SelfTest.Suite.Run(words.AsSpan(1).ToArray());
                case null or "help" or "--help" or "-h":
                    Console.Out.WriteLine(Options.Usage);
                    return 0;
                default:
                    throw new ArgumentException($"'{words[0]}' is not known");
            }
        }
        catch (ArgumentException error)
        {
            Console.Error.WriteLine($"certbroker-lab: {error.Message}");
            return BadUsage;
        }
        catch (IOException error)
        {
            Console.Error.WriteLine($"certbroker-lab: {error.Message}");
            return Failed;
        }
    }

    private static async Task<int> RunDigiCert(Options options)
    {
        await using DigiCertLab lab = await DigiCertLab.Start(options);
        Console.Out.WriteLine($"https://localhost:{lab.Port}/pki-ws/");
        Console.Out.WriteLine($"http://127.0.0.1:{lab.ControlPort}/control/");
        return await WaitForEnd(options);
    }

    private static async Task<int> RunNdes(Options options)
    {
        await using NdesLab lab = await NdesLab.Start(options);
        Console.Out.WriteLine(lab.ScepUrl);
        Console.Out.WriteLine($"http://127.0.0.1:{lab.ControlPort}/control/");
        return await WaitForEnd(options);
    }

    private static async Task<int> RunMicrosoftCa(Options options)
    {
        await using MicrosoftCaLab lab = await MicrosoftCaLab.Start(options);
        Console.Out.WriteLine(lab.Host + MicrosoftCaDouble.PolicyPath(ClientAuthentication.UsernamePassword));
        Console.Out.WriteLine($"http://127.0.0.1:{lab.ControlPort}/control/");
        return await WaitForEnd(options);
    }

    private static async Task<int> WaitForEnd(Options options)
    {
        Console.Out.Flush();
        var end = new TaskCompletionSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            end.TrySetResult();
        }
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        if (!options.Detached)
        {
            // A lab must not outlive the test that started it, however that ends.
            _ = Task.Run(() =>
            {
                using Stream input = Console.OpenStandardInput();
                while (input.Read(new byte[256]) > 0)
                {
                }
                end.TrySetResult();
            });
        }
        await end.Task;
        return 0;
    }
}
