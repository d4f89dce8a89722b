using System.Text;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>Test-CBConnector and Test-CBAuthority: each row of the connector's troubleshooting table has a check that names its
/// cause, and nothing is ever asked for.</summary>
public sealed class DigiCertDoctorTests : DigiCertTest, IClassFixture<DigiCertFixture>
{
    private const string SecureChannel = "The request was aborted: Could not create SSL/TLS secure channel.";

    public DigiCertDoctorTests(DigiCertFixture fixture)
        : base(fixture)
    {
    }

    /// <summary>The rows by id; every one that did not pass says what to do.</summary>
    private Dictionary<string, AuthorityCheck> Look(string what)
    {
        IReadOnlyList<AuthorityCheck> rows = Engine.Run(what).All<AuthorityCheck>();
        Assert.All(rows.Where(row => row.Status is "Failed" or "Warning"), row => Assert.NotEmpty(row.RecommendedAction));
        Assert.All(rows, row => Assert.NotEmpty(row.Message));
        NothingWasEnrolled();
        return rows.ToDictionary(row => row.Id);
    }

    private string Configuration(string folder, string thumbprint, string timeout = "1500")
    {
        string path = Directory.CreateDirectory(Engine.PathOf(folder)).FullName;
        string file = Path.Combine(path, "NDESConnector.exe.config");
        File.WriteAllText(file, Inputs.ConnectorConfig.Replace("EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5", thumbprint, StringComparison.Ordinal).Replace("\"30000\"", $"\"{timeout}\"", StringComparison.Ordinal), new UTF8Encoding(true));
        return file;
    }

    private Dictionary<string, AuthorityCheck> Connector(string file, string more = "") =>
        Look($"Test-CBConnector -ConfigurationPath '{file}' -ServiceFqdn localhost:{Lab.Port} -Setting @{{ 'server-trust' = '{Lab.PathOf("root.pem")}' }} {more}");

    [Fact]
    public void A_healthy_connector_passes_every_check_that_applies()
    {
        Dictionary<string, AuthorityCheck> rows = Connector(Configuration("healthy", Fixture.Ra), $"-Template {DigiCertFixture.User} -Subject 'CN=IWUser0' -Upn iwuser0@example.test");
        Assert.All(rows.Values, row => Assert.True(row.Status is "Passed" || row.Id == "certificate.chain", $"{row.Id}: {row.Message} {row.Cause}"));
        Assert.Equal(
        [
            "connector.configuration", "settings", "certificate.thumbprint", "certificate.present", "certificate.key", "certificate.access", "certificate.validity", "certificate.chain",
            "certificate.usage", "network.name", "network.connection", "tls.server", "tls.client", "http.answer", "clock", "template", "template.request", "digicert.ca-name", "digicert.policy",
            "digicert.profile", "digicert.key-size", "digicert.attributes", "digicert.special-characters", "store",
        ], rows.Keys);
        Assert.Contains("otherNameUPN=iwuser0@example.test", rows["digicert.attributes"].Message);
        Assert.True(Engine.Run($"Test-CBConnector digicert -Template {DigiCertFixture.User} -Quiet").One<bool>());
    }

    [Fact]
    public void T5_a_thumbprint_that_is_none_one_that_is_nowhere_and_one_without_its_key_are_three_causes()
    {
        AuthorityCheck malformed = Connector(Configuration("malformed", "EA7A4E0C"))["certificate.thumbprint"];
        Assert.Equal(("Failed", "DigiCert Provider - Failed to get client certificate."), (malformed.Status, malformed.ConnectorMessage));
        Lab.Command("close-connections"); // Wine's sessions share them, whoever showed a certificate
        Dictionary<string, AuthorityCheck> rows = Connector(Configuration("nowhere", new string('A', 40)));
        Assert.Equal("Passed", rows["certificate.thumbprint"].Status);
        Assert.Equal(("Failed", "DigiCert Provider - Failed to get client certificate."), (rows["certificate.present"].Status, rows["certificate.present"].ConnectorMessage));
        // WinHTTP under Wine does not tell that the server wants a certificate; the remedy is the same.
        AuthorityCheck stopped = rows.Values.Single(row => row is { Status: "Failed", Id: "network.connection" or "tls.server" or "tls.client" or "http.answer" });
        Assert.True(OperatingSystem.IsWindows() || stopped.Id == "tls.client", stopped.Id);
        Assert.StartsWith("First mend what the rows about the client certificate say", stopped.RecommendedAction);
        Assert.Equal("Skipped", rows["template"].Status);

        string expired = Engine.Run("Import-CBCertificate -Path $path -StoreLocation LocalMachine", ("path", Lab.PathOf("ra-expired.cer"))).One<CertificateInfo>().Thumbprint;
        rows = Connector(Configuration("keyless", expired));
        Assert.Equal("Passed", rows["certificate.present"].Status);
        Assert.Equal("Failed", rows["certificate.key"].Status);
        Assert.Contains(SecureChannel, rows["certificate.key"].ConnectorMessage);
        Assert.Equal("Failed", rows["certificate.validity"].Status);
        Engine.Run($"Remove-CBCertificate {expired} -StoreLocation LocalMachine -Confirm:$false").Good();
    }

