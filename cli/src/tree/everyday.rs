//! Everyday commands: a line each here, a module each in `commands`.

use clap::Command;

use crate::commands;

/// Their names: no area has one of them.
pub const EVERYDAY: [&str; 2] = ["api", "search"];

/// In the order of the help.
pub fn commands() -> Vec<Command> {
    vec![commands::api::command(), commands::search::command()]
}
