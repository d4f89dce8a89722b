using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CertBroker.Lab.Common;

internal enum ClientCertificates
{
    /// <summary>One of the lab's RA CA.</summary>
    Require,

    /// <summary>None is good enough: what a client meets whose certificate was withdrawn.</summary>
    Reject,

    /// <summary>Not asked for.</summary>
    Ignore,

    /// <summary>Any, or none: the service looks at it, as IIS does, and says what is wrong by HTTP.</summary>
    Accept,
}

/// <summary>How the next TLS handshake goes.</summary>
internal sealed record TlsSettings(ServerCertificate Certificate, SslProtocols Versions, ClientCertificates Clients);

/// <summary>The framework's web server on two loopback ports: TLS for the services, plain HTTP for the control interface.</summary>
internal sealed class LabServer(Credentials credentials, Recorder recorder, ScenarioQueue scenarios) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConnectionContext> open = new();
    private readonly ConcurrentDictionary<TlsSettings, IntPtr> contexts = new();
    private WebApplication? app;

    public TlsSettings Tls { get; set; } = new(ServerCertificate.Good, SslProtocols.Tls12 | SslProtocols.Tls13, ClientCertificates.Require);
    public int Port { get; private set; }
    public int ControlPort { get; private set; }

    public async Task Start(int port, int controlPort, RequestDelegate service, RequestDelegate control)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            // A test client may be as slow as its test wants.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(Count);
                listen.Use(Secure);
            });
            kestrel.Listen(IPAddress.Loopback, controlPort, listen => listen.Protocols = HttpProtocols.Http1);
        });
        app = builder.Build();
        app.Run(http => http.Connection.LocalPort == ControlPort ? control(http) : service(http));
        await app.StartAsync();
        string[] urls = [.. app.Urls]; // in the order of the calls above
        (Port, ControlPort) = (new Uri(urls[0]).Port, new Uri(urls[1]).Port);
    }

    /// <summary>So that a change of the TLS settings meets every client.</summary>
    public void CloseConnections()
    {
        foreach (ConnectionContext connection in open.Values)
        {
            connection.Abort();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            CloseConnections();
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    private ConnectionDelegate Count(ConnectionDelegate next) => async connection =>
    {
        recorder.Connections.Accept();
        open[connection.ConnectionId] = connection;
        try
        {
            Scenario scenario = scenarios.Take("connection", operation: null);
            if (scenario.Is("close"))
            {
                connection.Abort();
            }
            else if (scenario.Is("stall"))
            {
                await Wait(scenario.Number("ms", Timeout.Infinite), connection.ConnectionClosed);
            }
            else
            {
                await next(connection);
            }
        }
        finally
        {
            open.TryRemove(connection.ConnectionId, out _);
            recorder.Connections.End();
        }
    };

    private ConnectionDelegate Secure(ConnectionDelegate next) => async connection =>
    {
        IDuplexPipe plain = connection.Transport;
        await using var tls = new TlsStream(contexts.GetOrAdd(Tls, settings => OpenSsl.CreateContext(settings, credentials)), plain);
        try
        {
            await tls.Accept(connection.ConnectionClosed);
        }
        catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException or ConnectionAbortedException)
        {
            recorder.Connections.HandshakeFailed(error.Message);
            await Linger(plain, connection.ConnectionClosed);
            return;
        }
        recorder.Connections.HandshakeDone();
        connection.Features.Set(new TlsFeature(tls.Version, tls.ClientCertificate));
        connection.Features.Set<ITlsConnectionFeature>(connection.Features.Get<TlsFeature>());
        connection.Transport = new Pipes(PipeReader.Create(tls), PipeWriter.Create(tls));
        try
        {
            await next(connection);
            await connection.Transport.Output.CompleteAsync();
            await connection.Transport.Input.CompleteAsync();
            await tls.End();
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException or ConnectionAbortedException or InvalidOperationException)
        {
        }
        finally
        {
            connection.Transport = plain;
        }
    };

    /// <summary>A socket closed with unread bytes is reset, and the client might lose the alert; so what it still sends is read.</summary>
    private static async Task Linger(IDuplexPipe pipe, CancellationToken closed)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(closed);
        enough.CancelAfter(300);
        try
        {
            for (ReadResult read; !(read = await pipe.Input.ReadAsync(enough.Token)).IsCompleted;)
            {
                pipe.Input.AdvanceTo(read.Buffer.End);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidOperationException)
        {
        }
    }

    private static async Task Wait(int milliseconds, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(milliseconds, cancel);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>What a request knows of its connection's TLS. Its presence also makes the scheme https.</summary>
internal sealed record TlsFeature(string Version, X509Certificate2? Certificate) : ITlsConnectionFeature
{
    public X509Certificate2? ClientCertificate { get => Certificate; set => throw new NotSupportedException(); }

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(Certificate);
}
