using System;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

internal static partial class NativeMethods
{
    // Intune connectors: their .NET configuration files

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_connector_list")]
    internal static extern int ConnectorList(ContextHandle context, byte[]? paths, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_connector_set")]
    internal static extern int ConnectorSet(
        ContextHandle context, byte[]? paths, SettingsHandle values, IntPtr each, IntPtr payload, out ErrorHandle error);
}
