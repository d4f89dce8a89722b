using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>What all commands share: the native context, one operation with log, progress and Ctrl-C, and errors.
/// A failure in SetUp ends the command; a failure in an item is written as an error and the next item comes.</summary>
public abstract class CertBrokerCmdlet : PSCmdlet, IOperationSink, IDisposable
{
    private const string TraceSource = "http.trace";

    // "The request 'CN=web01' (3f2b...): " at the beginning of a line of the log.
    private static readonly Regex RequestName = new Regex("^The request '.*' \\([0-9a-f-]{36}\\): ", RegexOptions.CultureInvariant);

    private readonly List<string> warned = new List<string>();
    private readonly List<IDisposable> owned = new List<IDisposable>();
    private readonly object gate = new object();
    private Operation? operation;
    private bool stopped;
    private bool progressShown;

    private protected CertBrokerCmdlet() { }

    private protected ContextHandle Context { get; private set; } = null!;

    private protected Operation Operation
    {
        get
        {
            lock (gate)
            {
                if (operation == null)
                {
                    operation = new Operation(this, TimeSpan.Zero);
                    if (this is ITraces traces && traces.Trace)
                    {
                        operation.Native.Flags |= NativeOperation.Trace;
                    }
                    if (stopped)
                    {
                        operation.Cancel();
                    }
                }
                return operation;
            }
        }
    }

    /// <summary>What an error is about when nothing nearer is known: the path, thumbprint or name being worked on.</summary>
    private protected object? Target { get; set; }

    /// <summary>Text for the progress bar.</summary>
    private protected virtual string Activity => MyInvocation.MyCommand?.Name ?? "CertBroker";

    private protected virtual void SetUp() { }

    private protected abstract void ProcessItem();

    private protected virtual void Finish() { }

    /// <summary>Not for callers.</summary>
    protected sealed override void BeginProcessing()
    {
        try
        {
            Context = Broker.Context;
            SetUp();
        }
        catch (CertBrokerException failure)
        {
            ThrowIfStopped();
            ThrowTerminatingError(Record(failure, Target));
        }
    }

    /// <summary>Not for callers.</summary>
    protected sealed override void ProcessRecord() => Item(null, ProcessItem);

