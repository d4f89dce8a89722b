using CertBroker.Lab.DigiCert;

namespace CertBroker.Lab.SelfTest;

internal sealed class Failed(string message) : Exception(message);

/// <summary>
/// Tests of the doubles by a plain HTTP client with hand-written XML: what the product is measured against must itself be right.
/// </summary>
internal static class Suite
{
    public static async Task<int> Run(string[] words)
    {
        (string Name, Func<Client, Task> Test)[] all = [.. Roads.All, .. Strictness.All, .. Troubles.All];
        (string Name, Func<Client, Task> Test)[] chosen = [.. all.Where(one => words.All(word => one.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))];
        string folder = Directory.CreateTempSubdirectory("certbroker-lab-").FullName;
        int passed = 0, failed = 0;
        try
        {
            await using DigiCertLab lab = await DigiCertLab.Start(Options.Parse(["--folder", folder]));
            foreach ((string name, Func<Client, Task> test) in chosen)
            {
                using var client = new Client(lab, folder);
                await client.Control("reset", "{}");
                try
                {
                    await test(client).WaitAsync(TimeSpan.FromSeconds(60));
                    passed++;
                }
                catch (Exception error)
                {
                    failed++;
                    Console.Out.WriteLine($"FAILED  {name}: {(error is Failed ? error.Message : error.ToString())}");
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Console.Out.WriteLine($"lab: {passed} passed, {failed} failed, 0 skipped");
        return failed == 0 && passed > 0 ? 0 : 1;
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
