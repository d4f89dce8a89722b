using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>What the account's administrators do in the portal, and what tests want to see of the account.</summary>
internal static class DigiCertControl
{
    public static void Add(Control control, DigiCertDouble lab, Credentials credentials)
    {
        Ledger ledger = lab.Ledger;
        control.OnReset(() =>
        {
            ledger.Clear();
            lab.Management.Schema = ManagementSchema.Both;
        });
        control.Command("approve", body => Decide(ledger, body, pending => pending.Approved = true));
        control.Command("deny", body => Decide(ledger, body, pending =>
        {
            pending.DeniedAs = Word(body, "as", "fault");
            pending.Denied = Word(body, "message", "The request was rejected by an administrator.");
        }));
        control.Command("ra", body =>
        {
            byte[] der = credentials.SignRa(Word(body, "csr"), Word(body, "name", "pki_ra"));
            string pem = PemEncoding.WriteString("CERTIFICATE", der);
            string chain = credentials.RaCa.Certificate.ExportCertificatePem() + "\n" + credentials.RaRoot.Certificate.ExportCertificatePem();
            return new
            {
                thumbprint = Convert.ToHexString(SHA1.HashData(der)),
                certificate = pem,
                chain,
                pkcs7 = Convert.ToBase64String(CertificateText.Pkcs7(der, credentials.RaCa.Der, credentials.RaRoot.Der)),
            };
        });
        control.Command("management-schema", body =>
        {
            lab.Management.Schema = Enum.Parse<ManagementSchema>(Word(body, "revision"), ignoreCase: true);
            return new { revision = lab.Management.Schema.ToString() };
        });
        control.Command("issue", body => Issue(lab, body));
        control.Question("certificates", _ => Certificates(ledger));
        control.Question("pending", _ => InLedger(ledger, () => ledger.Pending.Select(one => new
        {
            one.Id, profile = one.Profile.Oid, one.Polls, one.Approved, denied = one.Denied, issued = one.Issued?.Serial,
        }).ToArray()));
        control.Question("users", _ => InLedger(ledger, () => ledger.Users.Values.Select(one => new { one.Seat, one.FirstName, one.LastName, one.Email }).ToArray()));
    }

    private static object Decide(Ledger ledger, JsonObject body, Action<PendingRequest> decision)
    {
        lock (ledger.Gate)
        {
            PendingRequest[] meant = body["id"] is null
                ? [.. ledger.Pending.Where(one => one.Issued is null && one.Denied is null)]
                : [ledger.FindPending(Word(body, "id")) ?? throw new ArgumentException($"no request {Word(body, "id")} is pending")];
            foreach (PendingRequest pending in meant)
            {
                decision(pending);
            }
            return new { decided = meant.Length };
        }
    }

    /// <summary>Certificates that other users got: something to search among. One key for all of them.</summary>
    private static object Issue(DigiCertDouble lab, JsonObject body)
    {
        Profile profile = lab.Account.Profiles.FirstOrDefault(one => one.Oid == Word(body, "profile")) ?? throw new ArgumentException($"there is no profile {Word(body, "profile")}");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = new PublicKey(key);
        string name = Word(body, "name", "somebody");
        int count = int.Parse(Word(body, "count", "1"), System.Globalization.CultureInfo.InvariantCulture);
        for (int number = 1; number <= count; number++)
        {
            string who = $"{name}{number}";
            var pairs = profile.Variables.Where(variable => variable.Value).ToDictionary(variable => variable.Key, variable => Value(variable.Key, who));
            lab.Issuer.Issue(profile, pairs, publicKey, Scenario.None);
        }
        return new { issued = count };
    }

    private static string Value(string variable, string who) => variable switch
    {
        "mail_email" or "otherNameUPN" or "seat_id" => who + "@example.test",
        "otherName" => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(who)),
        _ => who,
    };

    private static object Certificates(Ledger ledger) => InLedger(ledger, () => ledger.All.Select(one => new
    {
        one.Serial, one.Seat, one.CommonName, one.Email, profile = one.Profile.Oid, one.Status, one.Reason, one.Comment, issuer = one.Ca.IssuerName,
        thumbprint = Convert.ToHexString(SHA1.HashData(one.Der)), certificate = Convert.ToBase64String(one.Der),
    }).ToArray());

    private static T InLedger<T>(Ledger ledger, Func<T> read)
    {
        lock (ledger.Gate)
        {
            return read();
        }
    }

    private static string Word(JsonObject body, string name, string? otherwise = null) =>
        body[name]?.ToString() ?? otherwise ?? throw new ArgumentException($"'{name}' is missing");
}
