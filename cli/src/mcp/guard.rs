//! The limits of what an assistant may do and see.

use autopi::rt::secret;
use serde_json::Value;

use crate::{
    Failure, Result,
    index::{Entry, Index, contract},
};

/// The permissions that were given at the start.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    pub writes: bool,
    pub commands: bool,
}

/// Words in paths of operations that act on a device. One word too many requires a flag; one too
/// few unlocks a car.
const COMMANDS: [&str; 22] = [
    "execute", "command", "commands", "run", "rpc", "call", "job", "jobs", "query", "apply",
    "update", "upgrade", "flash", "reboot", "restart", "shutdown", "start", "stop", "trigger",
    "lock", "unlock", "send",
];

/// Parts of segments of paths that are about credentials, also in compounds and the plural:
/// `accesstokens`.
const CREDENTIALS: [&str; 5] = ["token", "passw", "secret", "credential", "apikey"];

fn words(path: &str) -> impl Iterator<Item = &str> {
    let segments = path.split('/').filter(|s| !s.starts_with('{'));
    segments.flat_map(|s| s.split(['_', '-']))
}

/// Returns whether an operation is about credentials: by its area, or by its path.
pub fn is_never(entry: &Entry) -> bool {
    let mut segments = entry.path.split('/').filter(|s| !s.is_empty());
    let is_auth = segments
        .clone()
        .next()
        .is_some_and(|s| s.eq_ignore_ascii_case("auth"));
    is_auth
        || segments.any(|s| {
            let word = s.to_ascii_lowercase();
            !s.starts_with('{')
                && (secret::by_name(s) || CREDENTIALS.iter().any(|c| word.contains(c)))
        })
}

impl Allowed {
    /// Checks that an operation is allowed. All methods but GET require a flag.
    pub fn check(self, entry: &Entry) -> Result<()> {
        if entry.method == "GET" {
            return Ok(());
        }
        let mut words = words(entry.path).chain([entry.method]);
        let is_command = words.any(|w| COMMANDS.contains(&w.to_ascii_lowercase().as_str()));
        let (is_allowed, flag) = match is_command {
            true => (self.commands, "--allow-commands"),
            false => (self.writes, "--allow-writes"),
        };
        match is_allowed {
            true => Ok(()),
            false => Err(Failure::usage(format!(
                "{} is {} {}: not allowed here; the person who started `autopi mcp` may start it \
                 with {flag}",
                entry.id, entry.method, entry.path
            ))),
        }
    }
}

/// Masks values with the name or the form of a secret, and those that the schema marks as one.
pub fn mask(index: &Index, schema: Option<&Value>, value: &mut Value, depth: usize) {
    let schema = schema
        .filter(|_| depth < 12)
        .map(|s| index.resolved(s).into_owned());
    match value {
        Value::Object(map) => {
            for (name, inner) in map.iter_mut() {
                let of = schema.as_ref().and_then(|s| s.get("properties")?.get(name));
                let is_marked = of.is_some_and(|of| {
                    index.resolved(of).get(contract::SECRET) == Some(&Value::Bool(true))
                });
                match is_marked || secret::by_name(name) {
                    true if !inner.is_null() => *inner = secret::MASK.into(),
                    _ => mask(index, of, inner, depth + 1),
                }
            }
        }
        Value::Array(items) => {
            let of = schema.as_ref().and_then(|s| s.get("items"));
            for item in items {
                mask(index, of, item, depth + 1);
            }
        }
        Value::String(text) if secret::by_value(text) => *text = secret::MASK.into(),
        _ => {}
    }
}
