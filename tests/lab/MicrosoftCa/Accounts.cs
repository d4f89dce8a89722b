using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>Who asks, as the directory knows it.</summary>
internal sealed record Account(string Logon, string Upn, string CommonName, int Rid)
{
    public string Domain => "LAB";
    public string FullLogon => $"{Domain}\\{Logon}";
    public string Sid => $"S-1-5-21-3623811015-3361044348-30300820-{Rid}";
    public string? Mail { get; init; }
    public string? Dns { get; init; }

    /// <summary>False: no template lets this account enrol.</summary>
    public bool MayEnroll { get; init; } = true;

    /// <summary>Not in the directory: somebody who showed a certificate of this CA, and may renew it.</summary>
    public X509Certificate2? Only { get; init; }

    public string Password { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(10)) + "aA1&<";

    public static Account OfCertificate(X509Certificate2 certificate) => new(certificate.Thumbprint, "", certificate.Subject, 0) { Only = certificate };
}

/// <summary>The directory, and the ways to show who one is.</summary>
internal sealed class Accounts(EnterpriseCa ca)
{
    public Account[] All { get; } =
    [
        new("alice", "alice@lab.example", "Alice Example", 1104) { Mail = "alice@lab.example" },
        new("eve", "eve@lab.example", "Eve Example", 1105) { Mail = "eve@lab.example", MayEnroll = false },
        new("PC7$", "PC7$@lab.example", "PC7", 1106) { Dns = "pc7.lab.example" },
    ];

    public Account this[string logon] => All.First(one => one.Logon == logon);

    public Account? Find(string user) => All.FirstOrDefault(one => user.Equals(one.FullLogon, StringComparison.OrdinalIgnoreCase) || user.Equals(one.Upn, StringComparison.OrdinalIgnoreCase));

    /// <summary>By name and password; null when they do not fit.</summary>
    public Account? LogOn(string user, string password)
    {
        Account? account = Find(user);
        byte[] wanted = Encoding.UTF8.GetBytes(account?.Password ?? "");
        return CryptographicOperations.FixedTimeEquals(wanted, Encoding.UTF8.GetBytes(password)) ? account : null;
    }

    /// <summary>By HTTP Basic; null without, or with wrong ones.</summary>
    public Account? Basic(string? header)
    {
        if (header is null || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        try
        {
            string[] parts = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..].Trim())).Split(':', 2);
            return parts.Length == 2 ? LogOn(parts[0], parts[1]) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>By TLS client certificate: mapped by its UPN, else one that is known to nobody but the CA. Throws what IIS says.</summary>
    public Account ByCertificate(X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            throw new HttpRefusal(403, "403.7 - Forbidden: SSL client certificate is required.");
        }
        if (ca.WhyNot(certificate, DateTimeOffset.UtcNow) is string why)
        {
            throw new HttpRefusal(403, why.Contains("NotTimeValid", StringComparison.Ordinal)
                ? "403.17 - Forbidden: Client certificate has expired or is not yet valid." : "403.16 - Forbidden: Client certificate is untrusted or invalid.");
        }
        string upn = certificate.GetNameInfo(X509NameType.UpnName, forIssuer: false);
        return All.FirstOrDefault(one => one.Upn.Equals(upn, StringComparison.OrdinalIgnoreCase)) ?? Account.OfCertificate(certificate);
    }
}

/// <summary>Refused by the web server, before any service: a page of IIS.</summary>
internal sealed class HttpRefusal(int status, string title) : Exception(title)
{
    public int Status { get; } = status;

    /// <summary>WWW-Authenticate headers.</summary>
    public string[] Challenges { get; init; } = [];

    public string Page() =>
        $"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\r\n<html xmlns=\"http://www.w3.org/1999/xhtml\">\r\n<head>\r\n<title>{Message}</title>\r\n</head>\r\n<body>\r\n<div id=\"header\"><h1>Server Error</h1></div>\r\n<fieldset>\r\n<h2>{Message}</h2>\r\n<h3>You do not have permission to view this directory or page using the credentials that you supplied.<br>\r\n</fieldset>\r\n</body>\r\n</html>\r\n";
}

/// <summary>Keys and certificates that clients of the lab show; RSA, as Windows' own TLS wants them.</summary>
internal sealed record ClientCredential(X509Certificate2 WithKey, X509Certificate2Collection Issuers)
{
    public string Thumbprint => WithKey.Thumbprint;

    public byte[] Pfx(string password)
    {
        var all = new X509Certificate2Collection { WithKey };
        all.AddRange(Issuers);
        return all.ExportPkcs12(new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2000), password);
    }

    public static ClientCredential Make(EnterpriseCa ca, Account account, string usage, DateTimeOffset from, DateTimeOffset to)
    {
        using RSA key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUserPrincipalName(account.Upn);
        CertificateRequest request = ca.Request(CertificateText.Name(("CN", account.CommonName)), new PublicKey(key),
            [names.Build(), EnterpriseCa.Usage(usage), new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true)]);
        X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(ca.Sign(request, from, to, EnterpriseCa.NewSerial()));
        return new ClientCredential(certificate.CopyWithPrivateKey(key), [X509CertificateLoader.LoadCertificate(ca.Certificate.RawData), X509CertificateLoader.LoadCertificate(ca.Root.RawData)]);
    }
}
