using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>Turns what the native library says of a request into objects; shared by the commands that end with one.</summary>
internal static class IssueReader
{
    public static IssuanceStatus Status(NativeState state)
    {
        switch (state)
        {
            case NativeState.Issued:
            case NativeState.Installed: return IssuanceStatus.Issued;
            case NativeState.Pending: return IssuanceStatus.Pending;
            case NativeState.Denied: return IssuanceStatus.Denied;
            case NativeState.Failed: return IssuanceStatus.Failed;
            case NativeState.Abandoned: return IssuanceStatus.Abandoned;
            case NativeState.Prepared: return IssuanceStatus.Prepared;
            default: return IssuanceStatus.Uncertain;
        }
    }

    public static IssuanceResult Result(IssueHandle issue)
    {
        var state = (NativeState)NativeMethods.IssueState(issue);
        CertificateInfo? certificate = state == NativeState.Issued || state == NativeState.Installed ? Certificate(issue) : null;
        return new IssuanceResult
        {
            Status = Status(state),
            RequestId = Getter.Text(issue, Property.RequestId),
            Certificate = certificate,
            Thumbprint = certificate?.Thumbprint,
            Subject = certificate?.Subject ?? Subject(issue),
            Message = Getter.Text(issue, Property.Message),
            Reason = Getter.Text(issue, Property.Reason),
            RecommendedAction = Getter.Text(issue, Property.Remedy),
            CAReference = Getter.Text(issue, Property.CaReference),
            Warnings = Getter.Texts(issue, Property.Warning),
            NextTry = ModelConvert.TimeOrNull(Getter.Number(issue, Property.NextTry)),
            Authority = Getter.Text(issue, Property.Authority),
            Template = Getter.Text(issue, Property.Template),
            StoreLocation = certificate?.StoreLocation,
            StoreName = certificate?.StoreName,
        };
    }

    /// <summary>The installed entry, else the certificate as the CA gave it, else null.</summary>
    public static CertificateInfo? Certificate(IssueHandle issue)
    {
        using (EntryHandle? entry = Entry(issue))
        {
            if (entry != null)
            {
                return ModelConvert.Certificate(entry);
            }
        }
        if (TryGet(NativeMethods.IssueChain(issue, out ChainHandle chain, out ErrorHandle noChain), noChain))
        {
            using (chain)
            {
                return chain.Count == 0 ? null : ModelConvert.Certificate(chain.At(0));
            }
        }
        return null;
    }

    /// <summary>The installed entry; null when nothing is installed.</summary>
    public static EntryHandle? Entry(IssueHandle issue) =>
        TryGet(NativeMethods.IssueEntry(issue, out EntryHandle entry, out ErrorHandle none), none) ? entry : null;

    /// <summary>The request in an encoding; null when the issue has none.</summary>
    public static byte[]? Request(IssueHandle issue, NativeEncoding encoding)
    {
        if (!TryGet(NativeMethods.IssueCsr(issue, out CsrHandle csr, out ErrorHandle none), none))
        {
            return null;
        }
        using (csr)
        {
            NativeError.Check(NativeMethods.CsrEncode(csr, (int)encoding, out BufferHandle buffer, out ErrorHandle error), error);
            return buffer.TakeBytes();
        }
    }

    public static string Subject(IssueHandle issue)
    {
        if (!TryGet(NativeMethods.IssueCsr(issue, out CsrHandle csr, out ErrorHandle none), none))
        {
            return string.Empty;
        }
        using (csr)
        {
            return Getter.Text(csr, Property.Subject);
        }
    }

    /// <summary>What the request itself says; nothing changes where there is none.</summary>
    public static void Describe(IssueHandle issue, CertificateRequestInfo info)
    {
        if (TryGet(NativeMethods.IssueCsr(issue, out CsrHandle csr, out ErrorHandle none), none))
        {
            using (csr)
            {
                ModelConvert.Describe(csr, info);
            }
        }
    }

    // "There is none" is an answer here, everything else a failure.
    private static bool TryGet(int status, ErrorHandle error)
    {
        if (status == (int)CertBrokerStatus.NotFound)
        {
            error.Dispose();
            return false;
        }
        NativeError.Check(status, error);
        return true;
    }
}
