//! `cargo xtask bench-runtime`: compares the client with hand-written reqwest and serde, as ratios
//! within one run.
//!
//! Each pair is measured repeatedly, in turns (A B, B A, A B ...). The output is the median of the
//! pairs' ratios, with the lowest and the highest. Peak memory is the growth of `VmHWM` after a
//! reset through `/proc/self/clear_refs` (Linux), of the client and the server together.

mod support;

use std::{
    cell::Cell,
    env, fs,
    hint::black_box,
    io::{BufRead, BufReader, stdin},
    process::{Child, Command, Stdio},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use autopi::{CallOptions, Client, builder::LogbookStorageRawList};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, future::join_all};
use reqwest::header::AUTHORIZATION;
use support::{
    HandPage, HandRow, HandRow2, Row, Row2, Server, TOKEN, asked_for, client, decode_by_hand,
    decode_typed, export, get_by_hand, get_raw, get_typed, page, page_v2,
};
use tokio::runtime::{Builder, Runtime};

const RECORDS: usize = 100_000;
const ROWS: usize = 1_000_000;
const PAGE: usize = 1_000;

fn main() {
    // `reqwest` is built without a cryptography provider.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    if env::args().nth(1).as_deref() == Some("sandbox") {
        return Sandbox::serve();
    }
    println!(
        "| what | ratio (median) | lowest – highest | aim | processor time | pairs |\n| --- | --- \
         | --- | --- | --- | --- |"
    );
    let only = env::args()
        .nth(1)
        .filter(|a| !a.starts_with('-'))
        .unwrap_or_default();
    // Memory comes first: memory that was freed before would not be counted.
    let parts = [
        ("memory", memory as fn()),
        ("get", get),
        ("decode", decode),
        ("stream", stream_rows),
        ("flight", in_flight),
    ];
    for (name, run) in parts {
        if name.contains(&only) {
            run();
        }
    }
}

/// The sorted ratios of the pairs, and the ratio of the total processor time.
struct Ratios {
    each: Vec<f64>,
    cpu: f64,
}

/// Measures ours against the other, in turns; a ratio over 1 means slower.
fn pairs(
    n: usize,
    mut ours: impl FnMut() -> Duration,
    mut other: impl FnMut() -> Duration,
) -> Ratios {
    ours();
    other();
    let (mut our_ticks, mut other_ticks) = (0, 0);
    let counted = |run: &mut dyn FnMut() -> Duration, total: &mut u64| {
        let before = ticks();
        let time = run();
        *total += ticks() - before;
        time.as_secs_f64()
    };
    let mut each: Vec<f64> = (0..n)
        .map(|i| {
            if i % 2 == 0 {
                counted(&mut ours, &mut our_ticks) / counted(&mut other, &mut other_ticks)
            } else {
                let other = counted(&mut other, &mut other_ticks);
                counted(&mut ours, &mut our_ticks) / other
            }
        })
        .collect();
    each.sort_by(f64::total_cmp);
    Ratios {
        each,
        cpu: our_ticks as f64 / other_ticks as f64,
    }
}

/// Returns the processor time of this process so far, in hundredths of a second, including that of
/// the server.
fn ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    after_name
        .skip(11)
        .take(2)
        .filter_map(|t| t.parse::<u64>().ok())
        .sum()
}

fn print(what: &str, aim: &str, ratios: &Ratios) {
    let (each, n) = (&ratios.each, ratios.each.len());
    println!(
        "| {what} | {:.3} | {:.3} – {:.3} | {aim} | {:.3} | {n} |",
        each[n / 2],
        each[0],
        each[n - 1],
        ratios.cpu
    );
}

fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

/// Makes 50 calls in a row, in a task of the runtime or on the thread that waits for it: with
/// several threads the latter hands each call over twice.
fn in_turn<C: Future + Send>(
    runtime: &Runtime,
    in_task: bool,
    call: impl Fn() -> C + Send + 'static,
) -> Duration
where
    C::Output: Send,
{
    let work = async move {
        let started = Instant::now();
        for _ in 0..50 {
            black_box(call().await);
        }
        started.elapsed()
    };
    if in_task {
        runtime.block_on(runtime.spawn(work)).unwrap()
    } else {
        runtime.block_on(work)
    }
}

fn get() {
    let server = Server::start(support::trip);
    let one_thread = || Builder::new_current_thread().enable_all().build();
    for (place, in_task, runtime) in [
        ("one thread", true, one_thread()),
        ("many threads", true, Runtime::new()),
        ("many threads, from outside it", false, Runtime::new()),
    ] {
        let ours = client(&server.url);
        let what = format!("(a) one typed GET, 50 in turn, in a runtime of {place}");
        against_hand(
            &what,
            "≤ 1.05",
            &server.url,
            in_task,
            &runtime.unwrap(),
            move || get_typed(&ours),
        );
    }
    let ours = client(&server.url);
    let what = "(a) the same by its path (`Client::request`), in a runtime of one thread";
    against_hand(
        what,
        "",
        &server.url,
        true,
        &one_thread().unwrap(),
        move || get_raw(&ours),
    );
}

