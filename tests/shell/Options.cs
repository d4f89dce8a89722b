using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace CertBroker.Shell;

/// <summary>What the command line asks for. The words are pwsh's, so that scripts run with either.</summary>
internal sealed class Options
{
    public const string Usage =
        """
        certbroker-shell: runs PowerShell with the CertBroker module imported.

          certbroker-shell -File script.ps1 [arguments]
          certbroker-shell -Command "text"
          certbroker-shell                          reads commands from standard input

          -Module PSD1      imports this module instead of the one beside the shell
          -NoModule         imports nothing
          -NonInteractive   a question is an error
          -Version, -Help
        """;

    public string? File { get; private set; }
    public string? Command { get; private set; }
    public string? Module { get; private set; }
    public bool NoModule { get; private set; }
    public bool NonInteractive { get; private set; }
    public bool ShowHelp { get; private set; }
    public bool ShowVersion { get; private set; }
    public List<CommandParameter> Arguments { get; } = [];

    /// <exception cref="ArgumentException">The command line makes no sense; the message says why.</exception>
    public static Options Parse(string[] words)
    {
        var options = new Options();
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            string name = word.StartsWith("--", StringComparison.Ordinal) ? word[1..] : word;
            switch (name.ToLowerInvariant())
            {
                case "-file" or "-f":
                    options.File = Value(words, ref i);
                    options.TakeArguments(words.AsSpan(i + 1));
                    return options;
                case "-command" or "-c":
                    Value(words, ref i);
                    options.Command = string.Join(' ', words[i..]);
                    return options;
                case "-module":
                    options.Module = Value(words, ref i);
                    break;
                case "-nomodule":
                    options.NoModule = true;
                    break;
                case "-noninteractive" or "-noni":
                    options.NonInteractive = true;
                    break;
                case "-noprofile" or "-nop" or "-nologo":
                    break;
                case "-help" or "-h" or "-?":
                    options.ShowHelp = true;
                    return options;
                case "-version" or "-v":
                    options.ShowVersion = true;
                    return options;
                default:
                    if (word.StartsWith('-'))
                    {
                        throw new ArgumentException($"'{word}' is not known; certbroker-shell -Help lists what is");
                    }
                    options.File = word;
                    options.TakeArguments(words.AsSpan(i + 1));
                    return options;
            }
        }
        return options;
    }

    private static string Value(string[] words, ref int i)
    {
        string name = words[i];
        return ++i < words.Length ? words[i] : throw new ArgumentException($"{name} needs a value");
    }

    /// <summary>As pwsh -File reads them: "-Name", "-Name:value" and plain values.</summary>
    private void TakeArguments(ReadOnlySpan<string> words)
    {
        string? waiting = null;
        foreach (string word in words)
        {
            bool isName = word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]);
            if (!isName)
            {
                Arguments.Add(new CommandParameter(waiting, word));
                waiting = null;
                continue;
            }
            if (waiting is not null)
            {
                Arguments.Add(new CommandParameter(waiting, null));
                waiting = null;
            }
            int colon = word.IndexOf(':');
            if (colon < 0)
            {
                Arguments.Add(new CommandParameter(word));
            }
            else if (colon == word.Length - 1)
            {
                waiting = word[..colon];
            }
            else
            {
                Arguments.Add(new CommandParameter(word[..colon], AsSwitchValue(word[(colon + 1)..])));
            }
        }
        if (waiting is not null)
        {
            Arguments.Add(new CommandParameter(waiting, null));
        }
    }

    private static object AsSwitchValue(string text) => text.ToLowerInvariant() switch
    {
        "$true" => true,
        "$false" => false,
        _ => text,
    };
}
