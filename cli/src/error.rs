//! What went wrong, and the code that the process ends with.

use std::io;

use autopi::{Error, ErrorKind, rt};
use serde_json::{Map, Value, json};

/// The code that the process ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did not work.
    Failed = 1,
    /// It was called wrongly.
    Usage = 2,
    /// Not logged in, or not allowed.
    Refused = 3,
    /// There is no such thing.
    NotFound = 4,
    /// Throttled, down, or not reached.
    Unavailable = 5,
    /// Who reads the output went away: as a shell says of SIGPIPE.
    Closed = 141,
}

impl Exit {
    fn kind(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
            Self::Closed => "closed",
        }
    }
}

/// Why a command did not do what it should.
#[derive(Debug)]
pub struct Failure {
    /// The code that the process ends with.
    pub exit: Exit,
    /// What, and where.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// For programs: status, request id, errors of fields.
    pub details: Box<Map<String, Value>>,
}

impl Failure {
    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
            details: Box::default(),
        }
    }

    /// It did not work.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// It was called wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Not logged in, or not allowed.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, message)
    }

    /// What to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A file or a stream could not be read or written. A pipe that is closed is no failure to speak of.
    pub fn io(what: impl AsRef<str>, e: &io::Error) -> Self {
        match e.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::Closed, ""),
            _ => Self::failed(format!("{}: {e}", what.as_ref())),
        }
    }

    /// For a program.
    pub fn to_json(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "kind": self.exit.kind(),
            "exit": self.exit as u8,
        });
        if let Some(map) = error.as_object_mut() {
            map.extend(
                self.hint
                    .as_ref()
                    .map(|hint| ("hint".to_owned(), json!(hint))),
            );
            map.extend(self.details.as_ref().clone());
        }
        json!({ "error": error })
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        let exit = match (e.kind(), e.status()) {
            (ErrorKind::Auth, _) | (_, Some(401 | 403)) => Exit::Refused,
            (ErrorKind::Status, Some(404)) => Exit::NotFound,
            (ErrorKind::Status, Some(408 | 425 | 429 | 500..)) => Exit::Unavailable,
            (ErrorKind::Transport | ErrorKind::Timeout, _) => Exit::Unavailable,
            (ErrorKind::InvalidRequest | ErrorKind::Configuration, _) => Exit::Usage,
            _ => Exit::Failed,
        };
        let text = e.to_string();
        // A request to any path has no better name than that.
        let mut failure = Self::new(exit, text.strip_prefix("raw: ").unwrap_or(&text));
        let body = e.raw_body().unwrap_or_default().trim_ascii_start();
        if e.kind() == ErrorKind::Decode && body.starts_with(b"<") {
            failure.hint = Some(
                "the response is a page for a browser, not the API's: is the base URL right?"
                    .into(),
            );
        } else if e.status() == Some(401) || failure.message.contains("expired") {
            failure.hint = Some(
                "log in again with `autopi login`; `autopi whoami` says which credential was used"
                    .into(),
            );
        }
        let details = [
            ("status", e.status().map(Value::from)),
            (
                "operation",
                e.operation().filter(|o| *o != "raw").map(Value::from),
            ),
            ("request_id", e.request_id().map(Value::from)),
            ("retry_after", e.retry_after().map(|d| d.as_secs().into())),
        ];
        let details = details
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)));
        failure.details.extend(details);
        let fields = e.field_errors();
        if !fields.is_empty() {
            let masked =
                fields
                    .into_iter()
                    .map(|(field, texts)| match rt::secret::by_name(&field) {
                        true => (field, json!([rt::secret::MASK])),
                        false => (field, json!(texts)),
                    });
            failure
                .details
                .insert("fields".into(), Value::Object(masked.collect()));
        }
        failure
    }
}
