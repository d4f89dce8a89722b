using System;
using System.Management.Automation;
using System.Text;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Makes a key and a certificate request.</para>
/// <para>Reads an INF file as certreq.exe -new does, or takes parameters. The private key is stored durably before the
/// request leaves the command; the request is remembered until Complete-CBCertificateRequest brings its certificate.
/// With RequestType = Cert the certificate is self-signed and installed at once. With -Authority the CA's rules are
/// asked first.</para>
/// </summary>
/// <example>
/// <title>Make a request from an INF file</title>
/// <code>New-CBCertificateRequest -InfPath certreq.ini -OutFile my.csr</code>
/// <para>Does what certreq.exe -new certreq.ini my.csr does. The file my.csr goes to the CA.</para>
/// </example>
/// <example>
/// <title>Make a request from parameters</title>
/// <code>New-CBCertificateRequest -Subject 'CN=web01.example.com' -DnsName web01.example.com, web01 -KeyAlgorithm ECDSA_P256 -EnhancedKeyUsage ServerAuthentication -OutFile web01.csr</code>
/// <para>Makes a P-256 key and a request for a server certificate with two DNS names.</para>
/// </example>
/// <example>
/// <title>Keep the request in a variable</title>
/// <code>$request = New-CBCertificateRequest -Subject 'CN=reader' -Exportable
/// $request.Pem</code>
/// <para>The object has the request in PEM; its RequestId names it for other commands.</para>
/// </example>
/// <example>
/// <title>Make a self-signed certificate</title>
/// <code>New-CBCertificateRequest -Subject 'CN=test' -DnsName test.example.com -RequestType Cert</code>
/// <para>Nobody else is asked: the certificate stands in CurrentUser\My when the command ends.</para>
/// </example>
/// <example>
/// <title>Renew a certificate with a file</title>
/// <code>$old = New-CBCertificateRequest -Subject 'CN=web09.example.com' -RequestType Cert
/// [IO.File]::WriteAllText("$PWD/renew.ini", "[NewRequest]`nRequestType = PKCS7`nRenewalCert = $($old.Thumbprint)")
/// New-CBCertificateRequest -InfPath renew.ini -OutFile renew.req</code>
/// <para>The old certificate's key signs the request for the new one, which gets the same names.</para>
/// </example>
/// <example>
/// <title>Ask for somebody else</title>
/// <code>$agent = New-CBCertificateRequest -Subject 'CN=Enrolment agent' -EnhancedKeyUsage 1.3.6.1.4.1.311.20.2.1 -RequestType Cert
/// New-CBCertificateRequest -Subject 'CN=jane' -RequestType CMC -RequesterName 'EXAMPLE\jane' -SigningCertificate $agent.Thumbprint -OutFile jane.req</code>
/// <para>A CA takes such a request from an enrolment agent whose certificate it has issued itself.</para>
/// </example>
/// <example>
/// <title>Name the account that is to log on</title>
/// <code>New-CBCertificateRequest -Subject 'CN=jane' -SecurityIdentifier S-1-5-21-1004336348-1177238915-682003330-1104 -EnhancedKeyUsage ClientAuthentication -OutFile jane.csr</code>
/// <para>Domain controllers that ask for strong mapping find the account by its SID.</para>
/// </example>
/// <example>
/// <title>Make a request for a device</title>
/// <code>$device = @{ DeviceName = 'LAPTOP1'; SerialNumber = '4711' }
/// New-CBCertificateRequest -InputObject $device -SubjectFormat 'CN={{DeviceName}},OU={{SerialNumber}}' -SubjectAlternativeName 'Dns={{DeviceName}}.example.com'</code>
/// <para>The variables in double braces are properties of the object. What they hold never adds a part to the subject.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "CBCertificateRequest", DefaultParameterSetName = InfSet, SupportsShouldProcess = true)]
[OutputType(typeof(CertificateRequestInfo))]
public sealed class NewCBCertificateRequestCommand : RequestCmdlet
{
    /// <summary>The file the request is written to. An existing file is only overwritten with -Force.</summary>
    [Parameter(Position = 1)]
    public string? OutFile { get; set; }

    /// <summary>How the file is written: CertReq (the default, as certreq.exe does), Pem or Der.</summary>
    [Parameter]
    public RequestFormat Format { get; set; } = RequestFormat.CertReq;

