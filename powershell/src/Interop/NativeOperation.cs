using System;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

/// <summary>certbroker_operation: how one call may run.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeOperation
{
    public uint StructSize;
    public uint TimeoutMs;
    public IntPtr Cancel;
    public IntPtr Log;
    public IntPtr Progress;
    public IntPtr Payload;
    public uint Flags;

    /// <summary>CERTBROKER_OPERATION_TRACE.</summary>
    public const uint Trace = 1;
}

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
internal delegate void LogCallback(IntPtr payload, int level, IntPtr source, IntPtr message);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
internal delegate int ProgressCallback(IntPtr payload, int stage, int percent, IntPtr message);

/// <summary>certbroker_row_fn and certbroker_entry_fn: the item is a row to read or an entry to take over.</summary>
[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
internal delegate int ItemCallback(IntPtr payload, IntPtr item);
