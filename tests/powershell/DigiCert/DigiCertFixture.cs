using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>An engine with the RA certificate in LocalMachine\My and the authority 'digicert' that leads to the lab.</summary>
public sealed partial class DigiCertFixture : IDisposable
{
    /// <summary>What every profile's OID but the last begins with.</summary>
    public const string Arc = "2.16.840.1.113733.1.16.1.2.3.1.1.";
    public const string User = Arc + "47196109", CommonNameOnly = Arc + "61904612", CommonNameAndUpn = Arc + "47000001", JobTitle = Arc + "47000002", Optional = Arc + "47000003";
    public const string ObjectGuid = Arc + "47000004", ObjectGuidHex = Arc + "47000005", Fixed = Arc + "47000006", InProperty = Arc + "47000007", NotListed = Arc + "47000008";
    public const string PersonName = Arc + "47000009", Approval = Arc + "47000010", SecondPoll = Arc + "47000011", Registered = Arc + "47000012", Escrowed = Arc + "47000013";
    public const string X509 = Arc + "47000014", Rsa3072 = Arc + "47000015", Device = Arc + "47000016", RsaDevice = Arc + "47000017", OnePerSeat = Arc + "47000018", Suspended = Arc + "47000019";

    /// <summary>Milliseconds; short, because tests wait for it. Under Wine a connection takes longer.</summary>
    public static readonly int TimeOut = OperatingSystem.IsWindows() ? 5000 : 1500;

    private readonly HashSet<string> registered = [];
    private readonly Lazy<LabProcess> lab = new(() => new LabProcess());

    public DigiCertFixture()
    {
        Lab.Reset();
        Ra = OperatingSystem.IsWindows() ? RaFromPortal() : ImportRa("ra");
        Engine.Run("Import-CBCertificate -Path $root -StoreLocation CurrentUser -StoreName Root", ("root", Lab.PathOf("ca-root.cer"))).Good();
        Register("digicert");
    }

    public Engine Engine { get; } = new();

    /// <summary>The thumbprint of the RA certificate in LocalMachine\My.</summary>
    public string Ra { get; }

    internal LabProcess Lab => lab.Value;

    /// <summary>One of the lab's credentials: ra, ra-expired, ra-foreign.</summary>
    public string ImportRa(string name) => Engine.Run("Import-CBPfxCertificate -Path $pfx -Password $password -StoreLocation LocalMachine",
        ("pfx", Lab.PathOf(name + ".pfx")), ("password", Inputs.Secure(Lab.PfxPassword))).One<CertificateInfo>().Thumbprint;

    /// <summary>With an RSA key, by the steps of the connector's page: Wine's TLS takes no others, and the lab's own are of elliptic curves.</summary>
    public string RaFromPortal()
    {
        File.WriteAllText(Engine.PathOf("certreq.ini"), Inputs.RealInf("CN=pki_ra"));
        Engine.Run("New-CBCertificateRequest -InfPath certreq.ini -OutFile ra.csr -Force").Good();
        string pkcs7 = Lab.Command("ra", new { csr = File.ReadAllText(Engine.PathOf("ra.csr")) })["pkcs7"]!.ToString();
        File.WriteAllBytes(Engine.PathOf("ra.p7b"), Convert.FromBase64String(pkcs7));
        CertificateInfo ra = Engine.Run("Complete-CBCertificateRequest -Path ra.p7b -AllowDifferences -WarningAction SilentlyContinue").One<CertificateInfo>();
        Assert.True(ra.HasPrivateKey);
        Assert.Equal(StoreLocation.LocalMachine, ra.StoreLocation);
        return ra.Thumbprint;
    }

    /// <summary>Settings as pairs; null takes one of the usual ones away.</summary>
    public void Register(string name, params (string Name, object? Value)[] settings)
    {
        var all = new System.Collections.Hashtable
        {
            ["service-fqdn"] = $"localhost:{Lab.Port}", ["ca-name"] = "Symantec", ["ra-certificate-thumbprint"] = Ra, ["server-trust"] = Lab.PathOf("root.pem"), ["timeout-ms"] = TimeOut,
            ["search-lag"] = 0,
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
        Engine.Run("Register-CBAuthority -Name $name -Provider digicert -Setting $settings", ("name", name), ("settings", all)).Good();
    }

    public Result Request(string profile, string what, string authority = "digicert") =>
        Engine.Run($"Request-CBCertificate -Authority {authority} -Template {profile} {what}");

    /// <summary>A certificate of the profile that takes elliptic curves: tests of the exchange need not wait for RSA keys.</summary>
    public Result RequestDevice(string name, string authority = "digicert") => Request(Device, $"-Subject 'CN={name}'", authority);

    /// <summary>The name/value pairs of an enrolment request, as sent.</summary>
    internal static Dictionary<string, string> PairsOf(Sent request) => Pair().Matches(request.Body)
        .ToDictionary(match => match.Groups[1].Value, match => System.Net.WebUtility.HtmlDecode(match.Groups[2].Value));

    /// <summary>The request with that common name: it must be in the journal, in that state, with its key still in the store.</summary>
    public CertificateRequestInfo Kept(string name, RequestState state)
    {
        CertificateRequestInfo request = Engine.Run("Get-CBCertificateRequest -Subject $s", ("s", "CN=" + name)).One<CertificateRequestInfo>();
        Assert.Equal(state, request.State);
        HasKey(request);
        return request;
    }

    /// <summary>By its file; tests that go on with the request prove it by using it.</summary>
    private void HasKey(CertificateRequestInfo request)
    {
        string keys = Path.Combine(Engine.Home, "CurrentUser", "keys");
        string name = request.KeyId!.ToLowerInvariant();
        Assert.True(OperatingSystem.IsWindows() || File.Exists(Path.Combine(keys, name + ".pem")), $"the key {name} of '{request.Subject}' is not in {keys}");
    }

    public void Dispose()
    {
        Engine.Dispose();
        if (lab.IsValueCreated)
        {
            Lab.Dispose();
        }
    }

    [GeneratedRegex("<(?:\\w+:)?name>(.*?)</(?:\\w+:)?name>\\s*<(?:\\w+:)?value>(.*?)</(?:\\w+:)?value>", RegexOptions.Singleline)]
    private static partial Regex Pair();
}

/// <summary>What the classes of this folder have in common: a lab that has met nothing yet.</summary>
public abstract class DigiCertTest
{
    protected DigiCertTest(DigiCertFixture fixture)
    {
        Fixture = fixture;
        Lab.Reset();
    }

    protected DigiCertFixture Fixture { get; }
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

    protected void NothingWasEnrolled()
    {
        Assert.Empty(Lab.Requests("enrollment"));
        Assert.Equal(0, Lab.Issued);
    }
}
