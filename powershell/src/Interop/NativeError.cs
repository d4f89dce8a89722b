using System;

namespace CertBroker.Interop;

internal static class NativeError
{
    // The library's own bound is 4; a longer chain would mean a handle gone wrong.
    private const int MaximumDepth = 16;

    /// <summary>Throws when a call failed; frees the error in any case.</summary>
    public static void Check(int status, ErrorHandle? error)
    {
        using (error)
        {
            if (status == (int)CertBrokerStatus.Ok)
            {
                return;
            }
            throw Create((CertBrokerStatus)status, error);
        }
    }

    private static CertBrokerException Create(CertBrokerStatus status, ErrorHandle? error)
    {
        if (error == null || error.IsInvalid)
        {
            return Bare(status);
        }
        bool added = false;
        try
        {
            error.DangerousAddRef(ref added);
            return Read(error.DangerousGetHandle(), 0);
        }
        finally
        {
            if (added)
            {
                error.DangerousRelease();
            }
        }
    }

    /// <summary>For the functions that give a status and no error object: getters.</summary>
    public static CertBrokerException Bare(CertBrokerStatus status)
    {
        string name = Utf8.Read(NativeMethods.StatusName((int)status));
        return new CertBrokerException(status, "Module.Native", "The native library could not do it: " + name,
            "Please report this with the command that caused it.");
    }

    private static CertBrokerException Read(IntPtr error, int depth)
    {
        IntPtr cause = NativeMethods.ErrorCause(error);
        return new CertBrokerException(
            (CertBrokerStatus)NativeMethods.ErrorStatus(error),
            Utf8.Read(NativeMethods.ErrorId(error)),
            Utf8.Read(NativeMethods.ErrorMessage(error)),
            Utf8.Read(NativeMethods.ErrorRemedy(error)),
            Utf8.Read(NativeMethods.ErrorSource(error)),
            Utf8.Read(NativeMethods.ErrorFile(error)),
            (int)Number(error, NativeNumber.Line),
            (int)Number(error, NativeNumber.Column),
            cause == IntPtr.Zero || depth >= MaximumDepth ? null : Read(cause, depth + 1))
        {
            HttpStatus = (int)Number(error, NativeNumber.HttpStatus),
            SystemCode = (int)Number(error, NativeNumber.OsCode),
            RetryAfterSeconds = (int)Number(error, NativeNumber.RetryAfterSeconds),
        };
    }

    private static long Number(IntPtr error, NativeNumber field)
    {
        int status = NativeMethods.ErrorNumber(error, (int)field, out long value);
        return status == (int)CertBrokerStatus.Ok ? value : 0;
    }
}
