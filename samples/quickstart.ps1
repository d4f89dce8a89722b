<#
The main job, step by step, with real input: the section "Install the DigiCert RA certificate" of Microsoft's manual, with a
laboratory CA in DigiCert's place.

Run it where the module is imported. It keeps everything, keys and stores included, in the folder -Output, and nothing of
the computer's own stores is touched when CERTBROKER_HOME points there too (samples/quickstart.sh does that).
#>
param(
    [string] $InfPath = 'samples/ini/certreq.ini',
    [string] $Output = 'quickstart-output'
)
$ErrorActionPreference = 'Stop'

# A password for the PFX that nobody has to know: it is only needed again a few lines below, and by the check afterwards.
$text = if ($env:QUICKSTART_PASSWORD) { $env:QUICKSTART_PASSWORD } else { [System.Guid]::NewGuid().ToString() }
$password = [System.Net.NetworkCredential]::new('', $text).SecurePassword

"1. Does $InfPath make a good request?"
$findings = Test-CBCertificateRequest -InfPath $InfPath
$findings
if (-not (Test-CBCertificateRequest -InfPath $InfPath -Quiet)) { throw "$InfPath has errors." }

'2. New-CBCertificateRequest: a key in LocalMachine, and request.csr'
$request = New-CBCertificateRequest -InfPath $InfPath -OutFile "$Output/request.csr" -Force
$request

'3. A CA issues the certificate (on the web page of a real CA you would paste request.csr)'
if (-not (Get-CBAuthority -WarningAction SilentlyContinue | Where-Object Name -EQ 'quickstart')) { Register-CBAuthority -Name quickstart -Provider local-ca }
Request-CBCertificate -Authority quickstart -RequestPath "$Output/request.csr" -NoInstall -OutFile "$Output/ra.cer" -Force
$root = Get-CBTrustedRoot -Authority quickstart -Path $Output -Force
[System.IO.File]::Copy($root[0].Path, [System.IO.Path]::Combine($PWD.Path, "$Output/root.cer"), $true)

'4. Install-CBTrustedRoot and Complete-CBCertificateRequest: the certificate meets its key in LocalMachine\My'
Install-CBTrustedRoot -Authority quickstart -DestinationStore ComputerRoot -Force
$certificate = Complete-CBCertificateRequest -Path "$Output/ra.cer" -FriendlyName 'RA certificate'
$certificate
$where = @{ Thumbprint = $certificate.Thumbprint; StoreLocation = 'LocalMachine'; StoreName = 'My' }
Export-CBCertificate @where -Path "$Output/ra.p7b" -Format P7b -IncludeChain -Force

'5. Export-CBPfxCertificate: certificate, chain and key in ra.pfx'
Export-CBPfxCertificate @where -Path "$Output/ra.pfx" -Password $password -Force

'6. Remove-CBCertificate, with its key'
Remove-CBCertificate @where -DeleteKey -Force

'7. Import-CBPfxCertificate: both are back'
$imported = Import-CBPfxCertificate -Path "$Output/ra.pfx" -Password $password -StoreLocation LocalMachine -Exportable
$imported

"RA Cert Thumbprint: $($imported.Thumbprint)"
if ($imported.Thumbprint -ne $certificate.Thumbprint) { throw 'Another certificate came back than was exported.' }
if (-not $imported.HasPrivateKey) { throw 'The certificate came back without its key.' }
