using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>A certificate template, as Active Directory has it.</summary>
internal sealed record Template(string Name, string DisplayName, int Schema, string Oid)
{
    public int Major { get; init; } = 100;
    public int Minor { get; init; } = 3;
    public uint PrivateKeyFlags { get; init; }
    public uint SubjectNameFlags { get; init; }
    public uint EnrollmentFlags { get; init; }
    public uint GeneralFlags { get; init; }
    public int MinimalKeyLength { get; init; } = 2048;
    public int KeySpec { get; init; } = 1;

    /// <summary>Null: RSA, and the policy does not name it.</summary>
    public string? Algorithm { get; init; }

    public string? Hash { get; init; }
    public int Signatures { get; init; }
    public X509KeyUsageFlags Usage { get; init; } = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment;
    public string[] ExtendedUsage { get; init; } = [];
    public string[] Superseded { get; init; } = [];
    public bool Enroll { get; init; } = true;
    public bool AutoEnroll { get; init; }
    public TimeSpan Validity { get; init; } = TimeSpan.FromDays(365);
    public TimeSpan Renewal { get; init; } = TimeSpan.FromDays(42);
    public required string Why { get; init; }

    public const uint SuppliesSubject = 0x1, OldCertificateSupplies = 0x8, RequireUpn = 0x02000000, RequireMail = 0x04000000, RequireDns = 0x08000000, RequireDnsAsCn = 0x10000000, RequireMailInSubject = 0x20000000, RequireCn = 0x40000000, RequireDirectoryPath = 0x80000000;
    public const uint PendAll = 0x2, Publish = 0x8, PreviousApproval = 0x40, Machine = 0x40, Archive = 0x1, Exportable = 0x10;

    public bool Has(uint subjectFlag) => (SubjectNameFlags & subjectFlag) != 0;
    public bool Pends => (EnrollmentFlags & PendAll) != 0;
    public bool Archives => (PrivateKeyFlags & Archive) != 0;

    /// <summary>What its certificates have, and what its clients are told to put into requests.</summary>
    public IEnumerable<X509Extension> Extensions()
    {
        yield return Schema == 1 ? NameExtension() : OidExtension();
        if (ExtendedUsage.Length > 0)
        {
            yield return EnhancedUsage();
        }
        yield return new X509KeyUsageExtension(Usage, critical: true);
        if (Schema > 1 && ExtendedUsage.Length > 0)
        {
            yield return ApplicationPolicies();
        }
    }

    private X509Extension NameExtension()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.BMPString, Name);
        return new X509Extension(Oids.TemplateName, writer.Encode(), critical: false);
    }

    private X509Extension OidExtension()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oid);
            writer.WriteInteger(Major);
            writer.WriteInteger(Minor);
        }
        return new X509Extension(Oids.Template, writer.Encode(), critical: false);
    }

    private X509Extension EnhancedUsage()
    {
        var usages = new System.Security.Cryptography.OidCollection();
        foreach (string usage in ExtendedUsage)
        {
            usages.Add(new System.Security.Cryptography.Oid(usage));
        }
        return new X509EnhancedKeyUsageExtension(usages, critical: false);
    }

    private X509Extension ApplicationPolicies()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (string usage in ExtendedUsage)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(usage);
                }
            }
        }
        return new X509Extension(Oids.ApplicationPolicies, writer.Encode(), critical: false);
    }
}

/// <summary>The templates that the lab's CA issues.</summary>
internal static class Templates
{
    // As long as real ones: eight numbers of the forest's, two of the template's.
    private const string Arc = "1.3.6.1.4.1.311.21.8.5174692.16553431.7109255.9083279.12014532.184.";

