namespace CertBroker.Lab.Common;

/// <summary>Why a request is refused: what a service throws and the SOAP layer writes as a fault.</summary>
internal sealed class Fault(string code, string message, bool callersFault = false) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>faultcode Client instead of Server: the message itself was wrong, not what it asked for.</summary>
    public bool CallersFault { get; } = callersFault;

    public static Fault Schema(string message) => new("TD-SCHEMA", message, callersFault: true);
}
