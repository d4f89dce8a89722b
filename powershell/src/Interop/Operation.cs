using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace CertBroker.Interop;

/// <summary>Takes what a running call says.</summary>
internal interface IOperationSink
{
    void Log(NativeLogLevel level, string source, string message);
    void Progress(NativeStage stage, int percent, string message);
}

/// <summary>One cmdlet's operation: deadline, cancellation, log, progress. The native library calls back on the thread that
/// called it; what a callback throws (a stopped pipeline does) is remembered here, never thrown through native frames, and
/// thrown again by Check after the call returned.</summary>
internal sealed class Operation : IDisposable
{
    // A progress bar for what is over in a blink is a nuisance.
    private static readonly TimeSpan ProgressAfter = TimeSpan.FromSeconds(1);

    private readonly IOperationSink? sink;
    private readonly CancelHandle cancel;
    private readonly bool cancelReferenced;
    private readonly LogCallback log;
    private readonly ProgressCallback progress;
    private readonly Queue<(NativeLogLevel Level, string Source, string Message)> waiting = new Queue<(NativeLogLevel, string, string)>();
    private readonly int thread = Thread.CurrentThread.ManagedThreadId;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private ExceptionDispatchInfo? trouble;
    private volatile bool disposed;

    /// <summary>Passed by reference to the calls.</summary>
    public NativeOperation Native;

    public Operation(IOperationSink? sink, TimeSpan timeout)
    {
        this.sink = sink;
        NativeError.Check(NativeMethods.CancelCreate(out cancel, out ErrorHandle error), error);
        cancel.DangerousAddRef(ref cancelReferenced);
        log = OnLog;
        progress = OnProgress;
        Native.StructSize = (uint)Marshal.SizeOf(typeof(NativeOperation));
        Native.TimeoutMs = (uint)Math.Min(timeout.TotalMilliseconds, uint.MaxValue);
        Native.Cancel = cancel.DangerousGetHandle();
        Native.Log = sink == null ? IntPtr.Zero : Marshal.GetFunctionPointerForDelegate(log);
        Native.Progress = sink == null ? IntPtr.Zero : Marshal.GetFunctionPointerForDelegate(progress);
    }

    public bool Cancelled { get; private set; }

    /// <summary>Ends the running call soon; any thread, at any time.</summary>
    public void Cancel()
    {
        Cancelled = true;
        try
        {
            if (!disposed)
            {
                NativeMethods.CancelRequest(cancel);
            }
        }
        catch (ObjectDisposedException)
        {
            // The command ended at the same moment.
        }
    }

    /// <summary>After every call that was given this operation.</summary>
    public void Check(int status, ErrorHandle? error)
    {
        GC.KeepAlive(this);
        try
        {
            while (waiting.Count > 0 && trouble == null)
            {
                var line = waiting.Dequeue();
                sink?.Log(line.Level, line.Source, line.Message);
            }
            if (trouble != null)
            {
                ExceptionDispatchInfo thrown = trouble;
                trouble = null;
                thrown.Throw();
            }
        }
        catch
        {
            error?.Dispose();
            throw;
        }
        NativeError.Check(status, error);
    }

    /// <summary>Remembers what a list's callback threw, as for log and progress.</summary>
    public void Remember(Exception exception) => trouble = trouble ?? ExceptionDispatchInfo.Capture(exception);

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            if (cancelReferenced)
            {
                cancel.DangerousRelease();
            }
            cancel.Dispose();
        }
    }

    private void OnLog(IntPtr payload, int level, IntPtr source, IntPtr message)
    {
        try
        {
            string from = Utf8.Read(source);
            string text = Utf8.Read(message);
            if (Thread.CurrentThread.ManagedThreadId == thread && trouble == null)
            {
                sink!.Log((NativeLogLevel)level, from, text);
            }
            else
            {
                lock (waiting)
                {
                    waiting.Enqueue(((NativeLogLevel)level, from, text));
                }
            }
        }
        catch (Exception exception)
        {
            Remember(exception);
            Cancel();
        }
    }

    private int OnProgress(IntPtr payload, int stage, int percent, IntPtr message)
    {
        try
        {
            if (clock.Elapsed > ProgressAfter && Thread.CurrentThread.ManagedThreadId == thread && trouble == null)
            {
                sink!.Progress((NativeStage)stage, percent, Utf8.Read(message));
            }
            return trouble == null ? 0 : 1;
        }
        catch (Exception exception)
        {
            Remember(exception);
            return 1;
        }
    }
}
