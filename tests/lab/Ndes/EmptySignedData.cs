using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Lab.Ndes;

/// <summary>SignedData without eContent, as RFC 8894 wants it of answers that bring no certificate. The framework signs no empty content.</summary>
internal static class EmptySignedData
{
    private const string Data = "1.2.840.113549.1.7.1", SignedData = "1.2.840.113549.1.7.2", RsaEncryption = "1.2.840.113549.1.1.1", Sha256 = "2.16.840.1.101.3.4.2.1";
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0, isConstructed: true);

    public static byte[] Write(X509Certificate2 signer, IEnumerable<AsnEncodedData> attributes)
    {
        byte[] set = Attributes(attributes);
        using RSA key = signer.GetRSAPrivateKey()!;
        byte[] signature = key.SignData(set, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(SignedData);
            using (writer.PushSequence(Zero))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                {
                    Algorithm(writer, Sha256, withNull: false);
                }
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Data);
                }
                using (writer.PushSetOf(Zero))
                {
                    writer.WriteEncodedValue(signer.RawData);
                }
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteInteger(1);
                    using (writer.PushSequence())
                    {
                        writer.WriteEncodedValue(signer.IssuerName.RawData);
                        writer.WriteInteger(signer.SerialNumberBytes.Span);
                    }
                    Algorithm(writer, Sha256, withNull: false);
                    using (writer.PushSetOf(Zero))
                    {
                        var reader = new AsnReader(set, AsnEncodingRules.DER).ReadSetOf();
                        while (reader.HasData)
                        {
                            writer.WriteEncodedValue(reader.ReadEncodedValue().Span);
                        }
                    }
                    Algorithm(writer, RsaEncryption, withNull: true);
                    writer.WriteOctetString(signature);
                }
            }
        }
        return writer.Encode();
    }

    /// <summary>As they are signed: a SET OF (RFC 5652 section 5.4).</summary>
    private static byte[] Attributes(IEnumerable<AsnEncodedData> own)
    {
        var type = new AsnWriter(AsnEncodingRules.DER);
        type.WriteObjectIdentifier(Data);
        var digest = new AsnWriter(AsnEncodingRules.DER);
        digest.WriteOctetString(SHA256.HashData([]));
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            foreach ((string oid, byte[] value) in own.Select(one => (one.Oid!.Value!, one.RawData))
                .Append(("1.2.840.113549.1.9.3", type.Encode())).Append(("1.2.840.113549.1.9.4", digest.Encode())))
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    using (writer.PushSetOf())
                    {
                        writer.WriteEncodedValue(value);
                    }
                }
            }
        }
        return writer.Encode();
    }

    private static void Algorithm(AsnWriter writer, string oid, bool withNull)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            if (withNull)
            {
                writer.WriteNull();
            }
        }
    }
}
