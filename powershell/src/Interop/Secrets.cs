using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace CertBroker.Interop;

internal static class Secrets
{
    /// <summary>Hands a SecureString over without ever making a string of it; null gives no secret (NULL).</summary>
    public static SecretHandle Create(SecureString? text)
    {
        if (text == null)
        {
            return SecretHandle.None;
        }
        NativeLibraryLoader.EnsureLoaded();
        var characters = new char[text.Length];
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        GCHandle pinnedCharacters = GCHandle.Alloc(characters, GCHandleType.Pinned);
        GCHandle pinnedBytes = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        IntPtr unmanaged = IntPtr.Zero;
        try
        {
            unmanaged = Marshal.SecureStringToGlobalAllocUnicode(text);
            Marshal.Copy(unmanaged, characters, 0, characters.Length);
            int size = Encoding.UTF8.GetBytes(characters, 0, characters.Length, bytes, 0);
            NativeError.Check(NativeMethods.SecretCreate(bytes, (UIntPtr)(uint)size, out SecretHandle secret, out ErrorHandle error), error);
            return secret;
        }
        finally
        {
            if (unmanaged != IntPtr.Zero)
            {
                Marshal.ZeroFreeGlobalAllocUnicode(unmanaged);
            }
            Array.Clear(characters, 0, characters.Length);
            Array.Clear(bytes, 0, bytes.Length);
            pinnedCharacters.Free();
            pinnedBytes.Free();
        }
    }
}
