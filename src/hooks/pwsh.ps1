# berth: the session of this terminal in $env:BERTH_SESSION_ID. To be rid of it in this shell: Disable-BerthHook
if (-not $env:VSCODE_RESOLVING_ENVIRONMENT) {

    # The program, and not the function below that has its name.
    function global:Get-BerthHookProgram {
        Get-Command -Name '@command@' -CommandType Application -TotalCount 1 -ErrorAction Ignore
    }

    # Runs a block without what somebody set for the runtime inside of berth, and with the given variable.
    function global:Invoke-BerthHookBlock {
        param([scriptblock] $Block, [string] $Hook)
        $kept = @{}
        foreach ($name in 'BUN_OPTIONS', 'BUN_BE_BUN', 'BUN_INSPECT', 'BERTH_HOOK') {
            $item = Get-Item -LiteralPath "Env:$name" -ErrorAction Ignore
            if ($null -ne $item) {
                $kept[$name] = $item.Value
                Remove-Item -LiteralPath "Env:$name" -WhatIf:$false -Confirm:$false
            }
        }
        if ($Hook -ne '') { $env:BERTH_HOOK = $Hook }
        try { & $Block }
        finally {
            $env:BERTH_HOOK = $null
            foreach ($name in $kept.Keys) {
                Set-Item -LiteralPath "Env:$name" -Value $kept[$name] -WhatIf:$false -Confirm:$false
            }
        }
    }

    # By .NET, which waits for 2 seconds at most, whoever holds the pipe. From a directory that exists.
    function global:Invoke-BerthHookProcess {
        param([string] $Path)
        $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
        $start.FileName = $Path
        $start.Arguments = 'id --bind --strict'
        $start.WorkingDirectory = Split-Path -Parent -Path $Path
        $start.UseShellExecute = $false
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $wait = 2000
        foreach ($line in 1..3) {
            $reading = $process.StandardOutput.ReadLineAsync()
            if (-not $reading.Wait($wait)) {
                $process.Kill()
                return
            }
            $reading.Result
            $wait = 500
        }
    }

    # Asks berth in the cheapest way that has a limit of time. In constrained language on Windows there is none.
    function global:Invoke-BerthHookCall {
        $ErrorActionPreference = 'SilentlyContinue'
        $PSNativeCommandUseErrorActionPreference = $false
        $null = $PSNativeCommandUseErrorActionPreference
        $program = Get-BerthHookProgram
        if ($null -eq $program) { return }
        $path = $program.Path
        $here = (Get-Location -PSProvider FileSystem).ProviderPath
        $timeout = $null
        if ($env:OS -ne 'Windows_NT') {
            $timeout = Get-Command -Name timeout -CommandType Application -TotalCount 1 -ErrorAction Ignore
        }
        if ($null -ne $timeout -and (Test-Path -LiteralPath $here -PathType Container)) {
            & $timeout -s KILL 2 $path id --bind --strict 2>$null
        } elseif ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
            Invoke-BerthHookProcess -Path $path
        } else {
            & $program id --bind --strict 2>$null
        }
    }

    # Asks once and exports the answer; without one there is no session. Leaves $LASTEXITCODE as it was.
    function global:Invoke-BerthHookAsk {
        $last = Get-Variable -Name LASTEXITCODE -Scope Global -ErrorAction Ignore
        $code = if ($null -ne $last) { $last.Value }
        $answer = @()
        try { $answer = @(Invoke-BerthHookBlock -Block { Invoke-BerthHookCall } -Hook '') } catch { $answer = @() }
        if ($null -eq $last) {
            Remove-Variable -Name LASTEXITCODE -Scope Global -ErrorAction Ignore -WhatIf:$false -Confirm:$false
        } else {
            $global:LASTEXITCODE = $code
        }
        if ($answer.Count -ge 3) { Use-BerthHookAnswer -Id $answer[0] -Bind $answer[1] -Short $answer[2] }
        else { Use-BerthHookAnswer -Id '' -Bind '' -Short '' }
    }

    # Exports the answer if it is what berth prints. What "berth use" chose stays with its terminal.
    function global:Use-BerthHookAnswer {
        param([string] $Id, [string] $Bind, [string] $Short)
        $valid = $Id.Length -le 80 -and $Id -cmatch '^[A-Za-z0-9._][A-Za-z0-9._-]*--[A-Za-z0-9._-]+$' -and
            $Bind.Length -le 1000 -and $Bind -cmatch '^([0-9]+,[^\x00-\x1f\x7f]+)?$' -and
            $Short -cmatch '^[A-Za-z0-9._-]+$' -and $Id -clike "$Short*"
        if (-not $valid) {
            $env:BERTH_SESSION_ID = $null
            $env:BERTH_SESSION_SHORT = $null
            $env:BERTH_SESSION_BIND = $null
            $env:BERTH_USE = $null
        } else {
            if ($env:BERTH_USE -cne $Id -and "$env:BERTH_SESSION_BIND" -cne $Bind) { $env:BERTH_USE = $null }
            $env:BERTH_SESSION_ID = $Id
            $env:BERTH_SESSION_SHORT = $Short
            if ($Bind -ne '') { $env:BERTH_SESSION_BIND = $Bind } else { $env:BERTH_SESSION_BIND = $null }
        }
        $global:BerthHookSeen = "$env:BERTH_SESSION`n$env:BERTH_USE`n$env:TMUX`n$env:TMUX_PANE"
    }

    # "berth use" and "berth refresh": the program prints a line of its own, what is to be exported, and the rest.
    function global:Invoke-BerthHookCommand {
        $words = $args
        $program = Get-BerthHookProgram
        if ($null -eq $program) {
            Write-Error -Message 'Cannot find the program "@command@" on the PATH'
            return
        }
        $out = @(Invoke-BerthHookBlock -Block { & $program @words } -Hook '1')
        if ($out.Count -ge 5 -and $out[0] -ceq 'berth-hook') {
            if ($out[3] -ne '') { $env:BERTH_SESSION_BIND = $out[3] }
            if ($out[1] -ne '') { $env:BERTH_USE = $out[1] } else { $env:BERTH_USE = $null }
            Use-BerthHookAnswer -Id $out[2] -Bind $out[3] -Short $out[4]
            $out = @($out | Select-Object -Skip 5)
        }
        $out
    }

    # PowerShell keeps the first "--" of a function's arguments to itself. Where it stood, told from the line that was
    # typed; -1 without one, and where the line is too involved to tell (there '--' in quotes helps).
    function global:Get-BerthHookDash {
        param([string] $Line, [int] $Offset)
        if ($Offset -lt 1 -or $Offset -gt $Line.Length) { return -1 }
        $word = '(?:''[^'']*''|"[^"`$]*"|[^\s''"`|;&(){}@,<>#]+)'
        if ($Line.Substring($Offset - 1) -cmatch "^(?:&\s*)?$word((?:\s+$word)*?)\s+--(?:\s|`$)") {
            return @($Matches[1] -split "\s+(?=(?:[^'`"]|'[^']*'|`"[^`"]*`")*`$)" | Where-Object { $_ -ne '' }).Count
        }
        -1
    }

    function global:@command@ {
        if ($args.Count -gt 0 -and ($args[0] -ceq 'use' -or $args[0] -ceq 'refresh')) {
            Invoke-BerthHookCommand @args
            return
        }
        $program = Get-BerthHookProgram
        if ($null -eq $program) {
            Write-Error -Message 'Cannot find the program "@command@" on the PATH'
            return
        }
        $words = $args
        $at = Get-BerthHookDash -Line "$($MyInvocation.Line)" -Offset $MyInvocation.OffsetInLine
        if ($at -ge 0 -and $at -le $args.Count -and "$($args | Select-Object -Skip $at -First 1)" -cne '--') {
            $words = @($args | Select-Object -First $at) + '--' + @($args | Select-Object -Skip $at)
        }
        if ($MyInvocation.ExpectingInput) { $input | & $program @words } else { & $program @words }
    }

    # The short ID, for a prompt.
    function global:Get-BerthPrompt { "$env:BERTH_SESSION_SHORT" }

    #prompt
    # At every prompt: compares variables and starts nothing. The prompt that was there comes first, so it sees the
    # true $? of the last command.
    if (-not (Get-Variable -Name BerthHookPrompt -Scope Global -ErrorAction Ignore)) {
        $global:BerthHookPrompt = $function:prompt
        if ($null -eq $global:BerthHookPrompt) { $global:BerthHookPrompt = { 'PS> ' } }
        function global:prompt {
            $berthHookShown = & $global:BerthHookPrompt
            if ("$env:BERTH_SESSION`n$env:BERTH_USE`n$env:TMUX`n$env:TMUX_PANE" -cne $global:BerthHookSeen) {
                if ($null -ne $global:BerthHookSeen) { Invoke-BerthHookAsk }
            }
            $berthHookShown
        }
    }
    #end

    # Takes everything out of this shell again.
    function global:Disable-BerthHook {
        $global:BerthHookSeen = $null
        $env:BERTH_SESSION_ID = $null
        $env:BERTH_SESSION_SHORT = $null
        $env:BERTH_SESSION_BIND = $null
        $env:BERTH_USE = $null
        #prompt
        # Where another tool has wrapped this prompt, it stays and does nothing but call the one before.
        if ("$function:prompt" -clike '*$global:BerthHookPrompt*') {
            $function:global:prompt = $global:BerthHookPrompt
            Remove-Variable -Name BerthHookPrompt -Scope Global -WhatIf:$false -Confirm:$false
        }
        #end
        foreach ($name in 'Get-BerthHookProgram', 'Invoke-BerthHookBlock', 'Invoke-BerthHookProcess',
            'Invoke-BerthHookCall', 'Invoke-BerthHookAsk', 'Use-BerthHookAnswer', 'Invoke-BerthHookCommand',
            'Get-BerthHookDash', '@command@', 'Get-BerthPrompt', 'Disable-BerthHook') {
            Remove-Item -LiteralPath "Function:$name" -ErrorAction Ignore -WhatIf:$false -Confirm:$false
        }
        Remove-Variable -Name BerthHookShell -Scope Global -ErrorAction Ignore -WhatIf:$false -Confirm:$false
    }

    # Loaded twice is loaded once.
    if (-not (Get-Variable -Name BerthHookShell -Scope Global -ErrorAction Ignore)) {
        $global:BerthHookShell = $PID
        $global:BerthHookSeen = $null
        Invoke-BerthHookAsk
    }
}
