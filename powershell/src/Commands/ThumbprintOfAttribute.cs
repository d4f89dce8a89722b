using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Commands;

/// <summary>Lets a parameter that takes a thumbprint take the certificate itself, as commands of this module or of PowerShell
/// give it.</summary>
[System.AttributeUsage(System.AttributeTargets.Property)]
internal sealed class ThumbprintOfAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object item = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        switch (item)
        {
            case CertificateInfo certificate: return certificate.Thumbprint;
            case X509Certificate2 certificate: return certificate.Thumbprint;
            default: return inputData; // as it came: a number keeps the text that was typed
        }
    }
}
