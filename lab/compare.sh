#!/usr/bin/env bash
# The rows "generates" and "compiles" of docs/comparison.md, reproduced: what other generators make of spec/upstream.json.
# Needs the network (PyPI, npm, crates.io), Java and Node; no part of CI. Usage: lab/compare.sh [SCRATCH FOLDER]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$(mktemp -d)}
export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$out/target"
check() { # LABEL FOLDER
    # The dependencies first; then the crate alone is timed.
    (cd "$2" && cargo check --quiet --lib 2>"$2/errors") && ok=yes || ok=no
    touch "$2"/src/lib.rs "$2"/lib.rs 2>/dev/null || true
    (cd "$2" && /usr/bin/time -o "$2/time" -f '%e s, %M KB' cargo check --quiet --lib 2>/dev/null) || true
    printf '%-34s compiles: %s, errors: %s, check: %s\n' "$1" "$ok" "$(grep -c '^error' "$2/errors" || true)" "$(tail -1 "$2/time")"
}
mkdir -p "$out"
python3 -m venv "$out/venv" && "$out/venv/bin/pip" -q install openapi-generator-cli
# With titles drf-yasg's fields collide (`Task` the definition, `Task` the title of a field): once as it is, once without them.
python3 - "$root/spec/upstream.json" "$out/untitled.json" <<'P'
import json, sys
def walk(v, key=None):
    if isinstance(v, dict):
        return {k: walk(x, k) for k, x in v.items() if not (k == "title" and isinstance(x, str) and key != "info")}
    return [walk(x, key) for x in v] if isinstance(v, list) else v
json.dump(walk(json.load(open(sys.argv[1]))), open(sys.argv[2], "w"))
P
for form in "$root/spec/upstream.json" "$out/untitled.json"; do
    name=openapi-generator-$(basename "$form" .json)
    "$out/venv/bin/openapi-generator-cli" generate -i "$form" -g rust -o "$out/$name" --skip-validate-spec --additional-properties=packageName=client >/dev/null 2>&1
    printf '\n[workspace]\n[profile.dev]\ndebug = "line-tables-only"\n' >>"$out/$name/Cargo.toml"
    check "$name" "$out/$name"
done
cargo install --quiet paperclip@0.9.7 --features cli --root "$out"
"$out/bin/paperclip" --api v2 --name client -o "$out/paperclip" --spec "$root/spec/upstream.json"
# The manifest asks for an unreleased `mime` of GitHub.
sed -i 's|^mime = .*|mime = "0.3"|' "$out/paperclip/Cargo.toml"
check paperclip "$out/paperclip"
npm install --silent --prefix "$out" swagger2openapi@7 >/dev/null
mkdir -p "$out/progenitor/src"
"$out/node_modules/.bin/swagger2openapi" "$root/spec/upstream.json" -o "$out/progenitor/openapi.json" 2>/dev/null
cp "$root/lab/src/plain/Cargo.toml.txt" "$out/progenitor/Cargo.toml"
cp "$root/lab/src/plain/build.rs.txt" "$out/progenitor/build.rs"
printf '#![allow(warnings)]\ninclude!(concat!(env!("OUT_DIR"), "/generated.rs"));\n' >"$out/progenitor/src/lib.rs"
check "swagger2openapi + progenitor" "$out/progenitor"
grep -o 'UnexpectedFormat("[^"]*")' "$out/progenitor/errors" || true
# Two newer generators, on the upstream document and on the normalised one; the second counts the fields that it leaves as any JSON.
cargo install --quiet ploidy --version '^0.15' --root "$out"
cargo install --quiet openapi-to-rust --version '^0.23' --root "$out"
for form in upstream openapi; do
    crate="$out/ploidy-$form"
    if "$out/bin/ploidy" generate rust "$root/spec/$form.json" -o "$crate" --name client >"$out/ploidy.log" 2>&1; then
        printf '\n[workspace]\n[profile.dev]\ndebug = "line-tables-only"\n' >>"$crate/Cargo.toml"
        check "ploidy, $form.json" "$crate"
    else
        printf '%-34s generates: no: %s\n' "ploidy, $form.json" "$(grep -m1 -o 'unknown variant.*' "$out/ploidy.log")"
    fi
    crate="$out/openapi-to-rust-$form"
    mkdir -p "$crate/src"
    if "$out/bin/openapi-to-rust" generate "$root/spec/$form.json" --output-dir "$crate/src/client" --report-untyped >"$out/o2r.log" 2>&1; then
        grep -o 'untyped: .*' "$out/o2r.log"
        printf '[package]\nname = "client"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[profile.dev]\ndebug = "line-tables-only"\n\n' |
            cat - "$crate/src/client/REQUIRED_DEPS.toml" >"$crate/Cargo.toml"
        printf '#![allow(warnings)]\npub mod client;\n' >"$crate/src/lib.rs"
        check "openapi-to-rust, $form.json" "$crate"
    else
        printf '%-34s generates: no: %s\n' "openapi-to-rust, $form.json" "$(grep -m1 '^Error' "$out/o2r.log")"
    fi
done
mkdir -p "$out/autopi-log"
CARGO_TARGET_DIR="$out/autopi" cargo check --quiet --manifest-path "$root/Cargo.toml" -p autopi --lib --features full
touch "$root/src/lib.rs"
CARGO_TARGET_DIR="$out/autopi" /usr/bin/time -o "$out/autopi-log/time" -f '%e s, %M KB' \
    cargo check --quiet --manifest-path "$root/Cargo.toml" -p autopi --lib --features full
printf '%-34s compiles: yes, errors: 0, check: %s\n' "autopi, full" "$(tail -1 "$out/autopi-log/time")"
