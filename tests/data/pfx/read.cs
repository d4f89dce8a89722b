// dotnet run read.cs -- file password: prints "key" and the subjects, leaf first.
using System.Security.Cryptography.X509Certificates;

var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(args[0], args[1], X509KeyStorageFlags.EphemeralKeySet);
foreach (var one in all.OrderByDescending(c => c.HasPrivateKey))
    Console.WriteLine((one.HasPrivateKey ? "key " : "") + one.Subject);
