using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

internal sealed class IssuedCertificate
{
    public required string Serial { get; init; }
    public required byte[] Der { get; init; }
    public required Profile Profile { get; init; }
    public required TestCa Ca { get; init; }
    public required string Seat { get; init; }
    public required string CommonName { get; init; }
    public string? Email { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }

    /// <summary>The escrowed key, of profiles whose keys the server makes.</summary>
    public byte[]? Pkcs12 { get; set; }

    public string? Pkcs12Password { get; set; }

    /// <summary>VALID, REVOKED or SUSPENDED; that it has expired shows in <see cref="Status"/> only.</summary>
    public string State { get; set; } = "VALID";

    public DateTimeOffset? RevokedAt { get; set; }
    public string? Reason { get; set; }
    public string? Comment { get; set; }

    public string Status => State != "REVOKED" && To < DateTimeOffset.UtcNow ? "EXPIRED" : State;
}

internal sealed class PendingRequest
{
    public required string Id { get; init; }
    public required Profile Profile { get; init; }
    public required Func<IssuedCertificate> Issue { get; init; }

    /// <summary>Approves itself at this poll; 0: never.</summary>
    public int ApproveAtPoll { get; init; }

    public int Polls { get; set; }
    public bool Approved { get; set; }
    public string? Denied { get; set; }

    /// <summary>How a denial is told: "fault", or "disposition" in an answer without a token.</summary>
    public string DeniedAs { get; set; } = "fault";

    public IssuedCertificate? Issued { get; set; }
}

internal sealed class User
{
    public required string Seat { get; init; }
    public string? FirstName { get; set; }
    public string? LastName { get; set; }
    public string? Email { get; set; }
    public string? Desk { get; set; }
    public string? Mobile { get; set; }
    public List<(string Name, string Value)> Attributes { get; set; } = [];
}

internal sealed record Passcode(string Seat, string Profile, string Code, string Status, DateTimeOffset Expiry, DateTimeOffset Created);

/// <summary>What the account has: certificates, pending requests, seats, users. In memory, behind one lock.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<string, IssuedCertificate> bySerial = [];
    private readonly List<IssuedCertificate> inOrder = [];
    private readonly Dictionary<string, PendingRequest> pending = [];
    private readonly Dictionary<string, User> users = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string, string), Passcode> passcodes = [];
    private int transactions, references;

    /// <summary>Held by whoever reads or changes what the ledger gave.</summary>
    public Lock Gate { get; } = new();

    public string NextTransaction() => $"srv-{Interlocked.Increment(ref transactions):D12}";

    public string NextReference() => $"pend-{Interlocked.Increment(ref references)}";

    public void Add(IssuedCertificate certificate)
    {
        lock (Gate)
        {
            bySerial.Add(certificate.Serial, certificate);
            inOrder.Add(certificate);
        }
    }

    public IssuedCertificate? Find(string serial) => bySerial.GetValueOrDefault(serial.ToLowerInvariant());

    public IReadOnlyList<IssuedCertificate> All => inOrder;

    public void Add(PendingRequest request)
    {
        lock (Gate)
        {
            pending.Add(request.Id, request);
        }
    }

    public PendingRequest? FindPending(string id) => pending.GetValueOrDefault(id);

    public IEnumerable<PendingRequest> Pending => pending.Values;

    public Dictionary<string, User> Users => users;

    public Dictionary<(string Seat, string Profile), Passcode> Passcodes => passcodes;

    public void Clear()
    {
        lock (Gate)
        {
            bySerial.Clear();
            inOrder.Clear();
            pending.Clear();
            users.Clear();
            passcodes.Clear();
        }
    }
}
