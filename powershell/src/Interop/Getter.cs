using System;
using System.Collections.Generic;

namespace CertBroker.Interop;

/// <summary>The getters of each noun, as plain values. A property that is not there is empty or 0.</summary>
internal static class Getter
{
    private const int Ok = (int)CertBrokerStatus.Ok;

    private delegate int IndexedText(UIntPtr index, out IntPtr text);

    public static string Text(CertificateHandle certificate, Property property) =>
        NativeMethods.CertificateText(certificate, (int)property, UIntPtr.Zero, out IntPtr text) == Ok ? Utf8.Read(text) : string.Empty;

    public static string[] Texts(CertificateHandle certificate, Property property) =>
        All((UIntPtr index, out IntPtr text) => NativeMethods.CertificateText(certificate, (int)property, index, out text));

    public static long Number(CertificateHandle certificate, Property property) =>
        NativeMethods.CertificateNumber(certificate, (int)property, out long value) == Ok ? value : 0;

    public static string Text(EntryHandle entry, Property property) =>
        NativeMethods.EntryText(entry, (int)property, out IntPtr text) == Ok ? Utf8.Read(text) : string.Empty;

    public static bool Flag(EntryHandle entry, Property property) =>
        NativeMethods.EntryNumber(entry, (int)property, out long value) == Ok && value != 0;

    public static string Text(IssueHandle issue, Property property) =>
        NativeMethods.IssueText(issue, (int)property, UIntPtr.Zero, out IntPtr text) == Ok ? Utf8.Read(text) : string.Empty;

    public static string[] Texts(IssueHandle issue, Property property) =>
        All((UIntPtr index, out IntPtr text) => NativeMethods.IssueText(issue, (int)property, index, out text));

    public static long Number(IssueHandle issue, Property property) =>
        NativeMethods.IssueNumber(issue, (int)property, out long value) == Ok ? value : 0;

    public static string Text(RequestHandle request, Property property) =>
        NativeMethods.RequestText(request, (int)property, UIntPtr.Zero, out IntPtr text) == Ok ? Utf8.Read(text) : string.Empty;

    public static string Text(CsrHandle csr, Property property) =>
        NativeMethods.CsrText(csr, (int)property, UIntPtr.Zero, out IntPtr text) == Ok ? Utf8.Read(text) : string.Empty;

    public static string[] Texts(CsrHandle csr, Property property) =>
        All((UIntPtr index, out IntPtr text) => NativeMethods.CsrText(csr, (int)property, index, out text));

    private static string[] All(IndexedText get)
    {
        var texts = new List<string>();
        for (uint index = 0; get((UIntPtr)index, out IntPtr text) == Ok; ++index)
        {
            texts.Add(Utf8.Read(text));
        }
        return texts.ToArray();
    }
}
