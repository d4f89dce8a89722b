using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace CertBroker.Tests.Support;

/// <summary>A PowerShell engine with the module imported and a home of its own; one for each test class, one at a time
/// (CERTBROKER_HOME is the process's).</summary>
public sealed class Engine : IDisposable
{
    private readonly TestHost host = new();
    private readonly Runspace runspace;
    private readonly string? homeBefore = Environment.GetEnvironmentVariable("CERTBROKER_HOME");

    public Engine()
    {
        Root = Directory.CreateTempSubdirectory("certbroker-test-").FullName;
        Home = Path.Combine(Root, "home");
        Folder = Path.Combine(Root, "work");
        Directory.CreateDirectory(Folder);
        Environment.SetEnvironmentVariable("CERTBROKER_HOME", Home);

        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass; // this process only
        }
        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        runspace.SessionStateProxy.Path.SetLocation(Folder);
        Run("Import-Module -Name $module -ErrorAction Stop", ("module", Repository.Module)).Good();
    }

    public string Root { get; }
    public string Home { get; }

    /// <summary>PowerShell's current location: relative paths of scripts start here.</summary>
    public string Folder { get; }

    public TestHost Host => host;

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Runs a script to its end and keeps all it said. Variables stay for the scripts that come later.</summary>
    public Result Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach ((string name, object? value) in variables)
        {
            runspace.SessionStateProxy.SetVariable(name, value);
        }
        using PowerShell shell = NewShell(script);
        return Result.Of(shell, host);
    }

    /// <summary>For tests that stop or watch a running script.</summary>
    public PowerShell NewShell(string script)
    {
        host.Clear();
        PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        return shell.AddScript(script);
    }

    /// <summary>What completion offers at the text's end.</summary>
    public IReadOnlyList<CompletionResult> Complete(string text)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        return CommandCompletion.CompleteInput(text, text.Length, null, shell).CompletionMatches;
    }

    public string[] Completions(string text) => [.. Complete(text).Select(match => match.CompletionText.Trim('\''))];

    /// <summary>A lab CA with a root of its own.</summary>
    public Engine WithLab(string name = "lab", string location = "CurrentUser")
    {
        Run($"Register-CBAuthority -Name {name} -Provider local-ca -StoreLocation {location} -Setting @{{ subject = 'CN=Test Root {name}' }}").Good();
        return this;
    }

    /// <summary>Every file below the home with its content, to show that nothing changed.</summary>
    public SortedDictionary<string, string> Snapshot(bool withJournal = false)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string root in new[] { Home, Folder })
        {
            foreach (string path in Directory.Exists(root) ? Directory.GetFiles(root, "*", SearchOption.AllDirectories) : [])
            {
                // What SQLite keeps beside a database changes when it is only read.
                bool journal = path.Contains(".db", StringComparison.Ordinal) || path.Contains(".sqlite", StringComparison.Ordinal);
                bool log = path.EndsWith(".lock", StringComparison.Ordinal) || path.EndsWith(".log", StringComparison.Ordinal);
                if (!log && (withJournal || !journal))
                {
                    files[path] = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));
                }
            }
        }
        return files;
    }

    public void Dispose()
    {
        runspace.Dispose();
        Environment.SetEnvironmentVariable("CERTBROKER_HOME", homeBefore);
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException)
        {
            // A test's child process may still hold a file; the folder is a temporary one.
        }
    }
}
