using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>The CMC full response: PKIResponse (RFC 5272 section 3.2.2), signed by the CA, in the shape of MS-WSTEP's sample.</summary>
internal static class FullResponse
{
    private const int Success = 0, Failed = 2, Pending = 3;

    public static byte[] Write(EnterpriseCa ca, LedgerEntry entry, string status, Scenario scenario)
    {
        var signed = new SignedCms(new ContentInfo(new Oid(Oids.PkiResponse), Content(entry, status)));
        signed.ComputeSignature(new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, ca.Certificate) { IncludeOption = X509IncludeOption.None, DigestAlgorithm = new Oid(Oids.Sha256) });
        byte[] message = signed.Encode();
        return scenario.Is("no-chain") ? message : WithCertificates(message, Certificates(ca, entry, scenario));
    }

    /// <summary>Root, CA, certificate; 'out-of-order' puts them the other way round, with somebody else's among them.</summary>
    private static IEnumerable<byte[]> Certificates(EnterpriseCa ca, LedgerEntry entry, Scenario scenario)
    {
        List<byte[]> all = [ca.Root.RawData, ca.Certificate.RawData];
        if (entry.Certificate is not null)
        {
            all.Add(entry.Certificate);
        }
        if (scenario.Is("out-of-order"))
        {
            all.Reverse();
            all.Insert(1, ca.Exchange);
        }
        return all;
    }

    private static byte[] Content(LedgerEntry entry, string status)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                using (Control(writer, 1, Oids.CmcStatus))
                using (writer.PushSequence())
                {
                    writer.WriteInteger(entry.Disposition switch { Disposition.Issued => Success, Disposition.Pending => Pending, _ => Failed });
                    Bodies(writer);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, status);
                    if (entry.Disposition == Disposition.Pending)
                    {
                        using (writer.PushSequence()) // PendInfo
                        {
                            writer.WriteOctetString(System.Text.Encoding.ASCII.GetBytes(entry.Id.ToString(CultureInfo.InvariantCulture)));
                            writer.WriteGeneralizedTime(DateTimeOffset.UtcNow, omitFractionalSeconds: true);
                        }
                    }
                }
                if (entry.Certificate is not null)
                {
                    using (Control(writer, 2, Oids.AddAttributes))
                    using (writer.PushSequence())
                    {
                        writer.WriteInteger(0);
                        Bodies(writer);
                        using (writer.PushSetOf())
                        using (writer.PushSequence())
                        {
                            writer.WriteObjectIdentifier(Oids.IssuedHash);
                            using (writer.PushSetOf())
                            {
                                writer.WriteOctetString(SHA1.HashData(entry.Certificate));
                            }
                        }
                    }
                }
            }
            using (writer.PushSequence())
            {
            }
            using (writer.PushSequence())
            {
            }
        }
        return writer.Encode();
    }

    private static Nested Control(AsnWriter writer, int number, string type)
    {
        AsnWriter.Scope outer = writer.PushSequence();
        writer.WriteInteger(number);
        writer.WriteObjectIdentifier(type);
        return new Nested(outer, writer.PushSetOf());
    }

    private static void Bodies(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
        }
    }

    private readonly struct Nested(AsnWriter.Scope outer, AsnWriter.Scope inner) : IDisposable
    {
        public void Dispose()
        {
            inner.Dispose();
            outer.Dispose();
        }
    }

    /// <summary>The framework sorts certificates; their order is something that clients must cope with.</summary>
    private static byte[] WithCertificates(byte[] message, IEnumerable<byte[]> certificates)
    {
        var zero = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        AsnReader outer = new AsnReader(message, AsnEncodingRules.BER).ReadSequence();
        outer.ReadObjectIdentifier();
        AsnReader data = outer.ReadSequence(zero).ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.SignedData);
            using (writer.PushSequence(zero))
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(data.ReadEncodedValue().Span); // version
                writer.WriteEncodedValue(data.ReadEncodedValue().Span); // digest algorithms
                writer.WriteEncodedValue(data.ReadEncodedValue().Span); // content
                using (writer.PushSetOf(zero))
                {
                    foreach (byte[] certificate in certificates)
                    {
                        writer.WriteEncodedValue(certificate);
                    }
                }
                writer.WriteEncodedValue(data.ReadEncodedValue().Span); // signers
            }
        }
        return writer.Encode();
    }
}
