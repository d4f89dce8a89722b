using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Lab.Common;

/// <summary>One value of an alternative name: an e-mail address, a DNS name, a UPN, or another name with its own OID.</summary>
internal readonly record struct AlternativeName(string Kind, string? Oid, ReadOnlyMemory<byte> Value)
{
    public const string Email = "rfc822Name", Dns = "dnsName", Other = "otherName";
    public const string UpnOid = "1.3.6.1.4.1.311.20.2.3", GuidOid = "1.3.6.1.4.1.311.25.1";
}

/// <summary>The pieces of DER a certificate is made of, written here so that nothing depends on the product's own encoders.</summary>
internal static class CertificateText
{
    private static readonly Dictionary<string, string> AttributeOids = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CN"] = "2.5.4.3", ["serialNumber"] = "2.5.4.5", ["C"] = "2.5.4.6", ["L"] = "2.5.4.7", ["ST"] = "2.5.4.8", ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11", ["title"] = "2.5.4.12", ["givenName"] = "2.5.4.42", ["SN"] = "2.5.4.4", ["E"] = "1.2.840.113549.1.9.1",
        ["UID"] = "0.9.2342.19200300.100.1.1",
    };

    public static bool KnowsAttribute(string label) => AttributeOids.ContainsKey(label);

    public static X500DistinguishedName Name(params IEnumerable<(string Label, string Value)> parts)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach ((string label, string value) in parts)
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(AttributeOids[label]);
                    writer.WriteCharacterString(label switch { "E" => UniversalTagNumber.IA5String, "C" or "serialNumber" => UniversalTagNumber.PrintableString, _ => UniversalTagNumber.UTF8String }, value);
                }
            }
        }
        return new X500DistinguishedName(writer.Encode());
    }

    public static X509Extension AlternativeNames(IEnumerable<AlternativeName> names)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (AlternativeName name in names)
            {
                switch (name.Kind)
                {
                    case AlternativeName.Email:
                        writer.WriteOctetString(name.Value.Span, new Asn1Tag(TagClass.ContextSpecific, 1));
                        break;
                    case AlternativeName.Dns:
                        writer.WriteOctetString(name.Value.Span, new Asn1Tag(TagClass.ContextSpecific, 2));
                        break;
                    default:
                        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
                        {
                            writer.WriteObjectIdentifier(name.Oid!);
                            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
                            {
                                writer.WriteEncodedValue(name.Value.Span);
                            }
                        }
                        break;
                }
            }
        }
        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    public static byte[] Utf8String(string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
        return writer.Encode();
    }

    /// <summary>The bytes as they are when they are one DER value, as the connector page's sample is; otherwise as an OCTET STRING.</summary>
    public static byte[] OneValue(byte[] bytes)
    {
        try
        {
            var reader = new AsnReader(bytes, AsnEncodingRules.DER);
            reader.ReadEncodedValue();
            if (!reader.HasData)
            {
                return bytes;
            }
        }
        catch (AsnContentException)
        {
        }
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(bytes);
        return writer.Encode();
    }

    /// <summary>A PKCS#7 of certificates only. BER's SET keeps the order given, which DER would sort: callers test the order.</summary>
    public static byte[] Pkcs7(params IEnumerable<byte[]> certificates)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                {
                }
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.2.840.113549.1.7.1");
                }
                using (writer.PushSetOf(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
                {
                    foreach (byte[] certificate in certificates)
                    {
                        writer.WriteEncodedValue(certificate);
                    }
                }
                using (writer.PushSetOf())
                {
                }
            }
        }
        return writer.Encode();
    }

    /// <summary>A CSR as base64 with or without armour, any white space. Its signature is checked; throws a fault.</summary>
    public static CertificateRequest ReadRequest(string text)
    {
        string body = string.Concat(text.Split('\n').Where(line => !line.Contains("-----", StringComparison.Ordinal)));
        try
        {
            return CertificateRequest.LoadSigningRequest(Convert.FromBase64String(body), HashAlgorithmName.SHA256);
        }
        catch (Exception error) when (error is FormatException or CryptographicException)
        {
            throw new Fault("TD-CSR", "The PKCS#10 request cannot be read or is not signed by its own key.");
        }
    }
}
