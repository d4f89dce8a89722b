using System.Management.Automation;
using System.Text.Json.Nodes;
using CertBroker.Tests.DigiCert;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.MicrosoftCa;

/// <summary>
/// An engine with two authorities that lead to the lab's Microsoft CA: 'ces' through the enrolment policy and enrolment web services,
/// 'certsrv' through the web enrolment pages.
/// </summary>
public sealed class MicrosoftCaFixture : IDisposable
{
    private readonly HashSet<string> registered = [];
    private readonly Lazy<LabProcess> lab = new(() => new LabProcess("microsoft-ca", "CERTBROKER_TEST_LAB_MICROSOFT_CA"));

    public MicrosoftCaFixture()
    {
        Lab.Reset();
        Engine.Run("Import-CBCertificate -Path $root -StoreLocation CurrentUser -StoreName Root", ("root", Lab.PathOf("ca-root.pem"))).Good();
        Register("ces");
        RegisterPages("certsrv");
    }

    public Engine Engine { get; } = new();
    internal LabProcess Lab => lab.Value;

    public string Policy(string authentication) => Lab.Ready["policy"]![authentication]!.GetValue<string>();
    public string Enrollment(string authentication) => Lab.Ready["enrollment"]![authentication]!.GetValue<string>();

    /// <summary>user, password, sid of alice, eve, PC7$.</summary>
    public string Account(string logon, string what) => Lab.Ready["accounts"]!.AsArray().First(one => one!["user"]!.GetValue<string>() == $"LAB\\{logon}")![what]!.GetValue<string>();

    /// <summary>Through the services, by user name and password; null takes one of the usual settings away.</summary>
    public void Register(string name, params (string Name, object? Value)[] settings) => RegisterWith(name, "ces", Policy("UsernamePassword"), "user-name", settings);

    public void RegisterPages(string name, params (string Name, object? Value)[] settings) => RegisterWith(name, "certsrv", Lab.Ready["certsrv"]!.GetValue<string>(), "basic", settings);

    /// <summary>The credential's thumbprint, imported with its key: alice, expired, foreign, agent.</summary>
    public string Import(string client) => Engine.Run("Import-CBPfxCertificate -Path $pfx -Password $password",
        ("pfx", Lab.PathOf(client + ".pfx")), ("password", Inputs.Secure(Lab.PfxPassword))).One<CertificateInfo>().Thumbprint;

    public Result Request(string authority, string template, string what) => Engine.Run($"Request-CBCertificate -Authority {authority} -Template {template} {what}");

    /// <summary>A certificate for a server: the template that every account may use and that takes the request's names.</summary>
    public Result RequestServer(string authority, string name) => Request(authority, "WebServer", $"-Subject 'CN={name}' -DnsName {name}.example.com");

    /// <summary>What the CA understood of its requests.</summary>
    public JsonNode[] Submissions => [.. Lab.Ask("submissions").AsArray().Select(one => one!)];

    /// <summary>What was sent to be decided: Issue, or the form of the pages.</summary>
    internal Sent[] Orders => [.. Lab.Requests().Where(one => one.Operation is "Issue" or "certfnsh")];

    /// <summary>The request with that common name: in the journal, in one of these states, with its key still in the store.</summary>
    public CertificateRequestInfo Kept(string name, params RequestState[] states)
    {
        CertificateRequestInfo request = Engine.Run("Get-CBCertificateRequest -Subject $s", ("s", "CN=" + name)).One<CertificateRequestInfo>();
        Assert.True(states.Any(state => state.Equals(request.State)), $"{name} is {request.State}");
        string keys = Path.Combine(Engine.Home, "CurrentUser", "keys"), key = request.KeyId!.ToLowerInvariant();
        Assert.True(OperatingSystem.IsWindows() || File.Exists(Path.Combine(keys, key + ".pem")), $"the key {key} of '{request.Subject}' is not in {keys}");
        return request;
    }

    public void Dispose()
    {
        Engine.Dispose();
        if (lab.IsValueCreated)
        {
            Lab.Dispose();
        }
    }

    private void RegisterWith(string name, string transport, string url, string authentication, (string Name, object? Value)[] settings)
    {
        var all = new System.Collections.Hashtable
        {
            ["transport"] = transport, ["url"] = url, ["authentication"] = authentication, ["user"] = Account("alice", "user"), ["password"] = Inputs.Secure(Account("alice", "password")),
            ["server-trust"] = Lab.PathOf("root.pem"),
        };
        foreach ((string setting, object? value) in settings)
        {
            all.Remove(setting);
            if (value is not null)
            {
                all.Add(setting, value);
            }
        }
        if (!registered.Add(name))
        {
            Engine.Run("Unregister-CBAuthority -Name $name -Confirm:$false", ("name", name)).Good();
        }
        Engine.Run("Register-CBAuthority -Name $name -Provider microsoft-ca -Setting $settings", ("name", name), ("settings", all)).Good();
    }
}

/// <summary>What the classes of this folder have in common: a lab that has met nothing yet.</summary>
public abstract class MicrosoftCaTest
{
    protected MicrosoftCaTest(MicrosoftCaFixture fixture)
    {
        Fixture = fixture;
        Lab.Reset();
    }

    protected MicrosoftCaFixture Fixture { get; }
    protected Engine Engine => Fixture.Engine;
    private protected LabProcess Lab => Fixture.Lab;

    /// <summary>The error, held to the standard of all errors.</summary>
    protected static ErrorRecord Failed(Result result, string id, ErrorCategory category, params string[] parts)
    {
        ErrorRecord error = result.Failed(id, category);
        foreach (string part in parts)
        {
            Assert.Contains(part, error.ToString(), StringComparison.Ordinal);
        }
        return error;
    }

    protected static IssuanceResult Status(Result result, IssuanceStatus status)
    {
        IssuanceResult one = result.One<IssuanceResult>();
        Assert.True(status == one.Status, $"{one.Status}: {one.Message}");
        return one;
    }

    protected IssuanceResult Received(string id, IssuanceStatus status) => Status(Engine.Run("Receive-CBCertificate -RequestId $id -Now", ("id", id)), status);

    protected CertificateInfo Installed(IssuanceResult result)
    {
        CertificateInfo certificate = Engine.Run("Get-CBCertificate $t", ("t", result.Thumbprint)).One<CertificateInfo>();
        Assert.True(certificate.HasPrivateKey);
        return certificate;
    }
}
