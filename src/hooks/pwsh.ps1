# berth: the session of this terminal in $env:BERTH_SESSION_ID. To be rid of it in this shell: Disable-BerthHook
if (-not $env:VSCODE_RESOLVING_ENVIRONMENT -and -not $env:INTELLIJ_ENVIRONMENT_READER) {

    # Loaded twice is loaded once. A function that is not there is no error, in strict mode either.
    if ($null -eq ${function:Disable-BerthHook}) {
        $global:BerthHookSeen = $null
        $global:BerthHookPrompts = @()
        $global:BerthHookFound = @()
    }

    function global:Test-BerthHookLanguage { $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage' }

    # The program on the PATH, and not the function below that has its name; looked for anew when the PATH changes or
    # it is gone.
    function global:Get-BerthHookCommand {
        if ($global:BerthHookFound.Count -eq 2 -and $global:BerthHookFound[0] -ceq $env:PATH -and (Test-BerthHookFile -Path $global:BerthHookFound[1])) {
            return $global:BerthHookFound[1]
        }
        $found = Microsoft.PowerShell.Core\Get-Command -Name '@command@' -CommandType Application -TotalCount 1 -ErrorAction Ignore
        if ($null -ne $found) {
            $global:BerthHookFound = @("$env:PATH", $found.Path)
            $found.Path
        }
    }

    function global:Test-BerthHookFile {
        param([string] $Path)
        if (Test-BerthHookLanguage) { [System.IO.File]::Exists($Path) }
        else { Microsoft.PowerShell.Management\Test-Path -LiteralPath $Path -PathType Leaf }
    }

    # The program that printed this text, while it is there, else the one on the PATH. Runs unseen: no launcher's job.
    function global:Get-BerthHookProgram {
        $own = @program@
        if ($own -ne '' -and (Test-BerthHookFile -Path $own)) { $own } else { Get-BerthHookCommand }
    }

    # Asks by .NET, for 2 seconds at most, whoever holds the pipe, in steps between which ^C is heard.
    function global:Invoke-BerthHookProcess {
        param([string] $Path, [string] $Bind, [string] $Use)
        $start = [System.Diagnostics.ProcessStartInfo]::new($Path, 'id --bind --strict')
        $start.WorkingDirectory = [System.IO.Path]::GetDirectoryName($Path)
        $start.UseShellExecute = $false
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        foreach ($name in 'BUN_OPTIONS', 'BUN_BE_BUN', 'BUN_INSPECT', 'BERTH_HOOK') {
            $start.EnvironmentVariables.Remove($name)
        }
        if ($Bind -ne '') { $start.EnvironmentVariables['BERTH_SESSION_BIND'] = $Bind }
        if ($Use -ne '') { $start.EnvironmentVariables['BERTH_USE'] = $Use }
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            $process.StandardInput.Close()
            $buffer = [char[]]::new(4096)
            $text = ''
            $until = [System.DateTime]::UtcNow.AddSeconds(2)
            while ($text.Length -lt $buffer.Length -and $text.Split("`n").Count -lt 5) {
                $reading = $process.StandardOutput.ReadAsync($buffer, $text.Length, $buffer.Length - $text.Length)
                while (-not $reading.Wait(20)) {
                    if ([System.DateTime]::UtcNow -gt $until) { return }
                }
                if ($reading.Result -eq 0) { break }
                $text = [string]::new($buffer, 0, $text.Length + $reading.Result)
            }
            $text.Split("`n") | Microsoft.PowerShell.Core\ForEach-Object { $_.TrimEnd("`r") }
        } finally {
            if (-not $process.HasExited) { $process.Kill() }
        }
    }

    # In constrained language no .NET: the limit is that of "timeout", and on Windows there is none.
    function global:Invoke-BerthHookNative {
        param([string] $Path, [string] $Bind, [string] $Use)
        $PSNativeCommandUseErrorActionPreference = $false
        $null = $PSNativeCommandUseErrorActionPreference
        $timeout = $null
        if ($env:OS -ne 'Windows_NT') {
            $timeout = Microsoft.PowerShell.Core\Get-Command -Name timeout -CommandType Application -TotalCount 1 -ErrorAction Ignore
        }
        $last = Microsoft.PowerShell.Utility\Get-Variable -Name LASTEXITCODE -Scope Global -ErrorAction Ignore
        $code = if ($null -ne $last) { $last.Value }
        $kept = @($env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT, $env:BERTH_HOOK)
        $env:BUN_OPTIONS = $env:BUN_BE_BUN = $env:BUN_INSPECT = $env:BERTH_HOOK = $null
        try {
            if ($Bind -ne '') { $env:BERTH_SESSION_BIND = $Bind }
            if ($Use -ne '') { $env:BERTH_USE = $Use }
            if ($null -ne $timeout) { & $timeout --foreground -s KILL 2 $Path id --bind --strict 2>$null }
            else { & $Path id --bind --strict 2>$null }
            ''
        } finally {
            $env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT, $env:BERTH_HOOK = $kept
            $env:BERTH_SESSION_BIND = $env:BERTH_USE = $null
            $global:LASTEXITCODE = $code
        }
    }

    # Asks once and exports the answer; without one there is no session.
    function global:Invoke-BerthHookAsk {
        # The call alone gets what was there: after ^C nothing of another terminal's stays, and the next prompt does not
        # ask the same.
        $was = @("$env:BERTH_SESSION_BIND", "$env:BERTH_USE")
        $env:BERTH_SESSION_ID = $env:BERTH_SESSION_SHORT = $env:BERTH_SESSION_BIND = $env:BERTH_USE = $null
        $global:BerthHookSeen = "$env:BERTH_SESSION`n$env:BERTH_USE`n$env:TMUX`n$env:TMUX_PANE"
        $ErrorActionPreference = 'SilentlyContinue'
        $answer = @()
        try {
            $path = Get-BerthHookProgram
            if ($null -eq $path) { $answer = @() }
            elseif (Test-BerthHookLanguage) { $answer = @(Invoke-BerthHookProcess -Path $path -Bind $was[0] -Use $was[1]) }
            else { $answer = @(Invoke-BerthHookNative -Path $path -Bind $was[0] -Use $was[1]) }
        } catch { $answer = @() }
        $id = $bind = $short = $use = ''
        # What stands behind the last end of a line is no line.
        if ($answer.Count -ge 4) { $id, $bind, $short = $answer[0..2] }
        if ($answer.Count -ge 5) { $use = $answer[3] }
        Use-BerthHookAnswer -Id $id -Bind $bind -Short $short -Use $use
    }

    # Exports the answer if it is what berth prints.
    function global:Use-BerthHookAnswer {
        param([string] $Id, [string] $Bind, [string] $Short, [string] $Use)
        # One expression: the first use of each costs milliseconds.
        $valid = "$Id`n$Bind`n$Short`n$Use" -cmatch ('\A(?=.{1,80}\n)[A-Za-z0-9._][A-Za-z0-9._-]*--[A-Za-z0-9._-]+\n' +
            '(?=.{0,1000}\n)(?:[0-9]+,[^\x00-\x1f\x7f]+)?\n[A-Za-z0-9._-]+\n[A-Za-z0-9._-]{0,80}\z') -and $Id -clike "$Short*"
        if (-not $valid) { $Id = $Bind = $Short = $Use = '' }
        # An empty text would be an empty variable in some versions.
        $env:BERTH_SESSION_ID = if ($Id -ne '') { $Id } else { $null }
        $env:BERTH_SESSION_SHORT = if ($Short -ne '') { $Short } else { $null }
        $env:BERTH_SESSION_BIND = if ($Bind -ne '') { $Bind } else { $null }
        $env:BERTH_USE = if ($Use -ne '') { $Use } else { $null }
        $global:BerthHookSeen = "$env:BERTH_SESSION`n$env:BERTH_USE`n$env:TMUX`n$env:TMUX_PANE"
    }

    # What "use" and "refresh" print: a line that says so, what is to be exported, and the rest for the user.
    function global:Use-BerthHookOutput {
        param([object[]] $Out)
        if ($Out.Count -ge 5 -and $Out[0] -ceq 'berth-hook') {
            Use-BerthHookAnswer -Id $Out[2] -Bind $Out[3] -Short $Out[4] -Use $Out[1]
            if ($Out.Count -gt 5) { $Out[5..($Out.Count - 1)] }
        } else { $Out }
    }

    # The same failure that a program leaves behind: $? is False, $Error stays as it is.
    function global:Set-BerthHookFailed {
        if (-not (Test-BerthHookLanguage)) { return }
        $failing = { Microsoft.PowerShell.Core\Get-Job -Id 2147483647 -ErrorAction Ignore }.GetSteppablePipeline()
        $failing.Begin($false)
        $failing.End()
    }

    # What only a call of the function below needs, which makes these functions then: most shells start and never call.
    $global:BerthHookText = @'
@words@
'@

    # Its variables are called so that no caller's is hidden, since the line that was typed may name them.
    function global:@command@ {
        $berthHookWords = $args
        $berthHookInput = $input
        $berthHookState = @{ ok = $false }
        $berthHookWord = if ($args.Count -gt 0) { "$($args[0])" }
        if ($berthHookWord -ceq 'cd' -and $args.Count -eq 2 -and "$($args[1])" -ceq '-') {
            Microsoft.PowerShell.Management\Set-Location -Path -
            return
        }
        $berthHookProgram = Get-BerthHookCommand
        if ($null -eq $berthHookProgram) { $berthHookProgram = Get-BerthHookProgram }
        if ($null -eq $berthHookProgram) {
            Microsoft.PowerShell.Utility\Write-Error -Message 'Cannot find the program "@command@" on the PATH'
        } else {
            if ($null -eq ${function:Get-BerthHookDeleted}) { Microsoft.PowerShell.Utility\Invoke-Expression -Command $global:BerthHookText }
            $berthHookLine = $null
            if (Test-BerthHookLanguage) {
                try { $berthHookLine = Get-BerthHookLine -Invocation $MyInvocation -Words $args } catch { $berthHookLine = $null }
            }
            if ($null -eq $berthHookLine) { $berthHookLine = Get-BerthHookPlainLine -Invocation $MyInvocation -Words $args }
            $berthHookPipe = if ($MyInvocation.ExpectingInput) { '$berthHookInput | ' }
            $berthHookLine = "$($berthHookPipe)& `$berthHookProgram$berthHookLine`n`$berthHookState.ok = `$?"
            $berthHookDeleted = Get-BerthHookDeleted
            if ($berthHookWord -cmatch '^(use|refresh)$') {
                $berthHookOut = @(Invoke-BerthHookBlock -Hook '1' -Deleted $berthHookDeleted -Block {
                        Microsoft.PowerShell.Utility\Invoke-Expression -Command $berthHookLine
                    })
                Use-BerthHookOutput -Out $berthHookOut
            } elseif ($berthHookWord -cmatch '^(cd|finish|destroy|prune)$') {
                $berthHookFile = New-BerthHookFile
                try {
                    Invoke-BerthHookBlock -File $berthHookFile -Deleted $berthHookDeleted -Block {
                        Microsoft.PowerShell.Utility\Invoke-Expression -Command $berthHookLine
                    }
                } finally { if ($berthHookFile -ne '') { Use-BerthHookFile -File $berthHookFile } }
            } elseif ($berthHookDeleted -ne '') {
                Invoke-BerthHookBlock -Deleted $berthHookDeleted -Block {
                    Microsoft.PowerShell.Utility\Invoke-Expression -Command $berthHookLine
                }
            } else { Microsoft.PowerShell.Utility\Invoke-Expression -Command $berthHookLine }
        }
        # The last statement is what $? tells of; a function that fails for us would not do.
        if (-not $berthHookState.ok -and (Test-BerthHookLanguage)) {
            $berthHookFailing = { Microsoft.PowerShell.Core\Get-Job -Id 2147483647 -ErrorAction Ignore }.GetSteppablePipeline()
            $berthHookFailing.Begin($false)
            $berthHookFailing.End()
        }
    }

    # The short ID, for a prompt.
    function global:Get-BerthPrompt { "$env:BERTH_SESSION_SHORT" }

    #prompt
    # At every prompt: compares texts and starts nothing. The condition leaves $? alone (a subexpression would not), so
    # the prompt that was there sees that of the last command. Around whatever prompt is there now, unless that is this one. .NET tells variables
    # in a third of the time; where it may not be asked there are PowerShell's own.
    if ("$function:prompt" -cnotlike '*$global:BerthHookPrompts*') {
        $global:BerthHookPrompts = @($global:BerthHookPrompts) + @(if ($null -ne $function:prompt) { $function:prompt } else { { 'PS> ' } })
        Microsoft.PowerShell.Utility\Invoke-Expression -Command @"
function global:prompt {
    if ($(if (Test-BerthHookLanguage) {
        '[string]::Concat([System.Environment]::GetEnvironmentVariable("BERTH_SESSION"), "`n", [System.Environment]::GetEnvironmentVariable("BERTH_USE"), "`n") + ' +
        '[string]::Concat([System.Environment]::GetEnvironmentVariable("TMUX"), "`n", [System.Environment]::GetEnvironmentVariable("TMUX_PANE"))'
    } else { '"$env:BERTH_SESSION`n$env:BERTH_USE`n$env:TMUX`n$env:TMUX_PANE"' }) -ceq `$global:BerthHookSeen -or
        `$null -eq `${function:Invoke-BerthHookAsk}) {
        & `$global:BerthHookPrompts[$($global:BerthHookPrompts.Count - 1)]
    } else {
        `$berthHookOk = `$?
        Invoke-BerthHookAsk
        if (-not `$berthHookOk) { Set-BerthHookFailed }
        & `$global:BerthHookPrompts[$($global:BerthHookPrompts.Count - 1)]
    }
}
"@
    }
    #end

    # Takes everything out of this shell again.
    function global:Disable-BerthHook {
        $env:BERTH_SESSION_ID = $env:BERTH_SESSION_SHORT = $env:BERTH_SESSION_BIND = $env:BERTH_USE = $null
        $left = @('BerthHookSeen', 'BerthHookFound', 'BerthHookText', 'BerthHookPrompts')
        $stays = @()
        #prompt
        # Where another tool has wrapped this prompt, it stays and does nothing but call the one before.
        if ("$function:prompt" -cmatch '\$global:BerthHookPrompts\[(\d+)\]') {
            $function:global:prompt = $global:BerthHookPrompts[[int] $Matches[1]]
            if ("$function:prompt" -cmatch 'Get-BerthPrompt') { $stays = @('Get-BerthPrompt') }
        } else {
            $left = @('BerthHookFound', 'BerthHookText')
            $global:BerthHookSeen = $null
            $stays = @('Get-BerthPrompt')
        }
        #end
        foreach ($name in 'Test-BerthHookLanguage', 'Get-BerthHookCommand', 'Get-BerthHookProgram', 'Test-BerthHookFile',
            'Invoke-BerthHookProcess',
            'Invoke-BerthHookNative', 'Invoke-BerthHookAsk', 'Use-BerthHookAnswer', 'Use-BerthHookOutput',
            'Set-BerthHookFailed', 'Get-BerthHookWord', 'Get-BerthHookLine', 'Get-BerthHookValue',
            'Get-BerthHookSplat', 'Get-BerthHookPlainLine',
            'Invoke-BerthHookBlock', 'New-BerthHookFile', 'Use-BerthHookFile', 'Get-BerthHookDeleted', '@command@',
            'Get-BerthPrompt', 'Disable-BerthHook') {
            if ($stays -cnotcontains $name) {
                Microsoft.PowerShell.Management\Remove-Item -LiteralPath "Function:$name" -ErrorAction Ignore -WhatIf:$false -Confirm:$false
            }
        }
        Microsoft.PowerShell.Utility\Remove-Variable -Name $left -Scope Global -ErrorAction Ignore -WhatIf:$false -Confirm:$false
    }

    if ($null -eq $global:BerthHookSeen) { Invoke-BerthHookAsk }
}
