//! The output of the commands.

use std::{
    io::{self, Write},
    path::Path,
};

use anyhow::{Context, Result};
use autopi_codegen::escape;

/// Prints to a terminal or a pipe, without anything that a terminal would obey (a document may hold
/// escape sequences). A reader that has seen enough (`| head`) is not an error.
///
/// # Errors
/// Returns an error if the output cannot be written, for example to a full disk.
pub fn print(text: &str) -> Result<()> {
    let text = escape::lines(text);
    match io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e).context("stdout"),
        _ => Ok(()),
    }
}

/// Returns whether a path is where this process prints: `-`, `/dev/stdout`, or the file that the
/// output was redirected to.
pub fn is_stdout(path: &Path) -> bool {
    if path == Path::new("-") {
        return true;
    }
    #[cfg(unix)]
    {
        use std::os::{fd::AsFd, unix::fs::MetadataExt};
        let own = io::stdout().as_fd().try_clone_to_owned();
        let own = own.and_then(|own| std::fs::File::from(own).metadata());
        let there = std::fs::metadata(path);
        if let (Ok(own), Ok(there)) = (own, there) {
            return (own.dev(), own.ino()) == (there.dev(), there.ino());
        }
    }
    false
}

/// Prints an error with its causes with [`aside`].
pub fn error(error: &anyhow::Error) {
    aside(&format!("error: {error:#}\n"));
}

/// Prints to stderr, without anything that a terminal would obey. A stderr that cannot be written
/// to is not an error: the exit code says the rest.
pub fn aside(text: &str) {
    let _ = io::stderr().write_all(escape::lines(text).as_bytes());
}

/// Prints a line with [`print()`].
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::out::print(&(format!($($text)*) + "\n")) };
}
