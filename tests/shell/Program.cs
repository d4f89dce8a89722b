using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace CertBroker.Shell;

internal static class Program
{
    private const int Failed = 1;
    private const int BadUsage = 64;

    private static int Main(string[] words)
    {
        Options options;
        try
        {
            options = Options.Parse(words);
        }
        catch (ArgumentException error)
        {
            Console.Error.WriteLine("certbroker-shell: " + error.Message);
            return BadUsage;
        }
        if (options.ShowHelp)
        {
            Console.Out.WriteLine(Options.Usage);
            return 0;
        }
        if (options.ShowVersion)
        {
            Console.Out.WriteLine("PowerShell " + typeof(PowerShell).Assembly.GetName().Version?.ToString(3));
            return 0;
        }

        var host = new Host(options.NonInteractive);
        // Threads the module starts, and help, take their culture from here.
        CultureInfo.DefaultThreadCurrentUICulture = host.CurrentUICulture;
        CultureInfo.CurrentUICulture = host.CurrentUICulture;
        CultureInfo.CurrentCulture = host.CurrentCulture;
        try
        {
            return Run(options, host);
        }
        finally
        {
            host.Console.Flush();
        }
    }

    private static int Run(Options options, Host host)
    {
        string? module = options.NoModule ? null : Path.GetFullPath(options.Module ?? DefaultModule());
        if (module is not null && !File.Exists(module))
        {
            host.Console.WriteErrorLine($"certbroker-shell: there is no module at {module}; build it first (powershell/build-module.sh), or name one with -Module, or give -NoModule");
            return Failed;
        }
        if (options.File is not null && !File.Exists(options.File))
        {
            host.Console.WriteErrorLine($"certbroker-shell: there is no file {options.File}");
            return BadUsage;
        }
        if (module is not null)
        {
            // So that scripts may say Import-Module CertBroker, or #requires -Modules CertBroker.
            string folder = Path.GetDirectoryName(Path.GetDirectoryName(module)!)!;
            string? path = Environment.GetEnvironmentVariable("PSModulePath");
            Environment.SetEnvironmentVariable("PSModulePath", string.IsNullOrEmpty(path) ? folder : folder + Path.PathSeparator + path);
        }

        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass; // this process only
        }
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        using Runspace runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        var runner = new Runner(runspace, host);

        if (module is not null)
        {
            int imported = runner.Invoke(shell => shell.AddCommand("Import-Module").AddParameter("Name", module).AddParameter("ErrorAction", "Stop"));
            if (imported != 0)
            {
                return imported;
            }
        }
        if (options.File is not null)
        {
            return runner.Invoke(shell =>
            {
                shell.AddCommand(Path.GetFullPath(options.File));
                foreach (CommandParameter argument in options.Arguments)
                {
                    shell.Commands.Commands[0].Parameters.Add(argument);
                }
            });
        }
        if (options.Command is not null)
        {
            return runner.Invoke(shell => shell.AddScript(Runner.Watched(options.Command), useLocalScope: false));
        }
        return Console.IsInputRedirected
            ? runner.Invoke(shell => shell.AddScript(Runner.Watched(Console.In.ReadToEnd()), useLocalScope: false))
            : Converse(runner, host);
    }

    /// <summary>One line, one command, until 'exit' or Ctrl-D.</summary>
    private static int Converse(Runner runner, Host host)
    {
        int last = 0;
        for (;;)
        {
            host.Console.Write("PS> ");
            host.Console.Flush();
            string? line = Console.In.ReadLine();
            if (line is null)
            {
                host.Console.WriteLine();
                return last;
            }
            if (line.Trim().Length > 0)
            {
                last = runner.Invoke(shell => shell.AddScript(Runner.Watched(line), useLocalScope: false));
            }
            if (host.ExitCode is int code)
            {
                return code;
            }
        }
    }

    /// <summary>The shell lies in build/shell, the module in build/module.</summary>
    private static string DefaultModule() => Path.Combine(AppContext.BaseDirectory, "..", "module", "CertBroker", "CertBroker.psd1");
}
