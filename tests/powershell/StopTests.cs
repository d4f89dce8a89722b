using System.Diagnostics;
using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Ctrl-C, progress, and deadlines of a command that waits.</summary>
public sealed class StopTests : IClassFixture<IssuanceTests.Lab>
{
    private const string Slow = "Request-CBCertificate -Authority lab -Subject 'CN=slow' -KeyAlgorithm ECDSA_P256 -OrderSetting @{ decision = 'pending'; 'pending-for' = '5m' } -WaitSeconds 600";
    private readonly Engine engine;

    public StopTests(IssuanceTests.Lab lab)
    {
        engine = lab.Engine;
    }

    [Fact]
    public void Stop_ends_a_waiting_command_soon_and_loses_nothing()
    {
        using PowerShell shell = engine.NewShell(Slow);
        IAsyncResult running = shell.BeginInvoke();
        WaitFor(() => engine.Home.Length > 0 && shell.InvocationStateInfo.State == PSInvocationState.Running);
        Thread.Sleep(1500);
        var clock = Stopwatch.StartNew();
        shell.Stop();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(3), $"took {clock.Elapsed}");
        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Empty(shell.Streams.Error);

        // The order stands at the CA, and in the journal.
        CertificateRequestInfo waiting = engine.Run("Get-CBCertificateRequest -Subject '*slow*'").All<CertificateRequestInfo>()[0];
        Assert.Equal(RequestState.Pending, waiting.State);
        Assert.Equal(IssuanceStatus.Pending, engine.Run("Receive-CBCertificate $id", ("id", waiting.RequestId)).One<IssuanceResult>().Status);
        // The engine can be used on: nothing stays locked.
        engine.Run("Get-CBCertificate -WarningAction Ignore").Good();
    }

    [UnixFact("the test sends SIGINT; Windows has no way to send Ctrl-C to one process of another console")]
    public void Ctrl_C_ends_the_shell_and_a_new_process_goes_on()
    {
        using Process process = ChildShell.Start(engine.Home, "-Command", "'started'; " + Slow.Replace("CN=slow", "CN=interrupted", StringComparison.Ordinal));
        Assert.Equal("started", process.StandardOutput.ReadLine());
        Thread.Sleep(2000);
        Assert.False(process.HasExited);
        Inputs.TryTool("kill", out _, "-INT", process.Id.ToString());
        var clock = Stopwatch.StartNew();
        ChildShell.Ended ended = ChildShell.Finish(process, 10);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
        Assert.Equal(130, ended.ExitCode);
        Assert.Contains("Pending", ChildShell.Run(engine.Home, "-Command", "(Get-CBCertificateRequest -Subject '*interrupted*').State.ToString()").Good());
    }

    [Fact]
    public void Progress_is_shown_while_it_waits_and_completed_at_the_end()
    {
        Result result = engine.Run("Request-CBCertificate -Authority lab -Subject 'CN=progress' -KeyAlgorithm ECDSA_P256 -OrderSetting @{ decision = 'pending'; 'pending-for' = '4s' } -WaitSeconds 30");
        Assert.Equal(IssuanceStatus.Issued, result.One<IssuanceResult>().Status);
        Assert.True(result.Progress.Count >= 2, $"{result.Progress.Count} records");
        Assert.All(result.Progress, record => Assert.Equal("Request-CBCertificate", record.Activity));
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
    }

    [Fact]
    public void What_is_over_at_once_shows_no_progress()
    {
        Assert.Empty(engine.Run("New-CBCertificateRequest -Subject 'CN=fast' -KeyAlgorithm ECDSA_P256").Good().Progress);
    }

    [Fact]
    public void A_stopped_pipeline_behind_the_command_stops_it()
    {
        // Select-Object -First does this; it is not in this engine, so a function does.
        Result result = engine.Run("function one { process { $_; break } }; while ($true) { 1..20 | ForEach-Object { [pscustomobject]@{ Subject = \"CN=break$_\"; KeyAlgorithm = 'ECDSA_P256' } } | New-CBCertificateRequest | one }");
        Assert.Single(result.Good().Output);
    }

    private static void WaitFor(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
            Thread.Sleep(20);
        }
    }
}
