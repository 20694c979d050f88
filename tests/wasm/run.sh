#!/usr/bin/env bash
# The client built for wasm32-unknown-unknown, and run in Node 20 against the sandbox. Not part of the gate.
# Where rustup can't bring the target, Debian can: as root, with the package debootstrap, the build is done by Debian's rustc in a folder of its own (--debian).
set -euo pipefail
cd "$(dirname "$0")"
repo=$(cd ../.. && pwd)
target=$repo/target/wasm
build=(cargo build --quiet --release --target wasm32-unknown-unknown --manifest-path "$PWD/Cargo.toml" --target-dir "$target")
if [ "${1-}" = --debian ]; then
    root=$target/debian
    [ -x "$root/usr/bin/cargo" ] || debootstrap --variant=minbase --include=cargo,gcc,libc6-dev,libstd-rust-dev-wasm32,lld sid "$root" http://deb.debian.org/debian
    # This machine's certificates, network and files.
    mkdir -p "$root$repo" "$root/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    cp -L /etc/resolv.conf "$root/etc/"
    mountpoint -q "$root$repo" || mount --bind "$repo" "$root$repo"
    trap 'umount "$root$repo"' EXIT
    build=(chroot "$root" env HOME=/root CARGO_HTTP_CAINFO=/etc/ssl/certs/ca-certificates.crt CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld "${build[@]}")
fi
RUSTFLAGS="-D warnings" "${build[@]}"
bindgen=$(sed -n 's/^wasm-bindgen = "=\(.*\)"/\1/p' Cargo.toml)
"$target/bin/wasm-bindgen" --version 2>/dev/null | grep -qF "$bindgen" || cargo install --quiet --root "$target" --target-dir "$target" wasm-bindgen-cli --version "$bindgen"
"$target/bin/wasm-bindgen" --target nodejs --out-dir "$target/node" "$target/wasm32-unknown-unknown/release/wasm_check.wasm"

(cd "$repo" && cargo build --quiet --package xtask)
coproc sandbox { exec "$repo/target/debug/xtask" sandbox; }
read -r line <&"${sandbox[0]}"
read -r url email password token <<<"$(sed -E 's/ +\(e-mail ([^,]+), password ([^,]+), API token ([^)]+)\)/ \1 \2 \3/' <<<"$line")"
node run.cjs "$target/node/wasm_check.js" "$url" "$email" "$password" "$token" && status=0 || status=$?
kill "$sandbox_PID"
exit "$status"
