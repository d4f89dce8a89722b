using System.Text;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.MicrosoftCa;

/// <summary>The password is nowhere but where it belongs, whatever happens.</summary>
public sealed class MicrosoftCaSecretTests(MicrosoftCaFixture fixture) : MicrosoftCaTest(fixture), IClassFixture<MicrosoftCaFixture>
{
    [UnixFact("it reads the files of the home, where Windows keeps secrets otherwise")]
    public void Nothing_that_is_said_or_written_has_the_password()
    {
        var said = new StringBuilder();
        foreach (string authority in new[] { "ces", "certsrv" })
        {
            string service = authority == "ces" ? "enrollment" : "certsrv";
            said.AppendLine(Engine.Run($"Request-CBCertificate -Authority {authority} -Template WebServer -Subject 'CN=canary' -Verbose -Debug -Trace -InformationVariable trace; $trace | Out-String").Everything);
            foreach (string scenario in new[] { "denied", "html-page", "malformed-xml", "close-after-processing", "unavailable" })
            {
                Lab.Next(service, scenario);
                said.AppendLine(Engine.Run($"Request-CBCertificate -Authority {authority} -Template WebServer -Subject 'CN=canary-{scenario}' -Verbose -Debug -Trace -InformationVariable trace; $trace | Out-String").Everything);
            }
            said.AppendLine(Engine.Run($"Get-CBAuthority {authority} | Format-List * | Out-String; Test-CBAuthority {authority} -Verbose -Debug | Out-String").Everything);
        }
        string password = Fixture.Account("alice", "password");
        string[] secrets =
        [
            password, System.Security.SecurityElement.Escape(password), Convert.ToBase64String(Encoding.UTF8.GetBytes("LAB\\alice:" + password)),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(password)), Lab.PfxPassword,
        ];
        // The double saw it: what is looked for is what was sent.
        Assert.Contains(Lab.Requests(), request => request.Body.Contains(secrets[1], StringComparison.Ordinal));
        foreach (string secret in secrets)
        {
            Assert.DoesNotContain(secret, said.ToString(), StringComparison.Ordinal);
        }
        string[] files = Directory.GetFiles(Engine.Root, "*", SearchOption.AllDirectories);
        Assert.True(files.Length > 5);
        foreach (string path in files)
        {
            if (path.EndsWith(".secrets", StringComparison.Ordinal))
            {
                Assert.True(Inputs.IsPrivate(path), path);
                continue;
            }
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            foreach (string secret in secrets)
            {
                Assert.False(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0, $"{path} has a secret");
            }
        }
    }
}
