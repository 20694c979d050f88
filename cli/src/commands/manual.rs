//! `autopi man`: manual pages.

use std::{fs, path::Path};

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_mangen::Man;

use crate::{Context, Failure, Result, credentials, output::line, tree};

pub fn command() -> Command {
    Command::new("man")
        .about("Writes manual pages: one to stdout, or all of them to a folder")
        .arg(
            Arg::new("words")
                .value_name("COMMAND")
                .num_args(0..=2)
                .help("The manual page of this command; without it the first page"),
        )
        .arg(
            Arg::new("dir")
                .long("dir")
                .value_name("FOLDER")
                .value_parser(value_parser!(std::path::PathBuf))
                .conflicts_with("words")
                .help("All pages: autopi.1, autopi-dongle.1, autopi-dongle-devices-list.1, …"),
        )
}

/// Returns a page and its name: `autopi-dongle-devices-list`.
fn page(command: &Command, names: &[&str]) -> Result<(String, Vec<u8>)> {
    let title = names.join("-");
    let named = command
        .clone()
        .name(names.join(" "))
        .display_name(title.clone())
        .bin_name(names.join(" "));
    // The first line is the short description, the whole text the long one.
    let about = named
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let first = about.lines().next().unwrap_or_default().to_owned();
    let named = named.about(first).long_about(about);
    let mut text = Vec::new();
    let rendered = Man::new(named)
        .title(title.to_uppercase())
        .source(concat!("autopi ", env!("CARGO_PKG_VERSION")))
        .render(&mut text);
    rendered.map_err(|e| Failure::io("the page", &e))?;
    Ok((title, text))
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    credentials::check(context.profile.as_deref())?;
    let mut whole = tree::whole(context.index);
    whole.build();
    if let Some(folder) = matches.get_one::<std::path::PathBuf>("dir") {
        return all(&whole, folder);
    }
    let words: Vec<&str> = matches
        .get_many::<String>("words")
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let (mut command, mut names) = (&whole, vec!["autopi"]);
    for word in words {
        let inner = command.find_subcommand(word);
        command =
            inner.ok_or_else(|| Failure::usage(format!("there is no page of `{}`", line(word))))?;
        names.push(command.get_name());
    }
    let (_, text) = page(command, &names)?;
    context.output.text(&String::from_utf8_lossy(&text))
}

fn all(whole: &Command, folder: &Path) -> Result<()> {
    let fail = |e| {
        Failure::io(
            format!("cannot write into {}", line(&folder.display().to_string())),
            &e,
        )
    };
    fs::create_dir_all(folder).map_err(fail)?;
    let write = |command: &Command, names: &[&str]| {
        let (title, text) = page(command, names)?;
        // A name from a document must not lead to another folder.
        let name = title.replace(['/', '\\', '\0'], "-");
        fs::write(folder.join(format!("{name}.1")), text).map_err(fail)
    };
    write(whole, &["autopi"])?;
    for area in whole.get_subcommands() {
        write(area, &["autopi", area.get_name()])?;
        for operation in area.get_subcommands() {
            write(
                operation,
                &["autopi", area.get_name(), operation.get_name()],
            )?;
        }
    }
    Ok(())
}
