# Completions of berth for PowerShell
Register-ArgumentCompleter -Native -CommandName '@command@' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # In constrained language nothing of .NET; there a call has no limit of time.
    $full = $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage'
    $words = @('complete', 'pwsh', '--')
    foreach ($element in $commandAst.CommandElements | Microsoft.PowerShell.Utility\Select-Object -Skip 1) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        $words += if ($element.GetType().Name -eq 'StringConstantExpressionAst') { $element.Value } else { "$element" }
    }
    # The word comes with its quotes, and with a closing one of PowerShell's own. Windows PowerShell drops an empty
    # argument, so it stands behind a sign.
    $word = "$wordToComplete"
    if ($word -match "^'(.*?)'?`$") { $word = $Matches[1] -replace "''", "'" }
    elseif ($word -match '^"(.*?)"?$') { $word = $Matches[1] -replace '`(.)|"(")', '$1$2' }
    $words += ":$word"
    $path = @program@
    if ($path -eq '' -or -not (Microsoft.PowerShell.Management\Test-Path -LiteralPath $path -PathType Leaf)) {
        $found = Microsoft.PowerShell.Core\Get-Command -Name '@command@' -CommandType Application -TotalCount 1 -ErrorAction Ignore
        if ($null -eq $found) { return '' }
        $path = $found.Path
    }
    $lines = @()
    if ($full) {
        # Two seconds at most, in steps between which ^C is heard. $LASTEXITCODE stays as it is.
        $start = [System.Diagnostics.ProcessStartInfo]::new($path)
        $start.Arguments = @(foreach ($one in $words) {
                '"' + ($one -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1') + '"'
            }) -join ' '
        $start.UseShellExecute = $false
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $here = (Microsoft.PowerShell.Management\Get-Location -PSProvider FileSystem).ProviderPath
        $start.WorkingDirectory = if ([System.IO.Directory]::Exists($here)) { $here } else { [System.IO.Path]::GetPathRoot($here) }
        foreach ($name in 'BUN_OPTIONS', 'BUN_BE_BUN', 'BUN_INSPECT') { $start.EnvironmentVariables.Remove($name) }
        try {
            $process = [System.Diagnostics.Process]::Start($start)
            try {
                $process.StandardInput.Close()
                $reading = $process.StandardOutput.ReadToEndAsync()
                $until = [System.DateTime]::UtcNow.AddSeconds(2)
                while (-not $reading.Wait(20) -and [System.DateTime]::UtcNow -lt $until) { }
                if ($reading.IsCompleted) { $lines = @($reading.Result -split "`r?`n") }
            } finally { if (-not $process.HasExited) { $process.Kill() } }
        } catch { $lines = @() }
    } else {
        $last = Microsoft.PowerShell.Utility\Get-Variable -Name LASTEXITCODE -Scope Global -ErrorAction Ignore
        $code = if ($null -ne $last) { $last.Value }
        $kept = @($env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT)
        $env:BUN_OPTIONS = $env:BUN_BE_BUN = $env:BUN_INSPECT = $null
        try { $lines = @(& $path @words 2>$null) }
        finally {
            $env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT = $kept
            $global:LASTEXITCODE = $code
        }
    }
    $any = $false
    foreach ($line in $lines) {
        # Names of files are PowerShell's own business: it offers them where there is no answer at all.
        if ($line -eq ':files') { return }
        if ($line -eq '') { continue }
        $any = $true
        $cells = @($line -split "`t")
        $about = if ($cells.Count -gt 1 -and $cells[1] -ne '') { $cells[1] } else { $cells[0] }
        $text = if ($cells[0] -cmatch '^[A-Za-z0-9_./=+:-]+$') { $cells[0] } else { "'" + ($cells[0] -replace "(['\u2018-\u201B])", '$1$1') + "'" }
        if ($full) { [System.Management.Automation.CompletionResult]::new($text, $cells[0], 'ParameterValue', $about) } else { $text }
    }
    # Nothing to offer: the word stays as it is, for without an answer PowerShell would offer names of files.
    if (-not $any) { "$wordToComplete" }
}
