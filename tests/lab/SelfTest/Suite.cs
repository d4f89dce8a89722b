using CertBroker.Lab.DigiCert;
using CertBroker.Lab.MicrosoftCa;
using CertBroker.Lab.SelfTest.MicrosoftCa;

namespace CertBroker.Lab.SelfTest;

internal sealed class Failed(string message) : Exception(message);

/// <summary>
/// Tests of the doubles by a plain HTTP client with hand-written XML: what the product is measured against must itself be right.
/// </summary>
internal static class Suite
{
    private static int passed, failed;

    public static async Task<int> Run(string[] words)
    {
        await InFolder(async folder =>
        {
            await using DigiCertLab lab = await DigiCertLab.Start(Options.Parse(["--folder", folder]));
            await RunAll([.. Roads.All, .. Strictness.All, .. Troubles.All], "digicert: ", words, () => new Client(lab, folder), client => client.Control("reset", "{}"));
        });
        await InFolder(async folder =>
        {
            await using MicrosoftCaLab lab = await MicrosoftCaLab.Start(Options.Parse(["--folder", folder]));
            await RunAll([.. CaRoads.All, .. CaTroubles.All], "microsoft-ca: ", words, () => new CaClient(lab, folder), client => client.Control("reset"));
        });
        Console.Out.WriteLine($"lab: {passed} passed, {failed} failed, 0 skipped");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private static async Task InFolder(Func<string, Task> run)
    {
        string folder = Directory.CreateTempSubdirectory("certbroker-lab-").FullName;
        try
        {
            await run(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAll<T>((string Name, Func<T, Task> Test)[] all, string prefix, string[] words, Func<T> connect, Func<T, Task> reset) where T : IDisposable
    {
        foreach ((string name, Func<T, Task> test) in all.Where(one => words.All(word => (prefix + one.Name).Contains(word, StringComparison.OrdinalIgnoreCase))))
        {
            using T client = connect();
            await reset(client);
            try
            {
                await test(client).WaitAsync(TimeSpan.FromSeconds(60));
                passed++;
            }
            catch (Exception error)
            {
                failed++;
                Console.Out.WriteLine($"FAILED  {prefix}{name}: {(error is Failed ? error.Message : error.ToString())}");
            }
        }
    }

    public static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new Failed(what);
        }
    }

    public static void Same<T>(T expected, T seen, string what) => Check(EqualityComparer<T>.Default.Equals(expected, seen), $"{what}: expected '{expected}', saw '{seen}'");
}
