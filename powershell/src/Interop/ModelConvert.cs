using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CertBroker.Interop;

/// <summary>Native nouns and rows as plain objects.</summary>
internal static class ModelConvert
{
    public static DateTime Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).LocalDateTime;

    public static DateTime? TimeOrNull(long seconds) => seconds == 0 ? (DateTime?)null : Time(seconds);

    public static StoreLocation? Location(string text) =>
        Enum.TryParse(text, ignoreCase: true, out StoreLocation location) ? location : (StoreLocation?)null;

    public static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    public static CertificateInfo Certificate(EntryHandle entry)
    {
        CertificateInfo info = Certificate(entry.Certificate);
        info.FriendlyName = Getter.Text(entry, Property.FriendlyName);
        info.HasPrivateKey = Getter.Flag(entry, Property.HasPrivateKey);
        info.Exportable = Getter.Flag(entry, Property.Exportable);
        info.Archived = Getter.Flag(entry, Property.Archived);
        info.StoreLocation = Location(Getter.Text(entry, Property.StoreLocation));
        info.StoreName = NullIfEmpty(Getter.Text(entry, Property.StoreName));
        return info;
    }

    public static CertificateInfo Certificate(CertificateHandle certificate)
    {
        string[] usages = Getter.Texts(certificate, Property.EnhancedKeyUsage);
        return new CertificateInfo
        {
            Thumbprint = Getter.Text(certificate, Property.Thumbprint),
            Subject = Getter.Text(certificate, Property.Subject),
            Issuer = Getter.Text(certificate, Property.Issuer),
            NotBefore = Time(Getter.Number(certificate, Property.NotBefore)),
            NotAfter = Time(Getter.Number(certificate, Property.NotAfter)),
            SubjectAlternativeName = Getter.Texts(certificate, Property.SubjectAltName),
            EnhancedKeyUsage = usages,
            EnhancedKeyUsageName = usages.Select(UsageName).ToArray(),
            KeyUsage = Getter.Texts(certificate, Property.KeyUsage),
            SecurityIdentifier = Getter.Texts(certificate, Property.SecurityIdentifier),
            KeyAlgorithm = Getter.Text(certificate, Property.KeyAlgorithm),
            KeyLength = (int)Getter.Number(certificate, Property.KeyLength),
            SignatureAlgorithm = Getter.Text(certificate, Property.SignatureAlgorithm),
            SerialNumber = Getter.Text(certificate, Property.SerialNumber),
            Sha256 = Getter.Text(certificate, Property.Sha256),
            KeyId = Getter.Text(certificate, Property.KeyId),
            IsCA = Getter.Number(certificate, Property.IsCa) != 0,
            IsSelfSigned = Getter.Number(certificate, Property.IsSelfSigned) != 0,
            RawData = Der(certificate),
        };
    }

    public static byte[] Der(CertificateHandle certificate)
    {
        NativeError.Check(NativeMethods.CertificateEncode(certificate, (int)NativeEncoding.Der, out BufferHandle der, out ErrorHandle error), error);
        return der.TakeBytes();
    }

    public static TrustedRoot Root(CertificateHandle certificate, string authority) => new TrustedRoot
    {
        Authority = authority,
        Kind = Getter.Number(certificate, Property.IsSelfSigned) != 0 ? "Root" : "Intermediate",
        Thumbprint = Getter.Text(certificate, Property.Thumbprint),
        Subject = Getter.Text(certificate, Property.Subject),
        Issuer = Getter.Text(certificate, Property.Issuer),
        NotBefore = Time(Getter.Number(certificate, Property.NotBefore)),
        NotAfter = Time(Getter.Number(certificate, Property.NotAfter)),
        Sha256 = Getter.Text(certificate, Property.Sha256),
        RawData = Der(certificate),
    };

    public static CertificateRequestInfo Request(Row row) => new CertificateRequestInfo
    {
        RequestId = row.Text(Property.RequestId),
        State = (RequestState)row.Number(Property.State),
        Subject = row.Text(Property.Subject),
        KeyId = row.Text(Property.KeyId),
        StoreLocation = Location(row.Text(Property.StoreLocation)),
        StoreName = NullIfEmpty(row.Text(Property.StoreName)),
        Template = row.Text(Property.Template),
        Authority = row.Text(Property.Authority),
        Provider = row.Text(Property.Provider),
        CAReference = row.Text(Property.CaReference),
        FriendlyName = row.Text(Property.FriendlyName),
        Thumbprint = row.Text(Property.Thumbprint),
        Created = Time(row.Number(Property.Created)),
        Changed = Time(row.Number(Property.Changed)),
        Sent = TimeOrNull(row.Number(Property.SentAt)),
        NextTry = TimeOrNull(row.Number(Property.NextTry)),
        Message = row.Text(Property.Message),
        Reason = row.Text(Property.Reason),
        RecommendedAction = row.Text(Property.Remedy),
    };

    /// <summary>What a request says of itself.</summary>
    public static void Describe(CsrHandle csr, CertificateRequestInfo info)
    {
        info.Subject = Getter.Text(csr, Property.Subject);
        info.KeyId = Getter.Text(csr, Property.KeyId);
        info.SubjectAlternativeName = Getter.Texts(csr, Property.SubjectAltName);
        info.SecurityIdentifier = Getter.Texts(csr, Property.SecurityIdentifier);
        info.RequestType = Getter.Text(csr, Property.RequestType);
        info.SignedBy = Getter.Texts(csr, Property.SignedBy);
        info.RequesterName = Getter.Text(csr, Property.RequesterName);
        info.RenewalCertificate = Getter.Text(csr, Property.RenewalCert);
    }

    public static IssuanceInfo Issuance(Row row) => new IssuanceInfo
    {
        RequestId = row.Text(Property.RequestId),
        State = (RequestState)row.Number(Property.State),
        Subject = row.Text(Property.Subject),
        Authority = row.Text(Property.Authority),
        Provider = row.Text(Property.Provider),
        Template = row.Text(Property.Template),
        CAReference = row.Text(Property.CaReference),
        Thumbprint = row.Text(Property.Thumbprint),
        KeyId = row.Text(Property.KeyId),
        FriendlyName = row.Text(Property.FriendlyName),
        StoreLocation = Location(row.Text(Property.StoreLocation)),
        StoreName = NullIfEmpty(row.Text(Property.StoreName)),
        Message = row.Text(Property.Message),
        Reason = row.Text(Property.Reason),
        Created = Time(row.Number(Property.Created)),
        Changed = Time(row.Number(Property.Changed)),
        Sent = TimeOrNull(row.Number(Property.SentAt)),
        NextTry = TimeOrNull(row.Number(Property.NextTry)),
        RecommendedAction = row.Text(Property.Remedy),
        Replaces = row.Text(Property.Replaces),
        RenewalPeriod = TimeSpan.FromSeconds(row.Number(Property.RenewalSeconds)),
    };

    public static IssuanceEvent Event(Row row) => new IssuanceEvent
    {
        Time = Time(row.Number(Property.Created)),
        State = (RequestState)row.Number(Property.State),
        Message = row.Text(Property.Message),
    };

    public static Diagnostic Diagnostic(Row row) => new Diagnostic
    {
        Severity = (DiagnosticSeverity)row.Number(Property.Severity),
        Rule = row.Text(Property.Rule),
        Message = row.Text(Property.Message),
        Remedy = row.Text(Property.Remedy),
        File = row.Text(Property.File),
        Line = (int)row.Number(Property.Line),
        Column = (int)row.Number(Property.Column),
    };

    public static ProviderInfo Provider(Row row)
    {
        string disabled = row.Text(Property.DisabledReason);
        return new ProviderInfo
        {
            Id = row.Text(Property.Id),
            Title = row.Text(Property.Title),
            Version = row.Text(Property.Version),
            Enabled = disabled.Length == 0,
            DisabledReason = disabled,
            Trust = row.Text(Property.Trust),
            Publisher = row.Text(Property.Publisher),
            Hash = row.Text(Property.Hash),
            Path = row.Text(Property.Path),
            Capabilities = Capabilities(row.Number(Property.Capabilities)),
            HelpUrl = row.Text(Property.HelpUrl),
        };
    }

    public static ProviderSetting Setting(Row row, string provider)
    {
        string name = row.Text(Property.Name);
        long minimum = row.Number(Property.Minimum);
        long maximum = row.Number(Property.Maximum);
        bool bounded = minimum != 0 || maximum != 0;
        return new ProviderSetting
        {
            Provider = provider,
            Name = name,
            Parameter = PascalCase(name),
            Summary = row.Text(Property.Summary),
            Type = row.Text(Property.Type),
            Scope = row.Text(Property.Scope),
            Required = row.Flag(Property.Required),
            Default = row.Text(Property.Default),
            Choices = row.Texts(Property.Choice),
            Minimum = bounded ? minimum : (long?)null,
            Maximum = bounded ? maximum : (long?)null,
            Hint = row.Text(Property.Hint),
            Advanced = row.Flag(Property.Advanced),
            IsSecret = row.Flag(Property.IsSecret),
        };
    }

    public static AuthorityInfo Authority(Row row) => new AuthorityInfo
    {
        Name = row.Text(Property.Name),
        Provider = row.Text(Property.Provider),
        StoreLocation = Location(row.Text(Property.StoreLocation)) ?? StoreLocation.CurrentUser,
        Created = Time(row.Number(Property.Created)),
        Changed = Time(row.Number(Property.Changed)),
    };

    public static AuthorityCheck Check(Row row, string authority) => new AuthorityCheck
    {
        Authority = authority,
        Template = row.Text(Property.Template),
        Id = row.Text(Property.Id),
        Name = row.Text(Property.Name),
        Status = row.Text(Property.CheckStatus),
        Message = row.Text(Property.Message),
        Cause = row.Text(Property.Cause),
        RecommendedAction = row.Text(Property.Remedy),
        ConnectorMessage = row.Text(Property.ConnectorMessage),
    };

    public static FoundCertificate Found(Row row, string authority)
    {
        DateTime? When(Property property)
        {
            long seconds = row.Number(property);
            return seconds == 0 ? (DateTime?)null : Time(seconds);
        }
        string reason = row.Text(Property.Reason);
        string[] addresses = row.Texts(Property.EmailAddress);
        return new FoundCertificate
        {
            Authority = authority,
            SerialNumber = row.Text(Property.SerialNumber),
            Subject = row.Text(Property.Subject),
            Issuer = row.Text(Property.Issuer),
            Thumbprint = row.Text(Property.Thumbprint),
            Status = row.Text(Property.CaStatus),
            Template = row.Text(Property.Template),
            EmailAddress = addresses.Length > 0 ? addresses[0] : string.Empty,
            Owner = row.Text(Property.Owner),
            NotBefore = When(Property.NotBefore),
            NotAfter = When(Property.NotAfter),
            RevokedAt = When(Property.RevokedAt),
            RevocationReason = reason.Length == 0 ? (RevocationReason?)null : (RevocationReason)int.Parse(reason, CultureInfo.InvariantCulture),
            RawData = Convert.FromBase64String(row.Text(Property.Certificate)),
        };
    }

    public static CertificateProfile Profile(Row row, string authority)
    {
        var attributes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string attribute in row.Texts(Property.ProfileAttribute))
        {
            int equals = attribute.IndexOf('=');
            attributes[attribute.Substring(0, equals)] = attribute.Substring(equals + 1);
        }
        return new CertificateProfile
        {
            Authority = authority,
            Name = row.Text(Property.Id),
            Title = row.Text(Property.Title),
            Attributes = attributes,
        };
    }

    public static ProfileRule Rule(Row row, string authority, string template) => new ProfileRule
    {
        Authority = authority,
        Template = template,
        Rule = row.Text(Property.Id),
        Value = row.Text(Property.Value),
        Message = row.Text(Property.Message),
    };

    /// <summary>validity-days becomes ValidityDays.</summary>
    public static string PascalCase(string name)
    {
        var text = new StringBuilder(name.Length);
        bool upper = true;
        foreach (char character in name)
        {
            if (character == '-' || character == '_' || character == '.')
            {
                upper = true;
            }
            else
            {
                text.Append(upper ? char.ToUpperInvariant(character) : character);
                upper = false;
            }
        }
        return text.ToString();
    }

    private static string UsageName(string oid) => Broker.UsageNames.TryGetValue(oid, out string? name) ? name : oid;

    private static string[] Capabilities(long bits)
    {
        var names = new List<string>();
        foreach (NativeCapability capability in Enum.GetValues(typeof(NativeCapability)))
        {
            if ((bits & (long)capability) != 0)
            {
                string name = capability.ToString();
                names.Add(name.StartsWith("Can", StringComparison.Ordinal) ? name.Substring(3) : name);
            }
        }
        return names.ToArray();
    }
}
