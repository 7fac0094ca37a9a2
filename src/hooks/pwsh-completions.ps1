# Completions of berth for PowerShell
Register-ArgumentCompleter -Native -CommandName '@command@' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    # Windows PowerShell drops an empty argument, so the word stands behind a sign of its own.
    $words += ":$wordToComplete"
    $program = Get-Command -Name '@command@' -CommandType Application -TotalCount 1 -ErrorAction Ignore
    if ($null -eq $program) { return }
    foreach ($line in @(& $program complete pwsh '--' @words 2>$null)) {
        if ($line -eq ':files') { return }
        $cells = @($line -split "`t")
        $about = if ($cells.Count -gt 1 -and $cells[1] -ne '') { $cells[1] } else { $cells[0] }
        if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList $cells[0], $cells[0], 'ParameterValue', $about
        } else { $cells[0] }
    }
}
