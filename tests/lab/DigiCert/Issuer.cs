using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>Makes certificates out of a profile's fixed values and the pairs sent; of the CSR it takes the key only.</summary>
internal sealed partial class Issuer(Cas cas, Ledger ledger)
{
    private static readonly Lazy<ECDsa> otherKey = new(() => ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Refuses pairs that the profile does not take, misses or cannot use.</summary>
    public static void CheckPairs(Profile profile, IReadOnlyDictionary<string, string> pairs)
    {
        foreach ((string name, string value) in pairs)
        {
            if (!profile.Variables.ContainsKey(name))
            {
                throw new Fault("TD-PAIR-UNKNOWN", $"The profile has no attribute {name}.");
            }
            if (value.Length == 0)
            {
                throw new Fault("TD-PAIR-EMPTY", $"No value for {name}.");
            }
            if (name is "mail_firstName" or "mail_lastName" && !PersonName().IsMatch(value))
            {
                throw new Fault("TD-NAME", $"Invalid value for {name}");
            }
        }
        foreach ((string name, bool mandatory) in profile.Variables)
        {
            if (mandatory && !pairs.ContainsKey(name))
            {
                throw new Fault("TD-PAIR-MISSING", $"The mandatory attribute {name} is missing.");
            }
        }
        foreach (Slot slot in profile.San.Where(slot => slot.Label == "otherName"))
        {
            foreach (string variable in slot.Variables.Where(pairs.ContainsKey))
            {
                OtherName(slot, pairs[variable]);
            }
        }
    }

    public static void CheckKey(Profile profile, PublicKey key)
    {
        const string rsa = "1.2.840.113549.1.1.1";
        string wanted = profile.Algorithm ?? rsa;
        if (key.Oid.Value != wanted)
        {
            throw new Fault("TD-KEY-TYPE", $"The profile takes keys of the algorithm {wanted}, not {key.Oid.Value}.");
        }
        int bits = wanted == rsa ? RsaBits(key) : EcBits(key);
        if (bits < profile.KeySize)
        {
            throw new Fault("TD-KEY-SIZE", $"The key has {bits} bits; the profile wants {profile.KeySize}.");
        }
    }

    /// <summary>Read out of the key's own structure: an object of libcrypto for it costs as much as its signature.</summary>
    private static int RsaBits(PublicKey key) =>
        (int)new AsnReader(key.EncodedKeyValue.RawData, AsnEncodingRules.DER).ReadSequence().ReadInteger().GetBitLength();

    private static int EcBits(PublicKey key)
    {
        using ECDsa? algorithm = key.GetECDsaPublicKey();
        return algorithm?.KeySize ?? 0;
    }

    public IssuedCertificate Issue(Profile profile, IReadOnlyDictionary<string, string> pairs, PublicKey key, Scenario scenario)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        int days = pairs.TryGetValue("overrideValidityDays", out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : profile.ValidityDays;
        DateTimeOffset from = now.AddMinutes(-5), to = now.AddDays(days);
        if (scenario.Is("expired-certificate"))
        {
            (from, to) = (now.AddDays(-days - 1), now.AddDays(-1));
        }
        (string Label, string Value)[] subject = [.. Values(profile.Subject, pairs).Select(one => (one.Slot.Label, one.Value))];
        AlternativeName[] names = [.. Values(profile.San, pairs).Select(one => Alternative(one.Slot, one.Value))];
        TestCa ca = cas[profile.Ca];
        var wish = new Wish(CertificateText.Name(subject), scenario.Is("wrong-key") ? new PublicKey(otherKey.Value) : key, from, to)
        {
            Usage = profile.Algorithm is null or "1.2.840.113549.1.1.1" ? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.DigitalSignature,
            ExtendedUsage = [Wish.ClientAuthentication, Wish.EmailProtection],
            Extensions = names.Length == 0 ? [] : [CertificateText.AlternativeNames(names)],
        };
        var issued = new IssuedCertificate
        {
            Serial = Convert.ToHexString(wish.Serial).TrimStart('0').ToLowerInvariant(),
            Der = ca.Sign(wish),
            Profile = profile,
            Ca = ca,
            Seat = profile.Seat is Seat seat ? pairs.GetValueOrDefault(seat.Variable, "") : "",
            CommonName = subject.FirstOrDefault(part => part.Label == "CN").Value ?? "",
            Email = pairs.GetValueOrDefault("mail_email"),
            From = from,
            To = to,
        };
        ledger.Add(issued);
        return issued;
    }

    /// <summary>For profiles whose keys are the server's: the certificate with its key behind a password.</summary>
    public IssuedCertificate IssueWithKey(Profile profile, IReadOnlyDictionary<string, string> pairs, Scenario scenario)
    {
        using RSA key = RSA.Create(Math.Max(2048, profile.KeySize));
        IssuedCertificate issued = Issue(profile, pairs, new PublicKey(key), scenario);
        using X509Certificate2 plain = X509CertificateLoader.LoadCertificate(issued.Der);
        using X509Certificate2 whole = plain.CopyWithPrivateKey(key);
        lock (ledger.Gate)
        {
            issued.Pkcs12Password = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
            issued.Pkcs12 = whole.ExportPkcs12(new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2000), issued.Pkcs12Password);
        }
        return issued;
    }

    private static IEnumerable<(Slot Slot, string Value)> Values(Slot[] slots, IReadOnlyDictionary<string, string> pairs)
    {
        foreach (Slot slot in slots)
        {
            string value = slot.Fixed ?? string.Join(' ', slot.Variables.Where(pairs.ContainsKey).Select(name => pairs[name]));
            if (value.Length > 0)
            {
                yield return (slot, value);
            }
        }
    }

    private static AlternativeName Alternative(Slot slot, string value) => slot.Label switch
    {
        "rfc822Name" => new AlternativeName(AlternativeName.Email, null, Encoding.ASCII.GetBytes(value)),
        "dnsName" => new AlternativeName(AlternativeName.Dns, null, Encoding.ASCII.GetBytes(value)),
        "otherNameUPN" => new AlternativeName(AlternativeName.Other, AlternativeName.UpnOid, CertificateText.Utf8String(value)),
        _ => new AlternativeName(AlternativeName.Other, AlternativeName.GuidOid, CertificateText.OneValue(OtherName(slot, value))),
    };

    private static byte[] OtherName(Slot slot, string value)
    {
        try
        {
            byte[] bytes = Convert.FromBase64String(value);
            return slot.Encoding == "hex-text" ? Convert.FromHexString(Encoding.ASCII.GetString(bytes).Replace(" ", "", StringComparison.Ordinal)) : bytes;
        }
        catch (FormatException)
        {
            throw new Fault("TD-OTHER-NAME", $"The value of {slot.Variables[0]} is not encoded as the profile wants it.");
        }
    }

    [GeneratedRegex(@"^[\p{L}\p{M}\p{Nd} '-]+\z")]
    private static partial Regex PersonName();
}
