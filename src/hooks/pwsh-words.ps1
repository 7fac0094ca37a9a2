# A word of the line that was typed, for the same line with the program in it: a constant as it was written, all
# else as a reference to its value, quoted where it was.
function global:Get-BerthHookWord {
    param($Ast, [string] $Value)
    $kind = $Ast.GetType().Name
    if ($kind -eq 'StringConstantExpressionAst' -or $kind -eq 'ConstantExpressionAst') { return $Ast.Extent.Text }
    if ($kind -eq 'ExpandableStringExpressionAst' -and $Ast.StringConstantType -ne 'BareWord') {
        return "`"`$($Value)`""
    }
    if ($kind -ne 'ArrayLiteralAst') { return $Value }
    $text = $Ast.Extent.Text
    # A program may get a list as it is written; so it stays that where it can be looked up once more without harm.
    $harm = $Ast.Find({
            $args[0].GetType().Name -cnotmatch '^(ArrayLiteral|StringConstantExpression|ConstantExpression|VariableExpression|ExpandableStringExpression|MemberExpression)Ast$' -or
            ($args[0].GetType().Name -eq 'VariableExpressionAst' -and
                $args[0].VariablePath.UserPath -match '^(args|input|MyInvocation|PSBoundParameters|PSScriptRoot|PSCommandPath)$')
        }, $true)
    if ($null -eq $harm) { return $text }
    $done = $index = 0
    $out = ''
    foreach ($element in $Ast.Elements) {
        $from = $element.Extent.StartOffset - $Ast.Extent.StartOffset
        $out += $text.Substring($done, $from - $done)
        $out += Get-BerthHookWord -Ast $element -Value "$Value[$index]"
        $done = $from + $element.Extent.Text.Length
        $index++
    }
    $out + $text.Substring($done)
}

# The call of this function as it was typed, with the program in place of the function. PowerShell treats the
# words of the two unlike: a function does not see the first "--", gets -a:b as two words and 1.50 as a number, and
# what it hands on from a variable is expanded. So the words are taken from the text, and their values from $args.
function global:Get-BerthHookLine {
    param($Invocation, [object[]] $Words)
    $text = ''
    if ($null -ne $Invocation.PSObject.Properties['Statement']) { $text = "$($Invocation.Statement)" }
    elseif ($Invocation.OffsetInLine -ge 1 -and $Invocation.OffsetInLine -le $Invocation.Line.Length) {
        $text = $Invocation.Line.Substring($Invocation.OffsetInLine - 1)
    }
    $elements = @([System.Management.Automation.Language.Parser]::ParseInput($text, [ref] $null, [ref] $null).Find(
            { $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true).CommandElements)
    # How many entries of $args each element is: of a splat as many as it holds, and a table's come at the end.
    $dash = $false
    $unknown = -1
    $counts = @(0) * $elements.Count
    $tables = @{}
    $sum = 0
    for ($i = 1; $i -lt $elements.Count; $i++) {
        $element = $elements[$i]
        $kind = $element.GetType().Name
        $counts[$i] = 1
        if ($kind -eq 'VariableExpressionAst' -and $element.Splatted) {
            $value = Get-BerthHookValue -Name $element.VariablePath.UserPath
            if ($value -is [System.Collections.IDictionary]) {
                $tables[$i] = 2 * $value.Count
                $sum += $tables[$i]
                $counts[$i] = 0
            } elseif ($unknown -lt 0) {
                $unknown = $i
                $counts[$i] = 0
            } else { $counts[$i] = @($value).Count }
        } elseif ($kind -eq 'CommandParameterAst' -and $null -ne $element.Argument) { $counts[$i] = 2 }
        elseif ($kind -eq 'CommandParameterAst' -and $element.Extent.Text -ceq '--' -and -not $dash) {
            $dash = $true
            $counts[$i] = 0
        }
        $sum += $counts[$i]
    }
    if ($unknown -ge 0) { $counts[$unknown] = $Words.Count - $sum }
    if ($elements.Count -eq 0 -or $Words.Count -lt $sum -or ($unknown -lt 0 -and $Words.Count -ne $sum)) { return }
    $end = $Words.Count
    foreach ($i in $tables.Keys) { $end -= $tables[$i] }
    $out = ''
    $at = 0
    for ($i = 1; $i -lt $elements.Count; $i++) {
        $element = $elements[$i]
        if ($tables.ContainsKey($i)) {
            $out += Get-BerthHookSplat -Words $Words -From $end -Count $tables[$i]
            $end += $tables[$i]
        } elseif ($element.GetType().Name -eq 'VariableExpressionAst' -and $element.Splatted) {
            $out += Get-BerthHookSplat -Words $Words -From $at -Count $counts[$i]
        } elseif ($counts[$i] -eq 2) {
            $name = $element.Extent.Text.Substring(0, $element.Argument.Extent.StartOffset - $element.Extent.StartOffset)
            $out += " $name" + (Get-BerthHookWord -Ast $element.Argument -Value "`$berthHookWords[$($at + 1)]")
        } elseif ($element.GetType().Name -eq 'CommandParameterAst') { $out += " $($element.Extent.Text)" }
        else { $out += ' ' + (Get-BerthHookWord -Ast $element -Value "`$berthHookWords[$at]") }
        $at += $counts[$i]
    }
    $out
}

# A variable of whoever called the function, by scope, since those of the hook hide others.
function global:Get-BerthHookValue {
    param([string] $Name)
    if ($Name -match '^(args|input)$') { return }
    for ($scope = 3; $scope -lt 100; $scope++) {
        try { $found = Microsoft.PowerShell.Utility\Get-Variable -Name $Name -Scope $scope -ErrorAction Ignore } catch { return }
        if ($null -ne $found) { return , $found.Value }
    }
}

# The words of a splat; what was -a:b or a table's entry is two for the function, and one for a program.
function global:Get-BerthHookSplat {
    param([object[]] $Words, [int] $From, [int] $Count)
    $out = ''
    for ($at = $From; $at -lt $From + $Count; $at++) {
        $name = $Words[$at]
        if ($null -ne $name -and $null -ne $name.PSObject.Properties['<CommandParameterName>'] -and
            "$name".EndsWith(':') -and $at + 1 -lt $From + $Count) {
            $at++
            $out += " $name`$berthHookWords[$at]"
        } else { $out += " `$berthHookWords[$at]" }
    }
    $out
}

# Every word as it came, for a line that nobody can take apart; "--" is put back where the text tells.
function global:Get-BerthHookPlainLine {
    param($Invocation, [object[]] $Words)
    $line = "$($Invocation.Line)"
    $at = -1
    if ($Invocation.OffsetInLine -ge 1 -and $Invocation.OffsetInLine -le $line.Length) {
        $word = '(?:''[^'']*''|"[^"`$]*"|[^\s''"`|;&(){}@,<>#]+)'
        if ($line.Substring($Invocation.OffsetInLine - 1) -cmatch "^(?:&\s*)?$word((?:\s+$word)*?)\s+--(?:\s|`$)") {
            $at = @($Matches[1] -split "\s+(?=(?:[^'`"]|'[^']*'|`"[^`"]*`")*`$)" |
                Microsoft.PowerShell.Core\Where-Object { $_ -ne '' }).Count
        }
    }
    $out = ''
    for ($i = 0; $i -le $Words.Count; $i++) {
        if ($i -eq $at -and ($i -eq $Words.Count -or "$($Words[$i])" -cne '--')) { $out += " '--'" }
        if ($i -eq $Words.Count -or $null -eq $Words[$i]) { continue }
        $out += if ($Words[$i] -is [string]) { " `"`$(`$berthHookWords[$i])`"" } else { " `$berthHookWords[$i]" }
    }
    $out
}

