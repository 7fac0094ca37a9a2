<#
.SYNOPSIS
Install berth from a release: fetch the archive for this machine, check it against the release's SHA256SUMS, and
put the program in place. Nothing is changed before the check. Where a key is given and minisign is here, SHA256SUMS
must be signed with it.

.DESCRIPTION
For Windows PowerShell 5.1 and PowerShell 7. The one line for your profile goes to the output, all else to the host.

.PARAMETER Base
URL or directory that has the release's archives and SHA256SUMS. [BERTH_INSTALL_BASE]
.PARAMETER Version
Which version, where there are several. [BERTH_INSTALL_VERSION]
.PARAMETER To
Directory for the program; %LOCALAPPDATA%\Programs\berth when not given. [BERTH_INSTALL_DIR]
.PARAMETER Key
minisign's public key, or the file that has it. [BERTH_INSTALL_KEY]
.PARAMETER Target
windows-x64 or windows-arm64; that of this machine when not given. [BERTH_INSTALL_TARGET]

.EXAMPLE
.\install.ps1 -Base C:\Users\me\Downloads\berth-release
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
  [string] $Base = $env:BERTH_INSTALL_BASE,
  [string] $Version = $env:BERTH_INSTALL_VERSION,
  [string] $To = $env:BERTH_INSTALL_DIR,
  [string] $Target = $env:BERTH_INSTALL_TARGET,
  [string] $Key = $env:BERTH_INSTALL_KEY
)

# The machine's own architecture; the process's would be that of an emulated PowerShell.
function Get-BerthTarget {
  $key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
  $cpu = (Get-ItemProperty -LiteralPath $key).PROCESSOR_ARCHITECTURE
  if ($cpu -eq 'AMD64') { return 'windows-x64' }
  if ($cpu -eq 'ARM64') { return 'windows-arm64' }
  throw "There is no berth for the processor '$cpu'"
}

function Test-BerthBase([string] $Base) {
  if ($Base -eq '') { throw 'Where is the release? Pass -Base with the URL or the directory that has its archives' }
  if ($Base -match '^https://') { return }
  if ($Base -match '^http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/[^@]*)?$') { return }
  if ($Base -match '^http://') {
    throw "Refusing '$Base': over http anybody on the way can change the program. Use https, or a directory"
  }
  if (-not (Test-Path -LiteralPath $Base -PathType Container)) {
    throw "There is no directory '$Base'. Pass -Base with a URL or a directory"
  }
}

function Get-BerthFile([string] $Base, [string] $Name, [string] $File) {
  if ($Base -notmatch '^https?://') {
    if (-not (Test-Path -LiteralPath (Join-Path $Base $Name) -PathType Leaf)) {
      throw "There is no file $Name in '$Base'; nothing was installed. Pass -Base with the directory or URL that has the release's archives beside their SHA256SUMS"
    }
    Copy-Item -LiteralPath (Join-Path $Base $Name) -Destination $File
    return
  }
  # Windows PowerShell 5.1 may start with TLS 1.0; where types are locked away the system's choice has to do.
  try {
    $known = [Net.ServicePointManager]::SecurityProtocol
    [Net.ServicePointManager]::SecurityProtocol = $known -bor [Net.SecurityProtocolType]::Tls12
  } catch { Write-Verbose "Cannot ask for TLS 1.2: $_" }
  $uri = $Base.TrimEnd('/') + '/' + $Name
  try { Invoke-WebRequest -UseBasicParsing -Uri $uri -OutFile $File }
  catch {
    throw "Cannot fetch $uri ($($_.Exception.Message)); nothing was installed. Pass -Base with the URL or directory that has the release's archives beside their SHA256SUMS"
  }
}

function Get-BerthKey([string] $Key) {
  if ($Key -eq '') { return '' }
  if (Test-Path -LiteralPath $Key -PathType Leaf) { $Key = @(Get-Content -LiteralPath $Key)[1] }
  if ($Key -cnotmatch '^[0-9A-Za-z+/]{56}$') { throw "'$Key' is no public key of minisign; pass the file that has it as -Key" }
  return $Key
}

# What the signature says of itself; nothing where none can be verified.
function Get-BerthComment([string] $Base, [string] $Work, [string] $Key) {
  if ($Key -eq '') {
    Write-Host 'Note: no key was given, so the checksums are checked, and no signature'
    return ''
  }
  if ($null -eq (Get-Command minisign -CommandType Application -ErrorAction Ignore)) {
    Write-Host 'Note: minisign is not here, so the checksums are checked, and no signature'
    return ''
  }
  $sums = Join-Path $Work 'SHA256SUMS'
  try { Get-BerthFile $Base 'SHA256SUMS.minisig' "$sums.minisig" }
  catch { throw "The release at '$Base' is not signed; nothing was installed. Pass -Base of one that is" }
  $comment = & minisign -V -Q -P $Key -m $sums -x "$sums.minisig"
  if ($LASTEXITCODE -ne 0) {
    throw "The signature of SHA256SUMS in '$Base' is wrong: it was made with another key, or the file was changed; nothing was installed. Pass -Base of a release that is whole"
  }
  return "$comment"
}

