namespace CertBroker.Lab.MicrosoftCa;

internal enum Disposition
{
    Error = 1,
    Denied = 2,
    Issued = 3,
    Pending = 5,
}

/// <summary>One row of the CA's database.</summary>
internal sealed class LedgerEntry
{
    public required int Id { get; init; }
    public required Template? Template { get; init; }
    public required Account Requester { get; init; }
    public required Submission Submission { get; init; }
    public Disposition Disposition { get; set; }
    public string? Reason { get; set; }
    public int Code { get; set; }
    public byte[]? Certificate { get; set; }

    /// <summary>Approved at that poll; 0: by a certificate manager.</summary>
    public int ApprovedAtPoll { get; set; }

    public int Polls { get; set; }

    /// <summary>What the request met when it came; the certificate of a pending one meets it, too.</summary>
    public required Common.Scenario Scenario { get; init; }
}

/// <summary>What the CA knows.</summary>
internal sealed class Ledger
{
    private readonly List<LedgerEntry> all = [];
    private int next = 11;

    public Lock Gate { get; } = new();

    public LedgerEntry Add(Func<int, LedgerEntry> make)
    {
        lock (Gate)
        {
            LedgerEntry entry = make(next++);
            all.Add(entry);
            return entry;
        }
    }

    public LedgerEntry? Find(string id)
    {
        lock (Gate)
        {
            return all.FirstOrDefault(one => one.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == id);
        }
    }

    public LedgerEntry? FindCertificate(byte[] der)
    {
        lock (Gate)
        {
            return all.FirstOrDefault(one => one.Certificate is not null && one.Certificate.AsSpan().SequenceEqual(der));
        }
    }

    public LedgerEntry[] All
    {
        get
        {
            lock (Gate)
            {
                return [.. all];
            }
        }
    }

    /// <summary>Numbers go on: a client must not meet an old request under a new one's number.</summary>
    public void Clear()
    {
        lock (Gate)
        {
            all.Clear();
        }
    }
}
