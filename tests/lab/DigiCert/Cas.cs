using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>The CAs that sell certificates: a root, and what profiles.json lists below it.</summary>
internal sealed class Cas
{
    private readonly Dictionary<string, TestCa> issuing = [];

    public Cas(Account account, DateTimeOffset now)
    {
        Root = TestCa.CreateRoot("CertBroker Lab Root", now);
        foreach (IssuingCa ca in account.Cas)
        {
            TestCa parent = ca.Below is null ? Root : Root.CreateSubordinate(CertificateText.Name(("O", "CertBroker Lab"), ("CN", ca.Below)), now);
            issuing.Add(ca.Id, parent.CreateSubordinate(CertificateText.Name(("O", "CertBroker Lab"), ("CN", ca.Name)), now));
        }
    }

    public TestCa Root { get; }

    public TestCa this[string id] => issuing[id];

    public IEnumerable<KeyValuePair<string, TestCa>> Issuing => issuing;
}
