using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.Ndes;

/// <summary>One message that came, for the control interface.</summary>
internal sealed record SeenMessage(int Type, string Transaction, string Nonce, string Signer, string Cipher, string Answer, string Why);

/// <summary>The CA behind NDES with its two RA certificates, and what it knows of requests.</summary>
internal sealed class ScepService
{
    private sealed class Transaction
    {
        public required CertificateRequest Request { get; init; }
        public string State { get; set; } = "pending";
        public byte[]? Certificate { get; set; }
    }

    private readonly Lock gate = new();
    private readonly Dictionary<string, Transaction> transactions = [];
    private readonly List<X509Certificate2> issued = [];
    private readonly List<SeenMessage> seen = [];
    private readonly X509Certificate2 signing, signingForAll, encryption, stranger;
    private readonly Challenges challenges;

    public ScepService(TestCa ca, Challenges challenges, DateTimeOffset now)
    {
        (Ca, this.challenges) = (ca, challenges);
        signing = MakeRa(ca, "NDES Lab RA signing", X509KeyUsageFlags.DigitalSignature, now);
        signingForAll = MakeRa(ca, "NDES Lab RA signing", X509KeyUsageFlags.DigitalSignature, now, agent: false);
        encryption = MakeRa(ca, "NDES Lab RA encryption", X509KeyUsageFlags.KeyEncipherment, now);
        stranger = MakeRa(TestCa.CreateRoot("Somebody Else's CA", now), "Somebody Else's RA", X509KeyUsageFlags.DigitalSignature, now);
    }

    public TestCa Ca { get; }
    public Behaviour Behaviour { get; set; } = new();

    public SeenMessage[] Seen
    {
        get
        {
            lock (gate)
            {
                return [.. seen];
            }
        }
    }

    public int Issued
    {
        get
        {
            lock (gate)
            {
                return issued.Count;
            }
        }
    }

    public byte[] Bundle()
    {
        var all = new X509Certificate2Collection();
        foreach (char which in Behaviour.Order)
        {
            all.Add(which switch { 's' => Signing(Behaviour), 'e' => encryption, _ => Ca.Certificate });
        }
        return all.Export(X509ContentType.Pkcs7)!;
    }

    /// <summary>Approves or denies all that wait; gives their number.</summary>
    public int Decide(bool approve)
    {
        lock (gate)
        {
            Transaction[] waiting = [.. transactions.Values.Where(one => one.State == "pending")];
            foreach (Transaction one in waiting)
            {
                one.State = approve ? "approved" : "denied";
            }
            return waiting.Length;
        }
    }

    public void Reset()
    {
        lock (gate)
        {
            transactions.Clear();
            issued.Clear();
            seen.Clear();
        }
        Behaviour = new Behaviour();
        challenges.Reset();
    }

    /// <summary>A pkiMessage in, a CertRep out; nothing for what cannot be answered.</summary>
    public byte[]? Answer(byte[] bytes)
    {
        ScepMessage? message = null;
        ScepReply reply;
        string why = "";
        lock (gate)
        {
            Behaviour behaviour = Behaviour;
            try
            {
                message = ScepMessage.Read(bytes, encryption, behaviour, header => message = header);
                reply = message.Type switch
                {
                    ScepMessage.PkcsReq or ScepMessage.RenewalReq => Enroll(message, behaviour),
                    ScepMessage.CertPoll => Poll(message, behaviour),
                    ScepMessage.GetCert => Fetch(message),
                    _ => throw new Refusal(Refusal.BadRequest, $"messages of type {message.Type} are not answered"),
                };
            }
            catch (Refusal refusal) when (message is not null)
            {
                (reply, why) = (new ScepReply(ScepReply.Failure, refusal.FailInfo), refusal.Message);
            }
            catch (Exception error) when (error is CryptographicException or AsnContentException or FormatException or Refusal)
            {
                seen.Add(new SeenMessage(0, "", "", "", "", "unreadable", error.Message));
                return null;
            }
            seen.Add(new SeenMessage(message!.Type, message.Transaction, Convert.ToHexString(message.Nonce), message.Signer.Thumbprint, message.Cipher,
                reply.Status switch { ScepReply.Success => "success", ScepReply.Pending => "pending", _ => $"failure {reply.FailInfo}" }, why));
            return reply.Write(message, behaviour.Fault == "signer" ? stranger : Signing(behaviour), behaviour);
        }
    }

    /// <summary>NDES's RA certificates are for enrolment agents only, which certmonger takes no signature from.</summary>
    private X509Certificate2 Signing(Behaviour behaviour) => behaviour.Strict ? signing : signingForAll;

    private ScepReply Enroll(ScepMessage message, Behaviour behaviour)
    {
        CertificateRequest request;
        try
        {
            request = behaviour.Strict
                ? CertificateRequest.LoadSigningRequest(message.Content, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions)
                : UnsortedRequest.Read(message.Content);
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            throw new Refusal(Refusal.BadRequest, "the PKCS#10 cannot be read: " + error.Message);
        }
        CheckSigner(message, request);
        if (message.Type == ScepMessage.PkcsReq && message.Signer.Subject == message.Signer.Issuer && behaviour.Challenge)
        {
            string? challenge = Challenge(request);
            ScepMessage.Require(challenge is not null, Refusal.BadRequest, "TRUST_E_CERT_SIGNATURE: there is no challenge password");
            if (challenges.Use(challenge!) is { } problem)
            {
                throw new Refusal(Refusal.BadRequest, problem);
            }
        }
        if (!transactions.TryGetValue(message.Transaction, out Transaction? transaction))
        {
            transaction = new Transaction { Request = request, State = behaviour.Decision switch { "issue" => "approved", "deny" => "denied", _ => "pending" } };
            transactions[message.Transaction] = transaction;
        }
        return Settle(transaction);
    }