    public static readonly Template[] All =
    [
        new("User", "User", 1, Arc + "8390631.7402081")
        {
            Major = 3, Minor = 1, PrivateKeyFlags = Template.Exportable, EnrollmentFlags = 0x1 | Template.Publish | 0x20,
            SubjectNameFlags = Template.RequireUpn | Template.RequireMail | Template.RequireMailInSubject | Template.RequireDirectoryPath,
            ExtendedUsage = [Oids.EncryptingFileSystem, Oids.EmailProtection, Oids.ClientAuthentication],
            Why = "version 1; subject and names from the directory",
        },
        new("WebServer", "Web Server", 1, Arc + "8390631.7402096")
        {
            Major = 4, Minor = 1, SubjectNameFlags = Template.SuppliesSubject, GeneralFlags = Template.Machine, ExtendedUsage = [Oids.ServerAuthentication], Validity = TimeSpan.FromDays(730),
            Why = "version 1; the requester supplies the subject, for servers only",
        },
        new("LabMachine", "Lab Machine", 2, Arc + "8390632.7402081")
        {
            SubjectNameFlags = Template.RequireDns | Template.RequireDnsAsCn, GeneralFlags = Template.Machine, ExtendedUsage = [Oids.ClientAuthentication, Oids.ServerAuthentication], AutoEnroll = true,
            Superseded = ["Machine"], Why = "version 2 with the extension 21.7; DNS name from the directory, so for machines only",
        },
        new("LabPending", "Lab Approval", 2, Arc + "8390632.7402082")
        {
            SubjectNameFlags = Template.SuppliesSubject, EnrollmentFlags = Template.PendAll, ExtendedUsage = [Oids.ClientAuthentication],
            Why = "every request waits for a certificate manager",
        },
        new("LabAgent", "Lab On Behalf", 2, Arc + "8390632.7402083")
        {
            SubjectNameFlags = Template.RequireUpn | Template.RequireDirectoryPath, Signatures = 1, ExtendedUsage = [Oids.ClientAuthentication],
            Why = "wants the signature of one enrolment agent",
        },
        new("LabForbidden", "Lab Forbidden", 2, Arc + "8390632.7402084")
        {
            SubjectNameFlags = Template.RequireUpn, ExtendedUsage = [Oids.ClientAuthentication], Enroll = false,
            Why = "nobody may enrol",
        },
        new("LabVulnerable", "Lab Anybody", 2, Arc + "8390632.7402085")
        {
            PrivateKeyFlags = Template.Exportable, SubjectNameFlags = Template.SuppliesSubject, ExtendedUsage = [Oids.ClientAuthentication],
            Why = "the requester names somebody, the certificate logs him on, nobody approves: ESC1",
        },
        new("LabKeyBased", "Lab Key-Based Renewal", 3, Arc + "8390632.7402086")
        {
            SubjectNameFlags = Template.SuppliesSubject | Template.OldCertificateSupplies, EnrollmentFlags = Template.PreviousApproval, ExtendedUsage = [Oids.ServerAuthentication, Oids.ClientAuthentication],
            PrivateKeyFlags = 0x03030000, Hash = Oids.Sha256, Algorithm = Oids.Rsa, Why = "renewed with the old certificate alone",
        },
        new("LabCurve", "Lab Elliptic Curve", 4, Arc + "8390632.7402087")
        {
            SubjectNameFlags = Template.SuppliesSubject, ExtendedUsage = [Oids.ServerAuthentication], Algorithm = Oids.P256, Hash = Oids.Sha256, MinimalKeyLength = 256, KeySpec = 0,
            Usage = X509KeyUsageFlags.DigitalSignature, PrivateKeyFlags = 0x05040000, Why = "P-256 keys",
        },
        new("LabArchive", "Lab Archival", 2, Arc + "8390632.7402088")
        {
            PrivateKeyFlags = Template.Archive | Template.Exportable, SubjectNameFlags = Template.RequireUpn | Template.RequireDirectoryPath, ExtendedUsage = [Oids.EmailProtection],
            Usage = X509KeyUsageFlags.KeyEncipherment, Why = "the CA wants the private key",
        },
        new("LabLongKey", "Lab Long Key", 2, Arc + "8390632.7402089")
        {
            SubjectNameFlags = Template.SuppliesSubject, MinimalKeyLength = 3072, ExtendedUsage = [Oids.ServerAuthentication],
            Why = "keys of 3072 bits or more",
        },
    ];

    public static Template? Find(string nameOrOid) => All.FirstOrDefault(one => one.Name.Equals(nameOrOid, StringComparison.OrdinalIgnoreCase) || one.Oid == nameOrOid);
}
