//! Measures the largest documents of `tests/bombs`: `cargo bench -p xtask --bench bombs [NAME]`
//! prints those that take more than a tenth of a second.
//!
//! Each runs in its own process, so that a crash is noticed.

#[path = "../tests/bombs/documents.rs"]
mod documents;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const TIMEOUT: Duration = Duration::from_secs(30);

fn main() {
    let given: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [stage, file] = given.as_slice() {
        return one(stage, &fs::read_to_string(file).expect("the document"));
    }
    let many = env::var("BOMBS").ok().and_then(|n| n.parse().ok());
    let many = many.unwrap_or(100_000);
    let wanted = |name: &str| given.first().is_none_or(|g| name.contains(g.as_str()));
    let file = env::temp_dir().join(format!("bomb-{}", std::process::id()));
    for (name, text) in documents::bombs(many).into_iter().filter(|b| wanted(b.0)) {
        fs::write(&file, &text).expect("a file");
        for (stage, _) in documents::STAGES {
            let start = Instant::now();
            let said = child(stage, &file);
            if said.len() != 1 || start.elapsed() > Duration::from_millis(100) {
                println!(
                    "{name} ({} kB), {stage}: {}",
                    text.len() / 1000,
                    said.join(" ")
                );
            }
        }
    }
    let _ = fs::remove_file(&file);
}

/// Runs one document in its own process, and returns its output.
fn child(stage: &str, file: &Path) -> Vec<String> {
    let program = env::current_exe().expect("the path of this program");
    let mut child = Command::new(program)
        .arg(stage)
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a process");
    let start = Instant::now();
    while child.try_wait().expect("its state").is_none() {
        if start.elapsed() > TIMEOUT {
            let _ = child.kill();
        }
        thread::sleep(Duration::from_millis(5));
    }
    let out = child.wait_with_output().expect("its output");
    let said = String::from_utf8_lossy(&out.stdout);
    let mut said: Vec<String> = said.lines().map(str::to_owned).collect();
    if !out.status.success() {
        said.push(format!("ended with {}", out.status));
    }
    said
}

fn one(stage: &str, text: &str) {
    let run = documents::STAGES
        .iter()
        .find(|s| s.0 == stage)
        .expect("a stage")
        .1;
    // The stack size of a tokio thread.
    thread::scope(|scope| {
        let work = thread::Builder::new().stack_size(2 << 20);
        let work = work.spawn_scoped(scope, || {
            let done = run(text);
            let took = processor_seconds();
            let refusal = done
                .err()
                .map(|e| format!(", refused: {e}").replace('\n', " "));
            let refusal: String = refusal.unwrap_or_default().chars().take(160).collect();
            println!("{took:.2} s{refusal}");
        });
        work.expect("a thread").join().expect("no panic");
    });
}

/// Returns the processor time of this process, since the machine may be busy with other work.
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .filter_map(|n| n.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}
