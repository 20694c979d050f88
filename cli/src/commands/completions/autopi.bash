# autopi: source this file, or put it into ~/.local/share/bash-completion/completions/autopi
_autopi() {
    local line
    COMPREPLY=()
    while IFS=$'\t' read -r line _; do
        [[ $line == *' '* ]] && printf -v line %q "$line"
        COMPREPLY+=("$line")
    done < <(COMP_LINE=$COMP_LINE COMP_POINT=$COMP_POINT autopi __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
}
complete -o bashdefault -o default -F _autopi autopi
