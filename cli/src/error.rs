//! The failure of a command, and the exit code of the process.

use std::io;

use autopi::{Error, ErrorKind, rt};
use serde_json::{Map, Value, json};

/// The exit code of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The command failed.
    Failed = 1,
    /// The command was called wrongly.
    Usage = 2,
    /// The user is not logged in, or not allowed to do this.
    Refused = 3,
    /// The requested object does not exist.
    NotFound = 4,
    /// The API is throttling, down, or unreachable.
    Unavailable = 5,
    /// The reader of the output is gone: the code that shells use for SIGPIPE.
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

/// What to do if something else than the API responded.
pub const WRONG_HOST: &str = "is the base URL right? `autopi doctor` checks";

/// The reason why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// The exit code of the process.
    pub exit: Exit,
    /// What went wrong, and where.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Details for programs: status, request id, errors of fields.
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

    /// The command failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// The command was called wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The user is not logged in, or not allowed to do this.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// The requested object does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, message)
    }

    /// A feature is not in this build. The hint is the command that adds it to those that are.
    pub fn not_built(what: &str, feature: &str) -> Self {
        let optional = [
            ("parquet", cfg!(feature = "parquet")),
            ("mcp", cfg!(feature = "mcp")),
            ("keyring", cfg!(feature = "keyring")),
        ];
        let wanted = optional
            .iter()
            .filter(|(name, is_on)| *is_on || *name == feature);
        let names: Vec<&str> = wanted.map(|(name, _)| *name).collect();
        let features = match names.as_slice() {
            [] => String::new(),
            names => format!(" --features {}", names.join(",")),
        };
        Self::usage(format!("this command was built without {what}")).hint(format!(
            "`cargo install --locked --path cli{features}` in a checkout builds it in"
        ))
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the failure of reading or writing a file or stream. A closed pipe ends the command
    /// without a message.
    pub fn io(what: impl AsRef<str>, e: &io::Error) -> Self {
        match e.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::Closed, ""),
            _ => Self::failed(format!("{}: {e}", what.as_ref())),
        }
    }

    /// Returns the failure as JSON, for programs.
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
        let text = rt::without_advice(&e);
        // `raw` is not a useful name for a request to any path.
        let text = match text.strip_prefix("raw (").and_then(|t| t.split_once("): ")) {
            Some((request, why)) => format!("{request}: {why}"),
            None => text.strip_prefix("raw: ").unwrap_or(&text).to_owned(),
        };
        let mut failure = Self::new(exit, text);
        let body = e.raw_body().unwrap_or_default().trim_ascii_start();
        if e.kind() == ErrorKind::Command && !body.is_empty() {
            let report = String::from_utf8_lossy(body);
            failure.message += ": ";
            failure.message.extend(report.chars().take(400));
        }
        if e.kind() == ErrorKind::Decode && body.starts_with(b"<") {
            failure.hint = Some(WRONG_HOST.into());
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
