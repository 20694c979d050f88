#compdef autopi
# Put this file into a folder of $fpath, as _autopi
_autopi() {
    local -a values shown end
    local line
    for line in "${(@f)$(autopi __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        values+=("${line%%$'\t'*}")
        line=${line%$'\t'}
        shown+=("${line/$'\t'/  -- }")
    done
    [[ $values[1] == *= ]] && end=(-S '')
    (( $#values )) && compadd "${end[@]}" -l -d shown -a values || _files
}
compdef _autopi autopi
