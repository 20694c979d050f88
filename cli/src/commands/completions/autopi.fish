# Put this file into ~/.config/fish/completions/autopi.fish
complete -c autopi -a '(autopi __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
