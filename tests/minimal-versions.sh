#!/usr/bin/env bash
# Compiles the published crates with the lowest versions of their dependencies that their manifests allow:
# a lower bound that is too low does not compile. In a copy, since the lock file is another one.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | tar -c --null -T - | tar -x -C "$copy"
cd "$copy"
rm Cargo.lock
# The crates of the feature `progenitor` have higher bounds of their own, which cargo takes where it is on.
sed -i -E '/^progenitor = /s/\[.*\]/[]/; /^progenitor-(client|impl) = /d' Cargo.toml codegen/Cargo.toml conformance/Cargo.toml
# The flag is unstable and only chooses versions; the code is compiled as ever.
RUSTC_BOOTSTRAP=1 cargo -Zdirect-minimal-versions generate-lockfile
CARGO_TARGET_DIR="$copy/target" cargo check --package autopi --package autopi-codegen --package autopi-sandbox \
    --features autopi/full,autopi/blocking,autopi/schemars,autopi-sandbox/sqlite
# The command line too, on request: five more minutes.
[ "${1-}" != --cli ] || CARGO_TARGET_DIR="$copy/target" cargo check --package autopi-cli --features mcp,parquet,keyring
