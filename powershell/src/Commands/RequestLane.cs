using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>A call that sends one request, made on any thread with a lane's own handles.</summary>
internal delegate int SendCall(RequestLane lane, out IssueHandle issue, out ErrorHandle error);

/// <summary>One of several ways to a CA that are used at the same time: a connection, stores and an operation of its own,
/// because each of them belongs to one thread at a time. What is said on the way is shown when the answer is fetched, on the
/// pipeline's thread.</summary>
internal sealed class RequestLane : IDisposable
{
    private readonly ContextHandle context;
    private readonly Dictionary<string, StoreHandle> stores = new Dictionary<string, StoreHandle>(StringComparer.OrdinalIgnoreCase);
    private readonly List<IDisposable> lent = new List<IDisposable>();
    private Task? running;
    private int status;
    private IssueHandle? issue;
    private ErrorHandle? error;

    public RequestLane(ContextHandle context, string authority, Operation like, IOperationSink sink)
    {
        this.context = context;
        Operation = new Operation(sink, TimeSpan.Zero);
        Operation.Native.Flags = like.Native.Flags;
        Provider = AuthorityAccess.Open(context, authority, Operation);
    }

    public Operation Operation { get; }

    public ProviderHandle Provider { get; }

    /// <summary>What the request is about, for errors.</summary>
    public object? Target { get; private set; }

    /// <summary>Where the certificate is written to; null when nowhere.</summary>
    public string? Path { get; private set; }

    public StoreHandle Store(string uri)
    {
        if (!stores.TryGetValue(uri, out StoreHandle? store))
        {
            using var settings = new NativeSettings();
            NativeError.Check(NativeMethods.StoreOpen(context, Utf8.Z(uri), settings, out store, out ErrorHandle failure), failure);
            stores.Add(uri, store);
        }
        return store;
    }

    /// <summary>Sends it; the handles are given back when the answer is fetched. Here and now, log and progress are shown while it
    /// is on its way.</summary>
    public void Start(object? target, string? path, SendCall send, bool hereAndNow, IDisposable[] handles)
    {
        Target = target;
        Path = path;
        lent.AddRange(handles);
        if (hereAndNow)
        {
            running = Task.CompletedTask;
            try
            {
                status = send(this, out issue, out error);
            }
            catch (CertBrokerException failure)
            {
                running = Task.FromException(failure);
            }
        }
        else
        {
            running = Task.Run(() => { status = send(this, out issue, out error); });
        }
    }

    /// <summary>Waits for the answer. Throws what the call failed with.</summary>
    public IssueHandle Fetch()
    {
        try
        {
            running!.GetAwaiter().GetResult();
            Operation.Check(status, error);
            IssueHandle fetched = issue!;
            issue = null;
            return fetched;
        }
        finally
        {
            Clear();
        }
    }

    /// <summary>A request that is on its way is not torn off: it arrives, and the journal has it.</summary>
    public void Dispose()
    {
        if (running != null)
        {
            ((IAsyncResult)running).AsyncWaitHandle.WaitOne();
            Clear();
        }
        foreach (StoreHandle store in stores.Values)
        {
            store.Dispose();
        }
        stores.Clear();
        Provider.Dispose();
        Operation.Dispose();
    }

    private void Clear()
    {
        running = null;
        issue?.Dispose();
        issue = null;
        error?.Dispose();
        error = null;
        lent.ForEach(handle => handle.Dispose());
        lent.Clear();
    }
}
