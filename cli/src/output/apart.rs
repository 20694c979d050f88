//! Runs a filter in a process of its own: one that calls itself, or nests values, without end
//! overflows its stack, which ends the process that it runs in.

use std::{
    env,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    process::{Child, Command, ExitCode, Stdio, exit},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::jq;
use crate::{Failure, Result};

/// The first argument of the process.
pub const HIDDEN: &str = "__filter";

/// How long a result may wait for others, to be written with them.
const SOON: Duration = Duration::from_millis(50);

/// Runs a filter over a value, and calls `each` with each of its results, and with whether there is
/// no other one yet.
///
/// # Errors
/// Returns an error if the filter or `each` fails.
pub fn run(
    filter: &str,
    value: Value,
    mut each: impl FnMut(Value, bool) -> Result<()>,
) -> Result<()> {
    let Ok(mut child) = start(filter) else {
        return jq::run(filter, value, |result| each(result, true));
    };
    let lost = |e: io::Error| Failure::failed(format!("--jq: {e}"));
    // The input stays open until this process ends, however it ends. If writing to it fails, the
    // status of the child says why.
    let mut input = child.stdin.take();
    if let Some(input) = &mut input {
        let _ = writeln!(input, "{value}");
    }
    if let Some(out) = child.stdout.take() {
        let (mut out, mut line) = (BufReader::new(out), String::new());
        while out.read_line(&mut line).map_err(lost)? > 0 {
            let result = serde_json::from_str(&line).map_err(|e| lost(e.into()))?;
            each(result, out.buffer().is_empty())?;
            line.clear();
        }
    }
    let mut fault = String::new();
    if let Some(errors) = &mut child.stderr {
        errors.read_to_string(&mut fault).map_err(lost)?;
    }
    let status = child.wait().map_err(lost)?;
    match status.code() {
        Some(0) => Ok(()),
        Some(1) => Err(Failure::failed(fault)),
        _ => Err(Failure::failed(format!(
            "--jq: the filter ended by {status}: does it call itself, or nest values, without end?"
        ))),
    }
}

fn start(filter: &str) -> io::Result<Child> {
    let piped = Stdio::piped;
    let mut command = Command::new(env::current_exe()?);
    let command = command.args([HIDDEN, filter]);
    command
        .stdin(piped())
        .stdout(piped())
        .stderr(piped())
        .spawn()
}

/// Runs the filter in this process, over the value in the first line of stdin.
pub fn filter(filter: &str) -> ExitCode {
    let mut value = String::new();
    let read = io::stdin().read_line(&mut value);
    let fault = |e: io::Error| Failure::failed(format!("--jq: {e}"));
    let value = read.and_then(|_| serde_json::from_str(&value).map_err(Into::into));
    thread::spawn(|| {
        // The end of stdin is that of the process whose filter this is.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        exit(1)
    });
    let out = Arc::new(Mutex::new(BufWriter::new(io::stdout())));
    let held = || out.lock().unwrap_or_else(PoisonError::into_inner);
    let late = Arc::clone(&out);
    // The next result may take long.
    thread::spawn(move || {
        loop {
            thread::sleep(SOON);
            let _ = late.lock().unwrap_or_else(PoisonError::into_inner).flush();
        }
    });
    let done = value.map_err(fault).and_then(|value| {
        jq::run(filter, value, |result| {
            writeln!(held(), "{result}").map_err(fault)
        })
    });
    match done.and_then(|()| held().flush().map_err(fault)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = held().flush();
            let _ = write!(io::stderr(), "{}", failure.message);
            ExitCode::FAILURE
        }
    }
}
