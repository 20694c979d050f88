//! What the commands print.

use std::io::{self, Write};

use anyhow::{Context, Result};
use autopi_codegen::escape;

/// To a terminal or a pipe, without what a terminal would obey (a document may hold escape sequences); a reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// A full disk, for example.
pub fn print(text: &str) -> Result<()> {
    let text = escape::lines(text);
    match io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e).context("stdout"),
        _ => Ok(()),
    }
}

/// An error with its causes, to stderr, without what a terminal would obey.
pub fn error(error: &anyhow::Error) {
    eprintln!("error: {}", escape::lines(&format!("{error:#}")));
}

/// [`print()`] of a line.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::out::print(&(format!($($text)*) + "\n")) };
}
