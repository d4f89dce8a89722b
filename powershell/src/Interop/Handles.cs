using System;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

/// <summary>Owns one handle of the native library. Passing it to a call keeps it alive for the call.</summary>
internal abstract class NativeHandle : SafeHandle
{
    protected NativeHandle(bool owns = true) : base(IntPtr.Zero, owns) { }

    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        Free(handle);
        return true;
    }

    protected abstract void Free(IntPtr value);
}

internal sealed class ContextHandle : NativeHandle
{
    protected override void Free(IntPtr value) => NativeMethods.ContextFree(value);
}

internal sealed class ErrorHandle : NativeHandle
{
    protected override void Free(IntPtr value) => NativeMethods.ErrorFree(value);
}

internal sealed class BufferHandle : NativeHandle
{
    protected override void Free(IntPtr value) => NativeMethods.BufferFree(value);

    /// <summary>Copies the bytes and frees the native buffer, which wipes it.</summary>
    public byte[] TakeBytes()
    {
        using (this)
        {
            var bytes = new byte[checked((int)NativeMethods.BufferSize(this).ToUInt64())];
            if (bytes.Length > 0)
            {
                Marshal.Copy(NativeMethods.BufferData(this), bytes, 0, bytes.Length);
            }
            return bytes;
        }
    }
}

internal sealed class SecretHandle : NativeHandle
{
    public static SecretHandle None => new SecretHandle();

    protected override void Free(IntPtr value) => NativeMethods.SecretFree(value);
}

internal sealed class CancelHandle : NativeHandle
{
    protected override void Free(IntPtr value) => NativeMethods.CancelFree(value);
}

internal sealed class SettingsHandle : NativeHandle
{
    protected override void Free(IntPtr value) => NativeMethods.SettingsFree(value);
}

internal sealed class RequestHandle : NativeHandle
{
    public static RequestHandle None => new RequestHandle();

    protected override void Free(IntPtr value) => NativeMethods.RequestFree(value);
}

internal sealed class KeyHandle : NativeHandle
{
    public static KeyHandle None => new KeyHandle();

    protected override void Free(IntPtr value) => NativeMethods.KeyFree(value);
}

internal sealed class CsrHandle : NativeHandle
{
    protected override void Free(IntPtr value) => NativeMethods.CsrFree(value);
}

internal sealed class CertificateHandle : NativeHandle
{
    private readonly NativeHandle? owner;

    public CertificateHandle() { }

    private CertificateHandle(IntPtr borrowed, NativeHandle owner) : base(owns: false)
    {
        handle = borrowed;
        this.owner = owner;
    }

    /// <summary>A certificate that belongs to a chain or an entry, which it keeps alive.</summary>
    public static CertificateHandle Borrow(IntPtr borrowed, NativeHandle owner) => new CertificateHandle(borrowed, owner);

    protected override void Free(IntPtr value)
    {
        if (owner == null)
        {
            NativeMethods.CertificateFree(value);
        }
    }
}

internal sealed class ChainHandle : NativeHandle
{
    public int Count => checked((int)NativeMethods.ChainSize(this).ToUInt64());

    public CertificateHandle At(int index) => CertificateHandle.Borrow(NativeMethods.ChainAt(this, (UIntPtr)(uint)index), this);

    protected override void Free(IntPtr value) => NativeMethods.ChainFree(value);
}

internal sealed class ProviderHandle : NativeHandle
{
    public static ProviderHandle None => new ProviderHandle();

    protected override void Free(IntPtr value) => NativeMethods.ProviderClose(value);
}

internal sealed class IssueHandle : NativeHandle
{
    protected override void Free(IntPtr value) => NativeMethods.IssueFree(value);
}

internal sealed class StoreHandle : NativeHandle
{
    public static StoreHandle None => new StoreHandle();

    protected override void Free(IntPtr value) => NativeMethods.StoreClose(value);
}

internal sealed class EntryHandle : NativeHandle
{
    public EntryHandle() { }

    /// <summary>Takes over an entry that came through a callback.</summary>
    public EntryHandle(IntPtr owned)
    {
        handle = owned;
    }

    public CertificateHandle Certificate => CertificateHandle.Borrow(NativeMethods.EntryCertificate(this), this);

    protected override void Free(IntPtr value) => NativeMethods.EntryFree(value);
}
