using System;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>Who may use the private key of a certificate in a store.</summary>
internal static class KeyAccess
{
    public static void Grant(ContextHandle context, EntryHandle entry, string account, Operation operation)
    {
        using StoreHandle store = StoreOf(context, entry);
        int status = NativeMethods.StoreGrantRead(store, entry, Utf8.Z(account), ref operation.Native, out ErrorHandle error);
        operation.Check(status, error);
    }

    public static KeyReader[] Readers(ContextHandle context, EntryHandle entry, Operation operation)
    {
        using StoreHandle store = StoreOf(context, entry);
        return Items.Rows(operation, row => new KeyReader { Account = row.Text(Property.Name), Sid = row.Text(Property.Id), Rights = row.Text(Property.Value) },
            (IntPtr each, IntPtr payload, out ErrorHandle error) =>
                NativeMethods.StoreListKeyReaders(store, entry, ref operation.Native, each, payload, out error)).ToArray();
    }

    private static StoreHandle StoreOf(ContextHandle context, EntryHandle entry)
    {
        using var settings = new NativeSettings();
        NativeError.Check(NativeMethods.StoreOpen(context, Utf8.Z(Getter.Text(entry, Property.Store)), settings, out StoreHandle store, out ErrorHandle error), error);
        return store;
    }
}
