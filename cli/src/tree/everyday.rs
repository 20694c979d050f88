//! Everyday commands: one line each here, one module each in `commands`.

use clap::Command;

use crate::commands;

/// The names of the everyday commands, which no area has.
pub const EVERYDAY: [&str; 19] = [
    "login",
    "logout",
    "whoami",
    "profiles",
    "devices",
    "vehicles",
    "positions",
    "trips",
    "trip",
    "alerts",
    "watch",
    "run",
    "export",
    "api",
    "search",
    "doctor",
    "completions",
    "man",
    "mcp",
];

/// Returns why nothing can be chosen from what a command writes, if it is not data, and whether it
/// writes anything.
pub fn no_choice(name: &str) -> Option<(&'static str, bool)> {
    Some(match name {
        "completions" => ("a script is written as it is", true),
        "export" => (
            "an export has all of its range, in the order of time; --from, --to and --field select \
             its content",
            true,
        ),
        "login" | "logout" => ("it has no data", false),
        "man" => ("a page is written as it is", true),
        "mcp" => ("each call has its own fields and limit", false),
        _ => return None,
    })
}

/// Returns whether a command writes data: what an operation or a path responds may be any file.
pub fn has_data(name: &str) -> bool {
    EVERYDAY.contains(&name) && name != "api" && no_choice(name).is_none()
}

/// Returns the commands in the order of the help.
pub fn commands() -> Vec<Command> {
    use commands::{
        api, completions, doctor, lists, login, logout, manual, run, search, trip, whoami,
    };
    let mut all = vec![
        login::login(),
        logout::command(),
        whoami::whoami(),
        whoami::profiles(),
    ];
    all.extend(lists::commands());
    all.extend([
        watch(),
        trip::command(),
        run::command(),
        crate::export::command(),
        api::command(),
        search::command(),
    ]);
    all.extend([doctor::command(), completions::command(), manual::command()]);
    all.push(mcp());
    all
}

#[cfg(feature = "mcp")]
use crate::mcp::command as mcp;

/// Returns the command, which is in every build so that its help says which feature it needs.
#[cfg(not(feature = "mcp"))]
fn mcp() -> Command {
    Command::new("mcp").about("A server for assistants: not in this build (--features mcp)")
}

#[cfg(feature = "watch")]
use crate::watch::command as watch;

#[cfg(not(feature = "watch"))]
fn watch() -> Command {
    Command::new("watch")
        .about("Shows devices in a table that is refreshed: not in this build (--features watch)")
}
