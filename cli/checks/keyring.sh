#!/usr/bin/env bash
# `autopi login --keyring` with a real Secret Service: gnome-keyring on a session bus of its own, unlocked, then locked.
# cli/checks/keyring.sh: not part of `cargo test`, since it needs dbus, gnome-keyring and libsecret-tools (Debian).
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet --package autopi-cli --features keyring
cargo build --quiet --package lab
export folder="$(mktemp -d)"
target/debug/lab sandbox --port 0 >"$folder/sandbox" &
sandbox=$!
trap 'kill $sandbox; rm -rf "$folder"' EXIT
until grep -q http "$folder/sandbox"; do sleep 0.1; done
export url="$(grep -o 'http://[0-9.:]*' "$folder/sandbox")" token=0123456789abcdef0123456789abcdef01234567
export HOME="$folder" XDG_RUNTIME_DIR="$folder/run"
unset AUTOPI_API_TOKEN AUTOPI_JWT AUTOPI_EMAIL AUTOPI_PROFILE AUTOPI_BASE_URL XDG_CONFIG_HOME DISPLAY
mkdir -m 700 "$XDG_RUNTIME_DIR"
on_a_bus() { dbus-run-session -- bash -euo pipefail -c "$1" 2> >(grep -v 'dbus-daemon' >&2); }
on_a_bus '
    printf "word\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    autopi() { target/debug/autopi "$@"; }
    has() { [ "$(secret-tool search --all service autopi 2>/dev/null | grep -c "^secret = $1")" = "$2" ] || { echo "the keyring has not $2 of $1"; exit 1; }; }
    # A token, a session, and a login without the keyring in their place.
    autopi login --keyring --token-stdin --base-url "$url" <<<"$token"
    ! grep -rq "$token" "$HOME/.config"
    has "APIToken $token" 1
    autopi whoami --jq .source | grep -q "^the keyring, by the profile \[default\]"
    autopi devices --limit 1 --jq ".[].callName"
    printf "demo\n" | autopi login --keyring --email demo@autopi.io --password-stdin --base-url "$url"
    has "APIToken" 0; has "Bearer" 1
    autopi whoami --jq .credential | grep -q session
    autopi login --token-stdin --base-url "$url" <<<"$token"
    has "" 0
    autopi login --keyring --token-stdin --base-url "$url" <<<"$token"
    autopi logout
    has "" 0
    ! autopi whoami'
on_a_bus '
    gnome-keyring-daemon --start --components=secrets >/dev/null
    code=0
    said=$(target/debug/autopi login --keyring --token-stdin --base-url "$url" --profile locked <<<"$token" 2>&1) || code=$?
    [ $code = 1 ] && [[ $said == *"is it unlocked?"* ]] || { echo "$code $said"; exit 1; }
    ! grep -q "\[locked\]" "$HOME/.config/autopi/credentials.toml" 2>/dev/null'
echo "the keyring holds the credential, and only there"
