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
# Another program, without the default features: it refuses a file of profiles.
mkdir -p "$work/lean/src" "$work/home/.config/autopi"
sed 's/"program"/"lean"/; s/autopi = "0"/autopi = { version = "0", default-features = false, features = ["tasks"] }/' \
    "$work/program/Cargo.toml" >"$work/lean/Cargo.toml"
cat >"$work/lean/src/main.rs" <<'RUST'
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let api = autopi_sandbox::Sandbox::builder().size(1).start().await?;
    let client = autopi::Client::builder().base_url(api.url()).api_token(autopi_sandbox::API_TOKEN).build()?;
    client.tasks_list().send().await?;
    let error = autopi::Client::from_env().unwrap_err().to_string();
    assert!(error.contains("the feature `profiles` of autopi is off"), "{error}");
    println!("{error}");
    Ok(())
}
RUST
(umask 077 && printf '[default]\napi_token = "x"\n' >"$work/home/.config/autopi/credentials.toml")
chmod 700 "$work/home" "$work/home/.config" "$work/home/.config/autopi"
cat >"$work/Cargo.toml" <<'TOML'
[workspace]
members = ["autopi-cli", "lean", "program"]
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
cargo build --quiet --offline --package lean
HOME="$work/home" "$CARGO_TARGET_DIR/debug/lean"
cargo run --quiet --offline --package autopi-cli -- --sandbox dongle devices-list --jq '.[0].id' --quiet
