using System.Diagnostics;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.Interop;

/// <summary>PFX files: ours read by .NET, .NET's read by us, and files made to do harm.</summary>
public sealed class PfxInteropTests(Engine engine) : IClassFixture<Engine>
{
    public static TheoryData<string?, bool> Passwords => new()
    {
        { "plain", true }, { "plain", false }, { "", true }, { "Grüße, Ωμέγα, пароль, 密码", true }, { "emoji 🔐 pass", false }, { "with \"quotes\" and 'more'", true }, { null, true }, { new string('x', 200), true },
    };

    [PeerTheory]
    [MemberData(nameof(Passwords))]
    public void Ours_is_read_by_dotnet(string? password, bool modern)
    {
        using X509Certificate2 original = Put("CN=ours", ecdsa: modern);
        string how = password is null ? "-NoPassword" : "-Password $p";
        engine.Run($"Export-CBPfxCertificate $t -Path ours.pfx {how} -Force {(modern ? "" : "-CryptoAlgorithmOption TripleDES_SHA1")}",
            ("t", original.Thumbprint), ("p", password is null ? null : Inputs.Secure(password))).Good();
        using X509Certificate2 read = X509CertificateLoader.LoadPkcs12FromFile(engine.PathOf("ours.pfx"), password);
        Assert.Equal(original.Thumbprint, read.Thumbprint);
        Assert.True(read.HasPrivateKey);
        UseKey(read, original);
        if (!string.IsNullOrEmpty(password))
        {
            Assert.ThrowsAny<CryptographicException>(() => X509CertificateLoader.LoadPkcs12FromFile(engine.PathOf("ours.pfx"), password + "x"));
        }
        Assert.True(Inputs.IsPrivate(engine.PathOf("ours.pfx")));
    }

    [PeerFact]
    public void Ours_says_how_it_is_protected()
    {
        using X509Certificate2 original = Put("CN=protected");
        engine.Run("Export-CBPfxCertificate $t -Path modern.pfx -Password $p; Export-CBPfxCertificate $t -Path old.pfx -Password $p -CryptoAlgorithmOption TripleDES_SHA1",
            ("t", original.Thumbprint), ("p", Inputs.Secure("pw"))).Good();
        // PBES2 with AES-256-CBC; pbeWithSHAAnd3-KeyTripleDES-CBC.
        Assert.Contains("2a864886f70d01050d", Convert.ToHexStringLower(File.ReadAllBytes(engine.PathOf("modern.pfx"))));
        Assert.Contains("60864801650304012a", Convert.ToHexStringLower(File.ReadAllBytes(engine.PathOf("modern.pfx"))));
        Assert.Contains("2a864886f70d010c0103", Convert.ToHexStringLower(File.ReadAllBytes(engine.PathOf("old.pfx"))));
    }

    public static TheoryData<PbeEncryptionAlgorithm, string, string?> DotnetKinds
    {
        get
        {
            var data = new TheoryData<PbeEncryptionAlgorithm, string, string?>();
            foreach (string password in new[] { "plain", "Grüße Ω 密码 🔐" })
            {
                data.Add(PbeEncryptionAlgorithm.Aes128Cbc, "SHA256", password);
                data.Add(PbeEncryptionAlgorithm.Aes192Cbc, "SHA384", password);
                data.Add(PbeEncryptionAlgorithm.Aes256Cbc, "SHA512", password);
                data.Add(PbeEncryptionAlgorithm.Aes256Cbc, "SHA1", password);
                data.Add(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, "SHA1", password);
            }
            data.Add(PbeEncryptionAlgorithm.Aes256Cbc, "SHA256", "");
            data.Add(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, "SHA1", "");
            data.Add(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, "SHA1", null);
            return data;
        }
    }

    [PeerTheory]
    [MemberData(nameof(DotnetKinds))]
    public void Dotnets_is_read_by_us(PbeEncryptionAlgorithm cipher, string hash, string? password)
    {
        using X509Certificate2 original = Inputs.SelfSigned("CN=theirs", ecdsa: cipher != PbeEncryptionAlgorithm.Aes128Cbc);
        byte[] pfx = original.ExportPkcs12(new PbeParameters(cipher, new HashAlgorithmName(hash), 5000), password);
        var info = Import(pfx, password);
        CertificateFacts.Same(original, info);
        Assert.True(info.HasPrivateKey);
        Assert.True(info.Exportable);
        if (!string.IsNullOrEmpty(password))
        {
            ErrorRecord error = Assert.Single(TryImport(pfx, password + "x").Errors);
            Assert.Equal("CB.Pfx.Password", error.FullyQualifiedErrorId.Split(',')[0]);
            Assert.Equal(ErrorCategory.AuthenticationError, error.CategoryInfo.Category);
        }
    }

    [PeerTheory]
    [InlineData(X509ContentType.Pfx, null)]
    [InlineData(X509ContentType.Pfx, "")]
    [InlineData(X509ContentType.Pfx, "pässword")]
    public void What_Export_writes_is_read_by_us(X509ContentType type, string? password)
    {
        using X509Certificate2 original = Inputs.SelfSigned("CN=exported");
        Assert.Equal(original.Thumbprint, Import(original.Export(type, password)!, password).Thumbprint);
    }

