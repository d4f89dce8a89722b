using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Lab.Ndes;

/// <summary>What a message has that must not: the failInfo to answer with, and why, for the record.</summary>
internal sealed class Refusal(int failInfo, string why) : Exception(why)
{
    public const int BadAlg = 0, BadMessageCheck = 1, BadRequest = 2, BadTime = 3, BadCertId = 4;

    public int FailInfo { get; } = failInfo;
}

/// <summary>The signed attributes of SCEP (RFC 8894 section 3.2.1).</summary>
internal static class Attributes
{
    public const string MessageType = "2.16.840.1.113733.1.9.2", PkiStatus = "2.16.840.1.113733.1.9.3", FailInfo = "2.16.840.1.113733.1.9.4",
        SenderNonce = "2.16.840.1.113733.1.9.5", RecipientNonce = "2.16.840.1.113733.1.9.6", TransactionId = "2.16.840.1.113733.1.9.7";

    public static string Text(SignerInfo signer, string oid)
    {
        var reader = new AsnReader(Value(signer, oid), AsnEncodingRules.DER);
        string text = reader.ReadCharacterString(UniversalTagNumber.PrintableString);
        reader.ThrowIfNotEmpty();
        return text;
    }

    public static byte[] Octets(SignerInfo signer, string oid)
    {
        var reader = new AsnReader(Value(signer, oid), AsnEncodingRules.DER);
        byte[] octets = reader.ReadOctetString();
        reader.ThrowIfNotEmpty();
        return octets;
    }

    public static AsnEncodedData Text(string oid, string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.PrintableString, text);
        return new AsnEncodedData(new Oid(oid), writer.Encode());
    }

    public static AsnEncodedData Octets(string oid, byte[] octets)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(octets);
        return new AsnEncodedData(new Oid(oid), writer.Encode());
    }

    private static byte[] Value(SignerInfo signer, string oid)
    {
        CryptographicAttributeObject[] found = [.. signer.SignedAttributes.Cast<CryptographicAttributeObject>().Where(one => one.Oid.Value == oid)];
        if (found is not [{ Values: [AsnEncodedData value] }])
        {
            throw new Refusal(Refusal.BadMessageCheck, $"the attribute {oid} is not there exactly once");
        }
        return value.RawData;
    }
}

/// <summary>A pkiMessage as it came, read by the framework's CMS classes and held to RFC 8894 by the letter.</summary>
internal sealed record ScepMessage(int Type, string Transaction, byte[] Nonce, X509Certificate2 Signer, byte[] Content, string Cipher)
{
    public const int CertRep = 3, RenewalReq = 17, PkcsReq = 19, CertPoll = 20, GetCert = 21, GetCrl = 22;

    private const string Data = "1.2.840.113549.1.7.1", RsaEncryption = "1.2.840.113549.1.1.1", Sha256 = "2.16.840.1.101.3.4.2.1", Sha256WithRsa = "1.2.840.113549.1.1.11";
    private const string Aes128 = "2.16.840.1.101.3.4.1.2", Aes256 = "2.16.840.1.101.3.4.1.42", TripleDes = "1.2.840.113549.3.7", Sha1 = "1.3.14.3.2.26";

