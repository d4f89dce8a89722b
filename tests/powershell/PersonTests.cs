using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Requests for people and devices of the pipeline.</summary>
public sealed class PersonTests(IssuanceTests.Lab lab) : IClassFixture<IssuanceTests.Lab>
{
    private readonly Engine engine = lab.Engine;

    private const string Key = "-KeyAlgorithm ECDSA_P256";

    [Fact]
    public void A_table_of_users_becomes_certificates()
    {
        var issued = engine.Run($$"""
            # As Import-Csv makes them: all cells are texts, an empty cell is an empty text.
            [pscustomobject]@{ DisplayName = 'Doe, Jane'; mail = 'jane@example.com'; UserPrincipalName = 'jane@corp.example.com'; Department = 'R&D' },
            [pscustomobject]@{ DisplayName = 'John Roe'; mail = ''; UserPrincipalName = 'john@corp.example.com'; Department = 'Sales' } |
                Request-CBCertificate -Authority lab -Template user -SubjectFormat CommonNameIncludingEmail -SubjectAlternativeName Email, Upn {{Key}}
            """).All<IssuanceResult>();
        Assert.Equal(2, issued.Count);
        Assert.All(issued, item => Assert.Equal(IssuanceStatus.Issued, item.Status));
        Assert.Equal("CN=\"Doe, Jane\", E=jane@example.com", issued[0].Certificate!.Subject);
        Assert.Equal(["email=jane@example.com", "upn=jane@corp.example.com"], issued[0].Certificate!.SubjectAlternativeName);
        // Without an e-mail address the user principal name stands in for it.
        Assert.Equal("CN=John Roe, E=john@corp.example.com", issued[1].Certificate!.Subject);
        Assert.Equal(["email=john@corp.example.com", "upn=john@corp.example.com"], issued[1].Certificate!.SubjectAlternativeName);
    }

    [Fact]
    public void An_object_without_an_address_is_an_error_of_its_own_and_the_next_one_comes()
    {
        int before = engine.Run("Get-CBIssuance").Output.Count;
        Result result = engine.Run($$"""
            [pscustomobject]@{ UserName = 'anna'; mail = 'anna@example.com' },
            [pscustomobject]@{ UserName = 'nobody'; mail = '' },
            @{ UserName = 'otto'; upn = 'otto@example.com' } |
                Request-CBCertificate -Authority lab -Template user -SubjectFormat CommonName -SubjectAlternativeName Email {{Key}}
            """);
        ErrorRecord error = result.Failed("Person.EmailMissing", ErrorCategory.InvalidData);
        Assert.False(result.Ended);
        Assert.Contains("'nobody'", error.ToString());
        Assert.Equal("nobody", ((PSObject)PSObject.AsPSObject(error.TargetObject)).Properties["UserName"].Value);
        Assert.Equal(["CN=anna", "CN=otto"], result.Output.Select(item => ((IssuanceResult)item.BaseObject).Certificate!.Subject));
        // Nothing was made or sent for the one in the middle.
        Assert.Equal(before + 2, engine.Run("Get-CBIssuance").Output.Count);
    }

    [Fact]
    public void A_template_takes_any_property_of_one_object()
    {
        var request = engine.Run($$$"""
            $device = @{ DeviceName = 'LAPTOP1'; SerialNumber = 4711; AzureADDeviceId = [guid]'f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39'; Managed = $true }
            New-CBCertificateRequest -InputObject $device -SubjectFormat 'CN={{AAD_Device_ID}},OU={{Device_Serial}} {{managed}},O=Example' -SubjectAlternativeName 'Dns={{DeviceName}}.example.com' {{{Key}}}
            """).One<CertificateRequestInfo>();
        Assert.Equal("CN=f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39, OU=4711 true, O=Example", request.Subject);
    }

    [Theory]
    [InlineData("a,CN=admin")]
    [InlineData("a + O=x")]
    [InlineData("\"; O=x")]
    [InlineData("#0c0141")]
    [InlineData("{{mail}}")]
    [InlineData("Größe \\ 中文 😀")]
    public void A_value_never_becomes_more_than_one_name(string value)
    {
        var request = engine.Run($"[pscustomobject]@{{ UserName = $v; mail = 'm@example.com' }} | New-CBCertificateRequest -SubjectFormat 'CN={{{{UserName}}}},O=Example' {Key}", ("v", value))
            .One<CertificateRequestInfo>();
        bool quoted = value.IndexOfAny([',', '+', '"', '#', ';', '=', '<', '>']) >= 0;
        Assert.Equal("CN=" + (quoted ? "\"" + value.Replace("\"", "\"\"") + "\"" : value) + ", O=Example", request.Subject);
    }

