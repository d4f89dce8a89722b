using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>Commands that take what is wanted, from an INF file or from parameters.</summary>
public abstract class RequestCmdlet : StoreCmdlet
{
    private protected const string InfSet = "Inf";
    private protected const string ParameterSet = "Parameters";

    private readonly HashSet<string> said = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    private protected RequestCmdlet() { }

    private protected override void SetUp()
    {
        // Before the first object comes, these are the parameters that were typed.
        said.UnionWith(MyInvocation.BoundParameters.Keys);
    }

    /// <summary>The INF file, as certreq.exe takes it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InfSet, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string InfPath { get; set; } = string.Empty;

    /// <summary>The subject as a distinguished name: CN=web01.example.com, O=Example. Without attributes ("web01") it is refused. With
    /// -InputObject it may have variables: 'CN={{UserName}}'.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Subject { get; set; }

    /// <summary>DNS names for the subject alternative name.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? DnsName { get; set; }

    /// <summary>E-mail addresses for the subject alternative name.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? EmailAddress { get; set; }

    /// <summary>User principal names for the subject alternative name.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? Upn { get; set; }

    /// <summary>IPv4 or IPv6 addresses for the subject alternative name.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? IPAddress { get; set; }

    /// <summary>URIs for the subject alternative name.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? Uri { get; set; }

    /// <summary>The SID of the account that is to log on with the certificate: S-1-5-21-... It becomes Microsoft's extension for strong
    /// mapping. A CA takes it from requests only where its template leaves the subject to them.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? SecurityIdentifier { get; set; }

    /// <summary>Other names for the subject alternative name, as oid=hex; hex is the complete DER of the value.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? OtherName { get; set; }

    /// <summary>GUIDs of directory objects for the subject alternative name.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? Guid { get; set; }

    /// <summary>Directory names for the subject alternative name.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? DirectoryName { get; set; }

    /// <summary>Registered OIDs for the subject alternative name.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public string[]? RegisteredId { get; set; }

    /// <summary>A person or device: a directory's user, a row of Import-Csv, a hashtable, or any other object. Its properties fill the
    /// variables of -SubjectFormat, -Subject and -SubjectAlternativeName.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipeline = true)]
    public Person? InputObject { get; set; }

    /// <summary>How the subject of a person's certificate looks: CommonName, CommonNameIncludingEmail, CommonNameAsEmail, or a template
    /// with variables: 'CN={{UserName}},E={{EmailAddress}},O=Example'.</summary>
    [Parameter(ParameterSetName = ParameterSet)]
    [ArgumentCompleter(typeof(SubjectFormatCompleter))]
    [ValidateNotNullOrEmpty]
    public string SubjectFormat { get; set; } = string.Empty;

