using System;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker;

/// <summary>A certificate, and where it is stored.</summary>
public sealed class CertificateInfo
{
    /// <summary>SHA-1 of the certificate, 40 upper-case hex digits.</summary>
    public string Thumbprint { get; internal set; } = string.Empty;

    /// <summary>The subject's distinguished name.</summary>
    public string Subject { get; internal set; } = string.Empty;

    /// <summary>The issuer's distinguished name.</summary>
    public string Issuer { get; internal set; } = string.Empty;

    /// <summary>Start of validity, local time.</summary>
    public DateTime NotBefore { get; internal set; }

    /// <summary>End of validity, local time.</summary>
    public DateTime NotAfter { get; internal set; }

    /// <summary>The friendly name in the store.</summary>
    public string FriendlyName { get; internal set; } = string.Empty;

    /// <summary>Whether the store has the private key.</summary>
    public bool HasPrivateKey { get; internal set; }

    /// <summary>Whether the private key may be exported.</summary>
    public bool Exportable { get; internal set; }

    /// <summary>Who may use the private key; null unless Get-CBCertificate was asked for it with -IncludeKeyAccess.</summary>
    public KeyReader[]? KeyReaders { get; internal set; }

    /// <summary>Subject alternative names as token=value: dns=web01.example.com.</summary>
    public string[] SubjectAlternativeName { get; internal set; } = Array.Empty<string>();

    /// <summary>Enhanced key usages as OIDs.</summary>
    public string[] EnhancedKeyUsage { get; internal set; } = Array.Empty<string>();

    /// <summary>Enhanced key usages by name, the OID where there is no name.</summary>
    public string[] EnhancedKeyUsageName { get; internal set; } = Array.Empty<string>();

    /// <summary>Key usages by name.</summary>
    public string[] KeyUsage { get; internal set; } = Array.Empty<string>();

    /// <summary>SIDs of the accounts that may log on with it: of Microsoft's extension, and of URIs among the alternative names. Several
    /// different ones contradict each other.</summary>
    public string[] SecurityIdentifier { get; internal set; } = Array.Empty<string>();

    /// <summary>RSA, ECDSA_P256, ECDSA_P384, ECDSA_P521, or an OID.</summary>
    public string KeyAlgorithm { get; internal set; } = string.Empty;

    /// <summary>Bits of the key.</summary>
    public int KeyLength { get; internal set; }

    /// <summary>The signature algorithm, such as sha256RSA.</summary>
    public string SignatureAlgorithm { get; internal set; } = string.Empty;

    /// <summary>The serial number, upper-case hex.</summary>
    public string SerialNumber { get; internal set; } = string.Empty;

    /// <summary>SHA-256 of the certificate, 64 upper-case hex digits.</summary>
    public string Sha256 { get; internal set; } = string.Empty;

    /// <summary>SHA-256 of the public key, which names the key everywhere in CertBroker.</summary>
    public string KeyId { get; internal set; } = string.Empty;

    /// <summary>Whether it is a CA's certificate.</summary>
    public bool IsCA { get; internal set; }

    /// <summary>Whether subject and issuer are the same.</summary>
    public bool IsSelfSigned { get; internal set; }

    /// <summary>Whether a renewal replaced it.</summary>
    public bool Archived { get; internal set; }

    /// <summary>From when on it is to be renewed, local time; null unless Get-CBCertificate was asked for it with
    /// -Renewable.</summary>
    public DateTime? RenewAfter { get; internal set; }

    /// <summary>LocalMachine or CurrentUser; null when the certificate is in no store.</summary>
    public StoreLocation? StoreLocation { get; internal set; }

    /// <summary>My, Root, CA or another store's name; null when the certificate is in no store.</summary>
    public string? StoreName { get; internal set; }

    /// <summary>The certificate itself, DER.</summary>
    public byte[] RawData { get; internal set; } = Array.Empty<byte>();

    /// <summary>The certificate as a .NET object, without the private key. The caller disposes of it.</summary>
    public X509Certificate2 ToX509Certificate2()
    {
#pragma warning disable SYSLIB0057 // The loader that replaces this constructor is not part of netstandard2.0.
        return new X509Certificate2(RawData);
#pragma warning restore SYSLIB0057
    }

    /// <summary>The subject and the thumbprint.</summary>
    public override string ToString() => $"{Subject} [{Thumbprint}]";
}