    [PeerFact]
    public void The_chain_and_the_friendly_name_come_along()
    {
        using X509Certificate2 root = Csr.NewCa("CN=PFX root");
        using X509Certificate2 middle = Csr.NewCa("CN=PFX middle", root);
        var request = engine.Run("New-CBCertificateRequest -Subject 'CN=with chain' -KeyAlgorithm ECDSA_P256 -Exportable -FriendlyName 'Grüße 🔐'").One<CertificateRequestInfo>();
        using X509Certificate2 leaf = Csr.Issue(request.Pem!, middle);
        File.WriteAllBytes(engine.PathOf("pfxchain.p7b"), new X509Certificate2Collection { root, middle, leaf }.Export(X509ContentType.Pkcs7)!);
        engine.Run("Complete-CBCertificateRequest pfxchain.p7b -TrustRoot; Export-CBPfxCertificate $t -Path chain.pfx -Password $p", ("t", leaf.Thumbprint), ("p", Inputs.Secure("pw"))).Good();

        X509Certificate2Collection all = X509CertificateLoader.LoadPkcs12CollectionFromFile(engine.PathOf("chain.pfx"), "pw");
        Assert.Equal(new[] { leaf.Thumbprint, middle.Thumbprint, root.Thumbprint }.Order(), all.Select(item => item.Thumbprint).Order());
        Assert.Equal(leaf.Thumbprint, all.Single(item => item.HasPrivateKey).Thumbprint);
        Assert.Equal("Grüße 🔐", FriendlyName(File.ReadAllBytes(engine.PathOf("chain.pfx")), "pw"));

        // And back, into the other location, where nothing of it is yet.
        var back = engine.Run("Import-CBPfxCertificate chain.pfx -Password $p -StoreLocation LocalMachine").One<CertificateInfo>();
        Assert.Equal("Grüße 🔐", back.FriendlyName);
        Assert.Equal(middle.Thumbprint, engine.Run("Get-CBCertificate -StoreLocation LocalMachine -StoreName CA -Subject 'PFX middle'").One<CertificateInfo>().Thumbprint);
        Assert.Empty(engine.Run("Get-CBCertificate -StoreLocation LocalMachine -StoreName Root -Subject 'PFX root'").Output);
        engine.Run("Export-CBPfxCertificate $t -Path alone.pfx -Password $p -IncludeChain:$false -FriendlyName other", ("t", leaf.Thumbprint)).Good();
        Assert.Single(X509CertificateLoader.LoadPkcs12CollectionFromFile(engine.PathOf("alone.pfx"), "pw"));
        Assert.Equal("other", FriendlyName(File.ReadAllBytes(engine.PathOf("alone.pfx")), "pw"));
    }

    [PeerFact]
    public void Exportable_is_honoured()
    {
        using X509Certificate2 original = Inputs.SelfSigned("CN=kept");
        File.WriteAllBytes(engine.PathOf("kept.pfx"), original.Export(X509ContentType.Pfx, "pw")!);
        Assert.False(engine.Run("Import-CBPfxCertificate kept.pfx -Password $p", ("p", Inputs.Secure("pw"))).One<CertificateInfo>().Exportable);
        ErrorRecord error = Assert.Single(engine.Run("Export-CBPfxCertificate $t -Path out.pfx -Password $p", ("t", original.Thumbprint)).Errors);
        Assert.Equal(ErrorCategory.PermissionDenied, error.CategoryInfo.Category);
        Assert.False(File.Exists(engine.PathOf("out.pfx")));
    }

