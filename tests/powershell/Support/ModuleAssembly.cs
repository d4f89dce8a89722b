using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace CertBroker.Tests.Support;

/// <summary>The tests' types and the engine's must be the same: both come from the built module.</summary>
internal static class ModuleAssembly
{
#pragma warning disable CA2255 // The point of it: before any type of the module is needed.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Initialize() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        name.Name == "CertBroker" ? context.LoadFromAssemblyPath(Path.Combine(Repository.ModuleFolder, "CertBroker.dll")) : null;
}