# Runs a block with what the call needs in its environment; afterwards all is as it was.
function global:Invoke-BerthHookBlock {
    param([scriptblock] $Block, [string] $Hook, [string] $File, [string] $Deleted)
    $kept = @($env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT, $env:BERTH_HOOK, $env:BERTH_CD_FILE, $env:BERTH_DELETED_DIRECTORY)
    if ($Hook -ne '') {
        $env:BUN_OPTIONS = $env:BUN_BE_BUN = $env:BUN_INSPECT = $null
        $env:BERTH_HOOK = $Hook
    }
    if ($File -ne '') { $env:BERTH_CD_FILE = $File }
    if ($Deleted -ne '') { $env:BERTH_DELETED_DIRECTORY = $Deleted }
    try { . $Block }
    finally {
        $env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT, $env:BERTH_HOOK, $env:BERTH_CD_FILE, $env:BERTH_DELETED_DIRECTORY = $kept
    }
}

# A file of our own, in which the program says where to go.
function global:New-BerthHookFile {
    try {
        if (Test-BerthHookLanguage) { return [System.IO.Path]::GetTempFileName() }
        (Microsoft.PowerShell.Utility\New-TemporaryFile -WhatIf:$false -Confirm:$false).FullName
    } catch { '' }
}

# Goes where the file says, and removes it.
function global:Use-BerthHookFile {
    param([string] $File)
    $directory = "$(Microsoft.PowerShell.Management\Get-Content -LiteralPath $File -Encoding UTF8 -TotalCount 1 -ErrorAction Ignore)"
    Microsoft.PowerShell.Management\Remove-Item -LiteralPath $File -Force -ErrorAction Ignore -WhatIf:$false -Confirm:$false
    if ($directory -ne '') { Microsoft.PowerShell.Management\Set-Location -LiteralPath $directory }
}

# Where the current directory was deleted: says so, and sees to it that programs start in one that is there.
function global:Get-BerthHookDeleted {
    $here = (Microsoft.PowerShell.Management\Get-Location -PSProvider FileSystem).ProviderPath
    if (Test-BerthHookLanguage) { $there = [System.IO.Directory]::Exists($here) }
    else { $there = Microsoft.PowerShell.Management\Test-Path -LiteralPath $here -PathType Container }
    if ($there) { return '' }
    if (Test-BerthHookLanguage) {
        [System.IO.Directory]::SetCurrentDirectory([System.IO.Path]::GetPathRoot($here))
        [System.Console]::Error.WriteLine("@command@: this directory was deleted: $here")
    }
    $here
}
