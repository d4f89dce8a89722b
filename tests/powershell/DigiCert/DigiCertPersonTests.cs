using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>Users and devices of the pipeline, with the names that the connector would give them.</summary>
public sealed class DigiCertPersonTests(DigiCertFixture fixture) : DigiCertTest(fixture), IClassFixture<DigiCertFixture>
{
    private static (string, string)[] Pairs(Sent enrolled) =>
        [.. DigiCertFixture.PairsOf(enrolled).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value))];

    [Fact]
    public void E_mail_address_and_upn_stand_in_for_each_other_and_nobody_is_asked_for_whom_neither_is_known()
    {
        Result run = Engine.Run($$"""
            [pscustomobject]@{ DisplayName = 'IWUser0'; mail = 'iwuser0@example.test'; UserPrincipalName = 'iwuser0@corp.example.test' },
            [pscustomobject]@{ DisplayName = 'By UPN'; mail = ''; UserPrincipalName = 'upn@example.test' },
            [pscustomobject]@{ DisplayName = 'nobody'; mail = ''; UserPrincipalName = '' },
            [pscustomobject]@{ DisplayName = 'by.name@example.test'; mail = ''; UserPrincipalName = '' } |
                Request-CBCertificate -Authority digicert -Template {{DigiCertFixture.User}} -SubjectFormat CommonNameIncludingEmail -SubjectAlternativeName Email, Upn
            """);
        Failed(run, "Person.EmailMissing", ErrorCategory.InvalidData, "'nobody'");
        Assert.Equal(3, run.Output.Count);
        Assert.All(run.Output, item => Assert.Equal(IssuanceStatus.Issued, ((IssuanceResult)item.BaseObject).Status));
        IReadOnlyList<Sent> enrolled = Lab.Requests("enrollment");
        Assert.Equal(3, enrolled.Count);
        Assert.Equal([("common_name", "IWUser0"), ("mail_email", "iwuser0@example.test"), ("otherNameUPN", "iwuser0@corp.example.test"), ("seat_id", "iwuser0@example.test")], Pairs(enrolled[0]));
        Assert.Equal([("common_name", "By UPN"), ("mail_email", "upn@example.test"), ("otherNameUPN", "upn@example.test"), ("seat_id", "upn@example.test")], Pairs(enrolled[1]));
        Assert.Equal([("common_name", "by.name@example.test"), ("mail_email", "by.name@example.test"), ("otherNameUPN", "by.name@example.test"), ("seat_id", "by.name@example.test")], Pairs(enrolled[2]));
    }

    [Fact]
    public void The_connectors_other_name_arrives_in_base64_and_a_missing_one_stops_everything()
    {
        string command = $"Request-CBCertificate -Authority digicert -Template {DigiCertFixture.ObjectGuid} -SubjectFormat CommonName -SubjectAlternativeName OtherName";
        Failed(Engine.Run("@{ UserName = 'device0' } | " + command), "Person.OtherNameMissing", ErrorCategory.InvalidData, "'device0'");
        Assert.Empty(Lab.Requests());
        Engine.Run("@{ UserName = 'device0'; OtherName = '04 12 b8 ba 65 41 f2 d4 07 41 a9 f7 47 08 f3 e4 28 5c ef 2c' } | " + command).Good();
        Assert.Contains(Pairs(Assert.Single(Lab.Requests("enrollment"))), pair => pair.Item2 == "BBK4umVB8tQHQan3Rwjz5Chc7yw=");
    }

    [Fact]
    public void A_template_makes_the_subject_of_a_device()
    {
        IssuanceResult result = Engine.Run($"@{{ DeviceName = 'LAPTOP,1' }} | Request-CBCertificate -Authority digicert -Template {DigiCertFixture.Device} -Subject 'CN={{{{DeviceName}}}}' -KeyAlgorithm ECDSA_P256").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Assert.Contains(("common_name", "LAPTOP,1"), Pairs(Assert.Single(Lab.Requests("enrollment"))));
    }
}
