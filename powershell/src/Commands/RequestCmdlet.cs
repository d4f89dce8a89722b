using System;
using System.Collections.Generic;
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

    private protected RequestCmdlet() { }

    /// <summary>The INF file, as certreq.exe takes it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InfSet, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string InfPath { get; set; } = string.Empty;

    /// <summary>The subject as a distinguished name: CN=web01.example.com, O=Example. Without attributes ("web01") it is refused.</summary>
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

    /// <summary>PKCS10 for a request (the default), Cert for a self-signed certificate that is made at once.</summary>
    [Parameter(ParameterSetName = ParameterSet, ValueFromPipelineByPropertyName = true)]
    [ValidateSet("PKCS10", "Cert")]
    public string RequestType { get; set; } = "PKCS10";

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
        if (!string.IsNullOrEmpty(Subject))
        {
            return Subject!;
        }
        return DnsName != null && DnsName.Length > 0 ? DnsName[0] : "request";
    }

    /// <summary>Reads the file or takes the parameters. A wrong value is given to whenWrong, or thrown without it.</summary>
    private protected RequestHandle BuildRequest(Action<CertBrokerException>? whenWrong = null)
    {
        return ParameterSetName == InfSet ? FromInf() : FromParameters(whenWrong);
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

    private RequestHandle FromParameters(Action<CertBrokerException>? whenWrong)
    {
        Target = Describe();
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
        One(Property.Subject, Subject);
        Each(Property.DnsName, DnsName);
        Each(Property.EmailAddress, EmailAddress);
        Each(Property.Upn, Upn);
        Each(Property.IpAddress, IPAddress);
        Each(Property.Uri, Uri);
        Each(Property.OtherName, OtherName);
        Each(Property.Guid, Guid);
        Each(Property.DirectoryName, DirectoryName);
        Each(Property.RegisteredId, RegisteredId);
        One(Property.KeyAlgorithm, Bound(nameof(KeyAlgorithm)) ? KeyAlgorithm.ToString() : null);
        One(Property.KeyLength, Bound(nameof(KeyLength)) ? KeyLength.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
        One(Property.HashAlgorithm, string.IsNullOrEmpty(HashAlgorithm) ? null : HashAlgorithm);
        Each(Property.KeyUsage, KeyUsage);
        Each(Property.EnhancedKeyUsage, EnhancedKeyUsage);
        Each(Property.Extension, Extension);
        One(Property.RequestType, Bound(nameof(RequestType)) ? RequestType : null);
        One(Property.ProviderName, string.IsNullOrEmpty(ProviderName) ? null : ProviderName);
        One(Property.SuppressDefaults, SuppressDefaults ? "true" : null);
        One(Property.Exportable, Exportable ? "true" : "false");
        One(Property.FriendlyName, string.IsNullOrEmpty(FriendlyName) ? null : FriendlyName);
        One(Property.MachineKeySet, Bound(nameof(StoreLocation)) && StoreLocation == StoreLocation.LocalMachine ? "true" : null);
        return values;
    }
}