    [Fact]
    public void What_a_name_cannot_hold_is_refused_where_it_is_used_only()
    {
        string command = "[pscustomobject]@{ UserName = 'x'; Bad = $v; Half = $h } | New-CBCertificateRequest " + Key + " -SubjectFormat ";
        (string, object?)[] variables = [("v", "a\0b"), ("h", "\ud800")];
        engine.Run(command + "'CN={{Bad}}'", variables!).Failed("Person.Value", ErrorCategory.InvalidData);
        engine.Run(command + "'CN={{Half}}'", variables!).Failed("Person.Value", ErrorCategory.InvalidData);
        Assert.Equal("CN=x", engine.Run(command + "CommonName", variables!).One<CertificateRequestInfo>().Subject);
    }

    [Fact]
    public void Properties_that_are_no_text_or_cannot_be_read_count_as_missing()
    {
        Result result = engine.Run($$$"""
            $user = [pscustomobject]@{ UserName = 'x'; Secret = $secret; Many = 1, 2; One = @('only') }
            $user.psobject.Properties.Add([psscriptproperty]::new('Broken', { throw 'no' }))
            $user | New-CBCertificateRequest -SubjectFormat 'CN={{One}}' {{{Key}}}
            foreach ($name in 'Secret', 'Many', 'Broken') { $user | New-CBCertificateRequest -SubjectFormat "CN={{$name}}" {{{Key}}} }
            """, ("secret", new System.Net.NetworkCredential("", "hidden").SecurePassword));
        Assert.Equal("CN=only", ((CertificateRequestInfo)Assert.Single(result.Output).BaseObject).Subject);
        Assert.Equal(3, result.Errors.Count);
        Assert.All(result.Errors, error => Assert.StartsWith("CB.Person.VariableMissing", error.FullyQualifiedErrorId));
        Assert.DoesNotContain("hidden", string.Join('\n', result.Errors));
    }

    [Fact]
    public void Octets_of_a_directory_are_hexadecimal_or_a_GUID()
    {
        engine.Run($$"""
            $user = @{ UserName = 'd'; objectGUID = ([guid]'f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39').ToByteArray(); OtherName = [byte[]](4, 2, 0xb8, 0xba) }
            New-CBCertificateRequest -InputObject $user -SubjectFormat CommonName -SubjectAlternativeName Guid, OtherName -OtherNameOid 1.2.3.4 {{Key}} -RequestType Cert
            """).Good();
        var certificate = engine.Run("Get-CBCertificate -Subject 'CN=d'").One<CertificateInfo>();
        Assert.Equal(["guid=f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39", "1.2.3.4=0402b8ba"], certificate.SubjectAlternativeName);
    }

    [Fact]
    public void An_other_name_is_validated_on_demand()
    {
        string command = $"@{{ UserName = 'o'; OtherName = '12 b8' }} | New-CBCertificateRequest -SubjectFormat CommonName -SubjectAlternativeName OtherName {Key}";
        engine.Run(command).Good();
        engine.Run(command + " -ValidateOtherName").Failed("Person.OtherNameDer", ErrorCategory.InvalidData);
        engine.Run(command.Replace("12 b8", "12 b")).Failed("Person.OtherNameHex", ErrorCategory.InvalidData);
        engine.Run(command.Replace("OtherName = '12 b8'", "x = 1")).Failed("Person.OtherNameMissing", ErrorCategory.InvalidData);
    }

    [Fact]
    public void Test_shows_what_is_missing_as_a_problem()
    {
        Result result = engine.Run("""
            @{ UserName = 'anna'; mail = 'anna@example.com' }, @{ UserName = 'otto' } |
                Test-CBCertificateRequest -SubjectFormat 'CN={{UserName}},E={{EmailAddress}}' -SubjectAlternativeName Upn
            """);
        Diagnostic problem = Assert.Single(result.All<Diagnostic>(), item => item.Severity == DiagnosticSeverity.Error);
        Assert.Equal("Person.VariableMissing", problem.Rule);
        Assert.Contains("'otto'", problem.Message);
        Assert.Contains("EmailAddress", problem.Message);
        Assert.Equal([true, false], engine.Run("""
            @{ UserName = 'anna'; mail = 'anna@example.com' }, @{ UserName = 'otto' } | Test-CBCertificateRequest -SubjectFormat CommonNameAsEmail -Quiet
            """).All<bool>());
    }

    [Theory]
    [InlineData("CN={{UserName", "Person.Template")]
    [InlineData("Imei", "Person.Profile")]
    [InlineData("CN={{UserName}},C={{UserName}}", "Person.Subject")]
    public void A_wrong_format_is_told(string format, string id)
    {
        ErrorCategory category = id == "Person.Subject" ? ErrorCategory.InvalidData : ErrorCategory.InvalidArgument;
        engine.Run($"@{{ UserName = 'anna' }} | New-CBCertificateRequest -SubjectFormat '{format}' {Key}").Failed(id, category);
    }

