<#
Certificates of a Microsoft CA, with cmdlets: first through the enrolment policy and enrolment web services (CEP, CES), then through the
web enrolment pages (certsrv). samples/microsoft-ca-lab.sh runs it against the lab (tests/lab). With a real CA the steps are the same: the
addresses are those of your server, and 'negotiate' instead of a user name and a password where the machine is in the domain.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Lab,
    [string] $Output = 'microsoft-ca-lab-output'
)
$ErrorActionPreference = 'Stop'
$location = $ExecutionContext.SessionState.Path
$Output = $location.GetUnresolvedProviderPathFromPSPath($Output)
$Lab = $location.GetUnresolvedProviderPathFromPSPath($Lab)
$ready = [System.Text.Json.JsonDocument]::Parse([System.IO.File]::ReadAllText("$Lab/ready.json")).RootElement
$web = [System.Net.Http.HttpClient]::new()

# What a certificate manager does in certsrv.msc, the lab's control interface does here.
function Invoke-Manager([string] $Task, [string] $With = '{}') {
    $answer = $web.PostAsync("http://127.0.0.1:$($ready.GetProperty('control').GetInt32())/control/$Task", [System.Net.Http.StringContent]::new($With)).Result
    if (-not $answer.IsSuccessStatusCode) { throw $answer.Content.ReadAsStringAsync().Result }
}

'1. The CA is trusted here'
Import-CBCertificate -Path "$Lab/ca-root.pem" -StoreLocation CurrentUser -StoreName Root

'2. Register-CBAuthority: the address of the policy service; those of the enrolment services come from it'
$account = $ready.GetProperty('accounts')[0]
$password = [System.Net.NetworkCredential]::new('', $account.GetProperty('password').GetString()).SecurePassword
Register-CBAuthority -Name ca -Provider microsoft-ca -Setting @{
    transport      = 'ces'
    url            = $ready.GetProperty('policy').GetProperty('UsernamePassword').GetString()
    authentication = 'user-name'
    user           = $account.GetProperty('user').GetString()
    password       = $password
    'server-trust' = "$Lab/root.pem"
}

'3. Get-CBCertificateProfile: the templates, and what a requester may do with them'
foreach ($one in Get-CBCertificateProfile -Authority ca) { '   {0,-14} supplies subject: {1,-5}  approval: {2}' -f $one.Name, $one.Attributes['enrolleeSuppliesSubject'], $one.Attributes['managerApproval'] }

'4. Test-CBAuthority: everything between here and the CA'
$checks = @(Test-CBAuthority -Name ca -Template WebServer)
foreach ($check in $checks) { '   {0,-8} {1}: {2}' -f $check.Status, $check.Name, $check.Message }
if ($checks.Where({ "$($_.Status)" -eq 'Failed' })) { throw 'A check failed.' }

'5. Request-CBCertificate: a certificate for a web server'
$www = Request-CBCertificate -Authority ca -Template WebServer -Subject 'CN=www.example.com' -DnsName www.example.com
$www
if ("$($www.Status)" -ne 'Issued') { throw 'No certificate was issued.' }
Export-CBCertificate -Thumbprint $www.Thumbprint -Path "$Output/www.pem" -Force

'6. Update-CBCertificate: a renewal with a new key, signed with the old certificate'
$renewed = Get-CBCertificate -Thumbprint $www.Thumbprint | Update-CBCertificate -Authority ca -Template WebServer
$renewed
if ("$($renewed.Status)" -ne 'Issued') { throw 'It was not renewed.' }
Export-CBCertificate -Thumbprint $renewed.Thumbprint -Path "$Output/www-renewed.pem" -Force

'7. A template whose requests a certificate manager approves'
$pending = Request-CBCertificate -Authority ca -Template LabPending -Subject 'CN=approved.example.com'
$pending
if ("$($pending.Status)" -ne 'Pending') { throw 'It should wait.' }
Invoke-Manager approve
$received = Receive-CBCertificate -RequestId $pending.RequestId
$received
if ("$($received.Status)" -ne 'Issued') { throw 'It was approved.' }
Export-CBCertificate -Thumbprint $received.Thumbprint -Path "$Output/approved.pem" -Force

'8. A template that the account may not enrol for: nothing is sent, and it says who can change that'
try {
    Request-CBCertificate -Authority ca -Template LabForbidden -Subject 'CN=nobody.example.com'
    throw 'This should have been refused.'
}
catch [CertBroker.CertBrokerException] {
    $_.Exception.Message
    "   What to do: $($_.ErrorDetails.RecommendedAction)"
}

'9. The same CA through its web enrolment pages'
Register-CBAuthority -Name pages -Provider microsoft-ca -Setting @{
    transport      = 'certsrv'
    url            = $ready.GetProperty('certsrv').GetString()
    authentication = 'basic'
    user           = $account.GetProperty('user').GetString()
    password       = $password
    'server-trust' = "$Lab/root.pem"
}
$page = Request-CBCertificate -Authority pages -Template WebServer -Subject 'CN=page.example.com' -DnsName page.example.com
$page
if ("$($page.Status)" -ne 'Issued') { throw 'No certificate was issued.' }
Export-CBCertificate -Thumbprint $page.Thumbprint -Path "$Output/page.pem" -Force
"Done. Everything lies in $Output"
