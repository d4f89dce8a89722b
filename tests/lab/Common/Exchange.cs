using System.Text;
using Microsoft.AspNetCore.Http;

namespace CertBroker.Lab.Common;

/// <summary>One request with what it meets; the services write the answer, Trouble what happens to it on the way.</summary>
internal sealed class Exchange(HttpContext http, RecordedRequest record)
{
    public HttpContext Http { get; } = http;
    public RecordedRequest Record { get; } = record;
    public Scenario Scenario { get; set; } = Scenario.None;

    /// <summary>Of answers, unless something is wrong with them.</summary>
    public string ContentType { get; set; } = "text/xml; charset=utf-8";

    public static async Task<Exchange> Read(HttpContext http, Recorder recorder)
    {
        HttpRequest request = http.Request;
        var record = new RecordedRequest
        {
            Number = recorder.NextNumber(),
            Time = DateTimeOffset.UtcNow,
            Method = request.Method,
            Path = request.Path + request.QueryString,
            SoapAction = request.Headers.TryGetValue("SOAPAction", out Microsoft.Extensions.Primitives.StringValues action) ? action.ToString() : null,
            Headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            ClientCertificate = http.Connection.ClientCertificate?.Thumbprint,
            Connection = http.Connection.Id,
            Tls = http.Features.Get<TlsFeature>()?.Version,
        };
        recorder.Add(record);
        using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: false));
        record.Body = await reader.ReadToEndAsync(http.RequestAborted);
        return new Exchange(http, record);
    }

    public async Task Send(int status, string contentType, byte[] body)
    {
        Begin(status, contentType);
        Http.Response.ContentLength = body.Length;
        await Http.Response.Body.WriteAsync(body);
        Record.BytesSent += body.Length;
    }

    public Task Send(int status, string contentType, string body) => Send(status, contentType, Encoding.UTF8.GetBytes(body));

    public void Begin(int status, string contentType)
    {
        Record.Status = status;
        Http.Response.StatusCode = status;
        Http.Response.ContentType = contentType;
    }

    /// <summary>Cuts the connection: the client reads an end where it expects an answer.</summary>
    public void Cut() => Http.Abort();

    /// <summary>Waits; ends early, false, when the client has gone.</summary>
    public async Task<bool> Wait(int milliseconds)
    {
        try
        {
            await Task.Delay(milliseconds, Http.RequestAborted);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