    /// <summary>Not for callers.</summary>
    protected sealed override void EndProcessing()
    {
        Item(null, Finish);
        if (progressShown)
        {
            WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    /// <summary>Not for callers.</summary>
    protected sealed override void StopProcessing()
    {
        lock (gate)
        {
            stopped = true;
            operation?.Cancel();
        }
        OnStop();
    }

    /// <summary>Ctrl-C, on another thread than the pipeline's.</summary>
    private protected virtual void OnStop() { }

    /// <summary>Gives back what the command holds of the native library.</summary>
    public void Dispose()
    {
        for (int index = owned.Count - 1; index >= 0; --index)
        {
            owned[index].Dispose();
        }
        owned.Clear();
        operation?.Dispose();
        GC.SuppressFinalize(this);
    }

    void IOperationSink.Log(NativeLogLevel level, string source, string message)
    {
        if (source == TraceSource)
        {
            // Shown as Write-Host shows things, and, other than a screen, redirected (6>), kept (-InformationVariable) or
            // dropped (-InformationAction Ignore) by whoever wants that.
            WriteInformation(message.TrimEnd('\n'), new[] { "CBTrace", "PSHOST" });
            return;
        }
        string line = source.Length == 0 ? message : source + ": " + message;
        switch (level)
        {
            case NativeLogLevel.Trace:
            case NativeLogLevel.Debug:
                WriteDebug(line);
                break;
            case NativeLogLevel.Info:
                WriteVerbose(line);
                break;
            default:
                WarnOnce(message);
                break;
        }
    }

    void IOperationSink.Progress(NativeStage stage, int percent, string message)
    {
        progressShown = true;
        WriteProgress(new ProgressRecord(1, Activity, message.Length == 0 ? StageText(stage) : message)
        {
            PercentComplete = percent < 0 || percent > 100 ? -1 : percent,
            CurrentOperation = StageText(stage),
        });
    }

    /// <summary>Works on one item: its failure is written, not thrown.</summary>
    private protected void Item(object? target, Action work)
    {
        if (target != null)
        {
            Target = target;
        }
        try
        {
            work();
        }
        catch (CertBrokerException failure)
        {
            ThrowIfStopped();
            WriteError(Record(failure, target ?? Target));
        }
    }

    /// <summary>Lets accounts use the private key of what was installed. One that cannot be granted is an error of its own: the
    /// certificate is installed all the same.</summary>
    private protected void LetUse(EntryHandle entry, string[]? accounts)
    {
        foreach (string account in accounts ?? Array.Empty<string>())
        {
            Item(account, () => KeyAccess.Grant(Context, entry, account, Operation));
        }
    }

    /// <summary>The same for the end of a request.</summary>
    private protected void LetUse(IssueHandle issue, string[]? accounts)
    {
        if (accounts == null || accounts.Length == 0)
        {
            return;
        }
        using EntryHandle? entry = IssueReader.Entry(issue);
        if (entry == null)
        {
            WarnOnce("Nothing was installed, so nobody was granted the use of its key. Give -GrantRead to the command that installs the certificate.");
            return;
        }
        LetUse(entry, accounts);
    }

    /// <summary>What came through **out, kept until the command ends.</summary>
    private protected T Own<T>(T handle) where T : IDisposable
    {
        owned.Add(handle);
        return handle;
    }

    private protected void WarnOnce(string text)
    {
        // A warning of the log comes again with the result, without the log's words around it; and in a batch every request
        // brings what is the same for all of them, such as a root that is not trusted.
        string core = RequestName.Replace(text, string.Empty);
        if (!warned.Any(said => said.IndexOf(core, StringComparison.Ordinal) >= 0))
        {
            warned.Add(core);
            WriteWarning(text);
        }
    }

    private protected bool Bound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>ShouldProcess, with -Force in place of the question; -WhatIf still only says what would be done.</summary>
    private protected bool ShouldDo(string target, string action, bool force)
    {
        if (force && !WhatIf())
        {
            WriteVerbose($"{action}: {target}");
            return true;
        }
        return ShouldProcess(target, action);
    }

    /// <summary>Asks a second question, unless -Force, -Confirm:$false or $ConfirmPreference = 'None' answered it.</summary>
    private protected bool ShouldDoDangerous(string target, string action, string question, bool force)
    {
        if (!ShouldDo(target, action, force))
        {
            return false;
        }
        bool answered = force
            || (Bound("Confirm") && MyInvocation.BoundParameters["Confirm"] is SwitchParameter confirm && !confirm)
            || (LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference"), out ConfirmImpact preference) && preference == ConfirmImpact.None);
        return answered || ShouldContinue(question, action);
    }

    private protected CertBrokerException Failure(CertBrokerStatus status, string id, string message, string remedy) =>
        new CertBrokerException(status, id, message, remedy);

    private static ErrorRecord Record(CertBrokerException failure, object? target)
    {
        string id = failure.ErrorId.Length == 0 ? failure.Status.ToString() : failure.ErrorId;
        string text = failure.FullMessage;
        // From 7.5 on PowerShell shows the recommended action by itself.
        if (failure.Remedy.Length > 0 && typeof(PSObject).Assembly.GetName().Version < new Version(7, 5))
        {
            text += (text.EndsWith(".", StringComparison.Ordinal) ? " " : ". ") + failure.Remedy;
        }
        return new ErrorRecord(failure, "CB." + id, StatusCategory.Of(failure.Status), failure.Target ?? target)
        {
            ErrorDetails = new ErrorDetails(text) { RecommendedAction = failure.Remedy },
        };
    }

    private bool WhatIf()
    {
        if (MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? bound))
        {
            return LanguagePrimitives.IsTrue(bound);
        }
        return LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));
    }

    private void ThrowIfStopped()
    {
        if (stopped)
        {
            throw new PipelineStoppedException();
        }
    }

    private static string StageText(NativeStage stage)
    {
        switch (stage)
        {
            case NativeStage.Policy: return "Asking for the rules";
            case NativeStage.Key: return "Making the key";
            case NativeStage.Request: return "Making the request";
            case NativeStage.Submit: return "Sending the request";
            case NativeStage.Wait: return "Waiting for the certification authority";
            case NativeStage.Verify: return "Checking the certificate";
            case NativeStage.Install: return "Installing the certificate";
            default: return "Working";
        }
    }
}
