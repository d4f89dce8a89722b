<#
Microsoft's manual "Set up Intune Certificate Connector for DigiCert PKI Platform", with cmdlets: from the RA certificate to issued
and revoked user certificates. samples/digicert-lab.sh runs it against the lab (tests/lab), so that no subscription is needed.
With a subscription the steps are the same: the name of the service is pki-ws.symauth.com, and step 2 is PKI Manager's "Get an RA Cert".
#>
param(
    [Parameter(Mandatory = $true)] [string] $Lab,
    [string] $Output = 'digicert-lab-output',
    [string] $InfPath
)
$ErrorActionPreference = 'Stop'
$location = $ExecutionContext.SessionState.Path
$Output = $location.GetUnresolvedProviderPathFromPSPath($Output)
$Lab = $location.GetUnresolvedProviderPathFromPSPath($Lab)
if (-not $InfPath) { $InfPath = [System.IO.Path]::Combine($PSScriptRoot, 'ini', 'certreq.ini') }
$null = [System.IO.Directory]::CreateDirectory($Output)
$ready = [System.Text.Json.JsonDocument]::Parse([System.IO.File]::ReadAllText("$Lab/ready.json")).RootElement
$port = $ready.GetProperty('port').GetInt32()
$control = $ready.GetProperty('control').GetInt32()
$web = [System.Net.Http.HttpClient]::new()

# What a browser and an administrator do in PKI Manager, the lab's control interface does here.
function Invoke-Portal([string] $Task, [hashtable] $With = @{}) {
    $members = foreach ($name in $With.Keys) { '"{0}":"{1}"' -f $name, [System.Text.Json.JsonEncodedText]::Encode($With[$name]) }
    $content = [System.Net.Http.StringContent]::new('{' + ($members -join ',') + '}')
    $answer = $web.PostAsync("http://127.0.0.1:$control/control/$Task", $content).Result
    $text = $answer.Content.ReadAsStringAsync().Result
    if (-not $answer.IsSuccessStatusCode) { throw $text }
    [System.Text.Json.JsonDocument]::Parse($text).RootElement
}

'1. A key in LocalMachine and request.csr, from the certreq.ini of the manual'
New-CBCertificateRequest -InfPath $InfPath -OutFile "$Output/request.csr" -Force

'2. PKI Manager, "Get an RA Cert": request.csr goes in, the RA certificate with its chain comes out'
$portal = Invoke-Portal ra @{ csr = [System.IO.File]::ReadAllText("$Output/request.csr"); name = 'pki_ra' }
[System.IO.File]::WriteAllBytes("$Output/ra.p7b", [System.Convert]::FromBase64String($portal.GetProperty('pkcs7').GetString()))

'3. Complete-CBCertificateRequest: the RA certificate meets its key in LocalMachine\My'
Import-CBCertificate -Path "$Lab/ra-root.cer" -StoreLocation LocalMachine -StoreName Root
# PKI Manager gives it a subject of its own, which the request could not know: -AllowDifferences.
$ra = Complete-CBCertificateRequest -Path "$Output/ra.p7b" -FriendlyName 'RA certificate' -AllowDifferences -WarningAction SilentlyContinue
$ra
"RA Cert Thumbprint: $($ra.Thumbprint)"

'4. Register-CBAuthority: base service name, CA name, RA certificate, as in the connector and its profile'
Register-CBAuthority -Name digicert -Provider digicert -Setting @{
    'service-fqdn'              = "localhost:$port"
    'ca-name'                   = 'Symantec'
    'ra-certificate-thumbprint' = $ra.Thumbprint
    'server-trust'              = "$Lab/root.pem"
}

'5. Test-CBAuthority: everything between here and the CA'
$checks = @(Test-CBAuthority -Name digicert)
foreach ($check in $checks) { '   {0,-8} {1}: {2}' -f $check.Status, $check.Name, $check.Message }
if ($checks.Where({ "$($_.Status)" -eq 'Failed' })) { throw 'A check failed.' }

'6. Get-CBCertificateProfile: what the account may issue; the template name is the certificate profile OID'
foreach ($one in Get-CBCertificateProfile -Authority digicert) { '   {0}  {1}' -f $one.Name, $one.Title }
$profileOid = '2.16.840.1.113733.1.16.1.2.3.1.1.47196109'
foreach ($rule in (Get-CBCertificateProfile -Authority digicert -Template $profileOid).Rules) { "   $rule" }

'7. Get-CBTrustedRoot and Install-CBTrustedRoot: the trusted certificate profile'
$roots = @(Get-CBTrustedRoot -Authority digicert -Template $profileOid -Path $Output -Force)
$roots
Install-CBTrustedRoot -Authority digicert -Template $profileOid -DestinationStore ComputerRoot -Force

'8. Request-CBCertificate: a certificate for a user'
$user = Request-CBCertificate -Authority digicert -Template $profileOid -Subject 'CN=IWUser0' -EmailAddress iwuser0@example.test -Upn iwuser0@example.test -Exportable
$user
if ("$($user.Status)" -ne 'Issued') { throw 'No certificate was issued.' }

'9. Export-CBPfxCertificate: what a device gets. Giving it once more needs no new request'
$text = if ($env:DIGICERT_LAB_PASSWORD) { $env:DIGICERT_LAB_PASSWORD } else { [System.Guid]::NewGuid().ToString() }
$password = [System.Net.NetworkCredential]::new('', $text).SecurePassword
Export-CBPfxCertificate -Thumbprint $user.Thumbprint -Path "$Output/iwuser0.pfx" -Password $password -Force

'10. A request that the profile has no place for: nothing is sent, and it says why'
try {
    Request-CBCertificate -Authority digicert -Template $profileOid -Subject 'CN=IWUser0' -EmailAddress iwuser0@example.test -Upn iwuser0@example.test -DnsName pc.example.test -WarningAction SilentlyContinue
    throw 'This should have been refused.'
}
catch [CertBroker.CertBrokerException] {
    $_.Exception.Message
    "   What to do: $($_.ErrorDetails.RecommendedAction)"
}

'11. Find-CBCertificate: what the CA knows'
$found = @(Find-CBCertificate -Authority digicert -EmailAddress iwuser0@example.test)
$found
if ($found.Count -ne 1) { throw "The CA knows $($found.Count) certificates of this user." }

'12. Revoke-CBCertificate: the device was retired'
$found | Revoke-CBCertificate -Reason CessationOfOperation -Force
$found = @(Find-CBCertificate -Authority digicert -EmailAddress iwuser0@example.test -Status Revoked)
$found
if ($found.Count -ne 1) { throw 'The CA does not say that it is revoked.' }
"Done. Everything lies in $Output"
