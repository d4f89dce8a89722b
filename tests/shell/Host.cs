using System.Globalization;
using System.Management.Automation.Host;

namespace CertBroker.Shell;

/// <summary>The host the engine talks to: a console, or pipes.</summary>
internal sealed class Host(bool nonInteractive) : PSHost
{
    private readonly Guid id = Guid.NewGuid();
    private readonly HostUI ui = new(nonInteractive);

    /// <summary>What 'exit n' asked for.</summary>
    public int? ExitCode { get; private set; }

    public HostUI Console => ui;
    public override string Name => "certbroker-shell";
    public override Version Version => typeof(Host).Assembly.GetName().Version ?? new Version(1, 0);
    public override Guid InstanceId => id;
    public override PSHostUserInterface UI => ui;
    public override CultureInfo CurrentCulture => CurrentUICulture;
    // Help is looked up by the UI culture; the module ships en-US.
    public override CultureInfo CurrentUICulture { get; } = EnglishUI();
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
    public override void EnterNestedPrompt() => throw new NotSupportedException("certbroker-shell has no nested prompt");
    public override void ExitNestedPrompt() => throw new NotSupportedException("certbroker-shell has no nested prompt");
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }

    private static CultureInfo EnglishUI()
    {
        try
        {
            return new EnglishCulture();
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }

    /// <summary>Without ICU a culture does not know its language, and text is only wrapped between words in languages
    /// that the engine knows.</summary>
    private sealed class EnglishCulture() : CultureInfo("en-US")
    {
        public override string TwoLetterISOLanguageName => "en";
        public override object Clone() => this;
    }
}
