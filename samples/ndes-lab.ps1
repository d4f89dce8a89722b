<#
Certificates by SCEP from NDES, with cmdlets. samples/ndes-lab.sh runs it against the lab (tests/lab). With a real NDES the steps are
the same: its addresses are http://HOST/certsrv/mscep/mscep.dll and https://HOST/certsrv/mscep_admin/.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Lab,
    [string] $Output = 'ndes-lab-output'
)
$ErrorActionPreference = 'Stop'
$location = $ExecutionContext.SessionState.Path
$Output = $location.GetUnresolvedProviderPathFromPSPath($Output)
$Lab = $location.GetUnresolvedProviderPathFromPSPath($Lab)
$ready = [System.Text.Json.JsonDocument]::Parse([System.IO.File]::ReadAllText("$Lab/ready.json")).RootElement
$web = [System.Net.Http.HttpClient]::new()

# What an administrator does at the CA, the lab's control interface does here.
function Invoke-Administrator([string] $Task, [string] $With = '{}') {
    $answer = $web.PostAsync("http://127.0.0.1:$($ready.GetProperty('control').GetInt32())/control/$Task", [System.Net.Http.StringContent]::new($With)).Result
    if (-not $answer.IsSuccessStatusCode) { throw $answer.Content.ReadAsStringAsync().Result }
}

'1. The CA is trusted here'
Import-CBCertificate -Path "$Lab/ca.pem" -StoreLocation CurrentUser -StoreName Root

'2. Register-CBAuthority: the SCEP address, the CA''s fingerprint, and the page that hands out challenge passwords'
Register-CBAuthority -Name ndes -Provider endpoint-protection -Setting @{
    url                  = $ready.GetProperty('url').GetString()
    'ca-fingerprint'     = $ready.GetProperty('fingerprint').GetString()
    'challenge-url'      = $ready.GetProperty('challengeUrl').GetString()
    'challenge-user'     = $ready.GetProperty('challengeUser').GetString()
    'challenge-password' = [System.Net.NetworkCredential]::new('', $ready.GetProperty('challengePassword').GetString()).SecurePassword
    'server-trust'       = "$Lab/root.pem"
}

'3. Test-CBAuthority: everything between here and the CA'
$checks = @(Test-CBAuthority -Name ndes)
foreach ($check in $checks) { '   {0,-8} {1}: {2}' -f $check.Status, $check.Name, $check.Message }
if ($checks.Where({ "$($_.Status)" -eq 'Failed' })) { throw 'A check failed.' }

'4. Request-CBCertificate: with a fresh challenge password of the page'
$device = Request-CBCertificate -Authority ndes -Subject 'CN=device.example.com' -DnsName device.example.com -WarningAction SilentlyContinue
$device
if ("$($device.Status)" -ne 'Issued') { throw 'No certificate was issued.' }
Export-CBCertificate -Thumbprint $device.Thumbprint -Path "$Output/device.pem" -Force

'5. Update-CBCertificate: the old certificate vouches for the new key'
$renewed = Get-CBCertificate -Thumbprint $device.Thumbprint | Update-CBCertificate -Authority ndes -WarningAction SilentlyContinue
$renewed
Export-CBCertificate -Thumbprint $renewed.Thumbprint -Path "$Output/device-renewed.pem" -Force

'6. A CA whose administrator has to approve: the request waits, and is received when he has'
Invoke-Administrator behave '{"decision":"pending"}'
$pending = Request-CBCertificate -Authority ndes -Subject 'CN=approved.example.com' -WarningAction SilentlyContinue
$pending
if ("$($pending.Status)" -ne 'Pending') { throw 'It should wait.' }
Invoke-Administrator approve
$received = Receive-CBCertificate -RequestId $pending.RequestId
$received
if ("$($received.Status)" -ne 'Issued') { throw 'It was approved.' }
Export-CBCertificate -Thumbprint $received.Thumbprint -Path "$Output/approved.pem" -Force
"Done. Everything lies in $Output"