/// Measures 50 calls in a row against the same by hand.
fn against_hand<C: Future + Send>(
    what: &str,
    aim: &str,
    url: &str,
    in_task: bool,
    runtime: &Runtime,
    ours: impl Fn() -> C + Clone + Send + 'static,
) where
    C::Output: Send,
{
    let (http, url) = (reqwest::Client::new(), url.to_owned());
    let by_hand = move || get_by_hand(&http, &url);
    let ratios = pairs(
        2001,
        || in_turn(runtime, in_task, ours.clone()),
        || in_turn(runtime, in_task, by_hand.clone()),
    );
    print(what, aim, &ratios);
}

fn decode() {
    let body = page(0, RECORDS, RECORDS);
    let ratios = pairs(
        15,
        || timed(|| assert_eq!(black_box(decode_typed::<Row>(&body)).results.len(), RECORDS)),
        || {
            timed(|| {
                assert_eq!(
                    black_box(decode_by_hand::<HandRow>(&body)).results.len(),
                    RECORDS
                )
            })
        },
    );
    print("(b) a page of 100,000 records decoded", "≤ 1.05", &ratios);
    let body = page_v2(RECORDS);
    let ratios = pairs(
        15,
        || {
            timed(|| {
                assert_eq!(
                    black_box(decode_typed::<Row2>(&body)).results.len(),
                    RECORDS
                )
            })
        },
        || {
            timed(|| {
                assert_eq!(
                    black_box(decode_by_hand::<HandRow2>(&body)).results.len(),
                    RECORDS
                )
            })
        },
    );
    print(
        "(b) the same, records with members that the document does not name",
        "≤ 1.05",
        &ratios,
    );
}

/// Returns the peak growth of memory, in MiB.
fn peak(run: impl FnOnce()) -> f64 {
    let high = || {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        status
            .lines()
            .find_map(|l| {
                l.strip_prefix("VmHWM:")?
                    .trim()
                    .strip_suffix(" kB")?
                    .parse::<f64>()
                    .ok()
            })
            .unwrap_or(f64::NAN)
            / 1024.0
    };
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = high();
    run();
    high() - before
}

/// Returns all pages of a list, each with other records: the client refuses a repeated page.
fn pages(count: usize) -> Vec<Bytes> {
    (0..count / PAGE).map(|n| page(n, PAGE, count)).collect()
}

fn large(path: &str) -> Bytes {
    static ALL: LazyLock<Bytes> = LazyLock::new(|| page(0, RECORDS, RECORDS));
    static PAGES: LazyLock<Vec<Bytes>> = LazyLock::new(|| pages(RECORDS));
    if path.contains("page_size=1000&") || path.ends_with("page_size=1000") {
        asked_for(&PAGES, path)
    } else {
        ALL.clone()
    }
}

fn list(client: &Client) -> LogbookStorageRawList<'_> {
    client
        .logbook_storage_raw_list()
        .device_id(support::id())
        .start_utc(support::start())
        .end_utc(support::end())
}

fn memory() {
    let (runtime, server, sandbox) = (
        Runtime::new().unwrap(),
        Server::start(large),
        Sandbox::start(),
    );
    let (ours, other) = (client(&server.url), client(&sandbox.url));
    let read = |size: i64| list(&ours).page_size(size);
    let rows = |n: usize| {
        peak(|| {
            assert_eq!(
                runtime.block_on(list(&other).page_size(PAGE as i64).stream().take(n).count()),
                n
            )
        })
    };
    large("page_size=1000");
    large("");
    let streamed = peak(|| {
        let rows = runtime
            .block_on(
                read(1000)
                    .stream()
                    .try_fold(0, |n, _| async move { Ok(n + 1) }),
            )
            .unwrap();
        assert_eq!(rows, RECORDS);
    });
    let (some, more) = (rows(10 * PAGE), rows(ROWS));
    println!(
        "| (c) peak memory, 10,000 rows of the sandbox {some:.1} MiB, then 1,000,000 rows \
         {more:.1} MiB more | | | constant | | 1 |"
    );
    let buffered = peak(|| {
        assert_eq!(
            runtime
                .block_on(read(100_000).send())
                .unwrap()
                .results
                .len(),
            RECORDS
        )
    });
    println!(
        "| (b) peak memory, streamed {streamed:.1} MiB, buffered {buffered:.1} MiB | {:.3} | | ≤ \
         0.1 | | 1 |",
        streamed / buffered
    );
}

/// This program once more, as a sandbox in its own process, which ends with this one.
struct Sandbox {
    process: Child,
    url: String,
}

