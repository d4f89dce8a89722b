using System.Text.Json.Serialization;

namespace CertBroker.Lab.Common;

/// <summary>One request as it came, and what became of it.</summary>
internal sealed class RecordedRequest
{
    public int Number { get; init; }
    public DateTimeOffset Time { get; init; }
    public string Service { get; set; } = "";
    public string? Operation { get; set; }
    public string Method { get; init; } = "";
    public string Path { get; init; } = "";
    public string? SoapAction { get; init; }
    public Dictionary<string, string> Headers { get; init; } = [];
    public string Body { get; set; } = "";
    public string? ClientCertificate { get; init; }
    public string Connection { get; init; } = "";
    public string? Tls { get; init; }
    public string Scenario { get; set; } = "";

    /// <summary>The HTTP status sent; 0 while there is none.</summary>
    public int Status { get; set; }

    public string? FaultCode { get; set; }
    public string? FaultMessage { get; set; }

    /// <summary>Bytes of the body that were handed to the network.</summary>
    public long BytesSent { get; set; }
}

/// <summary>Connections since the start or the last reset.</summary>
internal sealed class ConnectionCounts
{
    private long accepted, handshakes, failed, open;

    [JsonInclude] public long Accepted => Interlocked.Read(ref accepted);
    [JsonInclude] public long HandshakesDone => Interlocked.Read(ref handshakes);
    [JsonInclude] public long HandshakesFailed => Interlocked.Read(ref failed);
    [JsonInclude] public long Open => Interlocked.Read(ref open);

    /// <summary>What the server's library said of the last handshake that failed.</summary>
    public string? LastFailure { get; private set; }

    public void Accept()
    {
        Interlocked.Increment(ref accepted);
        Interlocked.Increment(ref open);
    }

    public void End() => Interlocked.Decrement(ref open);
    public void HandshakeDone() => Interlocked.Increment(ref handshakes);

    public void HandshakeFailed(string why)
    {
        Interlocked.Increment(ref failed);
        LastFailure = why;
    }

    /// <summary>What is open stays open, and is counted on.</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref accepted, 0);
        Interlocked.Exchange(ref handshakes, 0);
        Interlocked.Exchange(ref failed, 0);
        LastFailure = null;
    }
}

/// <summary>Keeps the last requests; a benchmark's many thousands do not fill the memory.</summary>
internal sealed class Recorder(int limit)
{
    private readonly Lock gate = new();
    private readonly Queue<RecordedRequest> requests = new();
    private int number;

    public ConnectionCounts Connections { get; } = new();

    public int NextNumber() => Interlocked.Increment(ref number);

    public void Add(RecordedRequest request)
    {
        lock (gate)
        {
            requests.Enqueue(request);
            if (requests.Count > limit)
            {
                requests.Dequeue();
            }
        }
    }

    public RecordedRequest[] All()
    {
        lock (gate)
        {
            return [.. requests];
        }
    }

    public void Reset()
    {
        lock (gate)
        {
            requests.Clear();
            number = 0;
        }
        Connections.Reset();
    }
}