    /// <summary>The certificate that signs a PKCS7 or CMC request besides its own key, an enrolment agent's above all: its thumbprint, or
    /// the certificate. It is looked for in the stores, with its private key.</summary>
    [Parameter(ParameterSetName = InfSet)]
    [Parameter(ParameterSetName = ParameterSet)]
    [ThumbprintOf]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    [ValidateNotNullOrEmpty]
    public string? SigningCertificate { get; set; }

    /// <summary>The authority whose rules the request has to follow.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string? Authority { get; set; }

    /// <summary>The CA's template. It must agree with a template named in the INF file.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>Overwrites an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private ProviderHandle provider = ProviderHandle.None;

    private protected override void SetUp()
    {
        base.SetUp();
        if (!string.IsNullOrEmpty(Authority))
        {
            Target = Authority;
            provider = Own(AuthorityAccess.Open(Context, Authority!, Operation));
        }
    }

    private protected override void ProcessItem()
    {
        using RequestHandle request = BuildRequest();
        string? path = null;
        if (!string.IsNullOrEmpty(OutFile))
        {
            path = Files.Resolve(this, OutFile!);
            Files.CheckWritable(path, Force);
        }
        ShowWarnings(request);
        StoreHandle store = StoreFor(request);
        if (!ShouldProcess($"{Describe()} in {StorePath}", "Make key and certificate request"))
        {
            return;
        }
        using var options = new NativeSettings();
        options.SetIfGiven("friendly-name", FriendlyName);
        options.SetIfGiven("signing-certificate", SigningCertificate);
        int status = NativeMethods.Prepare(Context, request, provider, Utf8.ZOrNull(Template), store, options, ref Operation.Native,
            out IssueHandle issue, out ErrorHandle error);
        Operation.Check(status, error);
        using (issue)
        {
            Emit(issue, path);
        }
    }

    private void Emit(IssueHandle issue, string? path)
    {
        byte[]? encoded = IssueReader.Request(issue, NativeEncoding.Certreq);
        var state = (RequestState)NativeMethods.IssueState(issue);
        var info = new CertificateRequestInfo
        {
            RequestId = Getter.Text(issue, Property.RequestId),
            State = state,
            Subject = IssueReader.Subject(issue),
            KeyId = Getter.Text(issue, Property.KeyId),
            StoreLocation = StoreLocation,
            StoreName = StoreName,
            Pem = encoded == null ? null : Encoding.ASCII.GetString(encoded),
            Template = Getter.Text(issue, Property.Template),
            Authority = Getter.Text(issue, Property.Authority),
            Provider = Getter.Text(issue, Property.Provider),
            FriendlyName = FriendlyName ?? string.Empty,
            Created = ModelConvert.Time(Getter.Number(issue, Property.Created)),
            Changed = ModelConvert.Time(Getter.Number(issue, Property.Changed)),
            NextTry = ModelConvert.TimeOrNull(Getter.Number(issue, Property.NextTry)),
            Message = Getter.Text(issue, Property.Message),
        };
        IssueReader.Describe(issue, info);
        CertificateInfo? installed = state == RequestState.Installed ? IssueReader.Certificate(issue) : null;
        if (installed != null)
        {
            info.Thumbprint = installed.Thumbprint;
            info.Subject = installed.Subject;
            info.FriendlyName = installed.FriendlyName;
        }
        foreach (string warning in Getter.Texts(issue, Property.Warning))
        {
            WarnOnce(warning);
        }
        if (path != null)
        {
            try
            {
                Files.Write(path, Encode(issue, encoded, installed), Force);
                info.Path = path;
            }
            catch (CertBrokerException failure)
            {
                // The key and the request are made: the object still comes, and says how to get at them.
                Item(path, () => throw Failure(failure.Status, failure.ErrorId, failure.Message,
                    $"The request is kept; write it again with (Get-CBCertificateRequest -RequestId {info.RequestId}).Pem."));
            }
        }
        WriteObject(info);
    }

    private byte[] Encode(IssueHandle issue, byte[]? certreq, CertificateInfo? installed)
    {
        if (installed != null)
        {
            return Format == RequestFormat.Der ? installed.RawData : Pem.Certificate(installed.RawData);
        }
        byte[]? encoded = Format == RequestFormat.CertReq ? certreq : IssueReader.Request(issue, (NativeEncoding)(int)Format);
        return encoded ?? throw new System.InvalidOperationException("A prepared request has no CSR.");
    }
}
