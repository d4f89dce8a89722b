namespace CertBroker.Tests.Support;

/// <summary>Where things lie in the work tree.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The built module; CERTBROKER_TEST_MODULE names another one.</summary>
    public static string Module { get; } = Environment.GetEnvironmentVariable("CERTBROKER_TEST_MODULE") is { Length: > 0 } other
        ? other : Path.Combine(Root, "build", "module", "CertBroker", "CertBroker.psd1");

    public static string ModuleFolder { get; } = Path.GetDirectoryName(Module)!;
    public static string Shell { get; } = OperatingSystem.IsWindows()
        ? Path.Combine(Root, "build", "shell-windows", "certbroker-shell.exe") : Path.Combine(Root, "build", "certbroker-shell");

    /// <summary>The native library inside the module.</summary>
    public static string Library { get; } = OperatingSystem.IsWindows() ? Path.Combine("win-x64", "certbroker.dll") : Path.Combine("linux-x64", "certbroker.so");
    public static string TestData(params string[] parts) => Path.Combine([Root, "tests", .. parts]);

    private static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "CMakePresets.json")))
            {
                return folder;
            }
        }
        throw new InvalidOperationException($"no work tree above {AppContext.BaseDirectory}");
    }
}
