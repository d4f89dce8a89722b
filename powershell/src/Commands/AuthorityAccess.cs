using System;
using System.Collections.Generic;
using System.Linq;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>Reads authorities and providers' settings; used by commands, dynamic parameters and completers.</summary>
internal static class AuthorityAccess
{
    public static ProviderHandle Open(ContextHandle context, string authority, Operation operation)
    {
        int status = NativeMethods.AuthorityOpen(context, null, Utf8.Z(authority), ref operation.Native, out ProviderHandle provider, out ErrorHandle error);
        operation.Check(status, error);
        return provider;
    }

    /// <summary>location: LocalMachine, CurrentUser, or null for both.</summary>
    public static List<AuthorityInfo> List(ContextHandle context, string? location) =>
        Items.Rows(null, ModelConvert.Authority, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.AuthorityList(context, Utf8.Z(location), each, payload, out error));

    /// <summary>The provider's id, or null when there is no such authority.</summary>
    public static string? ProviderOf(ContextHandle context, string authority) =>
        List(context, null).FirstOrDefault(item => string.Equals(item.Name, authority, StringComparison.OrdinalIgnoreCase))?.Provider;

    public static List<ProviderSetting> Settings(ContextHandle context, string provider) =>
        Items.Rows(null, row => ModelConvert.Setting(row, provider), (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ProviderListSettings(context, Utf8.Z(provider), each, payload, out error));

    public static List<ProviderInfo> Providers(ContextHandle context) =>
        Items.Rows(null, ModelConvert.Provider, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ProviderList(context, each, payload, out error));

    public static List<CertificateProfile> Profiles(ProviderHandle provider, string authority, Operation operation) =>
        Items.Rows(operation,
            row => ModelConvert.Profile(row, authority),
            (IntPtr each, IntPtr payload, out ErrorHandle error) =>
                NativeMethods.ProviderListProfiles(provider, ref operation.Native, each, payload, out error));

    public static List<ProfileRule> Rules(ProviderHandle provider, string authority, string template, Operation operation) =>
        Items.Rows(operation, row => ModelConvert.Rule(row, authority, template), (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ProviderListRules(provider, Utf8.ZOrNull(template), ref operation.Native, each, payload, out error));
}