    /// <summary>Header first: who can be answered is answered, whatever is wrong with the rest.</summary>
    public static ScepMessage Read(byte[] bytes, X509Certificate2 recipient, Behaviour behaviour, Action<ScepMessage> headerIsRead)
    {
        var signed = new SignedCms();
        signed.Decode(bytes);
        signed.CheckSignature(verifySignatureOnly: true);
        SignerInfo signer = signed.SignerInfos[0];
        if (signed.SignerInfos.Count != 1 || signer.Certificate is not X509Certificate2 certificate)
        {
            throw new CryptographicException("not one signer with its certificate");
        }
        var header = new ScepMessage(int.Parse(Attributes.Text(signer, Attributes.MessageType), System.Globalization.CultureInfo.InvariantCulture),
            Attributes.Text(signer, Attributes.TransactionId), Attributes.Octets(signer, Attributes.SenderNonce), certificate, [], "");
        headerIsRead(header);
        Require(signed.ContentInfo.ContentType.Value == Data && !signed.Detached, Refusal.BadMessageCheck, "the content is no id-data");
        Require(header.Nonce.Length == 16, Refusal.BadMessageCheck, "the nonce has not 16 octets");
        Require(header.Transaction.Length is > 0 and <= 255, Refusal.BadMessageCheck, "the transaction id is empty or long");
        bool old = behaviour.Old;
        // Both names are right (RFC 5754 section 3.2), but not every server takes the other one.
        Require(signer.SignatureAlgorithm.Value == RsaEncryption || (!behaviour.Strict && signer.SignatureAlgorithm.Value == Sha256WithRsa), Refusal.BadAlg, "the signature is named otherwise than rsaEncryption");
        Require(signer.DigestAlgorithm.Value == (old ? Sha1 : Sha256), Refusal.BadAlg, $"the digest is {signer.DigestAlgorithm.Value}");

        var enveloped = new EnvelopedCms();
        try
        {
            enveloped.Decode(signed.ContentInfo.Content);
            enveloped.Decrypt(enveloped.RecipientInfos[0], [recipient]);
        }
        catch (CryptographicException error)
        {
            throw new Refusal(Refusal.BadMessageCheck, "the envelope does not open: " + error.Message);
        }
        string cipher = enveloped.ContentEncryptionAlgorithm.Oid.Value ?? "";
        Require(old ? cipher == TripleDes : cipher is Aes128 or Aes256, Refusal.BadAlg, $"the cipher is {cipher}");
        return header with { Content = enveloped.ContentInfo.Content, Cipher = cipher };
    }

    public static void Require(bool holds, int failInfo, string why)
    {
        if (!holds)
        {
            throw new Refusal(failInfo, why);
        }
    }
}

/// <summary>An answer before it is written.</summary>
internal sealed record ScepReply(int Status, int? FailInfo = null, byte[]? Certificates = null)
{
    public const int Success = 0, Failure = 2, Pending = 3;

    /// <summary>CertRep for the message, with what the lab was told to do wrong.</summary>
    public byte[] Write(ScepMessage message, X509Certificate2 signer, Behaviour behaviour)
    {
        string fault = behaviour.Fault;
        byte[] nonce = [.. message.Nonce];
        if (fault == "nonce")
        {
            nonce[0] ^= 1;
        }
        byte[] content = [];
        if (Certificates is not null)
        {
            string cipher = behaviour.Cipher == "des3" ? "1.2.840.113549.3.7" : "2.16.840.1.101.3.4.1.2";
            var enveloped = new EnvelopedCms(new ContentInfo(Certificates), new AlgorithmIdentifier(new Oid(cipher)));
            X509Certificate2 recipient = fault == "recipient" ? signer : message.Signer;
            enveloped.Encrypt(new CmsRecipient(SubjectIdentifierType.IssuerAndSerialNumber, recipient, RSAEncryptionPadding.Pkcs1));
            content = enveloped.Encode();
        }
        AsnEncodedData[] attributes =
        [
            Attributes.Text(Attributes.MessageType, "3"),
            Attributes.Text(Attributes.PkiStatus, Status.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            .. FailInfo is int number ? [Attributes.Text(Attributes.FailInfo, number.ToString(System.Globalization.CultureInfo.InvariantCulture))] : Array.Empty<AsnEncodedData>(),
            Attributes.Text(Attributes.TransactionId, fault == "transaction" ? "another" : message.Transaction),
            Attributes.Octets(Attributes.SenderNonce, RandomNumberGenerator.GetBytes(16)),
            Attributes.Octets(Attributes.RecipientNonce, nonce),
        ];
        byte[] bytes;
        if (Certificates is null)
        {
            bytes = EmptySignedData.Write(signer, attributes);
        }
        else
        {
            var signed = new SignedCms(new ContentInfo(content));
            var how = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer) { IncludeOption = X509IncludeOption.EndCertOnly, DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1") };
            foreach (AsnEncodedData attribute in attributes)
            {
                how.SignedAttributes.Add(attribute);
            }
            signed.ComputeSignature(how);
            bytes = signed.Encode();
        }
        if (fault == "flip")
        {
            bytes[^5] ^= 1;
        }
        return bytes;
    }
}
