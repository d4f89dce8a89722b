using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace CertBroker.Shell;

/// <summary>Runs one pipeline into Out-Default, lets Ctrl-C stop it, and turns its end into an exit code.</summary>
internal sealed class Runner(Runspace runspace, Host host)
{
    private const int Failed = 1;
    private const int Interrupted = 130;
    private const string SucceededVariable = "CertBrokerShellSucceeded";

    public int Invoke(Action<PowerShell> build)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        try
        {
            build(shell);
        }
        catch (RuntimeException error)
        {
            host.Console.WriteError(error.ErrorRecord);
            return Failed;
        }
        shell.AddCommand("Out-Default");
        shell.Streams.Error.DataAdded += (_, added) => host.Console.WriteError(shell.Streams.Error[added.Index]);

        int interrupts = 0;
        void OnCancel(object? sender, ConsoleCancelEventArgs cancel)
        {
            // The second one ends the process: a command that does not stop must not hold the terminal.
            if (Interlocked.Increment(ref interrupts) == 1)
            {
                cancel.Cancel = true;
                shell.BeginStop(null, null);
            }
        }
        Console.CancelKeyPress += OnCancel;
        try
        {
            runspace.SessionStateProxy.PSVariable.Set("global:LASTEXITCODE", null);
            runspace.SessionStateProxy.PSVariable.Set("global:" + SucceededVariable, true);
            shell.Invoke();
            return host.ExitCode ?? (interrupts > 0 ? Interrupted : Outcome());
        }
        catch (PipelineStoppedException)
        {
            host.Console.WriteErrorLine("stopped");
            return Interrupted;
        }
        catch (ParseException error)
        {
            if (error.Errors is null)
            {
                host.Console.WriteError(error.ErrorRecord);
                return Failed;
            }
            foreach (ParseError each in error.Errors)
            {
                string file = each.Extent.File is { Length: > 0 } name ? name : "line";
                host.Console.WriteErrorLine($"{file}:{each.Extent.StartLineNumber}:{each.Extent.StartColumnNumber}: {each.Message}");
            }
            return Failed;
        }
        catch (RuntimeException error)
        {
            host.Console.WriteError(error.ErrorRecord);
            return Failed;
        }
        finally
        {
            Console.CancelKeyPress -= OnCancel;
            host.Console.Flush();
        }
    }

    /// <summary>What 'exit n' left in a script file, and what the last statement of a command left in $?.</summary>
    private int Outcome()
    {
        PSVariableIntrinsics variables = runspace.SessionStateProxy.PSVariable;
        bool failed = variables.GetValue(SucceededVariable) is false;
        return variables.GetValue("LASTEXITCODE") is int code and not 0 ? code : failed ? Failed : 0;
    }

    /// <summary>Text that tells afterwards whether its last statement succeeded: around a pipeline, $? is always true.</summary>
    public static string Watched(string text)
    {
        ScriptBlockAst parsed = Parser.ParseInput(text, out _, out ParseError[] errors);
        bool plain = errors.Length == 0 && parsed.ParamBlock is null && parsed.BeginBlock is null && parsed.ProcessBlock is null &&
            parsed.EndBlock is { Unnamed: true, Statements.Count: > 0 };
        return plain ? $"{text}\n$global:{SucceededVariable} = $?" : text;
    }
}
