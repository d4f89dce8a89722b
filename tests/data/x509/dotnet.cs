// Makes the requests and certificates that .NET makes: dotnet run dotnet.cs -- <folder>
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

var folder = args[0];
using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var name = new X500DistinguishedName("CN=net.example.com, O=\"Example, Inc.\", C=DE");
var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
var names = new SubjectAlternativeNameBuilder();
names.AddDnsName("net.example.com");
names.AddDnsName("bücher.example.com");
names.AddIpAddress(System.Net.IPAddress.Parse("2001:db8::7"));
names.AddEmailAddress("a@example.com");
names.AddUserPrincipalName("user@example.com");
names.AddUri(new Uri("https://example.com/"));
request.CertificateExtensions.Add(names.Build());
request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.DecipherOnly, true));
request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(new OidCollection { new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2") }, false));
request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
File.WriteAllText(Path.Combine(folder, "dotnet.csr.pem"), request.CreateSigningRequestPem());
using var certificate = request.CreateSelfSigned(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2124, 1, 1, 0, 0, 0, TimeSpan.Zero));
File.WriteAllBytes(Path.Combine(folder, "dotnet.cer"), certificate.Export(X509ContentType.Cert));
File.WriteAllBytes(Path.Combine(folder, "dotnet.p7b"), new X509Certificate2Collection { certificate }.Export(X509ContentType.Pkcs7)!);
