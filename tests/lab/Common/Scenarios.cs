using System.Text.Json.Nodes;

namespace CertBroker.Lab.Common;

/// <summary>What one request meets. Several names joined by + happen together.</summary>
internal sealed class Scenario
{
    private readonly JsonObject parameters;
    private readonly HashSet<string> names;

    /// <exception cref="ArgumentException">It names none that the double knows.</exception>
    public Scenario(JsonObject parameters, IReadOnlyDictionary<string, string> known)
    {
        this.parameters = parameters;
        Service = Text("service", "any");
        Operation = Text("operation", "");
        Left = Number("times", 1);
        ToSkip = Number("skip", 0);
        Name = Text("name", "");
        names = [.. Name.Split('+', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        string? unknown = names.FirstOrDefault(name => !known.ContainsKey(name));
        if (names.Count == 0 || unknown is not null)
        {
            throw new ArgumentException($"there is no scenario '{unknown}'; known are {string.Join(", ", known.Keys)}");
        }
    }

    /// <summary>The scenario of a request that meets nothing.</summary>
    public static Scenario None { get; } = new();

    private Scenario()
    {
        parameters = [];
        names = [];
        Service = Operation = Name = "";
    }

    public string Name { get; }
    public string Service { get; }
    public string Operation { get; }

    /// <summary>How many requests it is still for; negative: for good.</summary>
    public int Left { get; set; }

    public int ToSkip { get; set; }

    public bool Is(string name) => names.Contains(name);

    public string Text(string name, string otherwise) => parameters[name] is JsonNode node ? node.ToString() : otherwise;

    public int Number(string name, int otherwise) => parameters[name] is JsonNode node ? int.Parse(node.ToString(), System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}

/// <summary>What the next requests meet, in the order it was asked for.</summary>
internal sealed class ScenarioQueue(IReadOnlyDictionary<string, string>? known = null)
{
    /// <summary>The names that this double knows, with what they do.</summary>
    public IReadOnlyDictionary<string, string> Known { get; } = known ?? ScenarioNames.Known;

    private readonly Lock gate = new();
    private readonly List<Scenario> waiting = [];

    public void Add(Scenario scenario)
    {
        lock (gate)
        {
            waiting.Add(scenario);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            waiting.Clear();
        }
    }

    public int Count
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    public Scenario Take(string service, string? operation)
    {
        lock (gate)
        {
            foreach (Scenario scenario in waiting)
            {
                bool meant = scenario.Service == service || (scenario.Service == "any" && service != "connection");
                if (!meant || (scenario.Operation.Length > 0 && scenario.Operation != operation))
                {
                    continue;
                }
                if (scenario.ToSkip > 0)
                {
                    scenario.ToSkip--;
                    continue;
                }
                if (scenario.Left > 0 && --scenario.Left == 0)
                {
                    waiting.Remove(scenario);
                }
                return scenario;
            }
            return Scenario.None;
        }
    }
}

/// <summary>Every scenario of HTTP, TLS and the DigiCert double, with what it does. README.md has the same table; the self-test holds them together.</summary>
internal static class ScenarioNames
{
    public static readonly SortedDictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        // service "connection": before TLS
        ["close"] = "service connection: the connection is closed as soon as it is accepted",
        ["stall"] = "service connection: nothing is answered to the TLS handshake",
        // instead of an answer; nothing is processed
        ["delay"] = "waits 'ms' (1000) before the request is processed and answered",
        ["never-answer"] = "the request is read, not processed, and never answered",
        ["close-after-request"] = "the request is read, not processed, and the connection cut",
        ["unavailable"] = "HTTP 503 with a short text; 'status' for another status",
        ["throttled"] = "HTTP 429 with Retry-After: 'seconds' (2)",
        ["redirect"] = "HTTP 302 to 'location'",
        ["html-page"] = "an HTML error page with 'status' (500)",
        ["malformed-xml"] = "HTTP 200 with XML that does not close its elements",
        ["empty"] = "HTTP 200 with no body",
        ["wrong-content-type"] = "the right answer as application/octet-stream",
        ["fault"] = "a SOAP fault: 'shape' full|no-detail|no-namespace|capital|string-only|prefixed|message-only, 'code', 'message', 'faultcode', 'status' (500; 200 is allowed)",
        ["fault-shape"] = "the request is processed; when that ends in a fault, it is written in 'shape' and with 'status'",
        ["huge"] = "an answer of 'megabytes' (100), streamed; 'kind' text|elements|attributes",
        ["deep"] = "elements 'depth' (100000) deep",
        ["dtd"] = "an answer with a DTD: 'kind' plain|entities|external",
        // processed; the answer is lost or damaged
        ["close-after-processing"] = "the request is processed (a certificate is issued), then the connection is cut without an answer",
        ["never-answer-after-processing"] = "the request is processed, then never answered",
        ["unavailable-after-processing"] = "the request is processed, then answered HTTP 503 by a front end",
        ["stall-mid-body"] = "half of the answer, then nothing for 'ms' (for good)",
        ["truncated"] = "half of the answer, then the connection is cut",
        ["cut-xml"] = "half of the answer as if it were all of it",
        ["clock-skew"] = "the Date header is 'hours' (5) off",
        // how a right answer is written
        ["lower-case-response"] = "requestVSSecurityTokenResponse, as the other copy of the schema spells it",
        ["other-prefixes"] = "other namespace prefixes, all declared at the envelope",
        ["default-namespaces"] = "no prefixes at all",
        ["line-breaks"] = "base64 with line breaks",
        ["other-transaction-id"] = "the echo of clientTransactionID is another one",
        ["no-transaction-id"] = "clientTransactionID is not echoed",
        ["comments"] = "comments between the elements",
        ["processing-instructions"] = "a processing instruction before the first element",
        // enrollment
        ["ca-first"] = "the CA's certificate is the first one of the PKCS#7",
        ["with-root"] = "the PKCS#7 has the root, too",
        ["leaf-only"] = "the PKCS#7 has the certificate only",
        ["cas-only"] = "the PKCS#7 has CA certificates only",
        ["x509v3"] = "one DER certificate instead of a PKCS#7",
        ["pkcs12"] = "a PKCS#12 with a key of the server's instead of a PKCS#7",
        ["wrong-key"] = "a certificate for another key",
        ["expired-certificate"] = "a certificate that has already expired",
        ["garbage-token"] = "the token is base64 of something else",
        ["no-token"] = "no token, no pending reference, 'disposition' as dispositionMessage",
        ["pending"] = "the request waits for approval, whatever its profile says; 'polls': approved at that poll",
        // policy
        ["not-changed"] = "policiesNotChanged, and nothing else",
        ["nil-oids"] = "the table of OIDs is nil",
        // management
        ["success-code"] = "nothing is done; successCode 'code' (1), successMsg 'message'",
        ["search-pkcs7"] = "certificates in search results are PKCS#7",
        ["search-without-more"] = "moreCertificateAvailable is left out",
        ["search-endless"] = "moreCertificateAvailable is true and no certificate is listed",
        ["wrong-serial"] = "serialNumber of every certificate found is another one",
    };
}
