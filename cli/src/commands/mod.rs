//! One module for each command: `command` defines its arguments, `run` runs it.

pub mod api;
pub mod completions;
pub mod doctor;
pub mod filters;
pub mod lists;
pub mod login;
pub mod logout;
pub mod manual;
pub mod operation;
pub mod pages;
pub mod run;
pub mod search;
pub mod trip;
pub mod whoami;

use clap::ArgMatches;

use crate::{Context, Failure, Result, index::Index, tree};

/// Returns the columns of an everyday command.
pub fn columns(index: &'static Index, name: &str) -> Vec<String> {
    let names: &[&str] = match name {
        "profiles" => &whoami::PROFILES,
        "whoami" => &whoami::WHOAMI,
        "doctor" => &doctor::COLUMNS,
        "search" => &search::COLUMNS,
        "run" => &run::COLUMNS,
        "trip" => &trip::COLUMNS,
        #[cfg(feature = "watch")]
        "watch" => &crate::watch::COLUMNS.split(' ').collect::<Vec<_>>(),
        list => return lists::columns(index, list),
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Runs the given command.
///
/// # Errors
/// Returns the error of the command.
pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    let Some((name, matches)) = matches.subcommand() else {
        return Err(Failure::usage("a command is missing").hint("`autopi --help` lists them"));
    };
    match name {
        "login" => login::run_login(context, matches),
        "logout" => logout::run(context),
        "whoami" => whoami::run_whoami(context),
        "profiles" => whoami::run_profiles(context),
        list if lists::NAMES.contains(&list) => lists::run(context, list, matches),
        "run" => run::run(context, matches),
        "export" => crate::export::run(context, matches),
        #[cfg(feature = "mcp")]
        "mcp" => crate::mcp::run(context, matches),
        #[cfg(not(feature = "mcp"))]
        "mcp" => Err(Failure::not_built("mcp", "mcp")),
        "api" => api::run(context, matches),
        "doctor" => doctor::run(context),
        "completions" => completions::run(context, matches),
        "man" => manual::run(context, matches),
        "search" => search::run(context, matches),
        #[cfg(feature = "watch")]
        "watch" => crate::watch::run(context, matches),
        #[cfg(not(feature = "watch"))]
        "watch" => Err(Failure::not_built("watch", "watch")),
        "trip" => trip::run(context, matches),
        area => {
            let (operation, matches) = match matches.subcommand() {
                Some((operation, matches)) => (Some(operation), matches),
                None => (None, matches),
            };
            let entry = tree::entry(context.index, area, operation);
            let entry = entry.ok_or_else(|| Failure::usage("no such operation"))?;
            operation::run(context, entry, matches)
        }
    }
}