    [Fact]
    public void T6_wrong_names_untrusted_servers_and_refused_certificates_are_told_apart()
    {
        Fixture.Register("misnamed", ("service-fqdn", "no-such-host.invalid"));
        Dictionary<string, AuthorityCheck> rows = Look("Test-CBConnector misnamed");
        Assert.Equal(("Failed", "Skipped"), (rows["network.name"].Status, rows["tls.server"].Status));
        Assert.Contains(SecureChannel, rows["network.name"].ConnectorMessage);
        foreach (string kind in new[] { "wrong-name", "untrusted", "expired" })
        {
            Lab.Tls(certificate: kind);
            rows = Look("Test-CBConnector digicert");
            Assert.Equal(("Passed", "Failed", "Skipped"), (rows["network.connection"].Status, rows["tls.server"].Status, rows["tls.client"].Status));
            Lab.Reset();
        }
        foreach (string tls in new[] { "1.2", "1.3" })
        {
            Lab.Tls(versions: tls, clients: "reject");
            rows = Look("Test-CBConnector digicert");
            Assert.Equal(("Passed", "Passed", "Failed"), (rows["certificate.access"].Status, rows["tls.server"].Status, rows["tls.client"].Status));
            Assert.Contains(SecureChannel, rows["tls.client"].ConnectorMessage);
            Lab.Reset();
        }
    }

    [Fact]
    public void T4_a_service_that_does_not_answer()
    {
        Lab.Next("policy", "never-answer", 5);
        AuthorityCheck late = Look("Test-CBConnector digicert")["http.answer"];
        Assert.Equal("Failed", late.Status);
        Assert.Contains("The operation has timed out", late.Message);
        Assert.Contains("CloudCAConnTimeoutInMilliseconds", late.RecommendedAction);
        Assert.Equal("DigiCert Provider - Failed to get DigiCert policy. The operation has timed out.", late.ConnectorMessage);
    }

    [Fact]
    public void T7_an_oid_that_nobody_knows_and_what_is_none()
    {
        Dictionary<string, AuthorityCheck> rows = Look($"Test-CBConnector digicert -Template {DigiCertFixture.Arc}1");
        Assert.Equal(("Failed", "Failed"), (rows["template"].Status, rows["digicert.profile"].Status));
        Assert.Contains("A request element is not understood", rows["digicert.profile"].Message);
        Assert.Contains("Manage Certificate Profiles", rows["digicert.profile"].RecommendedAction);
        Assert.Equal("Passed", rows["digicert.policy"].Status);
        Assert.Equal("Failed", Look("Test-CBConnector digicert -Template User")["digicert.profile"].Status);
    }

    [Fact]
    public void T8_and_T9_attributes_key_and_special_characters_are_three_rows()
    {
        Dictionary<string, AuthorityCheck> rows = Look($"Test-CBConnector digicert -Template {DigiCertFixture.JobTitle} -Subject 'CN=b'");
        Assert.Equal("Failed", rows["digicert.attributes"].Status);
        Assert.Contains("jobTitle", rows["digicert.attributes"].Message);
        rows = Look($"Test-CBConnector digicert -Template {DigiCertFixture.PersonName} -Subject 'CN=global_admin' -Upn global_admin@example.test -EmailAddress global_admin@example.test");
        Assert.Equal("Failed", rows["digicert.special-characters"].Status);
        Assert.Contains("Common Name", rows["digicert.special-characters"].RecommendedAction);
        Assert.Equal("Passed", rows["digicert.key-size"].Status);
    }

    [Fact]
    public void A_clock_that_is_hours_off()
    {
        Lab.Next("policy", "clock-skew", 5, more => more["hours"] = 3);
        AuthorityCheck clock = Look("Test-CBConnector digicert")["clock"];
        Assert.Equal("Failed", clock.Status);
        Assert.Contains("10800 s", clock.Message.Replace("10799", "10800", StringComparison.Ordinal).Replace("10801", "10800", StringComparison.Ordinal));
    }

    [Fact]
    public void The_files_of_the_newer_connector_that_differ_are_the_first_row()
    {
        string file = Configuration("three", Fixture.Ra);
        string folder = Path.GetDirectoryName(file)!;
        string[] three = ["Microsoft.Intune.ConnectorsPkiCreate.exe.config", "Microsoft.Intune.ConnectorsPkiCreateLegacy.exe.config", "Microsoft.Intune.ConnectorsPkiRevoke.exe.config"];
        foreach (string name in three)
        {
            File.Copy(file, Path.Combine(folder, name));
        }
        File.Delete(file);
        Assert.Equal("Passed", Connector(folder)["connector.configuration"].Status);
        Engine.Run("Set-CBConnectorConfiguration -Path $path -TimeoutMilliseconds 9000 -Confirm:$false", ("path", Path.Combine(folder, three[2]))).Good();
        AuthorityCheck differing = Connector(folder)["connector.configuration"];
        Assert.Equal("Failed", differing.Status);
        Assert.Contains("9000", differing.Message);
        Assert.Contains("Set-CBConnectorConfiguration", differing.RecommendedAction);
    }

    [Fact]
    public void The_report_says_what_the_connector_would_say()
    {
        Engine.Run($"Test-CBConnector digicert -Template {DigiCertFixture.Arc}1 -ReportPath doctor.html").Good();
        string page = File.ReadAllText(Engine.PathOf("doctor.html"));
        Assert.Contains("DigiCert Provider - Failed to get DigiCert policy.", page);
        Assert.Contains("digicert.profile", page);
        Assert.DoesNotContain(Lab.PfxPassword, page);
    }
}
