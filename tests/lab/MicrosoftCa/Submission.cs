using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>A request as it came: a PKCS#10, or one inside a PKCS#7 or a CMC message. Read and checked by the framework's classes.</summary>
internal sealed class Submission
{
    private Submission(string kind, byte[] der)
    {
        Kind = kind;
        try
        {
            Request = CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        }
        catch (CryptographicException error)
        {
            throw new Refused(Code.BadSignature, $"The PKCS#10 cannot be read or is not signed by its own key ({error.Message}).", denied: false);
        }
        foreach (AsnEncodedData attribute in Request.OtherRequestAttributes)
        {
            ReadAttribute(attribute.Oid!.Value!, attribute.RawData);
        }
    }

    /// <summary>pkcs10, pkcs7 or cmc.</summary>
    public string Kind { get; }

    public CertificateRequest Request { get; }

    /// <summary>Name and value pairs: of the PKCS#10, of CMC's RegInfo, of what came beside the message.</summary>
    public List<(string Name, string Value)> Pairs { get; } = [];

    public X509Certificate2? Renews { get; private set; }
    public bool HasArchivedKey { get; private set; }

    /// <summary>Who signed the message around the PKCS#10, with a certificate.</summary>
    public List<X509Certificate2> Signers { get; } = [];

    public string? Pair(string name) => Pairs.FirstOrDefault(pair => pair.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public X509Extension? Extension(string oid) => Request.CertificateExtensions.FirstOrDefault(one => one.Oid!.Value == oid);

    /// <summary>Every template that is named, with where: extension, attribute, context.</summary>
    public IEnumerable<(string Where, string Template)> NamedTemplates()
    {
        if (Extension(Oids.TemplateName) is X509Extension name)
        {
            yield return ("extension 20.2", Decode(name.RawData, reader => reader.ReadCharacterString(UniversalTagNumber.BMPString)));
        }
        if (Extension(Oids.Template) is X509Extension oid)
        {
            yield return ("extension 21.7", Decode(oid.RawData, reader =>
            {
                AsnReader sequence = reader.ReadSequence();
                string value = sequence.ReadObjectIdentifier();
                while (sequence.HasData)
                {
                    sequence.ReadInteger();
                }
                return value;
            }));
        }
        foreach ((_, string value) in Pairs.Where(pair => pair.Name.Equals("CertificateTemplate", StringComparison.OrdinalIgnoreCase)))
        {
            yield return ("attribute", value);
        }
    }

    public static Submission Read(byte[] der) => Decode(der, outer =>
    {
        AsnReader sequence = outer.ReadSequence();
        return sequence.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier) ? ReadSigned(der) : new Submission("pkcs10", der);
    });

    private static Submission ReadSigned(byte[] der)
    {
        var cms = new SignedCms();
        try
        {
            cms.Decode(der);
        }
        catch (CryptographicException error)
        {
            throw new Refused(Code.BadEncoding, $"The message is no SignedData ({error.Message}).", denied: false);
        }
        return cms.ContentInfo.ContentType.Value switch
        {
            Oids.Data => ReadPkcs7(cms),
            Oids.PkiData => ReadCmc(cms),
            string other => throw new Refused(Code.InvalidData, $"The message's content is {other}.", denied: false),
            null => throw new Refused(Code.InvalidData, "The message has no content type.", denied: false),
        };
    }

    /// <summary>A renewal: signed once, with the certificate that is renewed.</summary>
    private static Submission ReadPkcs7(SignedCms cms)
    {
        if (cms.SignerInfos.Count != 1 || cms.SignerInfos[0].Certificate is not X509Certificate2 signer)
        {
            throw new Refused(Code.BadSignature, "The PKCS#7 has not one signer with its certificate.", denied: false);
        }
        CheckSignature(cms.SignerInfos[0]);
        var submission = new Submission("pkcs7", cms.ContentInfo.Content);
        if (submission.Renews is null || !submission.Renews.RawData.AsSpan().SequenceEqual(signer.RawData))
        {
            throw new Refused(Code.BadRenewal, "The attribute 1.3.6.1.4.1.311.13.1 does not hold the certificate that signed.");
        }
        submission.Signers.Add(signer);
        return submission;
    }

    private static Submission ReadCmc(SignedCms cms)
    {
        byte[] content = cms.ContentInfo.Content;
        (byte[] request, List<(string, byte[])> controls) = Decode(content, ReadPkiData);
        var submission = new Submission("cmc", request);
        foreach ((string type, byte[] value) in controls)
        {
            submission.ReadControl(type, value);
        }
        if (cms.SignerInfos.Count == 0)
        {
            throw new Refused(Code.BadSignature, "The CMC message is not signed.", denied: false);
        }
        foreach (SignerInfo signer in cms.SignerInfos)
        {
            if (signer.SignerIdentifier.Type == SubjectIdentifierType.NoSignature)
            {
                signer.CheckHash();
            }
            else if (signer.Certificate is X509Certificate2 certificate)
            {
                CheckSignature(signer);
                submission.Signers.Add(certificate);
            }
            else
            {
                SignedByKey.Check(signer, content, submission.Request.PublicKey);
            }
        }
        return submission;
    }