# A signature of another version's checksums is no signature of these.
function Test-BerthComment([string] $Comment, [string] $Version) {
  if ($Comment -eq '' -or $Comment -ceq "berth $Version SHA256SUMS") { return }
  throw "The signature of SHA256SUMS is for '$Comment', not for $Version; nothing was installed. Pass -Base of a release that is whole"
}

# The lines of SHA256SUMS as checksum and name; what is no such line is passed over.
function Get-BerthSums([string] $File) {
  foreach ($line in @(Get-Content -LiteralPath $File)) {
    if ($line -match '^([0-9a-fA-F]{64}) [ *]([^ ]+)$') {
      New-Object PSObject -Property @{ Sum = $Matches[1]; Name = $Matches[2] }
    }
  }
}

# The version that was asked for, if the release has it, else the only one that it has.
function Get-BerthVersion([object[]] $Sums, [string] $Target, [string] $Wanted) {
  $pattern = '^berth-([0-9A-Za-z.+-]+)-' + $Target + '\.zip$'
  $found = @(foreach ($one in $Sums) { if ($one.Name -match $pattern) { $Matches[1] } })
  if ($found.Count -eq 0) {
    throw "The release has nothing for $Target; nothing was installed. Pass -Base with the address of one that has"
  }
  $list = $found -join ', '
  if ($Wanted -ne '') {
    if ($found -ccontains $Wanted) { return $Wanted }
    throw "The release has no berth $Wanted for $Target, but $list; nothing was installed. Pass -Version $($found[0])"
  }
  if ($found.Count -gt 1) { throw "The release has several versions: $list. Pass one, as in: -Version $($found[0])" }
  return $found[0]
}

function Test-BerthSum([object[]] $Sums, [string] $Name, [string] $File) {
  $wanted = @($Sums | Where-Object { $_.Name -eq $Name })
  if ($wanted.Count -ne 1) { throw "SHA256SUMS has no usable line for $Name; nothing was installed" }
  $given = (Get-FileHash -LiteralPath $File -Algorithm SHA256).Hash
  if ($given -ne $wanted[0].Sum) {
    throw "The checksum of $Name is wrong: $given, where SHA256SUMS has $($wanted[0].Sum). Nothing was installed"
  }
}

# Its checksum is right here, so a damaged archive is the release's own fault.
function Expand-BerthArchive([string] $Archive, [string] $Directory) {
  $name = Split-Path -Leaf $Archive
  $other = 'nothing was installed. Pass -Version or -Base of another release'
  # A module does not see the caller's preferences.
  try { Expand-Archive -LiteralPath $Archive -DestinationPath $Directory -ErrorAction Stop }
  catch { throw "Cannot unpack ${name}: the archive is damaged. $($_.Exception.Message) So $other" }
  $program = Join-Path $Directory 'berth.exe'
  if (-not (Test-Path -LiteralPath $program -PathType Leaf)) { throw "There is no berth.exe in ${name}; $other" }
  return $program
}

# A program that does not start here never takes the place of one that does.
function Test-BerthStart([string] $Program, [string] $Version) {
  try { $answer = & $Program --version } catch { $answer = $_.Exception.Message -replace '(?s)\s*At [^\r\n]*:\d+ char:.*$', '' }
  if ("$answer" -notlike "berth $Version *") {
    throw "The program does not start here (it answered '$answer'); nothing was changed. Another build: -Target windows-x64 or windows-arm64"
  }
}

# A running program can be renamed, but neither overwritten nor deleted. File.Replace is one step; where it is not
# allowed or fails, two renames, of which the first is taken back when the second fails.
function Move-BerthProgram([string] $New, [string] $Program) {
  $old = Join-Path (Split-Path -Parent $Program) ".berth-old-$PID.exe"
  if (-not (Test-Path -LiteralPath $Program)) {
    Move-Item -LiteralPath $New -Destination $Program
    return
  }
  try {
    [IO.File]::Replace($New, $Program, $old)
  } catch {
    Write-Verbose "Cannot replace in one step: $_"
    if (Test-Path -LiteralPath $Program) { Move-Item -LiteralPath $Program -Destination $old }
    try {
      Move-Item -LiteralPath $New -Destination $Program
    } catch {
      Move-Item -LiteralPath $old -Destination $Program
      throw
    }
  }
}

# What earlier installations had to leave because it was running.
function Remove-BerthLeftover([string] $To) {
  Get-ChildItem -LiteralPath $To -Filter '.berth-old-*.exe' -Force |
    Remove-Item -Force -ErrorAction SilentlyContinue
}

# Beside the program, for the line of the profile; nothing where this version prints none.
function Save-BerthCompletion([string] $Program) {
  $lines = @(& $Program completions pwsh)
  if (($lines -join "`n") -notmatch 'Register-ArgumentCompleter') { return }
  $file = Join-Path (Split-Path -Parent $Program) 'berth-completions.ps1'
  Set-Content -LiteralPath $file -Value $lines -Encoding UTF8
  return $file
}

