using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CertBroker.Lab.Common;

/// <summary>What a scenario does to a request before it is processed, and to its answer on the way. Knows nothing of any protocol but XML.</summary>
internal static class Trouble
{
    /// <summary>True when the request has met its end here, and is not to be processed.</summary>
    public static async Task<bool> Before(Exchange exchange)
    {
        Scenario scenario = exchange.Scenario;
        if (scenario.Is("delay") && !await exchange.Wait(scenario.Number("ms", 1000)))
        {
            return true;
        }
        if (scenario.Is("never-answer"))
        {
            await exchange.Wait(Timeout.Infinite);
            return true;
        }
        if (scenario.Is("close-after-request"))
        {
            exchange.Cut();
            return true;
        }
        if (scenario.Is("unavailable"))
        {
            await exchange.Send(scenario.Number("status", 503), "text/plain", "The service is unavailable.\n");
            return true;
        }
        if (scenario.Is("throttled"))
        {
            exchange.Http.Response.Headers.RetryAfter = scenario.Number("seconds", 2).ToString(CultureInfo.InvariantCulture);
            await exchange.Send(429, "text/plain", "Too many requests.\n");
            return true;
        }
        if (scenario.Is("redirect"))
        {
            exchange.Http.Response.Headers.Location = scenario.Text("location", "https://pki-ws.elsewhere.example/pki-ws/policyService");
            await exchange.Send(302, "text/plain", "");
            return true;
        }
        return await BadDocument(exchange);
    }

    public static Task Deliver(Exchange exchange, int status, string text) => Deliver(exchange, status, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends the answer, or what the scenario leaves of it.</summary>
    public static async Task Deliver(Exchange exchange, int status, byte[] body)
    {
        Scenario scenario = exchange.Scenario;
        HttpResponse response = exchange.Http.Response;
        if (scenario.Is("clock-skew"))
        {
            response.Headers.Date = DateTimeOffset.UtcNow.AddHours(scenario.Number("hours", 5)).ToString("R", CultureInfo.InvariantCulture);
        }
        if (scenario.Is("close-after-processing"))
        {
            exchange.Cut();
            return;
        }
        if (scenario.Is("never-answer-after-processing"))
        {
            await exchange.Wait(Timeout.Infinite);
            return;
        }
        if (scenario.Is("unavailable-after-processing"))
        {
            await exchange.Send(503, "text/html", "<html><body><h1>503 Service Unavailable</h1></body></html>\n");
            return;
        }
        if (scenario.Is("cut-xml"))
        {
            await exchange.Send(status, exchange.ContentType, body[..(body.Length / 2)]);
            return;
        }
        if (scenario.Is("stall-mid-body") || scenario.Is("truncated"))
        {
            exchange.Begin(status, exchange.ContentType);
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body.AsMemory(0, body.Length / 2));
            await response.Body.FlushAsync();
            exchange.Record.BytesSent += body.Length / 2;
            if (scenario.Is("truncated") || !await exchange.Wait(scenario.Number("ms", Timeout.Infinite)))
            {
                exchange.Cut();
                return;
            }
            await response.Body.WriteAsync(body.AsMemory(body.Length / 2));
            return;
        }
        await exchange.Send(status, scenario.Is("wrong-content-type") ? "application/octet-stream" : exchange.ContentType, body);
    }

    private static async Task<bool> BadDocument(Exchange exchange)
    {
        Scenario scenario = exchange.Scenario;
        if (scenario.Is("html-page"))
        {
            int status = scenario.Number("status", 500);
            await exchange.Send(status, "text/html; charset=utf-8",
                $"<!DOCTYPE html>\n<html><head><title>Error {status}</title></head><body><h1>Something went wrong</h1><p>Please try again later.<br></body></html>\n");
            return true;
        }
        if (scenario.Is("malformed-xml"))
        {
            await exchange.Send(200, exchange.ContentType, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body><a></b>");
            return true;
        }
        if (scenario.Is("empty"))
        {
            await exchange.Send(200, exchange.ContentType, "");
            return true;
        }
        if (scenario.Is("dtd"))
        {
            await exchange.Send(200, exchange.ContentType, Dtd(scenario.Text("kind", "entities")));
            return true;
        }
        if (scenario.Is("deep"))
        {
            await Stream(exchange, "<a>", scenario.Number("depth", 100_000), "");
            return true;
        }
        if (scenario.Is("huge"))
        {
            string piece = scenario.Text("kind", "text") switch
            {
                "elements" => "<a>b</a>",
                "attributes" => " a{0}=\"b\"",
                _ => "QUJD",
            };
            string open = scenario.Text("kind", "text") == "attributes" ? "<a" : "<a>";
            await Stream(exchange, piece, (long)scenario.Number("megabytes", 100) * (1 << 20) / piece.Length, open);
            return true;
        }
        return false;
    }

    /// <summary>A long answer that is never in memory; ends when the client has had enough.</summary>
    private static async Task Stream(Exchange exchange, string piece, long times, string open)
    {
        exchange.Begin(200, exchange.ContentType);
        Stream body = exchange.Http.Response.Body;
        try
        {
            await body.WriteAsync(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>" + open));
            bool numbered = piece.Contains("{0}", StringComparison.Ordinal);
            byte[] many = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 8192)));
            for (long done = 0; done < times; done += 8192)
            {
                byte[] chunk = numbered ? Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 8192).Select(i => string.Format(CultureInfo.InvariantCulture, piece, done + i)))) : many;
                int length = numbered ? chunk.Length : (int)Math.Min(8192, times - done) * piece.Length;
                exchange.Http.RequestAborted.ThrowIfCancellationRequested();
                if ((await exchange.Http.Response.BodyWriter.WriteAsync(chunk.AsMemory(0, length), exchange.Http.RequestAborted)).IsCompleted)
                {
                    return; // what is written to nobody is not sent
                }
                exchange.Record.BytesSent += length;
                if (exchange.Record.BytesSent >> 20 != (exchange.Record.BytesSent - length) >> 20)
                {
                    await Task.Delay(1); // that the client has gone is known a moment later
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            exchange.Cut();
        }
    }

    private static string Dtd(string kind)
    {
        const string envelope = "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>&x;</S:Body></S:Envelope>";
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE S:Envelope [\n");
        switch (kind)
        {
            case "plain":
                text.Append("<!ENTITY x \"y\">\n");
                break;
            case "external":
                text.Append("<!ENTITY x SYSTEM \"file:///etc/passwd\">\n");
                break;
            default: // a billion laughs
                text.Append("<!ENTITY x0 \"ha\">\n");
                for (int level = 1; level <= 9; level++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"<!ENTITY x{level} \"{string.Concat(Enumerable.Repeat($"&x{level - 1};", 10))}\">\n");
                }
                text.Append("<!ENTITY x \"&x9;\">\n");
                break;
        }
        return text.Append("]>\n").Append(envelope).ToString();
    }
}
