using System.Diagnostics;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>A thousand certificates from one pipeline.</summary>
public sealed class DigiCertBatchTests : DigiCertTest, IClassFixture<DigiCertFixture>
{
    public DigiCertBatchTests(DigiCertFixture fixture)
        : base(fixture)
    {
    }

    [Theory]
    [InlineData(200, 1)]
    [InlineData(1000, 4)]
    public void A_pipeline_takes_a_connection_for_each_request_that_is_on_its_way_and_no_more_memory(int count, int atOnce)
    {
        long before = Lab.Connections;
        string[] subjects = [.. Enumerable.Range(1, count).Select(number => $"CN=batch{atOnce}-{number}")];
        var memory = new List<long>();
        int seen = 0;
        using System.Management.Automation.PowerShell shell = Engine.NewShell($"$subjects | ForEach-Object {{ [pscustomobject]@{{ Subject = $_ }} }} | Request-CBCertificate -Authority digicert -Template {DigiCertFixture.Device} -ThrottleLimit {atOnce}");
        shell.Runspace.SessionStateProxy.SetVariable("subjects", subjects);
        var output = new System.Management.Automation.PSDataCollection<System.Management.Automation.PSObject>();
        output.DataAdded += (_, added) =>
        {
            if (++seen % (count / 10) == 0)
            {
                using var process = Process.GetCurrentProcess();
                memory.Add(process.PrivateMemorySize64);
            }
        };
        shell.Invoke(null, output);
        Assert.Empty(shell.Streams.Error);
        Assert.Equal(subjects, output.Select(item => ((IssuanceResult)item.BaseObject).Subject));
        Assert.All(output, item => Assert.Equal(IssuanceStatus.Issued, ((IssuanceResult)item.BaseObject).Status));
        Assert.Equal(count, Lab.Issued);

        // One policy exchange a connection; as many handshakes as connections, and not one connection more than requests on the way.
        long connections = Lab.Connections - before;
        Assert.InRange(connections, 1, atOnce);
        Assert.Equal(Lab.Ask("connections")["handshakesDone"]!.GetValue<long>(), Lab.Connections);
        Assert.InRange(Lab.Requests("policy").Count, 1, atOnce);
        // Results are kept by the test; what the library needs does not grow with their number.
        if (memory[2] > 0)
        {
            Assert.True(memory[^1] - memory[2] < 64L * 1024 * 1024, string.Join(", ", memory));
        }
    }
}
