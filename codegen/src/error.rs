use std::fmt;

use crate::escape;

/// A fault in the document, and its place.
#[derive(Debug)]
pub struct Error {
    pointer: String,
    message: String,
}

impl Error {
    pub(crate) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
        }
    }

    /// Returns the JSON pointer (RFC 6901) of the place in the document.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns what is wrong there.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pointer, message) = (escape::line(&self.pointer), escape::lines(&self.message));
        write!(f, "#{pointer}: {message}")
    }
}

impl std::error::Error for Error {}
