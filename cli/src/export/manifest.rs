//! Reads the manifest of an export.

use serde_json::Value;

use super::missing::{Missing, Names};

/// The content of a manifest.
#[derive(Default)]
pub struct Manifest {
    pub header: Option<Value>,
    pub windows: Vec<Window>,
    /// The hash of the final file, its number of rows, and the fields that no row has.
    pub done: Option<(String, u64, Missing)>,
    /// The length of the first line, in bytes.
    pub first: u64,
}

pub struct Window {
    pub rows: u64,
    /// The end of its rows in `FILE.part`.
    pub end: u64,
    pub hash: String,
    /// The names of records that were not asked for, and that no window before has.
    pub others: Names,
    /// The end of its line in the manifest.
    pub line: u64,
}

impl Manifest {
    /// Reads a manifest up to the first invalid line.
    pub fn read(text: &[u8]) -> Self {
        let mut manifest = Self::default();
        let mut at = 0;
        for line in text.split_inclusive(|b| *b == b'\n') {
            at += line.len() as u64;
            let value = line
                .strip_suffix(b"\n")
                .map(serde_json::from_slice::<Value>);
            let Some(Ok(value)) = value else { break };
            if manifest.header.is_none() {
                manifest.header = Some(value);
                manifest.first = at;
                continue;
            }
            let number = |key: &str| value.get(key).and_then(Value::as_u64);
            let Some(hash) = value.get("sha256").and_then(Value::as_str) else {
                break;
            };
            let (Some(rows), hash) = (number("rows"), hash.to_owned()) else {
                break;
            };
            match (number("window"), number("end")) {
                (Some(n), Some(end)) if n == manifest.windows.len() as u64 => {
                    manifest.windows.push(Window {
                        rows,
                        end,
                        hash,
                        others: read(&value, "others"),
                        line: at,
                    });
                }
                (None, None) => {
                    manifest.done = Some((hash, rows, read(&value, "missing")));
                    break;
                }
                _ => break,
            }
        }
        manifest
    }
}

fn read<T: serde::de::DeserializeOwned + Default>(line: &Value, name: &str) -> T {
    let value = line.get(name).cloned().unwrap_or_default();
    serde_json::from_value(value).unwrap_or_default()
}

/// Returns how another export differs from this one.
pub fn differs(header: Option<&Value>, said: &Value) -> String {
    let other = header.and_then(|h| h.get("export"));
    let members = said.as_object().into_iter().flatten();
    let different = members.filter_map(|(name, value)| {
        let other = other?.get(name)?;
        (other != value).then(|| match name.as_str() {
            // A hash means nothing to people.
            "account" => "it is of another account".to_owned(),
            _ => {
                let is = if name.ends_with('s') { "are" } else { "is" };
                crate::output::line(&format!("its {name} {is} {other}, not {value}"))
            }
        })
    });
    let different: Vec<_> = different.take(3).collect();
    match different.is_empty() {
        true => String::new(),
        false => format!(": {}", different.join(", ")),
    }
}
