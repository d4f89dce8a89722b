using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>Every scenario of this double, with what it does; those of HTTP, TLS and XML are the common ones. README.md has the same table.</summary>
internal static class MicrosoftCaScenarios
{
    private static readonly string[] common =
    [
        "close", "stall", "delay", "never-answer", "close-after-request", "unavailable", "throttled", "redirect", "html-page", "malformed-xml", "empty", "wrong-content-type", "huge", "deep", "dtd",
        "close-after-processing", "never-answer-after-processing", "unavailable-after-processing", "stall-mid-body", "truncated", "cut-xml", "clock-skew", "other-prefixes", "default-namespaces",
        "comments", "wrong-key", "expired-certificate", "pending",
    ];

    public static readonly SortedDictionary<string, string> Own = new(StringComparer.Ordinal)
    {
        // what the CA decides
        ["denied"] = "the policy module denies: 'code' (0x80094014 as a number), 'message'",
        ["approved"] = "of a poll: a waiting request is approved by it",
        // what it issues
        ["subject-rewritten"] = "the certificate is for another subject",
        ["san-dropped"] = "the certificate has no alternative names",
        ["eku-dropped"] = "the certificate has no extended key usage",
        ["short-validity"] = "the certificate is valid for an hour",
        ["sha1-signature"] = "the certificate is signed with SHA-1",
        ["long-serial"] = "a serial number of 21 octets",
        // how it is answered
        ["soap-fault"] = "nothing is processed: a SOAP fault with 'code' (a number), 'message', 'invalid' (true, false) in 'shape' as-is|internal|no-detail|other-detail|no-code|nil-code|no-reason|no-subcode|soap11|empty; 'status' (500)",
        ["fault-shape"] = "the request is processed; when that ends in a fault, it is written in 'shape' and with 'status'",
        ["wrong-relates-to"] = "RelatesTo is another message's",
        ["no-relates-to"] = "there is no RelatesTo",
        ["wrong-request-id"] = "the answer names another request",
        ["garbage-token"] = "what should be a certificate is not",
        ["no-token"] = "neither a certificate nor a reference",
        ["no-cmc"] = "the certificate without the CMC full response",
        ["no-chain"] = "the CMC full response has no certificates",
        ["out-of-order"] = "the certificate first, the root last, another one of the CA's between",
        ["one-line"] = "base64 without line breaks",
        ["unknown-elements"] = "elements of another namespace at the end of every other one",
        // policy
        ["not-changed"] = "policiesNotChanged, and nothing else",
        ["nil-false"] = "xsi:nil=\"false\" on values that are there",
        ["long-lived"] = "nextUpdateHours is as large as it can be",
        ["dead-address"] = "the cheapest enrolment addresses are ones that nobody listens at",
        ["no-addresses"] = "the CA's list of enrolment addresses is nil",
    };

    public static readonly SortedDictionary<string, string> Known = new(Own.Concat(common.Select(name => KeyValuePair.Create(name, ScenarioNames.Known[name]))).ToDictionary(), StringComparer.Ordinal);
}
