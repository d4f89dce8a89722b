using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace CertBroker.Tests.Interop;

/// <summary>What .NET reads in a certificate, compared with what CertBroker says about it.</summary>
internal static class CertificateFacts
{
    public static void Same(X509Certificate2 expected, CertificateInfo actual)
    {
        Assert.Equal(expected.Thumbprint, actual.Thumbprint);
        Assert.Equal(expected.GetCertHashString(HashAlgorithmName.SHA256), actual.Sha256);
        Assert.Equal(expected.RawData, actual.RawData);
        Assert.Equal(Names(expected.SubjectName), Names(AsTyped(actual.Subject)));
        Assert.Equal(Names(expected.IssuerName), Names(AsTyped(actual.Issuer)));
        Assert.Equal(expected.SerialNumber.TrimStart('0'), actual.SerialNumber.TrimStart('0'));
        Assert.Equal(expected.NotBefore, actual.NotBefore);
        Assert.Equal(expected.NotAfter, actual.NotAfter);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(expected.PublicKey.ExportSubjectPublicKeyInfo())), actual.KeyId);
        Assert.Equal(expected.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>()).Select(oid => oid.Value), actual.EnhancedKeyUsage);
        Assert.Equal(expected.Extensions.OfType<X509KeyUsageExtension>().SelectMany(extension => Usages(extension.KeyUsages)), actual.KeyUsage);
        Assert.Equal(AlternativeNames(expected.Extensions), actual.SubjectAlternativeName.Where(name => name.StartsWith("dns=", StringComparison.Ordinal) || name.StartsWith("ipaddress=", StringComparison.Ordinal)));
    }

    /// <summary>CertBroker writes names in the order of the encoding; .NET would turn them round.</summary>
    private static X500DistinguishedName AsTyped(string text) => new(text, X500DistinguishedNameFlags.None);

    /// <summary>The attributes in the order of the encoding, by OID.</summary>
    public static string[] Names(X500DistinguishedName name) =>
        [.. name.EnumerateRelativeDistinguishedNames(reversed: false).Select(part => $"{part.GetSingleElementType().Value}={part.GetSingleElementValue()}")];

    /// <summary>DNS names and addresses, as CertBroker writes them.</summary>
    public static string[] AlternativeNames(IEnumerable<X509Extension> extensions)
    {
        X509Extension? found = extensions.FirstOrDefault(extension => extension.Oid?.Value == "2.5.29.17");
        if (found is null)
        {
            return [];
        }
        var names = new X509SubjectAlternativeNameExtension(found.RawData, found.Critical);
        return [.. names.EnumerateDnsNames().Select(name => "dns=" + name), .. names.EnumerateIPAddresses().Select(address => "ipaddress=" + address)];
    }

    /// <summary>Every general name by its tag: 1 e-mail, 2 DNS, 4 directory, 6 URI, 7 address, 8 OID, 0 other.</summary>
    public static List<(int Tag, byte[] Value)> GeneralNames(IEnumerable<X509Extension> extensions)
    {
        X509Extension found = extensions.Single(extension => extension.Oid?.Value == "2.5.29.17");
        var names = new List<(int, byte[])>();
        AsnReader reader = new AsnReader(found.RawData, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            Asn1Tag tag = reader.PeekTag();
            names.Add((tag.TagValue, reader.PeekContentBytes().ToArray()));
            reader.ReadEncodedValue();
        }
        return names;
    }

    public static string[] Usages(X509KeyUsageFlags flags)
    {
        (X509KeyUsageFlags Flag, string Name)[] all =
        [
            (X509KeyUsageFlags.DigitalSignature, "DigitalSignature"), (X509KeyUsageFlags.NonRepudiation, "NonRepudiation"), (X509KeyUsageFlags.KeyEncipherment, "KeyEncipherment"),
            (X509KeyUsageFlags.DataEncipherment, "DataEncipherment"), (X509KeyUsageFlags.KeyAgreement, "KeyAgreement"), (X509KeyUsageFlags.KeyCertSign, "KeyCertSign"),
            (X509KeyUsageFlags.CrlSign, "CrlSign"), (X509KeyUsageFlags.EncipherOnly, "EncipherOnly"), (X509KeyUsageFlags.DecipherOnly, "DecipherOnly"),
        ];
        return [.. all.Where(item => flags.HasFlag(item.Flag)).Select(item => item.Name)];
    }

    public static X509Certificate2Collection Bundle(byte[] p7b)
    {
        var signed = new SignedCms();
        signed.Decode(p7b);
        return signed.Certificates;
    }
}