    /// <summary>A first request is signed by itself, a renewal by a certificate of this CA that is in date.</summary>
    private void CheckSigner(ScepMessage message, CertificateRequest request)
    {
        bool own = message.Signer.SubjectName.RawData.AsSpan().SequenceEqual(message.Signer.IssuerName.RawData);
        if (!own)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.Add(Ca.Certificate);
            ScepMessage.Require(chain.Build(message.Signer), Refusal.BadMessageCheck, "the signer is not of this CA, or not in date");
            return;
        }
        ScepMessage.Require(message.Type != ScepMessage.RenewalReq, Refusal.BadMessageCheck, "a renewal is signed by itself");
        ScepMessage.Require(message.Signer.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(request.PublicKey.ExportSubjectPublicKeyInfo()), Refusal.BadMessageCheck, "the signer has another key than the request");
        ScepMessage.Require(message.Signer.SubjectName.RawData.AsSpan().SequenceEqual(request.SubjectName.RawData), Refusal.BadMessageCheck, "the signer has another subject than the request");
    }

    private ScepReply Poll(ScepMessage message, Behaviour behaviour)
    {
        ScepMessage.Require(transactions.TryGetValue(message.Transaction, out Transaction? transaction), Refusal.BadCertId, "there is no such transaction");
        var reader = new AsnReader(message.Content, AsnEncodingRules.DER);
        AsnReader names = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        byte[] issuer = names.ReadEncodedValue().ToArray(), subject = names.ReadEncodedValue().ToArray();
        names.ThrowIfNotEmpty();
        bool ours = issuer.AsSpan().SequenceEqual(Ca.Certificate.SubjectName.RawData) || (!behaviour.Strict && issuer.AsSpan().SequenceEqual(signing.SubjectName.RawData));
        ScepMessage.Require(ours, Refusal.BadCertId, $"the issuer '{new X500DistinguishedName(issuer).Name}' is not this CA");
        ScepMessage.Require(subject.AsSpan().SequenceEqual(transaction!.Request.SubjectName.RawData), Refusal.BadCertId, "the subject is not the request's");
        return Settle(transaction);
    }

    private ScepReply Fetch(ScepMessage message)
    {
        AsnReader name = new AsnReader(message.Content, AsnEncodingRules.DER).ReadSequence();
        name.ReadEncodedValue();
        byte[] serial = name.ReadIntegerBytes().ToArray();
        X509Certificate2? found = issued.FirstOrDefault(one => one.SerialNumberBytes.Span.SequenceEqual(serial));
        return found is not null ? new ScepReply(ScepReply.Success, Certificates: Pkcs7(found)) : throw new Refusal(Refusal.BadCertId, "there is no such certificate");
    }

    private ScepReply Settle(Transaction transaction)
    {
        switch (transaction.State)
        {
            case "pending":
                return new ScepReply(ScepReply.Pending);
            case "denied":
                throw new Refusal(Refusal.BadRequest, "the request was denied");
        }
        if (transaction.Certificate is null)
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            transaction.Certificate = Ca.Sign(new Wish(transaction.Request.SubjectName, transaction.Request.PublicKey, now.AddMinutes(-10), now.AddYears(1))
            {
                Extensions = [.. transaction.Request.CertificateExtensions.Where(one => one.Oid?.Value == "2.5.29.17")],
            });
            issued.Add(X509CertificateLoader.LoadCertificate(transaction.Certificate));
        }
        return new ScepReply(ScepReply.Success, Certificates: Pkcs7(X509CertificateLoader.LoadCertificate(transaction.Certificate), Ca.Certificate));
    }

    private static byte[] Pkcs7(params X509Certificate2[] certificates) => new X509Certificate2Collection(certificates).Export(X509ContentType.Pkcs7)!;

    private static string? Challenge(CertificateRequest request)
    {
        AsnEncodedData? attribute = request.OtherRequestAttributes.FirstOrDefault(one => one.Oid?.Value == "1.2.840.113549.1.9.7");
        if (attribute is null)
        {
            return null;
        }
        var reader = new AsnReader(attribute.RawData, AsnEncodingRules.DER);
        return reader.PeekTag().TagValue == (int)UniversalTagNumber.UTF8String ? reader.ReadCharacterString(UniversalTagNumber.UTF8String) : reader.ReadCharacterString(UniversalTagNumber.PrintableString);
    }

    private static X509Certificate2 MakeRa(TestCa ca, string name, X509KeyUsageFlags usage, DateTimeOffset now, bool agent = true)
    {
        var key = RSA.Create(2048);
        byte[] der = ca.Sign(new Wish(CertificateText.Name(("O", "CertBroker Lab"), ("CN", name)), new PublicKey(key), now.AddDays(-1), now.AddYears(2))
        {
            Usage = usage, ExtendedUsage = agent ? ["1.3.6.1.4.1.311.20.2.1"] : [],
        });
        using X509Certificate2 plain = X509CertificateLoader.LoadCertificate(der);
        return plain.CopyWithPrivateKey(key);
    }
}
