using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace CertBroker.Lab.Common;

/// <summary>
/// What the lab needs of libssl. The framework's own TLS server asks for a client certificate but looks at it after the handshake and
/// sends no alert when it is not good enough; what clients must cope with is what servers do that let the library verify.
/// </summary>
internal static unsafe partial class OpenSsl
{
    private const string Ssl = "libssl.so.3", Crypto = "libcrypto.so.3";

    public const int WantRead = 2, ZeroReturn = 6;
    public const int VerifyNone = 0, VerifyPeer = 1, FailIfNoPeerCertificate = 2;
    public const int Ec = 408, MinVersion = 123, MaxVersion = 124, SessionCacheMode = 44, CertificateRevoked = 23;
    public const ulong NoTicket = 1UL << 14;

    [LibraryImport(Ssl)] public static partial IntPtr TLS_server_method();
    [LibraryImport(Ssl)] public static partial IntPtr SSL_CTX_new(IntPtr method);
    [LibraryImport(Ssl)] public static partial nint SSL_CTX_ctrl(IntPtr context, int command, nint number, IntPtr pointer);
    [LibraryImport(Ssl)] public static partial ulong SSL_CTX_set_options(IntPtr context, ulong options);
    [LibraryImport(Ssl)] public static partial int SSL_CTX_set_num_tickets(IntPtr context, nuint count);
    [LibraryImport(Ssl)] public static partial int SSL_CTX_use_certificate_ASN1(IntPtr context, int length, byte[] der);
    [LibraryImport(Ssl)] public static partial int SSL_CTX_use_PrivateKey_ASN1(int type, IntPtr context, byte[] der, nint length);
    [LibraryImport(Ssl)] public static partial void SSL_CTX_set_verify(IntPtr context, int mode, delegate* unmanaged<int, IntPtr, int> verify);
    [LibraryImport(Ssl)] public static partial IntPtr SSL_CTX_get_cert_store(IntPtr context);
    [LibraryImport(Ssl)] public static partial int SSL_CTX_add_client_CA(IntPtr context, IntPtr certificate);
    [LibraryImport(Ssl)] public static partial IntPtr SSL_new(IntPtr context);
    [LibraryImport(Ssl)] public static partial void SSL_free(IntPtr ssl);
    [LibraryImport(Ssl)] public static partial void SSL_set_bio(IntPtr ssl, IntPtr input, IntPtr output);
    [LibraryImport(Ssl)] public static partial void SSL_set_accept_state(IntPtr ssl);
    [LibraryImport(Ssl)] public static partial int SSL_do_handshake(IntPtr ssl);
    [LibraryImport(Ssl)] public static partial int SSL_read(IntPtr ssl, byte* into, int length);
    [LibraryImport(Ssl)] public static partial int SSL_write(IntPtr ssl, byte* from, int length);
    [LibraryImport(Ssl)] public static partial int SSL_shutdown(IntPtr ssl);
    [LibraryImport(Ssl)] public static partial int SSL_get_error(IntPtr ssl, int result);
    [LibraryImport(Ssl)] public static partial int SSL_version(IntPtr ssl);
    [LibraryImport(Ssl)] public static partial IntPtr SSL_get1_peer_certificate(IntPtr ssl);
    [LibraryImport(Crypto)] public static partial IntPtr BIO_new(IntPtr method);
    [LibraryImport(Crypto)] public static partial IntPtr BIO_s_mem();
    [LibraryImport(Crypto)] public static partial int BIO_read(IntPtr bio, byte* into, int length);
    [LibraryImport(Crypto)] public static partial int BIO_write(IntPtr bio, byte* from, int length);
    [LibraryImport(Crypto)] public static partial nuint BIO_ctrl_pending(IntPtr bio);
    [LibraryImport(Crypto)] public static partial int X509_STORE_add_cert(IntPtr store, IntPtr certificate);
    [LibraryImport(Crypto)] public static partial void X509_STORE_CTX_set_error(IntPtr context, int error);
    [LibraryImport(Crypto)] public static partial IntPtr d2i_X509(IntPtr into, ref byte* from, nint length);
    [LibraryImport(Crypto)] public static partial int i2d_X509(IntPtr certificate, ref byte* into);
    [LibraryImport(Crypto)] public static partial int i2d_X509(IntPtr certificate, IntPtr nothing);
    [LibraryImport(Crypto)] public static partial void X509_free(IntPtr certificate);
    [LibraryImport(Crypto)] public static partial nuint ERR_get_error();
    [LibraryImport(Crypto)] public static partial void ERR_clear_error();
    [LibraryImport(Crypto)] public static partial void ERR_error_string_n(nuint error, byte* into, nuint length);