# By it "berth update" knows where this came from; a place without one is no reason to fail.
function Save-BerthReceipt([string] $Base, [string] $Target, [string] $Program, [string] $Key, [string[]] $Files) {
  $directory = Split-Path -Parent $Program
  $receipt = Join-Path $directory 'berth.receipt'
  if ((Split-Path -Leaf $directory) -ceq 'bin') {
    $receipt = Join-Path (Split-Path -Parent $directory) (Join-Path 'share' (Join-Path 'berth' 'receipt'))
  }
  if ($Base -notmatch '^https?://') { $Base = (Get-Item -LiteralPath $Base -Force).FullName }
  $lines = @('berth-receipt 1', "base $Base", "target $Target", "program $Program")
  if ($Key -ne '') { $lines += "key $Key" }
  foreach ($file in $Files) { $lines += "file $file" }
  try {
    New-Item -ItemType Directory -Path (Split-Path -Parent $receipt) -Force | Out-Null
    # 5.1 would put a mark at the beginning of what it writes as UTF-8.
    [IO.File]::WriteAllText("$receipt.$PID", (($lines -join "`n") + "`n"))
    Move-Item -LiteralPath "$receipt.$PID" -Destination $receipt -Force
  } catch {
    Write-Host "Note: cannot write '$receipt' ($($_.Exception.Message)), so `"berth update`" will not know where this came from"
  }
}

function Write-BerthLine([string] $To, [string[]] $Completions) {
  $path = ''
  if (($env:PATH -split ';') -notcontains $To) {
    $path = '$env:PATH = ''' + $To.Replace("'", "''") + ';'' + $env:PATH; '
  }
  # A job has no profile.
  $profileFile = Get-Variable -Name PROFILE -ValueOnly -ErrorAction Ignore
  if ($null -eq $profileFile) { $profileFile = 'your profile ($PROFILE)' }
  Write-Host "Put this line at the end of ${profileFile}:"
  $more = ''
  foreach ($file in $Completions) { $more += '; . ''' + $file.Replace("'", "''") + "'" }
  Write-Output ($path + 'Invoke-Expression ((& berth init pwsh) -join "`n")' + $more)
}

function Install-Berth([string] $Base, [string] $Version, [string] $To, [string] $Target, [string] $Key) {
  Set-StrictMode -Version Latest
  $ErrorActionPreference = 'Stop'
  # Its progress bar makes a download in 5.1 many times slower.
  $ProgressPreference = 'SilentlyContinue'
  Test-BerthBase $Base
  $Key = Get-BerthKey $Key
  if ($To -eq '') { $To = Join-Path $env:LOCALAPPDATA 'Programs\berth' }
  if ($Target -eq '') { $Target = Get-BerthTarget }
  if ($Target -notmatch '^windows-(x64|arm64)$') { throw "'$Target' is no target of this script" }
  $Version = $Version -replace '^v', ''
  if ($Version -notmatch '^[0-9A-Za-z.+-]*$') { throw "'$Version' is no version; one looks like 0.2.0" }
  $work = Join-Path $env:TEMP "berth-install-$PID-$(Get-Random)"
  $new = $null
  try {
    New-Item -ItemType Directory -Path $work | Out-Null
    Get-BerthFile $Base 'SHA256SUMS' (Join-Path $work 'SHA256SUMS')
    $comment = Get-BerthComment $Base $work $Key
    $sums = @(Get-BerthSums (Join-Path $work 'SHA256SUMS'))
    $Version = Get-BerthVersion $sums $Target $Version
    Test-BerthComment $comment $Version
    $name = "berth-$Version-$Target.zip"
    $archive = Join-Path $work $name
    Get-BerthFile $Base $name $archive
    Test-BerthSum $sums $name $archive
    $unpacked = Expand-BerthArchive $archive (Join-Path $work 'unpacked')
    New-Item -ItemType Directory -Path $To -Force | Out-Null
    $To = (Get-Item -LiteralPath $To -Force).FullName
    $new = Join-Path $To ".berth-new-$PID.exe"
    Copy-Item -LiteralPath $unpacked -Destination $new
    Test-BerthStart $new $Version
    $program = Join-Path $To 'berth.exe'
    Move-BerthProgram $new $program
    $new = $null
    Remove-BerthLeftover $To
    $completions = @(Save-BerthCompletion $program)
    Save-BerthReceipt $Base $Target $program $Key $completions
    Write-Host "Installed berth $Version as $program"
    Write-BerthLine $To $completions
  } finally {
    if ($null -ne $new) { Remove-Item -LiteralPath $new -Force -ErrorAction SilentlyContinue }
    Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue
  }
}

# With -WhatIf it only says what it would do; evaluated as a text it has no such switch.
if ($null -ne $PSCmdlet -and -not $PSCmdlet.ShouldProcess("berth from '$Base'", 'Install')) { return }

# The last line starts it: a script cut off on its way does nothing.
Install-Berth $Base $Version $To $Target $Key
