using System;
using System.Linq;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>What the commands that go the whole road to a CA have in common.</summary>
internal static class Road
{
    public const int LongestWait = 24 * 3600;

    // The library's own default deadline, for everything but the waiting.
    private const uint WorkMilliseconds = 300_000;

    public static NativeSettings Options(bool install, bool trustRoot, string? friendlyName, int waitSeconds, bool allowDifferences, bool allowWeakSignature)
    {
        return new NativeSettings()
            .Set("install", install)
            .Set("trust-root", trustRoot)
            .SetIfGiven("friendly-name", friendlyName)
            .Set("wait-seconds", waitSeconds)
            .Set("allow-differences", allowDifferences)
            .Set("allow-weak-signature", allowWeakSignature);
    }

    /// <summary>The end of validity to ask for, as the library takes it.</summary>
    public static NativeSettings Ending(this NativeSettings options, DateTime? notAfter) => notAfter == null
        ? options
        : options.SetIfGiven("not-after", new DateTimeOffset(notAfter.Value).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Waiting for the CA must not run into the deadline of the work.</summary>
    public static void AllowTime(Operation operation, int waitSeconds)
    {
        operation.Native.TimeoutMs = waitSeconds > 0 ? (uint)waitSeconds * 1000 + WorkMilliseconds : 0;
    }

    /// <summary>The result, with a warning where the caller has something to do.</summary>
    public static IssuanceResult Result(IssueHandle issue, Action<string> warn)
    {
        IssuanceResult result = IssueReader.Result(issue);
        string who = result.Authority.Length == 0 ? "The certification authority" : result.Authority;
        string message = result.Message.Length == 0 ? string.Empty : ": " + result.Message;
        switch (result.Status)
        {
            case IssuanceStatus.Denied:
                string remedy = result.RecommendedAction.Length == 0 ? string.Empty : (message.EndsWith(".", StringComparison.Ordinal) ? " " : ". ") + result.RecommendedAction;
                warn($"{who} denied the request {result.RequestId}{message}{remedy}");
                break;
            // The library says it itself when it was the submission that ended so.
            case IssuanceStatus.Uncertain when !result.Warnings.Any(warning => warning.Contains("Receive-CBCertificate")):
                warn($"Nobody knows whether {who} got the request {result.RequestId}{message}. Receive-CBCertificate asks it; do not send the request again.");
                break;
            case IssuanceStatus.Failed:
                warn($"The request {result.RequestId} did not reach {who}{message}");
                break;
            default:
                break;
        }
        foreach (string warning in result.Warnings)
        {
            warn(warning);
        }
        return result;
    }

    /// <summary>Writes the certificate, once there is one; PEM.</summary>
    public static void WriteCertificate(IssuanceResult result, string? path, bool force)
    {
        if (path != null && result.Certificate != null)
        {
            Files.Write(path, Pem.Certificate(result.Certificate.RawData), force);
        }
    }
}
