using System;
using System.Globalization;
using System.Security;

namespace CertBroker.Interop;

/// <summary>certbroker_settings: named values for a call.</summary>
internal sealed class NativeSettings : IDisposable
{
    public NativeSettings()
    {
        NativeLibraryLoader.EnsureLoaded();
        NativeError.Check(NativeMethods.SettingsCreate(out SettingsHandle created, out ErrorHandle error), error);
        Handle = created;
    }

    public SettingsHandle Handle { get; }

    public static implicit operator SettingsHandle(NativeSettings settings) => settings.Handle;

    public NativeSettings Set(string name, string value)
    {
        NativeError.Check(NativeMethods.SettingsSetText(Handle, Utf8.Z(name), Utf8.Z(value), out ErrorHandle error), error);
        return this;
    }

    public NativeSettings Set(string name, bool value) => Set(name, value ? "true" : "false");

    public NativeSettings Set(string name, long value) => Set(name, value.ToString(CultureInfo.InvariantCulture));

    public NativeSettings Set(string name, SecureString value)
    {
        using SecretHandle secret = Secrets.Create(value);
        NativeError.Check(NativeMethods.SettingsSetSecret(Handle, Utf8.Z(name), secret, out ErrorHandle error), error);
        return this;
    }

    /// <summary>Sets it only when there is something to set.</summary>
    public NativeSettings SetIfGiven(string name, string? value) => string.IsNullOrEmpty(value) ? this : Set(name, value!);

    public void Dispose() => Handle.Dispose();
}
