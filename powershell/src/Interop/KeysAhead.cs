using System;

namespace CertBroker.Interop;

/// <summary>While it lives, keys for the requests to come are made on all processors.</summary>
internal sealed class KeysAhead : IDisposable
{
    private readonly ContextHandle context;
    private bool over;

    public KeysAhead(ContextHandle context)
    {
        this.context = context;
        NativeError.Check(NativeMethods.KeepKeysAhead(context, (uint)(2 * Environment.ProcessorCount), out ErrorHandle error), error);
    }

    public void Dispose()
    {
        if (over)
        {
            return;
        }
        over = true;
        // Nothing can fail here that anybody could do something about: the keys are given up either way.
        _ = NativeMethods.KeepKeysAhead(context, 0, out ErrorHandle error);
        error.Dispose();
    }
}
