using System;
using System.Runtime.InteropServices;
using System.Text;

namespace CertBroker.Interop;

/// <summary>Text across the border: UTF-8 with a terminating NUL, whatever the platform.</summary>
internal static class Utf8
{
    private static readonly UTF8Encoding Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UTF8Encoding Lenient = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The text with its NUL; null stays null, which is NULL in C.</summary>
    public static byte[]? Z(string? text)
    {
        if (text == null)
        {
            return null;
        }
        if (text.IndexOf('\0') >= 0)
        {
            throw ModuleErrors.Text("The text cannot be used: it contains a NUL character",
                "Give the text without the NUL character.");
        }
        try
        {
            var bytes = new byte[Encoding.GetByteCount(text) + 1];
            Encoding.GetBytes(text, 0, text.Length, bytes, 0);
            return bytes;
        }
        catch (EncoderFallbackException)
        {
            throw ModuleErrors.Text("The text cannot be used: it contains half a character (a lone surrogate)");
        }
    }

    /// <summary>The same, with an empty text as NULL: a parameter that was given as '' counts as not given.</summary>
    public static byte[]? ZOrNull(string? text) => string.IsNullOrEmpty(text) ? null : Z(text);

    public static string Read(IntPtr text)
    {
        if (text == IntPtr.Zero)
        {
            return string.Empty;
        }
        int length = 0;
        while (Marshal.ReadByte(text, length) != 0)
        {
            ++length;
        }
        if (length == 0)
        {
            return string.Empty;
        }
        var bytes = new byte[length];
        Marshal.Copy(text, bytes, 0, length);
        return Lenient.GetString(bytes);
    }
}
