//! The `autopi` command: every operation of an OpenAPI document, and everyday commands on top. Not
//! a public interface: it is a library for its own tests.
//!
//! `tree` builds the commands from the index of a document (`index`), `context` holds what all
//! commands share, `call` builds requests from the arguments, `output` writes responses, and
//! `commands` has one module for each command. docs/cli.md describes the behaviour of the command.

pub mod call;
pub mod commands;
mod confirm;
pub mod context;
mod credentials;
pub mod device;
mod dry_run;
pub mod error;
pub mod export;
pub mod index;
mod interrupt;
#[cfg(feature = "mcp")]
mod mcp;
pub mod output;
pub mod picture;
mod sandbox;
pub mod tree;
#[cfg(feature = "watch")]
mod watch;

use std::{ffi::OsString, io::Write, panic, process::ExitCode, thread};

pub use context::Context;
pub use error::{Exit, Failure};

/// The result of a command.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// The size of the stack in bytes, of which only what is used takes memory: a filter and a value
/// may be nested. What a process starts with is 8 MiB, and 1 MiB on Windows.
const STACK: usize = 256 << 20;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let run = || run(std::env::args_os().collect());
    match thread::Builder::new()
        .name("main".into())
        .stack_size(STACK)
        .spawn(run)
    {
        Ok(running) => running.join().unwrap_or_else(|e| panic::resume_unwind(e)),
        Err(_) => run(),
    }
}

/// Runs a command, given the name of the program and its arguments.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    if arguments
        .get(1)
        .is_some_and(|first| first == commands::completions::HIDDEN)
    {
        return commands::completions::complete(arguments.get(2..).unwrap_or_default());
    }
    if let [_, first, filter] = arguments.as_slice()
        && first == output::FILTER
    {
        return output::filter(&filter.to_string_lossy());
    }
    let said = tree::scan(&arguments);
    let failure = match attempt(arguments, &said) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(failure) => failure,
    };
    report(&failure, said.for_programs);
    ExitCode::from(failure.exit as u8)
}

fn attempt(arguments: Vec<OsString>, said: &tree::Said) -> Result<()> {
    credentials::check_environment()?;
    let index = said.index()?;
    tree::check_hyphens(index, said)?;
    let parse = |arguments: &[OsString]| tree::command(index, said).try_get_matches_from(arguments);
    let matches = match parse(&arguments) {
        Ok(matches) => matches,
        // `autopi help COMMAND` is `autopi COMMAND --help`, unless an area has the name.
        Err(e) if tree::is_unknown(&e) && said.first.as_deref() == Some("help") => {
            let mut asked = arguments;
            if let Some(at) = asked.iter().position(|word| word == "help") {
                asked.remove(at);
            }
            asked.push("--help".into());
            let said = tree::scan(&asked);
            return attempt(asked, &said);
        }
        // `autopi AREA` lists its operations. A program that asks for data gets an error.
        Err(e) if tree::is_incomplete(&e) && !said.for_programs => {
            return match parse(&[&arguments[..], &["--help".into()]].concat()) {
                Err(help) if help.exit_code() == 0 => print(&help),
                // Behind `--` it is a word.
                _ => Err(tree::failure(index, said, &e)),
            };
        }
        // Help and version are no errors.
        Err(e) if e.exit_code() == 0 => return print(&e),
        Err(e) => return Err(tree::failure(index, said, &e)),
    };
    let context = Context::new(index, &matches)?;
    commands::run(&context, &matches)
}

/// Writes help.
fn print(help: &clap::Error) -> Result<()> {
    output::closed::check()?;
    help.print().map_err(|e| Failure::io("the output", &e))
}

/// Writes the failure to stderr.
fn report(failure: &Failure, for_programs: bool) {
    if failure.exit == Exit::Closed {
        return;
    }
    let mut err = anstream::stderr();
    // If stderr is closed, the exit code still tells.
    let _ = if for_programs {
        writeln!(err, "{}", output::json(&failure.to_json().to_string()))
    } else {
        let hint = failure
            .hint
            .as_ref()
            .map(|h| format!("\n  {}", output::line(h)));
        let message = failure
            .message
            .lines()
            .map(output::line)
            .collect::<Vec<_>>()
            .join("\n");
        writeln!(
            err,
            "\u{1b}[1;31merror:\u{1b}[0m {message}{}",
            hint.unwrap_or_default()
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A panic while a credential is in use, with a backtrace and `--verbose`, and an abort.
    #[test]
    fn a_crash_shows_no_credential() {
        const INSIDE: &str = "AUTOPI_TEST_CRASHES";
        const TOKEN: &str = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";
        if let Ok(how) = std::env::var(INSIDE) {
            let index = index::Index::embedded().unwrap();
            let words = [
                "autopi",
                "devices",
                "--verbose",
                "--base-url",
                "https://h.example",
            ];
            let said = tree::scan(&words.map(OsString::from));
            let matches = tree::command(index, &said).get_matches_from(words);
            let context = Context::new(index, &matches).unwrap();
            let (credential, client) = (context.credential().unwrap(), context.client().unwrap());
            let request = client
                .request(autopi::Method::GET, "/x/")
                .query("token", TOKEN);
            if how == "abort" {
                let _request = request;
                std::process::abort();
            }
            panic!("{credential:?} {client:?} {request:?}");
        }
        for how in ["panic", "abort"] {
            let mut own = std::process::Command::new(std::env::current_exe().unwrap());
            own.args([
                "--exact",
                "tests::a_crash_shows_no_credential",
                "--nocapture",
            ]);
            own.env(INSIDE, how)
                .env("AUTOPI_API_TOKEN", TOKEN)
                .env("RUST_BACKTRACE", "full");
            let ran = own.output().unwrap();
            let shown = [ran.stdout, ran.stderr].concat();
            let shown = String::from_utf8_lossy(&shown);
            assert!(!ran.status.success() && !shown.contains(TOKEN), "{shown}");
            let is_panic = shown.contains("panicked at") && shown.contains("Credential");
            assert_eq!(is_panic, how == "panic", "{shown}");
        }
    }
}
