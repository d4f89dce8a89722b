using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>Makes the certificate of a template for somebody; what a scenario wants wrong in it is made wrong here.</summary>
internal sealed class Issuer(EnterpriseCa ca)
{
    private static readonly Lazy<RSA> otherKey = new(() => RSA.Create(2048));

    public byte[] Issue(Template template, Submission submission, Account requester, X509Certificate2? old, Scenario scenario)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        PublicKey key = scenario.Is("wrong-key") ? new PublicKey(otherKey.Value) : submission.Request.PublicKey;
        List<X509Extension> extensions = [.. template.Extensions()];
        if (scenario.Is("eku-dropped"))
        {
            extensions.RemoveAll(one => one.Oid!.Value is Oids.ExtendedUsage or Oids.ApplicationPolicies);
        }
        if (!scenario.Is("san-dropped") && Names(template, submission, requester, old) is X509Extension names)
        {
            extensions.Add(names);
        }
        if (Sid(template, submission, requester) is X509Extension sid)
        {
            extensions.Add(sid);
        }
        X500DistinguishedName subject = scenario.Is("subject-rewritten") ? CertificateText.Name(("O", "Somebody Else"), ("CN", "somebody.else.example")) : Subject(template, submission, requester, old);
        (DateTimeOffset from, DateTimeOffset to) = scenario.Is("expired-certificate") ? (now.AddDays(-20), now.AddDays(-10))
            : (now.AddMinutes(-10), scenario.Is("short-validity") ? now.AddHours(1) : now + template.Validity);
        byte[] serial = scenario.Is("long-serial") ? [0x1a, .. RandomNumberGenerator.GetBytes(20)] : EnterpriseCa.NewSerial();
        return ca.Sign(ca.Request(subject, key, extensions), from, to, serial, scenario.Is("sha1-signature"));
    }

    /// <summary>What is missing for it, as the CA says it; null: nothing.</summary>
    public static int? Missing(Template template, Submission submission, Account requester, X509Certificate2? old)
    {
        if (old is not null && (template.Has(Template.OldCertificateSupplies) || template.Has(Template.SuppliesSubject)))
        {
            return null;
        }
        if (template.Has(Template.SuppliesSubject))
        {
            return submission.Request.SubjectName.RawData.Length <= 2 && submission.Extension(Oids.AlternativeNames) is null ? Code.BadSubject : null;
        }
        return template.Has(Template.RequireDns | Template.RequireDnsAsCn) && requester.Dns is null ? Code.DnsRequired
            : template.Has(Template.RequireUpn) && requester.Upn.Length == 0 ? Code.UpnRequired
            : null;
    }

    /// <summary>Windows' CAs write what they are given anew, as UTF-8.</summary>
    private static X500DistinguishedName Subject(Template template, Submission submission, Account requester, X509Certificate2? old)
    {
        if (old is not null && template.Has(Template.OldCertificateSupplies))
        {
            return old.SubjectName;
        }
        if (template.Has(Template.SuppliesSubject))
        {
            return Rewritten(submission.Request.SubjectName);
        }
        if (template.Has(Template.RequireDnsAsCn))
        {
            return CertificateText.Name(("CN", requester.Dns!));
        }
        (string, string)[] mail = template.Has(Template.RequireMailInSubject) && requester.Mail is not null ? [("E", requester.Mail)] : [];
        return CertificateText.Name([("O", "lab.example"), ("OU", "Users"), ("CN", requester.CommonName), .. mail]);
    }

    private static X500DistinguishedName Rewritten(X500DistinguishedName subject)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (X500RelativeDistinguishedName part in subject.EnumerateRelativeDistinguishedNames(reversed: false))
            {
                if (part.HasMultipleElements)
                {
                    writer.WriteEncodedValue(part.RawData.Span);
                    continue;
                }
                string oid = part.GetSingleElementType().Value!;
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteCharacterString(oid switch
                    {
                        "1.2.840.113549.1.9.1" or "0.9.2342.19200300.100.1.25" => UniversalTagNumber.IA5String,
                        "2.5.4.6" or "2.5.4.5" => UniversalTagNumber.PrintableString,
                        _ => UniversalTagNumber.UTF8String,
                    }, part.GetSingleElementValue()!);
                }
            }
        }
        return new X500DistinguishedName(writer.Encode());
    }

    private static X509Extension? Names(Template template, Submission submission, Account requester, X509Certificate2? old)
    {
        if (old is not null && template.Has(Template.OldCertificateSupplies))
        {
            return old.Extensions[Oids.AlternativeNames];
        }
        if (template.Has(Template.SuppliesSubject))
        {
            return submission.Extension(Oids.AlternativeNames);
        }
        var names = new List<AlternativeName>();
        if (template.Has(Template.RequireUpn))
        {
            names.Add(new AlternativeName(AlternativeName.Other, AlternativeName.UpnOid, CertificateText.Utf8String(requester.Upn)));
        }
        if (template.Has(Template.RequireMail) && requester.Mail is not null)
        {
            names.Add(new AlternativeName(AlternativeName.Email, null, Encoding.ASCII.GetBytes(requester.Mail)));
        }
        if (template.Has(Template.RequireDns))
        {
            names.Add(new AlternativeName(AlternativeName.Dns, null, Encoding.ASCII.GetBytes(requester.Dns!)));
        }
        return names.Count > 0 ? CertificateText.AlternativeNames(names) : null;
    }

    /// <summary>Strong mapping: from the directory, from the request only where that supplies the subject.</summary>
    private static X509Extension? Sid(Template template, Submission submission, Account requester)
    {
        if (template.Has(Template.SuppliesSubject))
        {
            return submission.Extension(Oids.Sid);
        }
        var writer = new AsnWriter(AsnEncodingRules.DER);
        var zero = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        using (writer.PushSequence())
        using (writer.PushSequence(zero))
        {
            writer.WriteObjectIdentifier("1.3.6.1.4.1.311.25.2.1");
            using (writer.PushSequence(zero))
            {
                writer.WriteOctetString(Encoding.ASCII.GetBytes(requester.Sid));
            }
        }
        return new X509Extension(Oids.Sid, writer.Encode(), critical: false);
    }
}