    /// <summary>The alternative names of a person's certificate: Email, Upn, OtherName, Guid, Dns or Sid, each alone or with a template:
    /// 'Dns={{DeviceName}}.example.com'. Email and Upn stand in for each other.</summary>
    [Parameter(ParameterSetName = ParameterSet)]
    [ArgumentCompleter(typeof(PersonNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? SubjectAlternativeName { get; set; }

    /// <summary>The OID of OtherName. Without it 1.3.6.1.4.1.311.25.1 (DS Object Guid).</summary>
    [Parameter(ParameterSetName = ParameterSet)]
    [ValidateNotNullOrEmpty]
    public string? OtherNameOid { get; set; }

    /// <summary>Refuses an OtherName that is not one whole DER element. Without it other octets are put into an OCTET STRING.</summary>
    [Parameter(ParameterSetName = ParameterSet)]
    public SwitchParameter ValidateOtherName { get; set; }

    /// <summary>The kind of the new key. Without it the CA's rules decide, and without rules it is RSA.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public KeyAlgorithm KeyAlgorithm { get; set; }

    /// <summary>Bits of an RSA key: 2048 to 16384.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public int KeyLength { get; set; }

    /// <summary>The hash the request is signed with: SHA256 (the default), SHA384 or SHA512.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(HashAlgorithmCompleter))]
    public string? HashAlgorithm { get; set; }

    /// <summary>Allows SHA1 and MD5 as hash, for CAs that know nothing else.</summary>
    [Parameter(ParameterSetName = ParameterSet)]
    public SwitchParameter AllowWeakHash { get; set; }

    /// <summary>Key usages, by name (DigitalSignature, KeyEncipherment) or as a number.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(KeyUsageCompleter))]
    public string[]? KeyUsage { get; set; }

    /// <summary>Enhanced key usages, by name (ServerAuthentication, ClientAuthentication) or OID.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(EnhancedKeyUsageCompleter))]
    public string[]? EnhancedKeyUsage { get; set; }

    /// <summary>Further extensions, as oid=hex; a leading '!' makes one critical.</summary>
    // Not by property name: files have a property of that name.
    [Parameter(ParameterSetName = ParameterSet)]
    public string[]? Extension { get; set; }

    /// <summary>PKCS10 for a request (the default), PKCS7 or CMC for one in a signed message, Cert for a self-signed certificate that
    /// is made at once.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [ValidateSet("PKCS10", "PKCS7", "CMC", "Cert")]
    public string RequestType { get; set; } = "PKCS10";

    /// <summary>The account that the certificate is for, DOMAIN\user, when somebody else asks for it: an enrolment agent, whose certificate
    /// -SigningCertificate names. Needs -RequestType PKCS7 or CMC.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RequesterName { get; set; }

    /// <summary>The cryptographic or key storage provider that makes the key, on Windows.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [Alias("KeyProvider")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public string? ProviderName { get; set; }

    /// <summary>Leaves Microsoft's default attributes and extensions out of the request.</summary>
    [Parameter(ParameterSetName = ParameterSet)]
    public SwitchParameter SuppressDefaults { get; set; }

    /// <summary>The private key may be exported later, as a PFX file.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    public SwitchParameter Exportable { get; set; }

    /// <summary>The friendly name that the certificate gets in its store.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? FriendlyName { get; set; }

    /// <summary>What the request is about, for questions and errors.</summary>
    private protected string Describe()
    {
        if (ParameterSetName == InfSet)
        {
            return InfPath;
        }
        if (ForPerson)
        {
            return InputObject!.ToString();
        }
        if (!string.IsNullOrEmpty(Subject))
        {
            return Subject!;
        }
        return DnsName != null && DnsName.Length > 0 ? DnsName[0] : "request";
    }

    /// <summary>Reads the file or takes the parameters. A wrong value is given to whenWrong, or thrown without it.</summary>
    private protected RequestHandle BuildRequest(Action<CertBrokerException>? whenWrong = null)
    {
        if (ParameterSetName == InfSet)
        {
            return FromInf();
        }
        return ForPerson ? FromPerson(whenWrong) : FromParameters(whenWrong);
    }

    /// <summary>Shows what is odd in a request that can be made all the same. What is wrong fails when it is made.</summary>
    private protected void ShowWarnings(RequestHandle request)
    {
        List<Diagnostic> found = Items.Rows(Operation, ModelConvert.Diagnostic, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.RequestCheck(request, ProviderHandle.None, null, ref Operation.Native, each, payload, out error));
        foreach (Diagnostic item in found)
        {
            string place = item.File.Length == 0 ? string.Empty : item.Line == 0 ? item.File + ": " : $"{item.File}({item.Line},{item.Column}): ";
            switch (item.Severity)
            {
                case DiagnosticSeverity.Warning:
                    WarnOnce($"{place}{item.Message}");
                    break;
                case DiagnosticSeverity.Information:
                    WriteVerbose($"{place}{item.Message}");
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>-StoreLocation when it was given, else what the file's MachineKeySet says.</summary>
    private protected StoreHandle StoreFor(RequestHandle request)
    {
        bool machine = Getter.Text(request, Property.MachineKeySet) == "true";
        if (!Bound(nameof(StoreLocation)))
        {
            StoreLocation = machine ? StoreLocation.LocalMachine : StoreLocation.CurrentUser;
        }
        else if (machine && StoreLocation == StoreLocation.CurrentUser && ParameterSetName == InfSet)
        {
            WarnOnce($"{InfPath} says MachineKeySet = TRUE; -StoreLocation CurrentUser wins.");
        }
        return Store;
    }

    private RequestHandle FromInf()
    {
        string path = Files.Resolve(this, InfPath);
        Target = path;
        byte[] bytes = Files.Read(path);
        NativeError.Check(NativeMethods.RequestFromInf(Context, bytes, (UIntPtr)(uint)bytes.Length, Utf8.Z(InfPath), out RequestHandle request, out ErrorHandle error), error);
        return request;
    }

    private RequestHandle FromPerson(Action<CertBrokerException>? whenWrong)
    {
        RequestHandle request = FromValues(whenWrong);
        try
        {
            Target = InputObject!.Item;
            using NativeSettings profile = People.Profile(SubjectFormat, Typed(nameof(Subject), Subject), SubjectAlternativeName, OtherNameOid, ValidateOtherName);
            People.Apply(request, InputObject.Item, profile);
            return request;
        }
        catch (CertBrokerException wrong) when (whenWrong != null)
        {
            whenWrong(wrong);
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private RequestHandle FromParameters(Action<CertBrokerException>? whenWrong)
    {
        Target = Describe();
        if (Subject != null && Subject.Contains("{{"))
        {
            throw ModuleErrors.SubjectVariables($"The subject '{Subject}' could not be used: it has variables, and there is nobody to fill them");
        }
        if (SubjectAlternativeName != null || SubjectFormat.Length > 0)
        {
            throw ModuleErrors.SubjectVariables("The names of a person could not be made: there is nobody to take them from",
                "Give the people or devices by the pipeline or as -InputObject, or the names themselves as -DnsName, -EmailAddress or -Upn.");
        }
        // An object of the pipeline none of whose properties is a parameter would otherwise get the same certificate as the one before.
        if (InputObject != null && MyInvocation.BoundParameters.Keys.All(name => said.Contains(name) || name == nameof(InputObject)))
        {
            Target = InputObject.Item;
            throw ModuleErrors.NothingBound($"Nothing could be made for '{InputObject}': none of its properties is a parameter");
        }
        return FromValues(whenWrong);
    }

    private RequestHandle FromValues(Action<CertBrokerException>? whenWrong)
    {
        NativeError.Check(NativeMethods.RequestCreate(Context, out RequestHandle request, out ErrorHandle error), error);
        try
        {
            foreach (KeyValuePair<Property, string> item in Values())
            {
                try
                {
                    NativeError.Check(NativeMethods.RequestSet(request, (int)item.Key, Utf8.Z(item.Value), out ErrorHandle failure), failure);
                }
                catch (CertBrokerException wrong) when (whenWrong != null)
                {
                    whenWrong(wrong);
                }
            }
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    /// <summary>Whether InputObject is somebody to make names for, and not a row whose properties are parameters.</summary>
    private bool ForPerson => InputObject != null
        && (SubjectFormat.Length > 0 || SubjectAlternativeName != null || (said.Contains(nameof(Subject)) && Subject!.Contains("{{")));

    /// <summary>What was typed. A person's own properties (EmailAddress, Guid) are bound to parameters of those names as well, and are
    /// not meant.</summary>
    private T? Typed<T>(string parameter, T? value) where T : class => !ForPerson || said.Contains(parameter) ? value : null;

    private bool Given(string parameter) => Bound(parameter) && (!ForPerson || said.Contains(parameter));

    private IEnumerable<KeyValuePair<Property, string>> Values()
    {
        var values = new List<KeyValuePair<Property, string>>();
        void One(Property property, string? value)
        {
            if (value != null)
            {
                values.Add(new KeyValuePair<Property, string>(property, value));
            }
        }
        void Each(Property property, string[]? several)
        {
            foreach (string value in several ?? Array.Empty<string>())
            {
                // A table (Import-Csv) gives an empty text for an empty cell.
                One(property, string.IsNullOrEmpty(value) ? null : value);
            }
        }
        if (AllowWeakHash)
        {
            One(Property.AllowWeakHash, "true");
        }
        One(Property.Subject, ForPerson ? null : Subject);
        Each(Property.DnsName, Typed(nameof(DnsName), DnsName));
        Each(Property.EmailAddress, Typed(nameof(EmailAddress), EmailAddress));
        Each(Property.Upn, Typed(nameof(Upn), Upn));
        Each(Property.IpAddress, Typed(nameof(IPAddress), IPAddress));
        Each(Property.Uri, Typed(nameof(Uri), Uri));
        One(Property.SecurityIdentifier, string.IsNullOrEmpty(SecurityIdentifier) ? null : Typed(nameof(SecurityIdentifier), SecurityIdentifier));
        Each(Property.OtherName, Typed(nameof(OtherName), OtherName));
        Each(Property.Guid, Typed(nameof(Guid), Guid));
        Each(Property.DirectoryName, Typed(nameof(DirectoryName), DirectoryName));
        Each(Property.RegisteredId, Typed(nameof(RegisteredId), RegisteredId));
        One(Property.KeyAlgorithm, Given(nameof(KeyAlgorithm)) ? KeyAlgorithm.ToString() : null);
        One(Property.KeyLength, Given(nameof(KeyLength)) ? KeyLength.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
        One(Property.HashAlgorithm, string.IsNullOrEmpty(HashAlgorithm) ? null : Typed(nameof(HashAlgorithm), HashAlgorithm));
        Each(Property.KeyUsage, Typed(nameof(KeyUsage), KeyUsage));
        Each(Property.EnhancedKeyUsage, Typed(nameof(EnhancedKeyUsage), EnhancedKeyUsage));
        Each(Property.Extension, Extension);
        One(Property.RequestType, Given(nameof(RequestType)) ? RequestType : null);
        One(Property.RequesterName, string.IsNullOrEmpty(RequesterName) ? null : Typed(nameof(RequesterName), RequesterName));
        One(Property.ProviderName, string.IsNullOrEmpty(ProviderName) ? null : Typed(nameof(ProviderName), ProviderName));
        One(Property.SuppressDefaults, SuppressDefaults ? "true" : null);
        One(Property.Exportable, Exportable && Given(nameof(Exportable)) ? "true" : "false");
        One(Property.FriendlyName, string.IsNullOrEmpty(FriendlyName) ? null : FriendlyName);
        One(Property.MachineKeySet, Bound(nameof(StoreLocation)) && StoreLocation == StoreLocation.LocalMachine ? "true" : null);
        return values;
    }
}
