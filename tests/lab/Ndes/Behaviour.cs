using System.Text.Json.Nodes;

namespace CertBroker.Lab.Ndes;

/// <summary>What the double does with requests and to answers, until it is told otherwise.</summary>
internal sealed record Behaviour
{
    /// <summary>issue, pending (until approved or denied) or deny.</summary>
    public string Decision { get; init; } = "issue";

    /// <summary>nonce, transaction, flip, recipient, signer, garbage, huge, close; empty: nothing is wrong.</summary>
    public string Fault { get; init; } = "";

    /// <summary>Of answers: aes or des3.</summary>
    public string Cipher { get; init; } = "aes";

    public string Capabilities { get; init; } = "AES\nPOSTPKIOperation\nRenewal\nSHA-256\nSHA-512\nSCEPStandard\n";

    /// <summary>Whether a first request must carry a password of the challenge page.</summary>
    public bool Challenge { get; init; } = true;

    /// <summary>Whether messages are held to RFC 8894 by the letter, as ours must be. Otherwise the ways of other clients are taken, too: a POST without
    /// application/x-pki-message, a signature named sha256WithRSAEncryption, attributes of a PKCS#10 out of order, a CertPoll that names the RA;
    /// and the RA signs with a certificate for all purposes.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>GetCACert: RA for signing, RA for encryption, CA; in this order.</summary>
    public string Order { get; init; } = "sec";

    /// <summary>Requests come in Triple DES and SHA-1: the server offers nothing else.</summary>
    public bool Old => !Capabilities.Contains("AES", StringComparison.OrdinalIgnoreCase) && !Capabilities.Contains("SCEPStandard", StringComparison.OrdinalIgnoreCase);

    public Behaviour With(JsonObject body)
    {
        string Text(string name, string now, params string[] known)
        {
            string value = body[name]?.ToString() ?? now;
            return known.Length == 0 || known.Contains(value) ? value : throw new ArgumentException($"{name} '{value}' is none of {string.Join(", ", known)}");
        }
        return new Behaviour
        {
            Decision = Text("decision", Decision, "issue", "pending", "deny"),
            Fault = Text("fault", Fault, "", "nonce", "transaction", "flip", "recipient", "signer", "garbage", "huge", "close"),
            Cipher = Text("cipher", Cipher, "aes", "des3"),
            Capabilities = Text("capabilities", Capabilities),
            Challenge = body["challenge"]?.GetValue<bool>() ?? Challenge,
            Strict = body["strict"]?.GetValue<bool>() ?? Strict,
            Order = Text("order", Order, "sec", "sce", "esc", "ecs", "ces", "cse"),
        };
    }
}
