using System;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

/// <summary>Finds the native library beside this assembly and loads it by its absolute path, once, at first use.
/// Nothing of this happens when the module is imported.</summary>
internal static class NativeLibraryLoader
{
    private const uint SupportedAbi = (0u << 16) | 2u;

    private static readonly object Gate = new object();
    private static volatile bool ready;
    private static IntPtr library;

    /// <summary>The folder of the native library; its sub-folder plugins holds the providers.</summary>
    public static string NativeFolder => Path.Combine(
        Path.GetDirectoryName(typeof(NativeLibraryLoader).Assembly.Location) ?? ".", IsWindows ? "win-x64" : "linux-x64");

    private static bool IsWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    public static void EnsureLoaded()
    {
        if (ready)
        {
            return;
        }
        lock (Gate)
        {
            if (!ready)
            {
                Load();
                ready = true;
            }
        }
    }

    private static void Load()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw ModuleErrors.Platform($"CertBroker cannot run in this process: it needs an x64 processor and process, this one is {RuntimeInformation.ProcessArchitecture}",
                "Use a 64-bit PowerShell on an x64 machine.");
        }
        if (!IsWindows && !RuntimeInformation.IsOSPlatform(OSPlatform.Linux))
        {
            throw ModuleErrors.Platform($"CertBroker cannot run here: it needs Windows or Linux, this is {RuntimeInformation.OSDescription}",
                "Use a machine with Windows or Linux.");
        }
        string path = Path.Combine(NativeFolder, IsWindows ? "certbroker.dll" : "certbroker.so");
        if (!File.Exists(path))
        {
            throw ModuleErrors.NativeMissing($"CertBroker's native library could not be loaded: the file {path} does not exist");
        }
        if (library == IntPtr.Zero)
        {
            IntPtr loaded = IsWindows ? LoadOnWindows(path) : LoadOnLinux(path);
            if (RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal))
            {
                CheckFoundByName(path, loaded);
            }
            else
            {
                AnswerForName();
            }
            library = loaded;
        }
        uint version = ReadVersion(path);
        if (version != SupportedAbi)
        {
            throw ModuleErrors.NativeBroken($"CertBroker's native library cannot be used: {path} has ABI {version >> 16}.{version & 0xffff}, the module needs {SupportedAbi >> 16}.{SupportedAbi & 0xffff}");
        }
    }

    private static uint ReadVersion(string path)
    {
        try
        {
            return NativeMethods.AbiVersion();
        }
        catch (Exception failure) when (failure is DllNotFoundException || failure is EntryPointNotFoundException || failure is BadImageFormatException)
        {
            throw ModuleErrors.NativeBroken($"CertBroker's native library cannot be used: {path} is not what it should be ({failure.Message})");
        }
    }

    // The two flags keep the folder of the library and System32 as the only places for what it imports: neither the
    // current folder nor PATH is searched.
    private static IntPtr LoadOnWindows(string path)
    {
        const uint searchLoadDirectory = 0x100;
        const uint searchSystem32 = 0x800;
        IntPtr loaded = LoadLibraryEx(path, IntPtr.Zero, searchLoadDirectory | searchSystem32);
        if (loaded == IntPtr.Zero)
        {
            throw ModuleErrors.NativeBroken($"CertBroker's native library could not be loaded: Windows refused {path} with error {Marshal.GetLastWin32Error()}");
        }
        return loaded;
    }

    // Windows PowerShell: DllImport("certbroker") finds a library that is loaded already by its name, and so would find
    // the one of another copy of the module that was there first.
    private static void CheckFoundByName(string path, IntPtr loaded)
    {
        if (GetModuleHandle("certbroker.dll") != loaded)
        {
            throw ModuleErrors.NativeBroken($"CertBroker's native library cannot be used: another certbroker.dll than {path} is loaded in this process",
                "Start a new PowerShell and import one copy of the module only.");
        }
    }

    private static IntPtr LoadOnLinux(string path)
    {
        MethodInfo? load = NativeLibrary?.GetMethod("Load", new[] { typeof(string) });
        try
        {
            return (IntPtr)(load ?? throw TooOld()).Invoke(null, new object[] { path })!;
        }
        catch (TargetInvocationException failure)
        {
            string reason = (failure.InnerException ?? failure).Message;
            throw ModuleErrors.NativeBroken($"CertBroker's native library could not be loaded: the system refused {path} ({FirstLine(reason)})");
        }
    }

    // PowerShell 7: a bare name is not found by the path it was loaded from on Linux, so this assembly answers for it.
    private static void AnswerForName()
    {
        Type? resolverType = Type.GetType("System.Runtime.InteropServices.DllImportResolver, System.Runtime.InteropServices", throwOnError: false);
        MethodInfo? setResolver = resolverType == null ? null : NativeLibrary?.GetMethod("SetDllImportResolver", new[] { typeof(Assembly), resolverType });
        if (resolverType == null || setResolver == null)
        {
            throw TooOld();
        }
        MethodInfo resolve = typeof(NativeLibraryLoader).GetMethod(nameof(Resolve), BindingFlags.NonPublic | BindingFlags.Static)!;
        setResolver.Invoke(null, new object[] { typeof(NativeLibraryLoader).Assembly, Delegate.CreateDelegate(resolverType, resolve) });
    }

    // netstandard2.0 does not know NativeLibrary, hence the reflection.
    private static Type? NativeLibrary => Type.GetType("System.Runtime.InteropServices.NativeLibrary, System.Runtime.InteropServices", throwOnError: false);

    private static Exception TooOld() => ModuleErrors.Platform(
        $"CertBroker cannot run on {RuntimeInformation.FrameworkDescription}: it cannot load native libraries by path", "Use PowerShell 7 or Windows PowerShell 5.1.");

    private static string FirstLine(string text)
    {
        int end = text.IndexOfAny(new[] { '\r', '\n' });
        return end < 0 ? text : text.Substring(0, end);
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == "certbroker" ? library : IntPtr.Zero;

    [DllImport("kernel32", EntryPoint = "LoadLibraryExW", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    private static extern IntPtr LoadLibraryEx(string path, IntPtr reserved, uint flags);

    [DllImport("kernel32", EntryPoint = "GetModuleHandleW", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    private static extern IntPtr GetModuleHandle(string name);
}