    /// <summary>A context as the settings want it. Lives as long as the lab.</summary>
    public static IntPtr CreateContext(TlsSettings settings, Credentials credentials)
    {
        IntPtr context = Must(SSL_CTX_new(TLS_server_method()));
        // Each connection is a whole handshake, so that each shows its certificate.
        SSL_CTX_ctrl(context, SessionCacheMode, 0, IntPtr.Zero);
        SSL_CTX_set_options(context, NoTicket);
        SSL_CTX_set_num_tickets(context, 0);
        SSL_CTX_ctrl(context, MinVersion, settings.Versions.HasFlag(SslProtocols.Tls12) ? 0x0303 : 0x0304, IntPtr.Zero);
        SSL_CTX_ctrl(context, MaxVersion, settings.Versions.HasFlag(SslProtocols.Tls13) ? 0x0304 : 0x0303, IntPtr.Zero);
        Credential server = credentials.Server[settings.Certificate];
        byte[] key = server.Key.ExportECPrivateKey();
        Must(SSL_CTX_use_certificate_ASN1(context, server.Der.Length, server.Der));
        Must(SSL_CTX_use_PrivateKey_ASN1(Ec, context, key, key.Length));
        CryptographicOperations.ZeroMemory(key);
        if (settings.Clients != ClientCertificates.Ignore)
        {
            foreach (byte[] ca in credentials.ClientCas)
            {
                IntPtr certificate = Read(ca);
                Must(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate));
                Must(SSL_CTX_add_client_CA(context, certificate));
                X509_free(certificate);
            }
            if (settings.Clients == ClientCertificates.Accept)
            {
                SSL_CTX_set_verify(context, VerifyPeer, &Take);
            }
            else
            {
                SSL_CTX_set_verify(context, VerifyPeer | FailIfNoPeerCertificate, settings.Clients == ClientCertificates.Reject ? &Refuse : null);
            }
        }
        return context;
    }

    public static byte[]? PeerCertificate(IntPtr ssl)
    {
        IntPtr certificate = SSL_get1_peer_certificate(ssl);
        if (certificate == IntPtr.Zero)
        {
            return null;
        }
        byte[] der = new byte[i2d_X509(certificate, IntPtr.Zero)];
        fixed (byte* start = der)
        {
            byte* at = start;
            i2d_X509(certificate, ref at);
        }
        X509_free(certificate);
        return der;
    }

    public static string LastError()
    {
        nuint error = ERR_get_error();
        byte* text = stackalloc byte[256];
        ERR_error_string_n(error, text, 256);
        ERR_clear_error();
        return error == 0 ? "the other side went away" : Marshal.PtrToStringUTF8((IntPtr)text)!;
    }

    private static IntPtr Read(byte[] der)
    {
        fixed (byte* start = der)
        {
            byte* at = start;
            return Must(d2i_X509(IntPtr.Zero, ref at, der.Length));
        }
    }

    private static IntPtr Must(IntPtr made) => made != IntPtr.Zero ? made : throw new IOException("OpenSSL: " + LastError());

    private static int Must(int result) => result > 0 ? result : throw new IOException("OpenSSL: " + LastError());

    [UnmanagedCallersOnly]
    private static int Take(int good, IntPtr store)
    {
        X509_STORE_CTX_set_error(store, 0);
        return 1;
    }

    /// <summary>A certificate that has been withdrawn is refused with that alert.</summary>
    [UnmanagedCallersOnly]
    private static int Refuse(int good, IntPtr store)
    {
        X509_STORE_CTX_set_error(store, CertificateRevoked);
        return 0;
    }
}
