namespace CertBroker;

/// <summary>Something wrong, or worth knowing, in a request.</summary>
public sealed class Diagnostic
{
    /// <summary>Error, Warning or Information.</summary>
    public DiagnosticSeverity Severity { get; internal set; }

    /// <summary>The rule's id: Inf.UnknownKey.</summary>
    public string Rule { get; internal set; } = string.Empty;

    /// <summary>What is wrong.</summary>
    public string Message { get; internal set; } = string.Empty;

    /// <summary>What to do about it.</summary>
    public string Remedy { get; internal set; } = string.Empty;

    /// <summary>The file; empty for a request from parameters.</summary>
    public string File { get; internal set; } = string.Empty;

    /// <summary>The line, from 1; 0 = none.</summary>
    public int Line { get; internal set; }

    /// <summary>The column in characters, from 1; 0 = none.</summary>
    public int Column { get; internal set; }

    /// <summary>file(line,column): severity rule: message</summary>
    public override string ToString()
    {
        string place = File.Length == 0 ? string.Empty : Line == 0 ? File + ": " : $"{File}({Line},{Column}): ";
        return $"{place}{Severity} {Rule}: {Message}";
    }
}
