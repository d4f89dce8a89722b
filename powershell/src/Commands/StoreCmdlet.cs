using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>Commands that work on a certificate store.</summary>
public abstract class StoreCmdlet : CertBrokerCmdlet
{
    private readonly Dictionary<string, StoreHandle> stores = new Dictionary<string, StoreHandle>(StringComparer.OrdinalIgnoreCase);

    private protected StoreCmdlet() { }

    /// <summary>The place of the store: CurrentUser (the default) or LocalMachine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public StoreLocation StoreLocation { get; set; } = StoreLocation.CurrentUser;

    /// <summary>The name of the store: My (the default), Root, CA, or any other.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public string StoreName { get; set; } = "My";

    private protected string StorePath => $"{StoreLocation}\\{StoreName}";

    private protected StoreHandle Store => OpenStore(StoreLocation, StoreName);

    /// <summary>The store as the native library names it, for those who open it for themselves. A table (Import-Csv) gives an empty
    /// name for an empty cell.</summary>
    private protected string StoreUri => UriOf(StoreLocation, StoreName);

    private static string UriOf(StoreLocation location, string name) => $"{location}/{(string.IsNullOrEmpty(name) ? "My" : name)}";

    /// <summary>A store stays open until the command ends.</summary>
    private protected StoreHandle OpenStore(StoreLocation location, string name)
    {
        string uri = UriOf(location, name);
        if (!stores.TryGetValue(uri, out StoreHandle? store))
        {
            using var settings = new NativeSettings();
            NativeError.Check(NativeMethods.StoreOpen(Context, Utf8.Z(uri), settings, out store, out ErrorHandle error), error);
            stores.Add(uri, Own(store));
        }
        return store;
    }

    private protected List<EntryHandle> Find(StoreHandle store, FindBy by, string? value)
    {
        return Items.Entries(Operation, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.StoreFind(store, (int)by, Utf8.Z(value ?? string.Empty), ref Operation.Native, each, payload, out error));
    }

    /// <summary>The entry of a thumbprint as people paste it; says so when there is none.</summary>
    private protected EntryHandle FindThumbprint(string thumbprint)
    {
        List<EntryHandle> found = Find(Store, FindBy.Thumbprint, thumbprint);
        if (found.Count == 0)
        {
            throw ModuleErrors.CertificateNotFound($"No certificate has the thumbprint '{thumbprint}' in {StorePath}");
        }
        for (int index = 1; index < found.Count; ++index)
        {
            found[index].Dispose();
        }
        return found[0];
    }
}
