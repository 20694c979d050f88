//! `bench-consumer`: measures what a program that lists devices costs to compile, including
//! dependencies and build scripts, with this crate and without it.

use std::{
    fs,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use xtask::cargo;

struct Program {
    label: &'static str,
    name: &'static str,
    dependencies: String,
    code: &'static str,
}

const TOKIO: &str = "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n";

const BY_HAND: &str = r#"
#[derive(serde::Deserialize)]
struct Page { next: Option<String>, results: Vec<Device> }
#[derive(serde::Deserialize)]
struct Device { id: String, #[serde(rename = "callName")] call_name: Option<String> }

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = http()?;
    let mut url = Some("https://api.autopi.io/dongle/devices/?page_size=100".to_owned());
    while let Some(place) = url.take() {
        let response = client.get(place).header("Authorization", "APIToken x").send().await?;
        let page: Page = response.error_for_status()?.json().await?;
        for device in page.results {
            println!("{} {:?}", device.id, device.call_name);
        }
        url = page.next;
    }
    Ok(())
}
"#;

fn programs(root: &Path) -> Vec<Program> {
    let autopi = format!(
        "autopi = {{ path = {:?}, default-features = false, features = [\"dongle\"] \
         }}\nfutures-util = {{ version = \"0.3\", default-features = false }}\n{TOKIO}",
        root.display().to_string()
    );
    let by_hand = |tls: &str| {
        format!(
            "reqwest = {{ version = \"0.13\", default-features = false, features = [\"json\", \
             \"http2\", {tls}] }}\nserde = {{ version = \"1\", features = [\"derive\"] \
             }}\nserde_json = \"1\"\n{TOKIO}"
        )
    };
    vec![
        Program {
            label: "by hand, rustls with ring",
            name: "by-hand",
            dependencies: by_hand("\"rustls-no-provider\"")
                + "rustls = { version = \"0.23\", default-features = false, features = [\"ring\"] \
                   }\n",
            code: "fn http() -> reqwest::Result<reqwest::Client> {\n    let _ = \
                   rustls::crypto::ring::default_provider().install_default();\n    \
                   reqwest::Client::builder().build()\n}\n",
        },
        Program {
            label: "by hand, reqwest's own rustls (aws-lc)",
            name: "by-hand-aws-lc",
            dependencies: by_hand("\"rustls\""),
            code: "fn http() -> reqwest::Result<reqwest::Client> {\n    \
                   reqwest::Client::builder().build()\n}\n",
        },
        Program {
            label: "autopi, one area",
            name: "with-autopi",
            dependencies: autopi.clone(),
            code: AUTOPI,
        },
        Program {
            label: "autopi, default areas",
            name: "with-autopi-default",
            dependencies: autopi.replace(
                "default-features = false, features = [\"dongle\"]",
                "features = []",
            ),
            code: AUTOPI,
        },
        Program {
            label: "octocrab, as it comes",
            name: "with-octocrab",
            dependencies: format!("octocrab = \"0.54\"\n{TOKIO}"),
            code: "#[tokio::main]\nasync fn main() -> octocrab::Result<()> {\n    let page = \
                   octocrab::instance().orgs(\"rust-lang\").list_repos().send().await?;\n    \
                   println!(\"{}\", page.items.len());\n    Ok(())\n}\n",
        },
    ]
}

const AUTOPI: &str = r#"
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), autopi::Error> {
    let client = autopi::Client::from_env()?;
    let mut devices = client.dongle_devices_list().page_size(100).stream();
    while let Some(device) = devices.try_next().await? {
        println!("{} {:?}", device.id, device.call_name);
    }
    Ok(())
}
"#;

/// Prints a Markdown table: crates, and the time of a clean check and a clean release build, each
/// with its ratio to the first row.
///
/// # Errors
/// Returns an error if a build fails, or if a file cannot be written.
pub fn run(root: &Path) -> Result<()> {
    let folder = root.join("target/bench-consumer");
    println!(
        "| program | crates | check | ratio | release | ratio |\n| --- | --- | --- | --- | --- | \
         --- |"
    );
    let mut first: Option<[Duration; 2]> = None;
    for program in programs(root) {
        let home = folder.join(program.name);
        fs::create_dir_all(home.join("src"))?;
        fs::write(home.join("Cargo.toml"), manifest(&program))?;
        let by_hand = program.code.starts_with("fn http");
        let code = [program.code, if by_hand { BY_HAND } else { "" }].concat();
        fs::write(home.join("src/main.rs"), code)?;
        // So that the network and the lock file are not measured.
        cargo(&home, &["fetch"])?;
        let crates = crates(&home)?;
        let times = [
            clean(&home, &["check"])?,
            clean(&home, &["build", "--release"])?,
        ];
        let [check, release] = *first.get_or_insert(times);
        let ratio = |time: Duration, of: Duration| time.as_secs_f64() / of.as_secs_f64();
        println!(
            "| {} | {crates} | {:.1} s | {:.2} | {:.1} s | {:.2} |",
            program.label,
            times[0].as_secs_f64(),
            ratio(times[0], check),
            times[1].as_secs_f64(),
            ratio(times[1], release),
        );
    }
    Ok(())
}

fn manifest(program: &Program) -> String {
    let name = program.name;
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = \
         false\n\n[workspace]\n\n[dependencies]\n{}",
        program.dependencies
    )
}

fn cargo(home: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = cargo::command();
    command.args(arguments).args(["--quiet", "--manifest-path"]);
    command
        .arg(home.join("Cargo.toml"))
        .env("CARGO_INCREMENTAL", "0");
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!(
            "`cargo {}` failed in {}",
            arguments.join(" "),
            home.display()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns how many crates are compiled, including those of build scripts and macros.
fn crates(home: &Path) -> Result<usize> {
    let tree = cargo(
        home,
        &["tree", "--edges", "normal,build", "--prefix", "none"],
    )?;
    let all: std::collections::BTreeSet<_> =
        tree.lines().filter_map(|l| l.split(" (").next()).collect();
    Ok(all.len())
}

fn clean(home: &Path, mode: &[&str]) -> Result<Duration> {
    let target = home.join("target");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    let target = target.display().to_string();
    cargo(
        home,
        &[mode, &["--offline", "--target-dir", &target]].concat(),
    )?;
    Ok(start.elapsed())
}
