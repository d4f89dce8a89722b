using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Tests.Interop;

namespace CertBroker.Tests.Support;

/// <summary>The CA that the template provider speaks to: POST a PEM request, get PEM certificates. On this machine only.</summary>
internal sealed class TinyHttpCa : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly X509Certificate2 ca = Csr.NewCa("CN=Tiny HTTP CA");

    public TinyHttpCa()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        listener.Prefixes.Add(Url + "/");
        listener.Start();
        _ = Task.Run(Serve);
    }

    public string Url { get; }

    /// <summary>What it answers with; Created issues.</summary>
    public HttpStatusCode Answer { get; set; } = HttpStatusCode.Created;

    public List<string?> Authorizations { get; } = [];

    private async Task Serve()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            Authorizations.Add(context.Request.Headers["Authorization"]);
            string body = await new StreamReader(context.Request.InputStream).ReadToEndAsync();
            context.Response.StatusCode = (int)Answer;
            if (Answer == HttpStatusCode.Created)
            {
                using X509Certificate2 leaf = Csr.Issue(body, ca);
                byte[] answer = Encoding.ASCII.GetBytes(leaf.ExportCertificatePem() + "\n" + ca.ExportCertificatePem() + "\n");
                context.Response.ContentLength64 = answer.Length;
                await context.Response.OutputStream.WriteAsync(answer);
            }
            context.Response.Close();
        }
    }

    public void Dispose()
    {
        listener.Close();
        ca.Dispose();
    }
}
