using System.Buffers;

namespace CertBroker.Lab.Common;

/// <summary>What a call of libssl gave: a length, or why there is none.</summary>
internal readonly record struct TlsResult(int Length, int Error, string? Why)
{
    public bool Done => Length > 0;
    public bool WantsMore => Error == OpenSsl.WantRead;
    public bool Ended => Error == OpenSsl.ZeroReturn;
}

/// <summary>One server-side SSL object between two memory buffers. One call at a time, as libssl demands.</summary>
internal sealed unsafe class TlsEngine : IDisposable
{
    private readonly Lock gate = new();
    private readonly IntPtr input, output;
    private IntPtr ssl;

    public TlsEngine(IntPtr context)
    {
        ssl = OpenSsl.SSL_new(context);
        input = OpenSsl.BIO_new(OpenSsl.BIO_s_mem());
        output = OpenSsl.BIO_new(OpenSsl.BIO_s_mem());
        OpenSsl.SSL_set_bio(ssl, input, output);
        OpenSsl.SSL_set_accept_state(ssl);
    }

    /// <summary>"Tls12" or "Tls13".</summary>
    public string Version => OpenSsl.SSL_version(ssl) == 0x0304 ? "Tls13" : "Tls12";

    public byte[]? PeerCertificate => OpenSsl.PeerCertificate(ssl);

    public TlsResult Handshake()
    {
        lock (gate)
        {
            return Judge(OpenSsl.SSL_do_handshake(Prepared()));
        }
    }

    public TlsResult Read(Span<byte> into)
    {
        lock (gate)
        {
            fixed (byte* start = into)
            {
                return Judge(OpenSsl.SSL_read(Prepared(), start, into.Length));
            }
        }
    }

    public TlsResult Write(ReadOnlySpan<byte> from)
    {
        lock (gate)
        {
            fixed (byte* start = from)
            {
                return Judge(OpenSsl.SSL_write(Prepared(), start, from.Length));
            }
        }
    }

    public void Shutdown()
    {
        lock (gate)
        {
            OpenSsl.SSL_shutdown(Prepared());
        }
    }

    /// <summary>Bytes from the network.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            Prepared();
            fixed (byte* start = bytes)
            {
                OpenSsl.BIO_write(input, start, bytes.Length);
            }
        }
    }

    /// <summary>Bytes for the network; false when there are none.</summary>
    public bool Drain(IBufferWriter<byte> network)
    {
        lock (gate)
        {
            Prepared();
            bool some = false;
            for (int waiting; (waiting = (int)OpenSsl.BIO_ctrl_pending(output)) > 0; some = true)
            {
                Span<byte> space = network.GetSpan(Math.Min(waiting, 1 << 16));
                fixed (byte* start = space)
                {
                    network.Advance(OpenSsl.BIO_read(output, start, Math.Min(space.Length, waiting)));
                }
            }
            return some;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (ssl != IntPtr.Zero)
            {
                OpenSsl.SSL_free(ssl); // and both buffers
                ssl = IntPtr.Zero;
            }
        }
    }

    private IntPtr Prepared()
    {
        ObjectDisposedException.ThrowIf(ssl == IntPtr.Zero, this);
        OpenSsl.ERR_clear_error(); // what another connection left in this thread's queue
        return ssl;
    }

    private TlsResult Judge(int result)
    {
        int error = result > 0 ? 0 : OpenSsl.SSL_get_error(ssl, result);
        return new TlsResult(result, error, result > 0 || error is OpenSsl.WantRead or OpenSsl.ZeroReturn ? null : OpenSsl.LastError());
    }
}
