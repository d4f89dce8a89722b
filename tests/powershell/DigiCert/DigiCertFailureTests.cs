using System.Diagnostics;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>Failures before a request for a certificate leaves: F-T4 to F-T7, and answers that are none.</summary>
public sealed class DigiCertFailureTests(DigiCertFixture fixture) : DigiCertTest(fixture), IClassFixture<DigiCertFixture>
{
    private const string NoPolicy = "Failed to get DigiCert policy";
    private const string NoChannel = "The request was aborted: Could not create SSL/TLS secure channel";

    /// <summary>Nothing was enrolled, and no request was begun.</summary>
    private ErrorRecord Stopped(Result run, string id, ErrorCategory category, params string[] parts)
    {
        ErrorRecord error = Failed(run, id, category, parts);
        NothingWasEnrolled();
        Assert.Empty(Engine.Run("Get-CBCertificateRequest").Output);
        return error;
    }

    [Theory]
    [InlineData("never-answer")]
    [InlineData("stall-mid-body")]
    public void T4_time_out(string scenario)
    {
        Lab.Next("policy", scenario, times: -1);
        var watch = Stopwatch.StartNew();
        ErrorRecord error = Stopped(Fixture.RequestDevice("late"), "DigiCert.PolicyTimeout", ErrorCategory.OperationTimeout,
            NoPolicy + ": The operation has timed out", $"localhost:{Lab.Port}", DigiCertFixture.TimeOut + " ms");
        Assert.InRange(watch.ElapsedMilliseconds, DigiCertFixture.TimeOut - 50, DigiCertFixture.TimeOut + 4000);
        Assert.Contains("CloudCAConnTimeoutInMilliseconds", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void T4_time_out_of_the_tls_handshake()
    {
        Fixture.Register("stalled"); // a new authority has no connection yet
        Lab.Command("close-connections");
        Lab.Next("connection", "stall", times: -1);
        Stopped(Fixture.RequestDevice("late", "stalled"), "DigiCert.PolicyTimeout", ErrorCategory.OperationTimeout, NoPolicy + ": The operation has timed out");
        Assert.Empty(Lab.Requests());
    }

    [UnixFact("a full queue of connections refuses the next one on Windows")]
    public void T4_time_out_of_the_connection_itself()
    {
        // Whoever connects beyond the queue gets no answer at all, as behind a firewall that drops packets.
        using var hole = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        hole.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        hole.Listen(0);
        var waiting = new List<Socket>();
        try
        {
            for (bool full = false; !full; full = !waiting[^1].Connected)
            {
                waiting.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                waiting[^1].ConnectAsync(hole.LocalEndPoint!).Wait(TimeSpan.FromMilliseconds(200));
            }
            Fixture.Register("hole", ("service-fqdn", $"127.0.0.1:{((IPEndPoint)hole.LocalEndPoint!).Port}"));
            Stopped(Fixture.RequestDevice("hole", "hole"), "DigiCert.PolicyTimeout", ErrorCategory.OperationTimeout, NoPolicy + ": The operation has timed out");
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public void T5_no_client_certificate()
    {
        Fixture.Register("nobody", ("ra-certificate-thumbprint", "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5"));
        long before = Lab.Connections;
        ErrorRecord error = Stopped(Fixture.RequestDevice("nobody", "nobody"), "DigiCert.ClientCertificate", ErrorCategory.AuthenticationError,
            "Failed to get client certificate", "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5", "LocalMachine\\My");
        Assert.Contains("Import-CBPfxCertificate", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(before, Lab.Connections);
    }

    [Fact]
    public void T5_client_certificate_without_its_key()
    {
        Engine.Run("Import-CBCertificate -Path $ra -StoreLocation LocalMachine -StoreName My", ("ra", Lab.PathOf("ra-foreign.cer"))).Good();
        Fixture.Register("nokey", ("ra-certificate-thumbprint", Lab.RaForeign));
        long before = Lab.Connections;
        Stopped(Fixture.RequestDevice("nokey", "nokey"), "DigiCert.ClientCertificate", ErrorCategory.AuthenticationError, "Failed to get client certificate", Lab.RaForeign);
        Assert.Equal(before, Lab.Connections);
        Engine.Run("Remove-CBCertificate -Thumbprint $t -StoreLocation LocalMachine", ("t", Lab.RaForeign)).Good();
    }

    [Theory]
    [InlineData("ra-expired", "1.2")]
    [InlineData("ra-expired", "1.3")]
    [InlineData("ra-foreign", "1.2")]
    [InlineData("ra-foreign", "1.3")]
    public void T6_the_server_refuses_the_client_certificate(string which, string tls)
    {
        string thumbprint = Fixture.ImportRa(which);
        Fixture.Register(which, ("ra-certificate-thumbprint", thumbprint));
        Lab.Tls(versions: tls);
        Stopped(Fixture.RequestDevice(which, which), "DigiCert.SecureChannel", ErrorCategory.AuthenticationError, $"{NoPolicy}: {NoChannel}", thumbprint,
            Alert(which == "ra-expired" ? "certificate expired" : "unknown CA"));
        Assert.Empty(Lab.Requests());
        Engine.Run("Remove-CBCertificate -Thumbprint $t -StoreLocation LocalMachine -DeleteKey -Force", ("t", thumbprint)).Good();
    }

    /// <summary>What the server says of the certificate; WinHTTP does not tell it.</summary>
    private static string Alert(string text) => OperatingSystem.IsWindows() ? "" : "alert " + text;

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.3")]
    public void T6_a_withdrawn_client_certificate(string tls)
    {
        Lab.Tls(versions: tls, clients: "reject");
        Stopped(Fixture.RequestDevice("withdrawn"), "DigiCert.SecureChannel", ErrorCategory.AuthenticationError, $"{NoPolicy}: {NoChannel}", Fixture.Ra, Alert("certificate revoked"));
        Assert.Empty(Lab.Requests());
    }

    [Theory]
    [InlineData("wrong-name")]
    [InlineData("expired")]
    [InlineData("untrusted")]
    public void T6_the_servers_certificate_is_not_good(string kind)
    {
        Lab.Tls(certificate: kind);
        ErrorRecord error = Stopped(Fixture.RequestDevice(kind), "DigiCert.SecureChannel", ErrorCategory.SecurityError, $"{NoPolicy}: {NoChannel}", $"localhost:{Lab.Port}");
        Assert.Contains("service-fqdn", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        // Wine's WinHTTP sends the headers of a request that was closed as it was about to be sent; of the body nothing goes.
        Assert.All(Lab.Requests(), request => Assert.Equal("", request.Body));
        Assert.True(OperatingSystem.IsWindows() || Lab.Requests().Count == 0);
    }

    [Fact]
    public void T6_wrong_service_names()
    {
        Fixture.Register("nowhere", ("service-fqdn", "no-such-host.invalid"));
        Stopped(Fixture.RequestDevice("nowhere", "nowhere"), "DigiCert.Unreachable", ErrorCategory.ConnectionError, NoPolicy, "no-such-host.invalid");
        Fixture.Register("closed", ("service-fqdn", "localhost:1"));
        Stopped(Fixture.RequestDevice("closed", "closed"), "DigiCert.Unreachable", ErrorCategory.ConnectionError, NoPolicy, "localhost:1");
    }

    [Theory]
    [InlineData("full", 500)]
    [InlineData("full", 200)]
    [InlineData("no-detail", 500)]
    [InlineData("no-namespace", 500)]
    [InlineData("capital", 500)]
    [InlineData("prefixed", 500)]
    [InlineData("string-only", 500)]
    [InlineData("message-only", 200)]
    public void T7_unknown_profile_told_by_a_fault_of_any_shape(string shape, int status)
    {
        Lab.Next("policy", "fault-shape", more: scenario =>
        {
            scenario["shape"] = shape;
            scenario["status"] = status;
        });
        const string unknown = DigiCertFixture.Arc + "1";
        ErrorRecord error = Stopped(Fixture.Request(unknown, "-Subject 'CN=unknown'"), "DigiCert.UnknownProfile", ErrorCategory.ObjectNotFound, NoPolicy + ": A request element is not understood", unknown);
        Assert.Contains("Manage Certificate Profiles", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void T7_a_profile_that_goes_between_policy_and_enrolment()
    {
        Lab.Next("enrollment", "fault", more: scenario => scenario["message"] = "A request element is not understood.");
        Failed(Fixture.RequestDevice("gone"), "DigiCert.UnknownProfile", ErrorCategory.ObjectNotFound, "A request element is not understood", DigiCertFixture.Device);
        Assert.Equal(0, Lab.Issued);
        CertificateRequestInfo kept = Fixture.Kept("gone", RequestState.Failed);
        Assert.Equal(IssuanceStatus.Issued, Engine.Run("Request-CBCertificate -Authority digicert -RequestId $id -Template $t", ("id", kept.RequestId), ("t", DigiCertFixture.Device)).One<IssuanceResult>().Status);
    }

    [Theory]
    [InlineData("unavailable", "DigiCert.HttpStatus", ErrorCategory.ConnectionError, "HTTP status 503")]
    [InlineData("throttled", "DigiCert.HttpStatus", ErrorCategory.ConnectionError, "HTTP status 429")]
    [InlineData("redirect", "DigiCert.HttpStatus", ErrorCategory.ConnectionError, "HTTP status 302")]
    [InlineData("html-page", "DigiCert.HttpStatus", ErrorCategory.ConnectionError, "HTTP status 500")]
    [InlineData("malformed-xml", "DigiCert.Answer", ErrorCategory.ProtocolError, "cannot be used")]
    [InlineData("empty", "DigiCert.Answer", ErrorCategory.ProtocolError, "it is empty")]
    [InlineData("cut-xml", "DigiCert.Answer", ErrorCategory.ProtocolError, "it is cut off")]
    [InlineData("processing-instructions", "DigiCert.Answer", ErrorCategory.ProtocolError, "cannot be used")]
    [InlineData("close-after-request", "DigiCert.Unreachable", ErrorCategory.ConnectionError, "")]
    [InlineData("truncated", "DigiCert.Unreachable", ErrorCategory.ConnectionError, "")]
    [InlineData("fault", "DigiCert.Fault", ErrorCategory.ConnectionError, "TD-ASKED-FOR")]
    [InlineData("nil-oids", "DigiCert.Answer", ErrorCategory.ProtocolError, "")]
    [InlineData("not-changed", "DigiCert.Answer", ErrorCategory.ProtocolError, "nothing has changed")]
    public void Answers_that_are_no_policy(string scenario, string id, ErrorCategory category, string part)
    {
        Lab.Next("policy", scenario, times: -1);
        Stopped(Fixture.RequestDevice(scenario), id, category, part);
    }

    [Theory]
    [InlineData("throttled", 429, 7)]
    [InlineData("unavailable", 503, 0)]
    public void The_numbers_of_an_http_error_are_there_for_scripts(string scenario, int status, int seconds)
    {
        Lab.Next("policy", scenario, times: -1, more: more => more["seconds"] = 7);
        ErrorRecord error = Stopped(Fixture.RequestDevice(scenario), "DigiCert.HttpStatus", ErrorCategory.ConnectionError);
        var exception = Assert.IsType<CertBrokerException>(error.Exception);
        Assert.Equal((status, seconds), (exception.HttpStatus, exception.RetryAfterSeconds));
    }

    [Fact]
    public void An_html_page_that_says_200()
    {
        Lab.Next("policy", "html-page", times: -1, more: scenario => scenario["status"] = 200);
        Stopped(Fixture.RequestDevice("page"), "DigiCert.Answer", ErrorCategory.ProtocolError, NoPolicy);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("entities")]
    [InlineData("external")]
    public void Entities_are_refused_unread(string kind)
    {
        Lab.Next("policy", "dtd", times: -1, more: scenario => scenario["kind"] = kind);
        Stopped(Fixture.RequestDevice("dtd"), "DigiCert.Answer", ErrorCategory.ProtocolError, "document type");
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Lab.Next("policy", "deep", times: -1);
        Stopped(Fixture.RequestDevice("deep"), "DigiCert.Answer", ErrorCategory.ProtocolError, "nested too deeply");
    }

    [Theory]
    [InlineData("text")]
    [InlineData("elements")]
    [InlineData("attributes")]
    public void A_hundred_megabytes_are_refused_in_bounded_memory(string kind)
    {
        Fixture.Register("patient", ("timeout-ms", 60000));
        Lab.Next("policy", "huge", times: -1, more: scenario => scenario["kind"] = kind);
        long before = Peak();
        Stopped(Fixture.RequestDevice("huge", "patient"), "DigiCert.Answer", ErrorCategory.ProtocolError, "cannot be used");
        // The limit of a policy is 32 MiB; what is read beyond it fills no memory.
        Assert.InRange(Peak() - before, 0, 160L << 20);
        Assert.InRange(Lab.Requests("policy")[0].Bytes, 1, 60L << 20);
    }

    /// <summary>The most memory this process has had; Linux counts it.</summary>
    private static long Peak()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    [Theory]
    [InlineData("ca-name", "Microsoft", "DigiCert.CaName", "Symantec")]
    [InlineData("ca-name", "symantec", "DigiCert.CaName", "Symantec")]
    [InlineData("service-fqdn", "http://pki-ws.symauth.com", "DigiCert.ServiceName", "pki-ws.symauth.com")]
    [InlineData("service-fqdn", "user@pki-ws.symauth.com", "DigiCert.ServiceName", "pki-ws.symauth.com")]
    [InlineData("service-fqdn", "two words", "DigiCert.ServiceName", "pki-ws.symauth.com")]
    public void Settings_that_select_no_service(string setting, string value, string id, string cure)
    {
        Fixture.Register("wrong", (setting, value));
        ErrorRecord error = Stopped(Fixture.RequestDevice("wrong", "wrong"), id, ErrorCategory.InvalidArgument);
        Assert.Contains(cure, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Lab.Requests());
    }

    [Fact]
    public void DigiCert_is_our_alias_for_symantec()
    {
        Fixture.Register("alias", ("ca-name", "DigiCert"));
        Assert.Single(Engine.Run("Get-CBCertificateProfile -Authority alias -Name $t", ("t", DigiCertFixture.User)).Good().Output);
    }
}
