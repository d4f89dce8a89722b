using System.IO.Pipelines;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Lab.Common;

/// <summary>The server's end of one TLS connection, around the web server's pipes.</summary>
internal sealed class TlsStream(IntPtr context, IDuplexPipe transport) : Stream
{
    private readonly TlsEngine engine = new(context);
    private readonly SemaphoreSlim sending = new(1);

    public string Version => engine.Version;
    public X509Certificate2? ClientCertificate { get; private set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="AuthenticationException">The handshake failed; the alert, if there was one to send, has been sent.</exception>
    public async Task Accept(CancellationToken cancel)
    {
        for (;;)
        {
            TlsResult result = engine.Handshake();
            await Send();
            if (result.Done)
            {
                ClientCertificate = engine.PeerCertificate is byte[] der ? X509CertificateLoader.LoadCertificate(der) : null;
                return;
            }
            if (!result.WantsMore || !await Receive(cancel))
            {
                throw new AuthenticationException(result.Why ?? "the client went away");
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
    {
        for (;;)
        {
            TlsResult result = engine.Read(buffer.Span);
            await Send(); // reading may make an alert or a key update to be sent
            if (result.Done)
            {
                return result.Length;
            }
            if (!result.Ended && !result.WantsMore)
            {
                throw new IOException("TLS: " + result.Why);
            }
            if (result.Ended || !await Receive(cancel))
            {
                return 0;
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        if (buffer.Length > 0)
        {
            TlsResult result = engine.Write(buffer.Span);
            if (!result.Done)
            {
                throw new IOException("TLS: " + result.Why);
            }
            await Send();
        }
    }

    /// <summary>Tells the client that this is the end, not a cut.</summary>
    public Task End()
    {
        engine.Shutdown();
        return Send();
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override void Flush() => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        engine.Dispose();
        base.Dispose(disposing);
    }

    private async Task<bool> Receive(CancellationToken cancel)
    {
        ReadResult read = await transport.Input.ReadAsync(cancel);
        foreach (ReadOnlyMemory<byte> piece in read.Buffer)
        {
            engine.Feed(piece.Span);
        }
        bool some = !read.Buffer.IsEmpty;
        transport.Input.AdvanceTo(read.Buffer.End);
        return some || !read.IsCompleted;
    }

    private async Task Send()
    {
        await sending.WaitAsync();
        try
        {
            if (engine.Drain(transport.Output) && (await transport.Output.FlushAsync()).IsCompleted)
            {
                throw new IOException("the client has gone");
            }
        }
        finally
        {
            sending.Release();
        }
    }
}
