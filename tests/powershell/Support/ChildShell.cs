using System.Diagnostics;

namespace CertBroker.Tests.Support;

/// <summary>build/certbroker-shell in a process of its own.</summary>
internal static class ChildShell
{
    public sealed record Ended(int ExitCode, string Output, string Errors)
    {
        public string Good()
        {
            Xunit.Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Errors}{Output}");
            return Output.Trim();
        }
    }

    public static Process Start(string home, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.Shell) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        if (OperatingSystem.IsLinux())
        {
            // Whoever runs the tests in the background (nohup, &) has Ctrl-C ignored, and children inherit that.
            start.FileName = "env";
            start.ArgumentList.Add("--default-signal=INT");
            start.ArgumentList.Add(Repository.Shell);
        }
        start.ArgumentList.Add("-Module");
        start.ArgumentList.Add(Repository.Module);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["CERTBROKER_HOME"] = home;
        start.Environment["NO_COLOR"] = "1";
        return Process.Start(start)!;
    }

    public static Ended Run(string home, params string[] arguments) => Finish(Start(home, arguments));

    public static Ended Finish(Process process, int seconds = 180)
    {
        using (process)
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"certbroker-shell did not end within {seconds} s: {output.Result} {errors.Result}");
            }
            return new Ended(process.ExitCode, output.Result, errors.Result);
        }
    }
}
