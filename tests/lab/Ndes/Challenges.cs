using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CertBroker.Lab.Ndes;

/// <summary>The page of challenge passwords, /certsrv/mscep_admin/: UTF-16 with its mark, each password once, five at a time, for an hour.</summary>
internal sealed class Challenges(string user, string password, string thumbprint)
{
    private const int Most = 5;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(60);

    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> waiting = [];
    private readonly HashSet<string> used = [];

    public async Task Page(HttpContext http)
    {
        string wanted = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password));
        string? sent = http.Request.Headers.Authorization;
        if (sent is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(wanted)))
        {
            http.Response.StatusCode = 401;
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"ndes\"";
            return;
        }
        string text = New() is { } fresh
            ? $"<P> The thumbprint (hash value) for the CA certificate is: <B> {thumbprint} </B> <P> The enrollment challenge password is: <B> {fresh} </B> <P> This password can be used only once and will expire within 60 minutes. <P> Each enrollment requires a new challenge password. You can refresh this web page to obtain a new challenge password. </P>"
            : "<P> The password cache is full. <P> The Network Device Enrollment Service has reached the maximum number of passwords that it can store. </P>";
        string page = $"<HTML><Head><Meta HTTP-Equiv=\"Content-Type\" Content=\"text/html; charset=UTF-16\"><Title>Network Device Enrollment Service</Title></Head><Body BgColor=#FFFFFF>{text}</Body></HTML>";
        byte[] bytes = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(page)];
        http.Response.ContentType = "text/html";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes);
    }

    /// <summary>How many were handed out.</summary>
    public int Given { get; private set; }

    /// <summary>Uses a password up; otherwise says what NDES writes into its event log.</summary>
    public string? Use(string given)
    {
        lock (gate)
        {
            if (used.Contains(given))
            {
                return "CERT_E_WRONG_USAGE: the password was used already";
            }
            if (!waiting.Remove(given, out DateTimeOffset made) || made + Lifetime < DateTimeOffset.UtcNow)
            {
                return "ERROR_NOT_FOUND: the password is unknown or has expired";
            }
            used.Add(given);
            return null;
        }
    }

    public void Reset()
    {
        lock (gate)
        {
            waiting.Clear();
            used.Clear();
            Given = 0;
        }
    }

    private string? New()
    {
        lock (gate)
        {
            foreach (string old in waiting.Where(one => one.Value + Lifetime < DateTimeOffset.UtcNow).Select(one => one.Key).ToArray())
            {
                waiting.Remove(old);
            }
            if (waiting.Count >= Most)
            {
                return null;
            }
            string fresh = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
            waiting[fresh] = DateTimeOffset.UtcNow;
            Given++;
            return fresh;
        }
    }
}
