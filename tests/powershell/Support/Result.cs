using System.Management.Automation;
using Xunit;

namespace CertBroker.Tests.Support;

/// <summary>What a script gave and said.</summary>
public sealed class Result
{
    public required IReadOnlyList<PSObject> Output { get; init; }

    /// <summary>The error stream, and the error that ended the script, if one did, at the end.</summary>
    public required IReadOnlyList<ErrorRecord> Errors { get; init; }
    public required bool Ended { get; init; }
    public required IReadOnlyList<string> Warnings { get; init; }
    public required IReadOnlyList<string> Verbose { get; init; }
    public required IReadOnlyList<string> Debug { get; init; }
    public required IReadOnlyList<ProgressRecord> Progress { get; init; }

    /// <summary>What the host was told: "What if:" lines, questions.</summary>
    public required string HostText { get; init; }

    public static Result Of(PowerShell shell, TestHost host)
    {
        var output = new List<PSObject>();
        ErrorRecord? last = null;
        try
        {
            output.AddRange(shell.Invoke());
        }
        catch (RuntimeException ended)
        {
            last = ended.ErrorRecord;
        }
        return new Result
        {
            Output = output,
            Errors = last is null ? [.. shell.Streams.Error] : [.. shell.Streams.Error, last],
            Ended = last is not null,
            Warnings = [.. shell.Streams.Warning.Select(record => record.Message)],
            Verbose = [.. shell.Streams.Verbose.Select(record => record.Message)],
            Debug = [.. shell.Streams.Debug.Select(record => record.Message)],
            Progress = [.. shell.Streams.Progress],
            HostText = host.Text,
        };
    }

    public Result Good()
    {
        Assert.True(Errors.Count == 0, "errors: " + string.Join("; ", Errors.Select(error => $"[{error.FullyQualifiedErrorId}] {error} {error.ScriptStackTrace}")));
        return this;
    }

    /// <summary>The one object, of that type.</summary>
    public T One<T>()
    {
        Good();
        return Assert.IsType<T>(Assert.Single(Output).BaseObject);
    }

    public IReadOnlyList<T> All<T>()
    {
        Good();
        return [.. Output.Select(item => Assert.IsType<T>(item.BaseObject))];
    }

    /// <summary>The one error, with all that an admin needs; checks its id, category and remedy.</summary>
    public ErrorRecord Failed(string id, ErrorCategory category)
    {
        ErrorRecord error = Assert.Single(Errors);
        Assert.Equal("CB." + id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails?.RecommendedAction), $"no recommended action: {error}");
        Assert.NotNull(error.TargetObject);
        Assert.DoesNotContain('\n', error.ToString());
        CertBrokerException exception = Assert.IsType<CertBrokerException>(error.Exception);
        Assert.Equal(id, exception.ErrorId);
        return error;
    }

    /// <summary>All text anybody could see.</summary>
    public string Everything => string.Join('\n', Output.Select(item => item?.ToString())
        .Concat(Errors.Select(error => $"{error} {error.Exception} {error.ErrorDetails?.RecommendedAction} {error.TargetObject} {error.InvocationInfo?.PositionMessage}"))
        .Concat(Warnings).Concat(Verbose).Concat(Debug).Concat(Progress.Select(record => $"{record.Activity} {record.StatusDescription} {record.CurrentOperation}"))
        .Append(HostText));
}
