using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Lab.Ndes;

/// <summary>A PKCS#10 whose attributes stand in another order than DER's, as strongSwan 5.9.8 writes it: the framework takes it for damaged.</summary>
internal static class UnsortedRequest
{
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>The same request in order. Its signature is checked over what was sent; only RSA with SHA-256, SHA-1 or SHA-512.</summary>
    public static CertificateRequest Read(byte[] bytes)
    {
        AsnReader parts = new AsnReader(bytes, AsnEncodingRules.DER).ReadSequence();
        byte[] signed = parts.PeekEncodedValue().ToArray();
        AsnReader info = parts.ReadSequence();
        byte[] algorithm = parts.PeekEncodedValue().ToArray();
        HashAlgorithmName digest = parts.ReadSequence().ReadObjectIdentifier() switch
        {
            "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
            "1.2.840.113549.1.1.5" => HashAlgorithmName.SHA1,
            string other => throw new CryptographicException($"the request is signed by {other}"),
        };
        byte[] signature = parts.ReadBitString(out _);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        byte[] key;
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(info.ReadEncodedValue().Span); // version
                writer.WriteEncodedValue(info.ReadEncodedValue().Span); // subject
                key = info.ReadEncodedValue().ToArray();
                writer.WriteEncodedValue(key);
                AsnReader attributes = info.ReadSetOf(skipSortOrderValidation: true, Zero);
                using (writer.PushSetOf(Zero)) // sorts them
                {
                    while (attributes.HasData)
                    {
                        writer.WriteEncodedValue(attributes.ReadEncodedValue().Span);
                    }
                }
            }
            writer.WriteEncodedValue(algorithm);
            writer.WriteBitString(signature);
        }
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key, out _);
        ScepMessage.Require(rsa.VerifyData(signed, signature, digest, RSASignaturePadding.Pkcs1), Refusal.BadMessageCheck, "the signature of the PKCS#10 does not fit");
        return CertificateRequest.LoadSigningRequest(writer.Encode(), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions | CertificateRequestLoadOptions.SkipSignatureValidation);
    }
}
