using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace CertBroker.Tests.Support;

/// <summary>A host that remembers what it is told and answers questions as the test says.</summary>
public sealed class TestHost : PSHost
{
    private readonly TestUI ui = new();
    private readonly Guid id = Guid.NewGuid();

    /// <summary>What every question is answered with: a label's letter, such as "Y" or "N". Null = nobody answers.</summary>
    public string? Answer { get => ui.Answer; set => ui.Answer = value; }

    public IReadOnlyList<string> Questions => ui.Questions;
    public string Text => ui.Text;
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.GetCultureInfo("en-US");
    public override Guid InstanceId => id;
    public override string Name => "certbroker-tests";
    public override PSHostUserInterface UI => ui;
    public override Version Version => new(1, 0);
    public void Clear() => ui.Clear();
    public override void EnterNestedPrompt() => throw new NotSupportedException();
    public override void ExitNestedPrompt() => throw new NotSupportedException();
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int exitCode) { }

    private sealed class TestUI : PSHostUserInterface
    {
        private readonly StringBuilder text = new();
        private readonly List<string> questions = [];

        public string? Answer { get; set; }
        public IReadOnlyList<string> Questions => questions;
        public string Text
        {
            get
            {
                lock (text)
                {
                    return text.ToString();
                }
            }
        }
        public override PSHostRawUserInterface? RawUI => null;

        public void Clear()
        {
            lock (text)
            {
                text.Clear();
            }
            questions.Clear();
        }

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            questions.Add($"{caption}\n{message}");
            string answer = Answer ?? throw new HostException("nobody answers in this test: " + message);
            for (int i = 0; i < choices.Count; i++)
            {
                if (choices[i].Label.Contains("&" + answer, StringComparison.Ordinal))
                {
                    return i;
                }
            }
            throw new HostException($"no such answer: {answer}");
        }

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw new HostException("nobody answers in this test: " + string.Join(", ", descriptions.Select(field => field.Name)));

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw new HostException("no credential in this test");
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName,
            PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw new HostException("no credential in this test");
        public override string ReadLine() => throw new HostException("nobody types in this test");
        public override SecureString ReadLineAsSecureString() => throw new HostException("nobody types in this test");
        public override void Write(string value) => Add(value);
        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Add(value);
        public override void WriteLine(string value) => Add(value + "\n");
        public override void WriteDebugLine(string message) { }
        public override void WriteErrorLine(string value) => Add(value + "\n");
        public override void WriteProgress(long sourceId, ProgressRecord record) { }
        public override void WriteVerboseLine(string message) { }
        public override void WriteWarningLine(string message) { }

        private void Add(string value)
        {
            lock (text)
            {
                text.Append(value);
            }
        }
    }
}
