using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CertBroker.Tests.Support;

/// <summary>A TLS server on this machine that nobody has a reason to trust, and what it gets to see all the same.</summary>
internal sealed class UntrustedCa : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate;
    private readonly StringBuilder seen = new();

    public UntrustedCa()
    {
        using X509Certificate2 made = Inputs.SelfSigned("CN=localhost", more: request =>
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        });
        certificate = X509CertificateLoader.LoadPkcs12(made.Pfx(null), null);
        listener.Start();
        _ = Task.Run(Serve);
    }

    public string Url => $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public int Connections { get; private set; }

    public string Seen
    {
        get
        {
            lock (seen)
            {
                return seen.ToString();
            }
        }
    }

    private async Task Serve()
    {
        try
        {
            for (;;)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                Connections++;
                try
                {
                    using var stream = new SslStream(client.GetStream());
                    await stream.AuthenticateAsServerAsync(certificate);
                    var bytes = new byte[4096];
                    int count = await stream.ReadAsync(bytes);
                    lock (seen)
                    {
                        seen.Append(Encoding.Latin1.GetString(bytes, 0, count));
                    }
                }
                catch (Exception refused) when (refused is AuthenticationException or IOException)
                {
                    // As it should be.
                }
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        certificate.Dispose();
    }
}