    /// <summary>PKIData with one PKCS#10 (RFC 5272 section 3.2.1).</summary>
    private static (byte[], List<(string, byte[])>) ReadPkiData(AsnReader outer)
    {
        AsnReader data = outer.ReadSequence();
        var controls = new List<(string, byte[])>();
        for (AsnReader list = data.ReadSequence(); list.HasData;)
        {
            AsnReader control = list.ReadSequence();
            control.ReadInteger();
            string type = control.ReadObjectIdentifier();
            AsnReader values = control.ReadSetOf();
            controls.Add((type, values.ReadEncodedValue().ToArray()));
            values.ThrowIfNotEmpty();
            control.ThrowIfNotEmpty();
        }
        AsnReader requests = data.ReadSequence();
        AsnReader tagged = requests.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true));
        tagged.ReadInteger();
        byte[] request = tagged.ReadEncodedValue().ToArray();
        tagged.ThrowIfNotEmpty();
        requests.ThrowIfNotEmpty();
        data.ReadSequence().ThrowIfNotEmpty(); // cmsSequence
        data.ReadSequence().ThrowIfNotEmpty(); // otherMsgSequence
        data.ThrowIfNotEmpty();
        return (request, controls);
    }

    private void ReadControl(string type, byte[] value)
    {
        switch (type)
        {
            case Oids.RegInfo:
                string text = Decode(value, reader => Encoding.UTF8.GetString(reader.ReadOctetString()));
                foreach (string pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
                {
                    string[] parts = pair.Split('=', 2);
                    Pairs.Add((Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : ""));
                }
                break;
            case Oids.AddAttributes:
                Decode(value, outer =>
                {
                    AsnReader sequence = outer.ReadSequence();
                    sequence.ReadInteger();
                    sequence.ReadSequence();
                    for (AsnReader attributes = sequence.ReadSetOf(); attributes.HasData;)
                    {
                        AsnReader attribute = attributes.ReadSequence();
                        string oid = attribute.ReadObjectIdentifier();
                        for (AsnReader values = attribute.ReadSetOf(); values.HasData;)
                        {
                            ReadAttribute(oid, values.ReadEncodedValue().ToArray());
                        }
                    }
                    return 0;
                });
                break;
            default:
                throw new Refused(Code.InvalidData, $"The control {type} is not understood.", denied: false);
        }
    }

    private void ReadAttribute(string oid, byte[] value)
    {
        switch (oid)
        {
            case Oids.NameValue:
                Pairs.Add(Decode(value, reader =>
                {
                    AsnReader pair = reader.ReadSequence();
                    return (pair.ReadCharacterString(UniversalTagNumber.BMPString), pair.ReadCharacterString(UniversalTagNumber.BMPString));
                }));
                break;
            case Oids.RenewalCertificate:
                try
                {
                    Renews = X509CertificateLoader.LoadCertificate(value);
                }
                catch (CryptographicException)
                {
                    throw new Refused(Code.BadRenewal);
                }
                break;
            case Oids.ArchivedKey:
                HasArchivedKey = true;
                break;
        }
    }

    private static void CheckSignature(SignerInfo signer)
    {
        try
        {
            signer.CheckSignature(verifySignatureOnly: true);
        }
        catch (CryptographicException error)
        {
            throw new Refused(Code.BadSignature, $"The message's signature does not fit ({error.Message}).", denied: false);
        }
    }

    internal static T Decode<T>(byte[] der, Func<AsnReader, T> read)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.BER);
            T value = read(reader);
            return value;
        }
        catch (AsnContentException error)
        {
            throw new Refused(Code.BadEncoding, $"The request cannot be decoded ({error.Message}).", denied: false);
        }
    }
}

/// <summary>A CMC signature of the request's own key, which has no certificate yet: the framework leaves that to us.</summary>
internal static class SignedByKey
{
    private const string MessageDigest = "1.2.840.113549.1.9.4";

    public static void Check(SignerInfo signer, byte[] content, PublicKey key)
    {
        byte[] identifier = Convert.FromHexString((string)signer.SignerIdentifier.Value!);
        if (signer.SignerIdentifier.Type != SubjectIdentifierType.SubjectKeyIdentifier || !identifier.AsSpan().SequenceEqual(SHA1.HashData(key.EncodedKeyValue.RawData)))
        {
            throw new Refused(Code.BadSignature, "A signer has no certificate and is not the request's key.", denied: false);
        }
        HashAlgorithmName hash = HashAlgorithmName.FromOid(signer.DigestAlgorithm.Value!);
        byte[] digest = CryptographicOperations.HashData(hash, content);
        byte[]? said = signer.SignedAttributes.Cast<CryptographicAttributeObject>().FirstOrDefault(one => one.Oid.Value == MessageDigest)?.Values[0].RawData;
        bool good = said is not null && Submission.Decode(said, reader => reader.ReadOctetString()).AsSpan().SequenceEqual(digest);
        byte[] signed = Attributes(signer), signature = signer.GetSignature();
        using RSA? rsa = key.GetRSAPublicKey();
        using ECDsa? curve = key.GetECDsaPublicKey();
        good &= rsa is not null ? rsa.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1) : curve is not null && curve.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        if (!good)
        {
            throw new Refused(Code.BadSignature, "The CMC message is not signed by the request's key.", denied: false);
        }
    }

    /// <summary>As they are signed: a SET OF (RFC 5652 section 5.4).</summary>
    private static byte[] Attributes(SignerInfo signer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            foreach (CryptographicAttributeObject attribute in signer.SignedAttributes)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(attribute.Oid.Value!);
                    using (writer.PushSetOf())
                    {
                        foreach (AsnEncodedData value in attribute.Values)
                        {
                            writer.WriteEncodedValue(value.RawData);
                        }
                    }
                }
            }
        }
        return writer.Encode();
    }
}
