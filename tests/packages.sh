#!/usr/bin/env bash
# Packs the published crates from a clean clone, and builds and runs a program that has nothing else of ours: as a user of crates.io would, offline.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet . "$work/clone"
target=$PWD/target
crates=(autopi-codegen autopi-sandbox autopi autopi-cli)
(cd "$work/clone" && cargo package --quiet --locked --no-verify --target-dir "$work/target" "${crates[@]/#/--package=}")
mkdir -p "$work/program/src"
for crate in "${crates[@]}"; do
    tar -xf "$work/target/package/$crate"-[0-9]*.crate -C "$work"
    mv "$work/$crate"-[0-9]* "$work/$crate"
done
cat >"$work/program/Cargo.toml" <<'TOML'
[package]
name = "program"
version = "0.0.0"
edition = "2024"

[dependencies]
autopi = "0"
autopi-sandbox = "0"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

TOML
cat >"$work/Cargo.toml" <<'TOML'
[workspace]
members = ["autopi-cli", "program"]
resolver = "3"

[patch.crates-io]
autopi = { path = "autopi" }
autopi-codegen = { path = "autopi-codegen" }
autopi-sandbox = { path = "autopi-sandbox" }
TOML
cat >"$work/program/src/main.rs" <<'RUST'
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let api = autopi_sandbox::Sandbox::builder().size(10).start().await?;
    let client = |token: &str| {
        let client = autopi::Client::builder().base_url(api.url());
        client.api_token(token).build()
    };
    let devices = client(autopi_sandbox::API_TOKEN)?.dongle_devices_list().send().await?;
    assert!(!devices.results.is_empty());
    let refused = client("wrong")?.dongle_devices_list().send().await.unwrap_err();
    assert!(refused.to_string().contains("401"), "{refused}");
    println!("{} devices", devices.results.len());
    Ok(())
}
RUST
cd "$work"
cp clone/Cargo.lock .
cargo fetch --quiet
export CARGO_TARGET_DIR="$target/packages"
cargo run --quiet --offline --package program
cargo run --quiet --offline --package autopi-cli -- --sandbox dongle devices-list --jq '.[0].id' --quiet
