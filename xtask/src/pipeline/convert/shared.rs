//! Writes out at each operation what operations of OpenAPI 3 share, as in 2.0: the later stages
//! only look at operations.

use std::{cell::Cell, collections::HashSet};

use serde_json::{Map, Value};

use super::{declared::name, references::size};
use crate::{
    document::{
        METHODS, escape,
        members::{At, DOCUMENT, Is, OPERATION, each_mut},
    },
    report::{Failure, Report},
};

/// The warning about a parameter that its operation has already.
pub const SECOND: &str =
    "a second parameter of this name and place: left out, the first one counts";

/// Writes out parameters of path items, and references to path items, parameters, bodies,
/// callbacks, responses and headers. The components stay, so nothing is lost.
pub fn inline_shared(doc: &Value, report: &mut Report) -> Result<Value, Failure> {
    let root = Shared::of(doc);
    let mut doc = doc.clone();
    let version = doc.get("openapi").and_then(Value::as_str);
    if doc.get("paths").is_none() && version.is_some_and(|v| !v.starts_with("3.0")) {
        doc["paths"] = Value::Object(Map::new());
    }
    let paths = doc
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .ok_or_else(|| Failure::new("convert", "/paths", "missing, or no object"))?;
    for (path, item) in paths.iter_mut().filter(|(path, _)| !path.starts_with("x-")) {
        let pointer = format!("/paths/{}", escape(path));
        root.resolve(item, &pointer)?;
        let item = item
            .as_object_mut()
            .ok_or_else(|| Failure::new("convert", &pointer, "a path item must be an object"))?;
        let shared = item.shift_remove("parameters");
        for method in METHODS {
            let Some(op) = item.get_mut(method) else {
                continue;
            };
            let pointer = format!("{pointer}/{method}");
            let op = op.as_object_mut().ok_or_else(|| {
                Failure::new("convert", &pointer, "an operation must be an object")
            })?;
            operation(&root, op, shared.as_ref(), &pointer, report)?;
        }
    }
    drop_inner_callbacks(&mut doc, report);
    Ok(doc)
}

/// Leaves out the callbacks of callbacks, which may lead to themselves: the client reads none.
fn drop_inner_callbacks(doc: &mut Value, report: &mut Report) {
    each_mut(doc, Is::One(&DOCUMENT), &At::ROOT, &mut |kind, at, map| {
        let is = kind.member("callbacks");
        let Some(callbacks) = map.get_mut("callbacks").filter(|_| !matches!(is, Is::Data)) else {
            return;
        };
        let at = At::Member(at, "callbacks");
        each_mut(callbacks, is, &at, &mut |kind, at, map| {
            if kind == &OPERATION && map.shift_remove("callbacks").is_some() {
                let place = At::Member(at, "callbacks").to_string();
                report.warn(place, "the callbacks of a callback: left out");
            }
        });
    });
}

fn operation(
    root: &Shared<'_>,
    op: &mut Map<String, Value>,
    shared: Option<&Value>,
    pointer: &str,
    report: &mut Report,
) -> Result<(), Failure> {
    let own = op
        .get("parameters")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let (mut all, mut known) = (Vec::new(), HashSet::new());
    for (i, parameter) in own
        .iter()
        .chain(shared.and_then(Value::as_array).into_iter().flatten())
        .enumerate()
    {
        let mut parameter = parameter.clone();
        let place = parameter_place(pointer, i, own.len());
        root.resolve(&mut parameter, &place)?;
        match identity(&parameter).is_some_and(|own| !known.insert(own)) {
            true if i < own.len() => report.warn(place, SECOND),
            true => {} // the operation's own wins
            false => all.push(parameter),
        }
    }
    op.insert("parameters".into(), Value::Array(all));
    let callbacks = op.get_mut("callbacks").and_then(Value::as_object_mut);
    for (name, callback) in callbacks.into_iter().flatten() {
        root.resolve(callback, &format!("{pointer}/callbacks/{}", escape(name)))?;
    }
    if let Some(body) = op.get_mut("requestBody") {
        root.resolve(body, &format!("{pointer}/requestBody"))?;
    }
    for (status, response) in op
        .get_mut("responses")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .filter(|(status, _)| !status.starts_with("x-"))
    {
        let place = format!("{pointer}/responses/{}", escape(status));
        root.resolve(response, &place)?;
        for (name, header) in response
            .get_mut("headers")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            root.resolve(header, &format!("{place}/headers/{}", escape(name)))?;
        }
    }
    Ok(())
}

/// Returns what no other parameter of an operation has: its place and its name; the names of
/// headers have no case. `None` for one without a name.
pub fn identity(parameter: &Value) -> Option<(String, String)> {
    let place = parameter.get("in").unwrap_or(&Value::Null);
    let name = Some(name(parameter)).filter(|name| !name.trim().is_empty())?;
    Some(match place == "header" {
        true => (place.to_string(), name.to_ascii_lowercase()),
        false => (place.to_string(), name.to_owned()),
    })
}

/// Returns the place of the `i`th parameter of an operation: its own come first, then those of its
/// path item.
pub fn parameter_place(operation: &str, i: usize, own: usize) -> String {
    match (i.checked_sub(own), operation.rsplit_once('/')) {
        (Some(i), Some((item, _))) => format!("{item}/parameters/{i}"),
        _ => format!("{operation}/parameters/{i}"),
    }
}

/// The targets of references, and how many more values may be copied. The document may grow within
/// limits: one large response that a thousand operations name would be a bomb.
pub struct Shared<'a> {
    doc: &'a Value,
    room: Cell<usize>,
}

impl<'a> Shared<'a> {
    pub fn of(doc: &'a Value) -> Self {
        let room = Cell::new(100_000 + 16 * size(doc));
        Self { doc, room }
    }

    /// Returns a copy of a value for this place, or of the target of its `$ref`.
    ///
    /// # Errors
    /// Returns an error if a `$ref` names nothing or leads to itself, or if the document becomes
    /// too large.
    pub fn resolved(&self, value: &Value, pointer: &str) -> Result<Value, Failure> {
        let fail = |message: String| Failure::new("convert", pointer, message);
        let mut value = value;
        for _ in 0..32 {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else {
                let left = self.room.get().checked_sub(size(value));
                let too_large = || fail("references make the document too large".into());
                self.room.set(left.ok_or_else(too_large)?);
                return Ok(value.clone());
            };
            let found = target.strip_prefix('#').and_then(|p| self.doc.pointer(p));
            value = found.ok_or_else(|| fail(format!("$ref `{target}` points to nothing")))?;
        }
        Err(fail("a $ref that leads to itself".into()))
    }

    /// Replaces a `$ref` by its target.
    fn resolve(&self, value: &mut Value, pointer: &str) -> Result<(), Failure> {
        if value.get("$ref").is_some_and(Value::is_string) {
            *value = self.resolved(value, pointer)?;
        }
        Ok(())
    }
}
