using System.Text;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>The RA key and the PFX password are nowhere but where they belong, whatever happens.</summary>
public sealed class DigiCertSecretTests(DigiCertFixture fixture) : DigiCertTest(fixture), IClassFixture<DigiCertFixture>
{
    [UnixFact("it reads the key's file, which Windows' stores have not")]
    public void Nothing_that_is_said_written_or_sent_has_the_ra_key_or_a_password()
    {
        const string canary = "Canary-5f2b9c-password";
        var said = new StringBuilder();
        void Say(Result result) => said.AppendLine(result.Everything);
        Say(Fixture.Request(DigiCertFixture.Device, "-Subject 'CN=canary' -Exportable -Verbose -Debug -Trace -InformationVariable trace; $trace | Out-String"));
        Say(Engine.Run("Get-CBCertificate -Subject '*canary*' | Export-CBPfxCertificate -Path canary.pfx -Password $p -Force -Verbose -Debug", ("p", Inputs.Secure(canary))));
        foreach (string scenario in new[] { "fault", "malformed-xml", "close-after-processing", "unavailable" })
        {
            Lab.Next("any", scenario, times: -1);
            Say(Fixture.Request(DigiCertFixture.Device, "-Subject 'CN=canary2' -Verbose -Debug"));
            Lab.Reset();
        }
        Lab.Tls(clients: "reject");
        Say(Fixture.Request(DigiCertFixture.Device, "-Subject 'CN=canary3' -Verbose -Debug"));
        foreach (Sent request in Lab.Requests())
        {
            said.AppendLine(request.Body);
        }

        string pem = File.ReadAllText(Lab.PathOf("ra.pem"));
        string[] keyLines = [.. pem[..pem.IndexOf("-----END PRIVATE", StringComparison.Ordinal)].Split('\n').Skip(1).Where(line => line.Length > 40)];
        Assert.NotEmpty(keyLines);
        string[] secrets = [.. keyLines, canary, Lab.PfxPassword];
        foreach (string secret in secrets)
        {
            Assert.DoesNotContain(secret, said.ToString(), StringComparison.Ordinal);
        }
        int files = 0, keys = 0;
        foreach (string path in Directory.GetFiles(Engine.Root, "*", SearchOption.AllDirectories))
        {
            byte[] content = ReadShared(path);
            files++;
            bool isKey = path.Contains($"{Path.DirectorySeparatorChar}keys{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
            foreach (string secret in secrets)
            {
                bool there = content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0;
                keys += there && isKey ? 1 : 0;
                Assert.True(!there || isKey, $"{path} has a secret");
            }
        }
        // The search can find: the key's own file has the key.
        Assert.True(files > 10 && keys > 0, $"{files} files, {keys} places");
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        return memory.ToArray();
    }
}
