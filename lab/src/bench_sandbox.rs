//! `bench-sandbox`: the sandbox beside Prism's mock, on the same document and machine, under the
//! same load, one after the other.
//!
//! The load is Debian's wrk. Memory is the peak of resident memory (`VmHWM` of `/proc`, Linux) over
//! all processes of a server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::task::block_in_place;
use xtask::cargo;

use crate::{
    conformance::PRISM,
    tools::{self, Server},
};

const LIST: &str = "/dongle/devices/";
const CONNECTIONS: &str = "16";
/// The number of starts of each server; the median counts.
const STARTS: usize = 5;

/// The figures of one server.
struct Figures {
    start: Duration,
    /// Requests per second: for the list and for one item, first with the same request repeated,
    /// then with another query each time.
    rates: [f64; 4],
    mib: f64,
}

/// A script for wrk that gives each request a new query, so that no cached response is used.
const ANOTHER_QUERY: &str = r#"
local n = os.time() * 1000000
request = function()
    n = n + 1
    return wrk.format("GET", wrk.path .. "?n=" .. string.format("%d", n))
end
"#;

/// Builds the sandbox in release mode, measures both servers, and prints a Markdown table with
/// ratios. Each load lasts `seconds`.
///
/// # Errors
/// Returns an error if a build, an installation, a server or the load fails, or if a response is
/// not 2xx.
pub async fn run(root: &Path, seconds: u32) -> Result<()> {
    let folder = root.join("target/bench-sandbox");
    fs::create_dir_all(&folder)?;
    let wrk = tools::debian("wrk", &["wrk"])?;
    let prism = tools::npm(&root.join("target/judges"), PRISM, "prism")?;
    block_in_place(|| {
        tools::run(
            cargo::command()
                .args(["build", "--quiet", "--release", "--package", "lab"])
                .current_dir(root),
        )
    })?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let bench = Bench {
        wrk,
        log: folder.join("server.log"),
        seconds,
    };
    let ours = bench.measure(|port| {
        let mut command = Command::new(target.join("release/lab"));
        command.args(["sandbox", "--port", &port]);
        command
    });
    let ours = ours.await.context("the sandbox")?;
    let theirs = bench.measure(|port| {
        let mut command = Command::new(&prism);
        // Without its log, which is to its advantage.
        command
            .arg("mock")
            .arg(root.join("spec/upstream.json"))
            .args(["--verboseLevel", "silent", "--port", &port]);
        command
    });
    let theirs = theirs.await.context("prism's mock")?;
    println!(
        "| server | start to first response | GET {LIST} | GET of one item | the list, another \
         query each time | the item, likewise | peak memory |\n| --- | --- | --- | --- | --- | \
         --- | --- |"
    );
    for (name, f) in [("sandbox", &ours), (PRISM, &theirs)] {
        println!(
            "| {name} | {} ms | {} | {:.1} MiB |",
            f.start.as_millis(),
            f.rates.map(|r| format!("{r:.0}/s")).join(" | "),
            f.mib
        );
    }
    let ratios = ours.rates.iter().zip(theirs.rates);
    let ratios: Vec<_> = ratios.map(|(a, b)| format!("{:.1}", a / b)).collect();
    println!(
        "| ratio (aims: start under 100 ms, 20 each, at most 0.33) | {:.3} | {} | {:.2} |",
        ours.start.as_secs_f64() / theirs.start.as_secs_f64(),
        ratios.join(" | "),
        ours.mib / theirs.mib
    );
    Ok(())
}

struct Bench {
    wrk: PathBuf,
    log: PathBuf,
    seconds: u32,
}

impl Bench {
    async fn measure(&self, command: impl Fn(String) -> Command) -> Result<Figures> {
        let token = HeaderValue::from_str(&format!("APIToken {}", autopi_sandbox::API_TOKEN))?;
        let http = tools::http()?
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, token)]))
            .build()?;
        let mut starts = Vec::new();
        loop {
            let port = tools::free_port()?;
            let url = format!("http://127.0.0.1:{port}{LIST}");
            let start = Instant::now();
            let mut server = Server::start(&mut command(port.to_string()), &self.log)?;
            server
                .responds(http.get(&url), Duration::from_secs(60))
                .await?;
            starts.push(start.elapsed());
            if starts.len() < STARTS {
                continue;
            }
            starts.sort();
            let page: Value = http
                .get(&url)
                .send()
                .await?
                .error_for_status()?
                .json()
                .await?;
            let id = page
                .pointer("/results/0/id")
                .or_else(|| page.pointer("/0/id"))
                .and_then(Value::as_str)
                .context("the list has no item with an id")?;
            let item = format!("{url}{id}/");
            let rates = [
                self.load(&url, None)?,
                self.load(&item, None)?,
                self.load(&url, Some(ANOTHER_QUERY))?,
                self.load(&item, Some(ANOTHER_QUERY))?,
            ];
            let mib = memory(server.id()) as f64 / 1024.0;
            return Ok(Figures {
                start: starts.get(STARTS / 2).copied().unwrap_or_default(),
                rates,
                mib,
            });
        }
    }

    /// Returns the requests per second.
    fn load(&self, url: &str, script: Option<&str>) -> Result<f64> {
        let file = self.log.with_extension("lua");
        fs::write(&file, script.unwrap_or_default())?;
        let wrk = |seconds: u32| -> Result<f64> {
            let mut command = Command::new(&self.wrk);
            command.args([
                "--threads",
                "1",
                "--connections",
                CONNECTIONS,
                "--duration",
                &format!("{seconds}s"),
            ]);
            command.arg("--script").arg(&file);
            command.args([
                "--header",
                &format!("Authorization: APIToken {}", autopi_sandbox::API_TOKEN),
                url,
            ]);
            let output = block_in_place(|| command.output()).context("cannot run wrk")?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            if text.contains("Non-2xx") || text.contains("Socket errors") {
                bail!("{url} under load:\n{text}");
            }
            let line = text
                .lines()
                .find_map(|l| l.strip_prefix("Requests/sec:"))
                .with_context(|| format!("wrk said:\n{text}"))?;
            Ok(line.trim().parse()?)
        };
        wrk(2)?; // to warm up: one compiles while it runs
        wrk(self.seconds)
    }
}

/// Returns the peak resident memory of a process and all its descendants, in KiB.
fn memory(pid: u32) -> u64 {
    let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let own = read("status")
        .lines()
        .find_map(|l| {
            l.strip_prefix("VmHWM:")?
                .split_whitespace()
                .next()?
                .parse::<u64>()
                .ok()
        })
        .unwrap_or_default();
    let children = read(&format!("task/{pid}/children"));
    own + children
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .map(memory)
        .sum::<u64>()
}
