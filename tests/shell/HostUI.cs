using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;
using System.Text;

namespace CertBroker.Shell;

/// <summary>Results go to standard output; everything said about them goes to standard error.</summary>
internal sealed class HostUI : PSHostUserInterface
{
    private readonly bool nonInteractive;
    private readonly RawUI raw = new();
    private readonly TextWriter output;
    private readonly TextWriter errors;
    private readonly bool outputIsTerminal = !Console.IsOutputRedirected;
    private readonly bool errorIsTerminal = !Console.IsErrorRedirected;
    private readonly bool colours;
    private int progressWidth;

    public HostUI(bool nonInteractive)
    {
        this.nonInteractive = nonInteractive;
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        output = new StreamWriter(Console.OpenStandardOutput(), utf8, 4096) { AutoFlush = true };
        errors = new StreamWriter(Console.OpenStandardError(), utf8, 1024) { AutoFlush = true };
        colours = errorIsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    }

    public override PSHostRawUserInterface RawUI => raw;
    public override bool SupportsVirtualTerminal => outputIsTerminal;

    public void Flush() => output.Flush();

    public override void Write(string value)
    {
        ClearProgress();
        output.Write(outputIsTerminal ? value : new StringDecorated(value).ToString(OutputRendering.PlainText));
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);
    public override void WriteLine(string value) => Write(value + "\n");
    public override void WriteLine() => Write("\n");
    public override void WriteErrorLine(string value) => Say(value, "31");
    public override void WriteWarningLine(string message) => Say("WARNING: " + message, "33");
    public override void WriteVerboseLine(string message) => Say("VERBOSE: " + message, "36");
    public override void WriteDebugLine(string message) => Say("DEBUG: " + message, "35");

    /// <summary>The command, what went wrong, what to do, and where in the script.</summary>
    public void WriteError(ErrorRecord error)
    {
        string command = error.InvocationInfo?.MyCommand?.Name ?? "";
        string message = error.ErrorDetails?.Message is { Length: > 0 } details ? details : error.Exception.Message;
        string? remedy = error.ErrorDetails?.RecommendedAction;
        WriteErrorLine(command.Length == 0 || command.Contains('\n') ? message : $"{command}: {message}");
        if (!string.IsNullOrWhiteSpace(remedy))
        {
            WriteErrorLine("  " + remedy);
        }
        if (error.InvocationInfo is { ScriptName.Length: > 0 } place)
        {
            WriteErrorLine($"  at {place.ScriptName}:{place.ScriptLineNumber}");
        }
    }

    /// <summary>One line, on a terminal only: in a log, progress would be noise.</summary>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (!errorIsTerminal)
        {
            return;
        }
        ClearProgress();
        if (record.RecordType == ProgressRecordType.Completed)
        {
            return;
        }
        string percent = record.PercentComplete >= 0 ? $" {record.PercentComplete}%" : "";
        string line = $"{record.Activity}: {record.StatusDescription}{percent}";
        int width = Math.Max(20, raw.BufferSize.Width - 1);
        line = line.Length > width ? line[..width] : line;
        errors.Write(line);
        progressWidth = line.Length;
    }

    public override string ReadLine()
    {
        Ready();
        return Console.In.ReadLine() ?? throw NoAnswer("standard input has ended");
    }

    public override SecureString ReadLineAsSecureString()
    {
        Ready();
        var secret = new SecureString();
        if (Console.IsInputRedirected)
        {
            foreach (char c in ReadLine())
            {
                secret.AppendChar(c);
            }
            return secret;
        }
        for (;;)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    errors.Write("\n");
                    return secret;
                case ConsoleKey.Backspace when secret.Length > 0:
                    secret.RemoveAt(secret.Length - 1);
                    break;
                default:
                    if (key.KeyChar >= ' ')
                    {
                        secret.AppendChar(key.KeyChar);
                    }
                    break;
            }
        }
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        Ready();
        Ask(caption, message);
        var answers = new Dictionary<string, PSObject>();
        foreach (FieldDescription field in descriptions)
        {
            errors.Write($"{field.Name}: ");
            object answer = field.ParameterTypeFullName switch
            {
                "System.Security.SecureString" => ReadLineAsSecureString(),
                _ when field.ParameterTypeFullName.EndsWith("[]", StringComparison.Ordinal) => ReadList(),
                _ => ReadLine(),
            };
            answers[field.Name] = PSObject.AsPSObject(answer);
        }
        return answers;
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Ready();
        Ask(caption, message);
        var keys = new List<string>();
        var words = new List<string>();
        foreach (ChoiceDescription choice in choices)
        {
            int mark = choice.Label.IndexOf('&');
            string word = choice.Label.Replace("&", "", StringComparison.Ordinal);
            words.Add(word);
            keys.Add(mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label[mark + 1].ToString() : word);
        }
        for (;;)
        {
            for (int i = 0; i < keys.Count; i++)
            {
                errors.Write($"[{keys[i]}] {words[i]}  ");
            }
            errors.Write(defaultChoice >= 0 ? $"(default is \"{keys[defaultChoice]}\"): " : ": ");
            string answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }
            for (int i = 0; i < keys.Count; i++)
            {
                if (answer.Equals(keys[i], StringComparison.OrdinalIgnoreCase) || answer.Equals(words[i], StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        Ready();
        Ask(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            errors.Write("User: ");
            userName = ReadLine();
        }
        errors.Write($"Password for {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName,
        PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => PromptForCredential(caption, message, userName, targetName);

    private string[] ReadList()
    {
        var items = new List<string>();
        for (string line = ReadLine(); line.Length > 0; line = ReadLine())
        {
            items.Add(line);
        }
        return [.. items];
    }

    private void Ask(string caption, string message)
    {
        foreach (string line in new[] { caption, message })
        {
            if (!string.IsNullOrEmpty(line))
            {
                errors.Write(line + "\n");
            }
        }
    }

    private void Ready()
    {
        output.Flush();
        ClearProgress();
        if (nonInteractive)
        {
            throw NoAnswer("the shell runs with -NonInteractive");
        }
    }

    private static HostException NoAnswer(string why) => new(
        $"A question cannot be asked because {why}; give every mandatory parameter, and -Confirm:$false where a command asks before it acts.",
        null, "CertBrokerShell.NoAnswer", ErrorCategory.ResourceUnavailable);

    private void Say(string text, string colour)
    {
        output.Flush();
        ClearProgress();
        errors.Write(colours ? $"\x1b[{colour}m{text}\x1b[0m\n" : text + "\n");
    }

    private void ClearProgress()
    {
        if (progressWidth > 0)
        {
            errors.Write("\r" + new string(' ', progressWidth) + "\r");
            progressWidth = 0;
        }
    }
}
