using Xunit;

namespace CertBroker.Tests.Support;

/// <summary>A test whose peer is .NET's own cryptography: keys, names, encrypted files.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PeerFactAttribute : FactAttribute
{
    public PeerFactAttribute()
    {
        Skip = PeerTheoryAttribute.Reason;
    }
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute()
    {
        Skip = Reason;
    }

    internal static string? Reason { get; } = DotnetCrypto.Broken is null ? null : $".NET's own cryptography does not work here; its ECDSA says: {DotnetCrypto.Broken}";
}

/// <summary>A test of something that Windows does in another way, or not at all.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute(string reason)
    {
        Skip = OperatingSystem.IsWindows() ? reason : null;
    }
}
