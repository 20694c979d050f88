//! Reads JSON, or else YAML: one document, with its merge keys. The command line has a link to this
//! file.

use serde::de::{DeserializeSeed, Error};
use serde_json::Value;

use super::exact::{self, Exact};

/// Reads JSON, or else YAML with its merge keys.
///
/// # Errors
/// Returns an error with line and column.
pub fn parse(text: &str) -> Result<Value, String> {
    let text = text.trim_start_matches('\u{feff}');
    match exact::json(serde_json::Deserializer::from_str(text)) {
        Ok(value) => Ok(value),
        Err(e) if is_json(text) => Err(format!("broken JSON: {e}")),
        Err(_) => yaml(text).map_err(|e| format!("it is not JSON, and broken as YAML: {e}")),
    }
}

pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn merged(text: &str) -> Result<Value, yaml_serde::Error> {
    let mut found = None;
    for document in yaml_serde::Deserializer::from_str(text) {
        let value = Exact::early().deserialize(document)?;
        if value.is_null() && found.is_some() {
            continue; // nothing follows the separator
        }
        if found.replace(value).is_some_and(|first| !first.is_null()) {
            let second = text
                .lines()
                .enumerate()
                .skip(1)
                .filter(|(_, l)| l.starts_with("---"));
            let line = second.last().map_or(1, |(i, _)| i + 1);
            let message = format!("more than one document, the last at line {line}: keep one");
            return Err(Error::custom(message));
        }
    }
    let mut value = found.unwrap_or_default();
    if text.contains("<<") {
        merge(&mut value);
    }
    Ok(value)
}

/// Adds the members that `<<` names, unless the mapping has them itself (YAML 1.1, merge keys).
fn merge(value: &mut Value) {
    if let Value::Array(list) = value {
        return list.iter_mut().for_each(merge);
    }
    let Value::Object(map) = value else {
        return;
    };
    map.values_mut().for_each(merge);
    // Of anything else there is nothing to merge.
    let merges = |base: &&Value| match base {
        Value::Array(bases) => bases.iter().all(Value::is_object),
        base => base.is_object(),
    };
    if map.get("<<").filter(merges).is_none() {
        return;
    }
    let bases = match map.shift_remove("<<") {
        Some(Value::Array(bases)) => bases,
        base => base.into_iter().collect(),
    };
    for base in bases {
        for (key, value) in base.as_object().into_iter().flatten() {
            map.entry(key).or_insert_with(|| value.clone());
        }
    }
}

/// The maximum nesting of YAML: the scanner's time grows with its square, and no document needs
/// more.
const YAML_NESTING: usize = 500;

fn yaml(text: &str) -> Result<Value, String> {
    let mut depth = 0usize;
    for c in text.bytes() {
        match c {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > YAML_NESTING {
            return Err(format!("more than {YAML_NESTING} brackets are open"));
        }
    }
    // Brackets in texts can hide others from this count.
    let limit = std::time::Duration::from_secs(2)
        + std::time::Duration::from_micros(10) * text.len() as u32;
    let (sender, done) = std::sync::mpsc::channel();
    let text = text.to_owned();
    std::thread::spawn(move || sender.send(merged(&text)));
    match done.recv_timeout(limit) {
        Ok(parsed) => parsed.map_err(|e| e.to_string()),
        Err(_) => Err(format!(
            "it can't be read within {limit:?}: nested too deep?"
        )),
    }
}
