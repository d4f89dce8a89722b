using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace CertBroker.Commands;

/// <summary>Files by the paths people type: relative to PowerShell's location, in the file system only.</summary>
internal static class Files
{
    private const int MaximumSize = 64 * 1024 * 1024;

    public static string Resolve(PSCmdlet cmdlet, string path)
    {
        string provider;
        try
        {
            string resolved = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out System.Management.Automation.ProviderInfo found, out _);
            if (found.Name == "FileSystem")
            {
                return resolved;
            }
            provider = found.Name;
        }
        catch (Exception failure) when (failure is RuntimeException || failure is NotSupportedException || failure is ArgumentException)
        {
            CertBrokerException unusable = ModuleErrors.Path($"The path '{path}' cannot be used: {failure.Message}", "Give the path of a file.");
            unusable.Target = path;
            throw unusable;
        }
        CertBrokerException foreign = ModuleErrors.Path($"The path '{path}' cannot be used: it belongs to the provider {provider}, not to the file system");
        foreign.Target = path;
        throw foreign;
    }

    public static byte[] Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                string what = Directory.Exists(path) ? "it is a folder" : "it does not exist";
                throw ModuleErrors.FileNotFound($"The file {path} could not be read: {what}");
            }
            if (file.Length > MaximumSize)
            {
                throw ModuleErrors.FileTooLarge($"The file {path} could not be read: it has {file.Length} bytes, which no file of this kind has");
            }
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException || failure is UnauthorizedAccessException || failure is NotSupportedException)
        {
            throw Failed(failure, $"The file {path} could not be read: {failure.Message}", ModuleErrors.FileRead);
        }
    }

    /// <summary>The common name of a subject, as far as it makes a file name everywhere; the fallback where it has none.</summary>
    public static string NameFor(string subject, string fallback)
    {
        string name = subject.Split(',').Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("CN=", StringComparison.OrdinalIgnoreCase)) ?? "CN=" + fallback;
        var safe = new StringBuilder();
        foreach (char character in name.Substring(3).Trim('"', ' ', '.'))
        {
            safe.Append(char.IsLetterOrDigit(character) || character == '-' || character == '_' || character == ' ' || character == '.' ? character : '_');
        }
        return safe.Length == 0 ? fallback : safe.ToString(0, Math.Min(safe.Length, 100));
    }

    /// <summary>Says before any work is done what would fail after it.</summary>
    public static void CheckWritable(string path, bool force)
    {
        if (Directory.Exists(path))
        {
            throw ModuleErrors.FileWrite($"The file {path} cannot be written: it is a folder",
                "Give the path of a file.");
        }
        if (!force && File.Exists(path))
        {
            throw ModuleErrors.FileExists($"The file {path} was not written: it exists");
        }
        string? folder = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(folder) && !Directory.Exists(folder))
        {
            throw ModuleErrors.FolderNotFound($"The file {path} cannot be written: the folder {folder} does not exist");
        }
    }

    /// <summary>Writes a whole file or nothing. A private file is readable by its owner only, from its first byte on.</summary>
    public static FileInfo Write(string path, byte[] bytes, bool force, bool ownerOnly = false)
    {
        CheckWritable(path, force);
        string temporary = path + "." + Guid.NewGuid().ToString("N").Substring(0, 8) + ".tmp";
        try
        {
            using (FileStream stream = Create(temporary, ownerOnly))
            {
                stream.Write(bytes, 0, bytes.Length);
                stream.Flush(flushToDisk: true);
            }
            if (force && File.Exists(path))
            {
                File.Replace(temporary, path, null);
            }
            else
            {
                File.Move(temporary, path);
            }
            return new FileInfo(path);
        }
        catch (Exception failure) when (failure is IOException || failure is UnauthorizedAccessException || failure is NotSupportedException)
        {
            TryDelete(temporary);
            throw Failed(failure, $"The file {path} could not be written: {failure.Message}", ModuleErrors.FileWrite);
        }
    }

    // FileStreamOptions.UnixCreateMode came after netstandard2.0; on Windows the folder's rights decide.
    private static FileStream Create(string path, bool ownerOnly)
    {
        Type? options = ownerOnly && Path.DirectorySeparatorChar == '/' ? typeof(FileStream).Assembly.GetType("System.IO.FileStreamOptions") : null;
        PropertyInfo? mode = options?.GetProperty("UnixCreateMode");
        if (options == null || mode == null)
        {
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
        const int ownerReadWrite = 0x180;
        object chosen = Activator.CreateInstance(options)!;
        options.GetProperty("Mode")!.SetValue(chosen, FileMode.CreateNew);
        options.GetProperty("Access")!.SetValue(chosen, FileAccess.Write);
        options.GetProperty("Share")!.SetValue(chosen, FileShare.None);
        mode.SetValue(chosen, Enum.ToObject(Nullable.GetUnderlyingType(mode.PropertyType) ?? mode.PropertyType, ownerReadWrite));
        try
        {
            return (FileStream)Activator.CreateInstance(typeof(FileStream), path, chosen)!;
        }
        catch (TargetInvocationException failure) when (failure.InnerException is IOException || failure.InnerException is UnauthorizedAccessException)
        {
            throw new IOException(failure.InnerException.Message, failure.InnerException);
        }
    }

    private static CertBrokerException Failed(Exception failure, string message, Func<string, string?, CertBrokerException> otherwise) =>
        failure is UnauthorizedAccessException || failure.InnerException is UnauthorizedAccessException
            ? ModuleErrors.FileAccess(message) : otherwise(message, null);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException || failure is UnauthorizedAccessException)
        {
            // The first failure is the one to report.
        }
    }
}
