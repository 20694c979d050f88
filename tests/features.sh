#!/usr/bin/env bash
# Lints the library with no area, and with each area alone. Not part of the gate.
set -euo pipefail
cd "$(dirname "$0")/.."
areas=$(cargo metadata --no-deps --format-version 1 |
    python3 -c 'import json, sys; print(*next(p["features"]["full"] for p in json.load(sys.stdin)["packages"] if p["name"] == "autopi"))')
for features in '' $areas blocking schemars progenitor; do
    echo "--no-default-features --features '$features'"
    cargo clippy --quiet --package autopi --no-default-features --features "$features" -- -D warnings
done
