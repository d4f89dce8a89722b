<#
The section "Install the DigiCert RA certificate" of Microsoft's manual against the stores of Windows, in steps that run in
a process of their own each: tests/wine/ra-section.sh calls them and looks at the files with openssl.
#>
param(
    [Parameter(Mandatory)] [string] $Step,
    [Parameter(Mandatory)] [string] $InfPath,
    [Parameter(Mandatory)] [string] $Output
)
$ErrorActionPreference = 'Stop'
$password = [System.Net.NetworkCredential]::new('', $env:RA_PASSWORD).SecurePassword
$machine = @{ StoreLocation = 'LocalMachine'; StoreName = 'My' }

function Save([string] $name, [string] $text) { [System.IO.File]::WriteAllText([System.IO.Path]::Combine($Output, $name), $text) }
function Read-Text([string] $name) { [System.IO.File]::ReadAllText([System.IO.Path]::Combine($Output, $name)) }
function Assert([bool] $condition, [string] $otherwise) { if (-not $condition) { throw $otherwise } }
function Find([string] $thumbprint) {
    try { Get-CBCertificate @machine -Thumbprint $thumbprint }
    catch { if ($_.FullyQualifiedErrorId -notlike 'CB.Module.CertificateNotFound*') { throw } }
}

switch ($Step) {
    'request' {
        Assert (-not $env:CERTBROKER_HOME) 'CERTBROKER_HOME is set, so this would not be the store of Windows.'
        $line = 'New-CBCertificateRequest -KeyProvider '
        $offered = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
        Assert ([bool] ($offered | Where-Object CompletionText -EQ "'Microsoft RSA SChannel Cryptographic Provider'")) 'The key provider of the INF file is not offered by completion.'
        $request = New-CBCertificateRequest -InfPath $InfPath -OutFile "$Output/request.csr" -Force
        Assert ($request.StoreLocation -eq 'LocalMachine') "The request is for $($request.StoreLocation)."
        if (-not (Get-CBAuthority -WarningAction SilentlyContinue | Where-Object Name -EQ 'ra-section')) { Register-CBAuthority -Name ra-section -Provider local-ca -KeyAlgorithm RSA }
        Request-CBCertificate -Authority ra-section -RequestPath "$Output/request.csr" -NoInstall -OutFile "$Output/ra.cer" -Force
        $root = Get-CBTrustedRoot -Authority ra-section -Path $Output -Force
        [System.IO.File]::Copy($root[0].Path, [System.IO.Path]::Combine($Output, 'root.cer'), $true)
    }
    'install' { # The key waits in another process's past.
        $ra = Complete-CBCertificateRequest -Path "$Output/ra.cer" -FriendlyName 'RA certificate'
        Assert ($ra.HasPrivateKey -and $ra.StoreLocation -eq 'LocalMachine' -and $ra.StoreName -eq 'My') "It was installed as $ra, $($ra.StoreLocation)\$($ra.StoreName), key: $($ra.HasPrivateKey)."
        Assert ($ra.FriendlyName -eq 'RA certificate') "Its friendly name is '$($ra.FriendlyName)'."
        Save 'ra.thumbprint' $ra.Thumbprint
        Export-CBPfxCertificate @machine -Thumbprint $ra.Thumbprint -Path "$Output/ra.pfx" -Password $password -Force
        # A second one, so that two imports in a row can be tried.
        $other = Request-CBCertificate -Authority ra-section -Subject 'CN=Second RA' -KeyAlgorithm RSA -Exportable -StoreLocation LocalMachine
        Assert ($other.Status -eq 'Issued') "The second one is $($other.Status): $($other.Message)"
        Save 'other.thumbprint' $other.Thumbprint
        Export-CBPfxCertificate @machine -Thumbprint $other.Thumbprint -Path "$Output/other.pfx" -Password $password -Force
        Export-CBCertificate @machine -Thumbprint $other.Thumbprint -Path "$Output/other.cer" -Force
    }
    'remove' {
        foreach ($name in 'ra', 'other') { Remove-CBCertificate @machine -Thumbprint (Read-Text "$name.thumbprint") -DeleteKey -Force }
    }
    'import' { # The removal survived: nothing is there in this new process.
        $data = [System.IO.Path]::Combine($env:LOCALAPPDATA, 'CertBroker')
        $null = [System.IO.Directory]::CreateDirectory($data)
        [System.IO.File]::WriteAllText("$data\certbroker.ini", "[log]`nfile = ra-section.log`nformat = json`n")
        foreach ($name in 'ra', 'other') { Assert (-not (Find (Read-Text "$name.thumbprint"))) "$name is in the store although it was removed." }
        foreach ($name in 'ra', 'other') {
            $back = Import-CBPfxCertificate -Path "$Output/$name.pfx" -Password $password -StoreLocation LocalMachine -Exportable -GrantRead S-1-5-32-545
            Assert ($back.HasPrivateKey -and $back.Thumbprint -eq (Read-Text "$name.thumbprint")) "$name came back as $back, key: $($back.HasPrivateKey)."
            "RA Cert Thumbprint: $($back.Thumbprint)"
        }
        # The log is still open: it is read beside its writer.
        $file = [System.IO.FileStream]::new("$data\ra-section.log", 'Open', 'Read', 'ReadWrite, Delete')
        $log = [System.IO.StreamReader]::new($file).ReadToEnd()
        $file.Dispose()
        Assert ($log -like '*"event":"KeyAccessGranted"*S-1-5-32-545*') "The log does not tell who was granted the keys: $log"
        [System.IO.File]::Delete("$data\certbroker.ini")
    }
    'use' { # Both keys, after two imports in a row: taken out once more, and used for a signature.
        foreach ($name in 'ra', 'other') {
            $thumbprint = Read-Text "$name.thumbprint"
            $readers = (Get-CBCertificate @machine -Thumbprint $thumbprint -IncludeKeyAccess).KeyReaders
            Assert ([bool] ($readers | Where-Object { $_.Sid -eq 'S-1-5-32-545' -and $_.Rights -eq 'read' })) "Users were not granted the key of ${name}: $readers"
            Export-CBPfxCertificate @machine -Thumbprint $thumbprint -Path "$Output/$name-again.pfx" -Password $password -Force
            $renewed = Update-CBCertificate @machine -Thumbprint $thumbprint -Authority ra-section -ReuseKey -KeepOld
            Assert ($renewed.Status -eq 'Issued') "The key of $name does not sign: $($renewed.Status), $($renewed.Message)"
            Remove-CBCertificate @machine -Thumbprint $renewed.Thumbprint -Force
            Remove-CBCertificate @machine -Thumbprint $thumbprint -DeleteKey -Force
        }
    }
    'locked' { # What is not exportable stays where it is.
        $locked = Import-CBPfxCertificate -Path "$Output/ra.pfx" -Password $password -StoreLocation LocalMachine
        try {
            Assert (-not $locked.Exportable) 'It says that it is exportable.'
            Export-CBPfxCertificate @machine -Thumbprint $locked.Thumbprint -Path "$Output/locked.pfx" -Password $password -Force
            throw 'It was exported.'
        }
        catch {
            if ($_.FullyQualifiedErrorId -notlike 'CB.*') { throw }
            Save 'locked.error' "$($_.FullyQualifiedErrorId.Split(',')[0])"
            "$($_.FullyQualifiedErrorId): $_"
        }
    }
    'clean' {
        foreach ($name in 'ra', 'other') { if (Find (Read-Text "$name.thumbprint")) { Remove-CBCertificate @machine -Thumbprint (Read-Text "$name.thumbprint") -DeleteKey -Force } }
        Unregister-CBAuthority -Name ra-section
    }
    default { throw "There is no step $Step." }
}
