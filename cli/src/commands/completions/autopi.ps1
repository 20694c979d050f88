# Add this to $PROFILE
Register-ArgumentCompleter -Native -CommandName autopi -ScriptBlock {
    param($word, $ast, $cursor)
    $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
    & autopi __complete -- "--last=$word" @words 2>$null | ForEach-Object {
        $parts = $_ -split "`t", 2
        $about = if ($parts.Length -gt 1 -and $parts[1]) { $parts[1] } else { $parts[0] }
        $value = if ($parts[0] -match '[^\w./:=+-]') { "'$($parts[0])'" } else { $parts[0] }
        [System.Management.Automation.CompletionResult]::new($value, $parts[0], 'ParameterValue', $about)
    }
}