impl Sandbox {
    fn start() -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .arg("sandbox")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        Self {
            process,
            url: url.trim().to_owned(),
        }
    }

    fn serve() {
        Runtime::new().unwrap().block_on(async {
            let sandbox = autopi_sandbox::Sandbox::builder()
                .telemetry_rows(ROWS as u64)
                .any_id()
                .start()
                .await
                .unwrap();
            println!("{}", sandbox.url());
            let _ = tokio::task::spawn_blocking(|| stdin().read_line(&mut String::new())).await;
        });
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn stream_rows() {
    let (runtime, sandbox) = (Runtime::new().unwrap(), Sandbox::start());
    from(&runtime, &sandbox.url, "the sandbox", "< 1");
    static PAGES: LazyLock<Vec<Bytes>> = LazyLock::new(|| pages(ROWS));
    LazyLock::force(&PAGES);
    let ready = Server::start(|path| asked_for(&PAGES, path));
    from(
        &runtime,
        &ready.url,
        "a server that has its pages ready",
        "",
    );
}

fn from(runtime: &Runtime, url: &str, server: &str, aim: &str) {
    let (ours, http) = (client(url), reqwest::Client::new());
    // Never the same query, because the sandbox caches its responses.
    let run = Cell::new(0);
    let start = || jiff::Timestamp::from_second(run.replace(run.get() + 1)).unwrap();
    let call = |ahead: usize| {
        list(&ours)
            .start_utc(start())
            .page_size(PAGE as i64)
            .options(CallOptions::new().prefetch(ahead))
    };
    let rows = |ahead: usize| {
        let (mut out, mut rows, mut n) = (Vec::new(), call(ahead).stream(), 0);
        runtime.block_on(async {
            while let Some(row) = rows.try_next().await.unwrap() {
                export(&mut out, row.ts.as_ref().unwrap(), &row.data);
                n += 1;
            }
        });
        assert_eq!(n, ROWS);
    };
    let by_hand = || {
        let (mut out, mut n, start) = (Vec::new(), 0, start());
        runtime.block_on(async {
            for number in 0.. {
                let query = format!(
                    "device_id={}&start_utc={start}&end_utc={}&page_size={PAGE}&page_num={number}",
                    support::id(),
                    support::end()
                );
                let call = http
                    .get(format!("{url}/logbook/storage/raw/?{query}"))
                    .header(AUTHORIZATION, format!("APIToken {TOKEN}"));
                let page: HandPage<HandRow> = call
                    .send()
                    .await
                    .unwrap()
                    .error_for_status()
                    .unwrap()
                    .json()
                    .await
                    .unwrap();
                for row in page.results {
                    export(&mut out, &row.ts, &row.data);
                    n += 1;
                }
                if n >= page.count as usize {
                    break;
                }
            }
        });
        assert_eq!(n, ROWS);
    };
    print(
        &format!("(c) 1,000,000 rows of {server} exported, one page ahead"),
        aim,
        &pairs(5, || timed(|| rows(1)), || timed(by_hand)),
    );
    print(
        "(c) the same, no page ahead",
        "",
        &pairs(5, || timed(|| rows(0)), || timed(by_hand)),
    );
}

/// Makes 10,000 calls in 256 tasks, each of which makes its next call when the last is done;
/// returns the sorted durations.
fn calls<C: Future + Send + 'static>(
    runtime: &Runtime,
    call: impl Fn() -> C + Clone + Send + 'static,
) -> Vec<Duration> {
    const CALLS: usize = 10_000;
    let started = Arc::new(AtomicUsize::new(0));
    let task = || {
        let (started, call) = (started.clone(), call.clone());
        runtime.spawn(async move {
            let mut waits = Vec::new();
            while started.fetch_add(1, Ordering::Relaxed) < CALLS {
                let start = Instant::now();
                black_box(call().await);
                waits.push(start.elapsed());
            }
            waits
        })
    };
    let tasks: Vec<_> = (0..256).map(|_| task()).collect();
    let mut waits: Vec<_> = runtime
        .block_on(join_all(tasks))
        .into_iter()
        .flat_map(Result::unwrap)
        .collect();
    assert_eq!(waits.len(), CALLS);
    waits.sort();
    waits
}

fn in_flight() {
    let (runtime, server) = (Runtime::new().unwrap(), Server::start(support::trip));
    let (ours, http, url) = (
        client(&server.url),
        reqwest::Client::new(),
        server.url.clone(),
    );
    let (typed, by_hand) = (move || get_typed(&ours), move || get_by_hand(&http, &url));
    let (mut waits, mut theirs) = (Vec::new(), Vec::new());
    let mut throughput = pairs(
        41,
        || timed(|| waits = calls(&runtime, typed.clone())),
        || timed(|| theirs = calls(&runtime, by_hand.clone())),
    );
    throughput.each = throughput.each.iter().rev().map(|r| r.recip()).collect();
    print(
        "(d) 10,000 calls, 256 in flight: throughput against bare reqwest",
        "≥ 0.95",
        &throughput,
    );
    for (whose, waits) in [("a call", waits), ("one of bare reqwest", theirs)] {
        let of = |share: usize| waits[(waits.len() - 1) * share / 1000].as_secs_f64() * 1e3;
        println!(
            "| (d) how long {whose} took: median {:.1} ms, 99.9 % {:.1} ms, longest {:.1} ms | | \
             | none starves | | |",
            of(500),
            of(999),
            of(1000)
        );
    }
}
