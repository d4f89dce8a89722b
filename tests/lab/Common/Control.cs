using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CertBroker.Lab.Common;

/// <summary>
/// The control interface: plain HTTP with JSON on a second loopback port. Common to all doubles; each adds its own commands.
/// </summary>
internal sealed class Control(Recorder recorder, ScenarioQueue scenarios)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, Func<JsonObject, object?>> commands = [];
    private readonly Dictionary<string, Func<IQueryCollection, object?>> questions = [];
    private readonly List<Action> resets = [];

    /// <summary>POST /control/NAME with a JSON object; what it gives is answered as JSON.</summary>
    public void Command(string name, Func<JsonObject, object?> run) => commands[name] = run;

    /// <summary>GET /control/NAME.</summary>
    public void Question(string name, Func<IQueryCollection, object?> answer) => questions[name] = answer;

    public void OnReset(Action reset) => resets.Add(reset);

    public void AddCommon()
    {
        Command("scenario", body =>
        {
            scenarios.Add(new Scenario(body, scenarios.Known));
            return new { waiting = scenarios.Count };
        });
        Command("reset", _ =>
        {
            scenarios.Clear();
            recorder.Reset();
            foreach (Action reset in resets)
            {
                reset();
            }
            return new { };
        });
        Question("scenarios", _ => scenarios.Known);
        Question("connections", _ => recorder.Connections);
        Question("requests", query => recorder.All()
            .Where(one => !query.TryGetValue("service", out var service) || one.Service == service)
            .Where(one => !query.TryGetValue("operation", out var operation) || one.Operation == operation));
    }

    public async Task Handle(HttpContext http)
    {
        string name = (http.Request.Path.Value ?? "").StartsWith("/control/", StringComparison.Ordinal) ? http.Request.Path.Value!["/control/".Length..] : "";
        object? answer;
        int status = 200;
        try
        {
            if (HttpMethods.IsGet(http.Request.Method) && questions.TryGetValue(name, out Func<IQueryCollection, object?>? question))
            {
                answer = question(http.Request.Query);
            }
            else if (HttpMethods.IsPost(http.Request.Method) && commands.TryGetValue(name, out Func<JsonObject, object?>? command))
            {
                using var reader = new StreamReader(http.Request.Body);
                string text = await reader.ReadToEndAsync();
                answer = command(text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
            }
            else
            {
                status = 404;
                answer = new { error = $"there is no {http.Request.Method} {http.Request.Path}", commands = commands.Keys, questions = questions.Keys };
            }
        }
        catch (Exception error) when (error is ArgumentException or FormatException or JsonException or InvalidOperationException or KeyNotFoundException or Fault)
        {
            status = 400;
            answer = new { error = error.Message };
        }
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer, Json));
    }
}
