<#
A newcomer's first command on Windows, and what samples/quickstart.sh runs on Linux: the main job, step by step, with real
input. It is the section "Install the DigiCert RA certificate" of Microsoft's manual, with a laboratory CA in DigiCert's place.

    powershell -ExecutionPolicy Bypass -File samples\quickstart.ps1          (Windows PowerShell 5.1)
    pwsh -ExecutionPolicy Bypass -File samples\quickstart.ps1                (PowerShell 7)

No compiler is needed: it takes the module from -ModulePath (a folder, a .psd1 or the release's .zip), from the folder or
zip CertBroker beside this file, or from build/, unless it is imported already. Everything it makes lies in the folder
-Output, keys and stores included: it sets CERTBROKER_HOME there, so that the computer's own stores stay as they are.
#>
param(
    [string] $InfPath,
    [string] $Output = 'quickstart-output',
    [string] $ModulePath
)
$ErrorActionPreference = 'Stop'
if (-not $InfPath) { $InfPath = [System.IO.Path]::Combine($PSScriptRoot, 'ini', 'certreq.ini') }
$Output = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Output)
$null = [System.IO.Directory]::CreateDirectory($Output)

function Find-Module {
    if ($ModulePath) { return $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ModulePath) }
    $above = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
    foreach ($folder in $PSScriptRoot, $above, [System.IO.Path]::Combine($above, 'build', 'module'), [System.IO.Path]::Combine($above, 'build', 'release')) {
        $manifest = [System.IO.Path]::Combine($folder, 'CertBroker', 'CertBroker.psd1')
        if ([System.IO.File]::Exists($manifest)) { return $manifest }
        if ([System.IO.Directory]::Exists($folder)) {
            foreach ($zip in [System.IO.Directory]::GetFiles($folder, 'CertBroker-*.zip')) {
                if ($zip -notlike '*CertBroker-sdk-*') { return $zip }
            }
        }
    }
    throw 'There is no module: name its folder, its .psd1 or its .zip with -ModulePath.'
}

if (-not (Get-Module CertBroker)) {
    $from = Find-Module
    if ($from -like '*.zip') {
        # Windows PowerShell 5.1 does not load this by itself.
        $null = [System.Reflection.Assembly]::Load('System.IO.Compression.FileSystem, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089')
        $unpacked = [System.IO.Path]::Combine($Output, 'module')
        if ([System.IO.Directory]::Exists($unpacked)) { [System.IO.Directory]::Delete($unpacked, $true) }
        [System.IO.Compression.ZipFile]::ExtractToDirectory($from, $unpacked)
        $from = [System.IO.Path]::Combine($unpacked, 'CertBroker')
    }
    if ([System.IO.Directory]::Exists($from)) { $from = [System.IO.Path]::Combine($from, 'CertBroker.psd1') }
    Import-Module -Name $from
    "The module: $from"
}
# For this process only.
if (-not $env:CERTBROKER_HOME) { $env:CERTBROKER_HOME = [System.IO.Path]::Combine($Output, 'home') }

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
[System.IO.File]::Copy($root[0].Path, [System.IO.Path]::Combine($Output, "root.cer"), $true)

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
"Done. Everything lies in $Output"
