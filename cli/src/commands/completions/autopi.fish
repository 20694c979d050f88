# Put this file into ~/.config/fish/completions/autopi.fish
function __autopi_offers
    set -g __autopi_offered (autopi __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
    set -q __autopi_offered[1]
end
# Files are offered where nothing else is.
complete -c autopi -f -n __autopi_offers -a '(printf "%s\n" $__autopi_offered)'