    [Fact]
    public void Subject_takes_variables_too_when_there_is_somebody_to_fill_them()
    {
        // The properties EmailAddress, Guid and KeyLength have the names of parameters, and are not meant as such.
        var issued = engine.Run($$$"""
            [pscustomobject]@{ UserName = 'anna'; EmailAddress = 'anna@example.com'; Guid = 'none'; KeyLength = 16384 },
            [pscustomobject]@{ UserName = 'otto'; EmailAddress = 'otto@example.com' } |
                Request-CBCertificate -Authority lab -Template user -Subject 'CN={{UserName}},O=Example' {{{Key}}}
            """).All<IssuanceResult>();
        Assert.Equal(["CN=anna, O=Example", "CN=otto, O=Example"], issued.Select(item => item.Certificate!.Subject));
        Assert.All(issued, item => Assert.Empty(item.Certificate!.SubjectAlternativeName));
        var request = engine.Run($"New-CBCertificateRequest -InputObject @{{ mail = 'x@example.com' }} -Subject 'CN=fixed' -SubjectAlternativeName Upn {Key}").One<CertificateRequestInfo>();
        Assert.Equal("CN=fixed", request.Subject);
    }

    [Fact]
    public void Variables_without_anybody_are_refused()
    {
        ErrorRecord error = engine.Run($"New-CBCertificateRequest -Subject 'CN={{{{UserName}}}}' {Key}").Failed("Module.SubjectVariables", ErrorCategory.InvalidArgument);
        Assert.Contains("-InputObject", error.ErrorDetails.RecommendedAction);
        engine.Run($"New-CBCertificateRequest -Subject 'CN=x' -SubjectAlternativeName Email {Key}").Failed("Module.SubjectVariables", ErrorCategory.InvalidArgument);
        // A row's own text is a name, not a template.
        engine.Run($"[pscustomobject]@{{ Subject = 'CN={{{{UserName}}}}'; UserName = 'x' }} | New-CBCertificateRequest {Key}").Failed("Module.SubjectVariables", ErrorCategory.InvalidArgument);
    }

    [Theory]
    [InlineData("1, 2")]
    [InlineData("'certreq.ini'")]
    [InlineData("[pscustomobject]@{ Nonsense = 1 }")]
    public void Objects_that_say_nothing_make_nothing(string objects)
    {
        int before = engine.Run("Get-CBCertificateRequest -All").Output.Count;
        Result result = engine.Run($"{objects} | New-CBCertificateRequest {Key}");
        Assert.NotEmpty(result.Errors);
        Assert.All(result.Errors, error => Assert.StartsWith("CB.Module.NothingBound", error.FullyQualifiedErrorId));
        Assert.Equal(before, engine.Run("Get-CBCertificateRequest -All").Output.Count);
    }

    [Fact]
    public void Rows_are_bound_by_property_name_as_before_when_no_format_is_given()
    {
        var requests = engine.Run("""
            [pscustomobject]@{ Subject = 'CN=row1'; EmailAddress = 'r1@example.com'; KeyAlgorithm = 'ECDSA_P256' },
            [pscustomobject]@{ Subject = 'CN=row2'; Upn = 'r2@example.com'; KeyAlgorithm = 'ECDSA_P384' } | New-CBCertificateRequest -RequestType Cert
            """).All<CertificateRequestInfo>();
        Assert.Equal(["CN=row1", "CN=row2"], requests.Select(request => request.Subject));
        Assert.Equal(["upn=r2@example.com"], engine.Run("Get-CBCertificate -Subject 'CN=row2'").One<CertificateInfo>().SubjectAlternativeName);
        // A person's own properties do not become parameters.
        var person = engine.Run($$"""
            [pscustomobject]@{ UserName = 'p'; KeyLength = 16384; DnsName = 'no.example.com'; EmailAddress = 'p@example.com' } | New-CBCertificateRequest -SubjectFormat CommonName -RequestType Cert {{Key}}
            """).One<CertificateRequestInfo>();
        var certificate = engine.Run("Get-CBCertificate -Thumbprint $t", ("t", person.Thumbprint)).One<CertificateInfo>();
        Assert.Empty(certificate.SubjectAlternativeName);
        Assert.Equal("ECDSA_P256", certificate.KeyAlgorithm);
    }

    [Fact]
    public void WhatIf_names_the_person_and_makes_nothing()
    {
        int before = engine.Run("Get-CBIssuance").Output.Count;
        Result result = engine.Run("@{ UserPrincipalName = 'anna@example.com' } | Request-CBCertificate -Authority lab -SubjectFormat CommonName -WhatIf").Good();
        Assert.Contains("anna@example.com", result.HostText);
        Assert.Equal(before, engine.Run("Get-CBIssuance").Output.Count);
    }

    [Fact]
    public void Formats_and_kinds_of_names_complete()
    {
        Assert.Contains("CommonNameAsEmail", engine.Completions("New-CBCertificateRequest -SubjectFormat "));
        Assert.Contains("CN={{UserName}},E={{EmailAddress}}", engine.Completions("New-CBCertificateRequest -SubjectFormat CN="));
        Assert.Contains("OtherName", engine.Completions("Request-CBCertificate -Authority lab -SubjectFormat CommonName -SubjectAlternativeName "));
    }
}