    [PeerFact]
    public void A_wrong_or_missing_password_is_told_apart_from_a_damaged_file()
    {
        using X509Certificate2 original = Inputs.SelfSigned("CN=apart");
        byte[] pfx = original.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, "right");
        Assert.Equal("CB.Pfx.Password", Assert.Single(TryImport(pfx, "wrong").Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal("CB.Pfx.Password", Assert.Single(TryImport(pfx, null).Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal("CB.Pfx.Format", Assert.Single(TryImport(pfx[..(pfx.Length / 2)], "right").Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal("CB.Pfx.Format", Assert.Single(TryImport("hello"u8.ToArray(), "right").Errors).FullyQualifiedErrorId.Split(',')[0]);
    }

    [PeerFact]
    public void Hostile_iteration_counts_end_soon()
    {
        // A file that asks for more than is allowed, in the MAC: INTEGER 0x7fffffff.
        byte[] hostile = HostileMac("pw");
        var clock = Stopwatch.StartNew();
        Assert.Equal("CB.Pfx.Limits", Assert.Single(TryImport(hostile, "pw").Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
    }

    [PeerFact]
    public void Every_single_cut_of_a_file_is_an_error_not_a_crash()
    {
        using X509Certificate2 original = Inputs.SelfSigned("CN=cut");
        byte[] pfx = original.ExportPkcs12(new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000), "pw");
        for (int length = 0; length < pfx.Length; length += 61)
        {
            Assert.Single(TryImport(pfx[..length], "pw").Errors);
        }
    }

    private X509Certificate2 Put(string subject, bool ecdsa = true)
    {
        X509Certificate2 certificate = Inputs.SelfSigned(subject, ecdsa);
        File.WriteAllBytes(engine.PathOf("put.pfx"), certificate.Export(X509ContentType.Pfx, "put")!);
        engine.Run("Import-CBPfxCertificate put.pfx -Password $put -Exportable", ("put", Inputs.Secure("put"))).Good();
        return certificate;
    }

    private Result TryImport(byte[] pfx, string? password)
    {
        File.WriteAllBytes(engine.PathOf("theirs.pfx"), pfx);
        return engine.Run($"Import-CBPfxCertificate theirs.pfx -Exportable {(password is null ? "" : "-Password $p")}", ("p", password is null ? null : Inputs.Secure(password)));
    }

    private CertificateInfo Import(byte[] pfx, string? password) => TryImport(pfx, password).One<CertificateInfo>();

    private static void UseKey(X509Certificate2 key, X509Certificate2 original)
    {
        byte[] data = [1, 2, 3];
        if (key.GetECDsaPrivateKey() is { } ecdsa)
        {
            using (ecdsa)
            {
                Assert.True(original.GetECDsaPublicKey()!.VerifyData(data, ecdsa.SignData(data, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256));
            }
            return;
        }
        using RSA rsa = key.GetRSAPrivateKey()!;
        Assert.True(original.GetRSAPublicKey()!.VerifyData(data, rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string? FriendlyName(byte[] pfx, string password)
    {
        Pkcs12Info info = Pkcs12Info.Decode(pfx, out _);
        foreach (Pkcs12SafeContents contents in info.AuthenticatedSafe)
        {
            if (contents.ConfidentialityMode == Pkcs12ConfidentialityMode.Password)
            {
                contents.Decrypt(password);
            }
            foreach (CryptographicAttributeObject attribute in contents.GetBags().Where(bag => bag is Pkcs12ShroudedKeyBag).SelectMany(bag => bag.Attributes.Cast<CryptographicAttributeObject>()))
            {
                if (attribute.Oid.Value == "1.2.840.113549.1.9.20")
                {
                    // .NET's reader takes BMPString at its word and refuses surrogates; everybody writes them all the same.
                    byte[] bmp = attribute.Values[0].RawData;
                    Assert.Equal(0x1e, bmp[0]);
                    return System.Text.Encoding.BigEndianUnicode.GetString(bmp.AsSpan(2));
                }
            }
        }
        return null;
    }

    /// <summary>A well-formed file whose MAC asks for 2,147,483,647 iterations.</summary>
    private static byte[] HostileMac(string password)
    {
        using X509Certificate2 original = Inputs.SelfSigned("CN=mac");
        var builder = new Pkcs12Builder();
        var contents = new Pkcs12SafeContents();
        contents.AddCertificate(original);
        builder.AddSafeContentsEncrypted(contents, password, new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
        builder.SealWithMac(password, HashAlgorithmName.SHA256, 0x11223344 >> 8);
        byte[] pfx = builder.Encode();
        int at = pfx.AsSpan().LastIndexOf<byte>([0x02, 0x03, 0x11, 0x22, 0x33]);
        Assert.True(at > 0);
        // INTEGER of three bytes becomes the largest of three: 8,388,607 is allowed; so two more bytes are put in, and every
        // length around them is raised by one.
        byte[] larger = [.. pfx[..(at + 1)], 0x04, 0x7f, 0xff, 0xff, 0xff];
        return Relength(larger, pfx.Length + 1);
    }

    /// <summary>Corrects the lengths of the constructed values that reach to the end of the file.</summary>
    private static byte[] Relength(byte[] bytes, int expected)
    {
        Assert.Equal(expected, bytes.Length);
        int at = 0;
        void Raise(int position)
        {
            int octets = bytes[position] & 0x7f;
            if ((bytes[position] & 0x80) == 0)
            {
                bytes[position]++;
                return;
            }
            int value = 0;
            for (int i = 1; i <= octets; i++)
            {
                value = (value << 8) | bytes[position + i];
            }
            value++;
            for (int i = octets; i >= 1; i--)
            {
                bytes[position + i] = (byte)value;
                value >>= 8;
            }
        }
        // The outer SEQUENCE, then its last child (MacData): both end with the file.
        Raise(1);
        var reader = new System.Formats.Asn1.AsnReader(bytes.AsMemory(0), System.Formats.Asn1.AsnEncodingRules.BER);
        int header = (bytes[1] & 0x80) == 0 ? 2 : 2 + (bytes[1] & 0x7f);
        at = header;
        for (int child = 0; child < 2; child++)
        {
            at += Length(bytes, at);
        }
        Raise(at + 1);
        return bytes;
    }

    private static int Length(byte[] bytes, int at)
    {
        int first = bytes[at + 1];
        if ((first & 0x80) == 0)
        {
            return 2 + first;
        }
        int octets = first & 0x7f, value = 0;
        for (int i = 0; i < octets; i++)
        {
            value = (value << 8) | bytes[at + 2 + i];
        }
        return 2 + octets + value;
    }
}
