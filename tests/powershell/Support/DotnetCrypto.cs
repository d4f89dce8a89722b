using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Tests.Support;

/// <summary>Keys and certificates for tests, made by .NET. Where .NET has no working keys (Wine: its key providers lack what
/// .NET asks of them) keys calculate in managed code instead, and tests whose point is .NET as a peer are skipped.</summary>
internal static class DotnetCrypto
{
    /// <summary>Why .NET's keys do not work here; null where they do.</summary>
    public static string? Broken { get; } = ProbeAside();

    public static ECDsa NewEcdsa() => Broken is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : new ManagedEcdsa();

    public static RSA NewRsa(int bits) => Broken is null ? RSA.Create(bits) : new ManagedRsa(bits);

    /// <summary>The certificate, with its key.</summary>
    public static X509Certificate2 With(this X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        if (Broken is not null)
        {
            return new Keyed(certificate.RawData, key);
        }
        return key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
    }

    public static ECDsa EcdsaKey(this X509Certificate2 certificate) =>
        certificate is Keyed keyed ? (ECDsa)keyed.Key : certificate.GetECDsaPrivateKey() ?? throw new InvalidOperationException("no ECDSA key");

    /// <summary>A private key as PEM under a password, as .NET writes it.</summary>
    public static string EncryptedPem(this AsymmetricAlgorithm key, string password)
    {
        return key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000));
    }

    public static X509SignatureGenerator Generator(AsymmetricAlgorithm key) =>
        key is RSA rsa ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa((ECDsa)key);

    /// <summary>The size of a key. Without .NET's keys its bytes are read: a point has two coordinates, a modulus comes first.</summary>
    public static int Bits(PublicKey key)
    {
        if (Broken is null)
        {
            return key.GetRSAPublicKey()?.KeySize ?? key.GetECDsaPublicKey()!.KeySize;
        }
        byte[] value = key.EncodedKeyValue.RawData;
        if (value[0] == 4)
        {
            return (value.Length - 1) / 2 is 66 ? 521 : (value.Length - 1) / 2 * 8;
        }
        return (int)Numbers.Read(new AsnReader(value, AsnEncodingRules.DER).ReadSequence().ReadIntegerBytes().ToArray()).GetBitLength();
    }

    /// <summary>A PFX file of the certificate and its key, as .NET writes it.</summary>
    public static byte[] Pfx(this X509Certificate2 certificate, string? password)
    {
        return certificate.Export(X509ContentType.Pfx, password)!;
    }

    /// <summary>A .p7b file. What Wine's export writes is none, so there it is written by hand (RFC 2315, certificates only).</summary>
    public static byte[] P7b(params X509Certificate2[] certificates)
    {
        if (Broken is null)
        {
            return new X509Certificate2Collection(certificates).Export(X509ContentType.Pkcs7)!;
        }
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                writer.PushSetOf().Dispose();
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.2.840.113549.1.7.1");
                }
                using (writer.PushSetOf(new Asn1Tag(TagClass.ContextSpecific, 0)))
                {
                    Array.ForEach(certificates, certificate => writer.WriteEncodedValue(certificate.RawData));
                }
                writer.PushSetOf().Dispose();
            }
        }
        return writer.Encode();
    }

    // In a thread of its own: Wine's key functions may leave the thread's list of exception handlers damaged.
    private static string? ProbeAside()
    {
        string? broken = null;
        var aside = new Thread(() => broken = Probe());
        aside.Start();
        aside.Join();
        return broken;
    }

    private static string? Probe()
    {
        try
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            byte[] data = [1, 2, 3];
            byte[] signature = key.SignData(data, HashAlgorithmName.SHA256);
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256) ? null : "a signature does not verify";
        }
        catch (CryptographicException failure)
        {
            return failure.Message;
        }
    }

    private sealed class Keyed : X509Certificate2
    {
#pragma warning disable SYSLIB0057 // The loader makes no objects of our class.
        public Keyed(byte[] bytes, AsymmetricAlgorithm key) : base(bytes) => Key = key;
#pragma warning restore SYSLIB0057

        public AsymmetricAlgorithm Key { get; }
    }
}
