# The module's manifest. build-module.sh puts the version of the CMake project in place of 0.0.0.
@{
  RootModule = 'CertBroker.dll'
  ModuleVersion = '0.0.0'
  GUID = '5b0c6f0a-3f0e-4a3f-9f4a-7c1f6f3f2b61'
  Author = 'The CertBroker project'
  CompanyName = 'The CertBroker project'
  Copyright = 'Licensed under the Apache License, Version 2.0.'
  Description = 'The certificate broker that admins script from PowerShell: certificate requests, keys, certificates, PFX files and CAs.'
  PowerShellVersion = '5.1'
  DotNetFrameworkVersion = '4.7.2'
  CompatiblePSEditions = @('Desktop', 'Core')
  TypesToProcess = @('CertBroker.types.ps1xml')
  FormatsToProcess = @('CertBroker.format.ps1xml')
  RequiredAssemblies = @()
  NestedModules = @()
  FunctionsToExport = @()
  AliasesToExport = @()
  VariablesToExport = @()
  CmdletsToExport = @(
    'Approve-CBProvider'
    'Complete-CBCertificateRequest'
    'Export-CBCertificate'
    'Export-CBPfxCertificate'
    'Find-CBCertificate'
    'Get-CBAuthority'
    'Get-CBCertificate'
    'Get-CBCertificateProfile'
    'Get-CBCertificateRequest'
    'Get-CBConnectorConfiguration'
    'Get-CBIssuance'
    'Get-CBProvider'
    'Get-CBTrustedRoot'
    'Import-CBCertificate'
    'Import-CBPfxCertificate'
    'Install-CBTrustedRoot'
    'New-CBCertificateRequest'
    'Receive-CBCertificate'
    'Register-CBAuthority'
    'Remove-CBCertificate'
    'Request-CBCertificate'
    'Revoke-CBCertificate'
    'Set-CBAuthority'
    'Set-CBConnectorConfiguration'
    'Test-CBAuthority'
    'Test-CBCertificateRequest'
    'Test-CBConnector'
    'Test-CBTemplate'
    'Unregister-CBAuthority'
    'Update-CBCertificate'
  )
  PrivateData = @{
    PSData = @{
      Tags = @('Certificate', 'PKI', 'CSR', 'PFX', 'certreq', 'CA', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux')
      LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
      ReleaseNotes = 'See CHANGELOG.md.'
    }
  }
}
