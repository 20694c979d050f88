//! Everyday commands: a line each here, a module each in `commands`.

use clap::Command;

use crate::commands;

/// Their names: no area has one of them.
pub const EVERYDAY: [&str; 16] = [
    "login",
    "logout",
    "whoami",
    "profiles",
    "devices",
    "vehicles",
    "positions",
    "trips",
    "alerts",
    "run",
    "export",
    "api",
    "search",
    "doctor",
    "completions",
    "man",
];

/// In the order of the help.
pub fn commands() -> Vec<Command> {
    use commands::{api, completions, doctor, lists, login, manual, run, search};
    let mut all = vec![
        login::login(),
        login::logout(),
        login::whoami(),
        login::profiles(),
    ];
    all.extend(lists::commands());
    all.extend([
        run::command(),
        crate::export::command(),
        api::command(),
        search::command(),
    ]);
    all.extend([doctor::command(), completions::command(), manual::command()]);
    all
}
