using System;
using System.Text;

namespace CertBroker.Commands;

/// <summary>PEM of a certificate that is at hand as bytes (RFC 7468).</summary>
internal static class Pem
{
    public static byte[] Certificate(byte[] der)
    {
        string base64 = Convert.ToBase64String(der);
        var text = new StringBuilder("-----BEGIN CERTIFICATE-----\n");
        for (int start = 0; start < base64.Length; start += 64)
        {
            text.Append(base64, start, Math.Min(64, base64.Length - start)).Append('\n');
        }
        return Encoding.ASCII.GetBytes(text.Append("-----END CERTIFICATE-----\n").ToString());
    }
}
