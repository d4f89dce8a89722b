using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

/// <summary>One row of a list, valid inside the callback only.</summary>
internal readonly struct Row
{
    private readonly IntPtr row;

    public Row(IntPtr row)
    {
        this.row = row;
    }

    public string Text(Property property)
    {
        int status = NativeMethods.RowText(row, (int)property, UIntPtr.Zero, out IntPtr text);
        return status == (int)CertBrokerStatus.Ok ? Utf8.Read(text) : string.Empty;
    }

    public string[] Texts(Property property)
    {
        var texts = new List<string>();
        for (uint index = 0; ; ++index)
        {
            int status = NativeMethods.RowText(row, (int)property, (UIntPtr)index, out IntPtr text);
            if (status != (int)CertBrokerStatus.Ok)
            {
                return texts.ToArray();
            }
            texts.Add(Utf8.Read(text));
        }
    }

    public long Number(Property property)
    {
        int status = NativeMethods.RowNumber(row, (int)property, out long value);
        return status == (int)CertBrokerStatus.Ok ? value : 0;
    }

    public bool Flag(Property property) => Number(property) != 0;
}

/// <summary>Calls a function that lists by callback. What the reader throws stops the list and is thrown after it.</summary>
internal static class Items
{
    public delegate int ListFunction(IntPtr each, IntPtr payload, out ErrorHandle error);

    public static List<T> Rows<T>(Operation? operation, Func<Row, T> read, ListFunction list)
    {
        var found = new List<T>();
        Each(operation, item => { found.Add(read(new Row(item))); return true; }, list);
        return found;
    }

    public static List<EntryHandle> Entries(Operation? operation, ListFunction list)
    {
        var found = new List<EntryHandle>();
        Each(operation, item => { found.Add(new EntryHandle(item)); return true; }, list);
        return found;
    }

    /// <summary>The reader returns false to stop the list.</summary>
    public static void Each(Operation? operation, Func<IntPtr, bool> read, ListFunction list)
    {
        ExceptionDispatchInfo? trouble = null;
        ItemCallback callback = (payload, item) =>
        {
            try
            {
                return read(item) ? 0 : 1;
            }
            catch (Exception exception)
            {
                trouble = ExceptionDispatchInfo.Capture(exception);
                return 1;
            }
        };
        int status = list(Marshal.GetFunctionPointerForDelegate(callback), IntPtr.Zero, out ErrorHandle error);
        GC.KeepAlive(callback);
        if (trouble != null)
        {
            error.Dispose();
            trouble.Throw();
        }
        if (operation != null)
        {
            operation.Check(status, error);
        }
        else
        {
            NativeError.Check(status, error);
        }
    }
}
