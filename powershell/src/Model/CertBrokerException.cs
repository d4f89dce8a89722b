using System;

namespace CertBroker;

/// <summary>A failure, with what an admin can do about it.</summary>
public sealed class CertBrokerException : Exception
{
    internal CertBrokerException(CertBrokerStatus status, string id, string message, string remedy, string source = "module",
        string file = "", int line = 0, int column = 0, CertBrokerException? cause = null)
        : base(WithPlace(message, file, line, column), cause)
    {
        Status = status;
        ErrorId = id;
        Remedy = remedy;
        Component = source;
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>The kind of failure.</summary>
    public CertBrokerStatus Status { get; }

    /// <summary>The failure's id, such as Inf.Subject; docs/errors.md lists them all.</summary>
    public string ErrorId { get; }

    /// <summary>What to do next, one sentence.</summary>
    public string Remedy { get; }

    /// <summary>The part that failed: core.csr, store.folder, provider.local-ca, module.</summary>
    public string Component { get; }

    /// <summary>The file the failure is about; empty when there is none.</summary>
    public string File { get; }

    /// <summary>The line in the file, from 1; 0 when there is none.</summary>
    public int Line { get; }

    /// <summary>The column in the line, from 1; 0 when there is none.</summary>
    public int Column { get; }

    /// <summary>The HTTP status a server answered with; 0 when there is none.</summary>
    public int HttpStatus { get; internal set; }

    /// <summary>The operating system's error number; 0 when there is none.</summary>
    public int SystemCode { get; internal set; }

    /// <summary>After how many seconds trying again makes sense; 0 when nobody said so.</summary>
    public int RetryAfterSeconds { get; internal set; }

    /// <summary>What the failure is about, where the command does not know better.</summary>
    internal object? Target { get; set; }

    /// <summary>The message followed by its causes, one line.</summary>
    internal string FullMessage
    {
        get
        {
            string text = Message;
            for (Exception? cause = InnerException; cause != null; cause = cause.InnerException)
            {
                if (text.IndexOf(cause.Message, StringComparison.Ordinal) < 0)
                {
                    text += ": " + cause.Message;
                }
            }
            return text;
        }
    }

    private static string WithPlace(string message, string file, int line, int column)
    {
        if (file.Length == 0)
        {
            return message;
        }
        string place = line <= 0 ? file : column <= 0 ? $"{file}({line})" : $"{file}({line},{column})";
        return message.StartsWith(place, StringComparison.Ordinal) ? message : place + ": " + message;
    }
}
