//! Names in `required` that no member has.

use std::collections::HashSet;

use serde_json::Value;

use crate::document::{
    follow,
    members::{At, DOCUMENT, Is, Kind, SCHEMA, each},
    parts::{self, LISTS},
};
use crate::report::{RepeatedWarnings, Report};

/// The maximum number of parts of an object that are looked through.
const MOST: usize = 200;

/// The keywords whose schema is about the same value, or about what it is not.
const SINGLE: [&str; 4] = ["not", "if", "then", "else"];

/// Warns about required names that are no member of an object, nor of any part of it. What is
/// itself a part of something may mean a member of that.
pub fn find_unnamed(doc: &Value, report: &mut Report) {
    let parts = parts(doc);
    let mut warnings = RepeatedWarnings::default();
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, schema| {
            let required = schema.get("required").and_then(Value::as_array);
            let own = schema.get("properties");
            let names = required.into_iter().flatten().enumerate();
            let names = names.filter_map(|(i, name)| Some((i, name.as_str()?)));
            let names: Vec<_> = names
                .filter(|(_, name)| own.is_none_or(|own| own.get(*name).is_none()))
                .collect();
            let is_object = match schema.get("type") {
                Some(Value::Array(types)) => types.iter().any(|kind| kind == "object"),
                kind => kind.is_none_or(|kind| kind == "object"),
            };
            if kind != &SCHEMA || names.is_empty() || !is_object || parts.contains(&at.to_string())
            {
                return Ok(());
            }
            let Some(missing) = undescribed(doc, schema, names) else {
                return Ok(());
            };
            // A member is added to an object that is written out (`shape/untyped.rs`).
            let others = schema.get("additionalProperties");
            let asked = others != Some(&Value::Bool(false))
                && LISTS.iter().all(|key| schema.get(*key).is_none());
            let by_others = others
                .and_then(Value::as_object)
                .is_some_and(|o| !o.is_empty())
                || schema.get("patternProperties").is_some();
            let what = match (asked, by_others) {
                (false, _) => "is no member: that it is required is not checked",
                (true, false) => "is not described: any JSON is accepted",
                (true, true) => return Ok(()),
            };
            let around = At::Member(at, "required");
            for (i, name) in missing {
                warnings.warn(At::Entry(&around, i), &format!("`{name}` {what}"));
            }
            Ok(())
        },
    );
    warnings.say(report);
}

/// Returns the pointers of the schemas that are a part of another.
fn parts(doc: &Value) -> HashSet<String> {
    let mut todo: Vec<String> = Vec::new();
    let find = |kind: &'static Kind, at: &At<'_>, schema: &Value| {
        // In 3.1, others may stand beside a reference.
        let is_more = schema.as_object().is_some_and(|map| map.len() > 1);
        if kind == &SCHEMA && (is_more || schema.get("$ref").is_none()) {
            todo.extend(parts::parts(doc, at, schema));
            todo.extend(schema.get("not").map(|_| format!("{at}/not")));
        }
        Ok::<(), ()>(())
    };
    let _ = each(doc, Is::One(&DOCUMENT), &At::ROOT, &mut { find });
    let mut found = HashSet::new();
    while let Some(pointer) = todo.pop() {
        let to = doc.pointer(&pointer).and_then(|s| parts::target(doc, s));
        todo.extend(to.filter(|to| !found.contains(to)));
        found.insert(pointer);
    }
    found
}

/// Returns the names that no part of an object describes; `None` if that cannot be known.
fn undescribed<'a>(
    doc: &'a Value,
    schema: &'a Value,
    mut names: Vec<(usize, &'a str)>,
) -> Option<Vec<(usize, &'a str)>> {
    let mut todo = vec![schema];
    let mut seen = 0;
    while let Some(part) = todo.pop() {
        if let Some(own) = part.get("properties").and_then(Value::as_object) {
            names.retain(|(_, name)| !own.contains_key(*name));
        }
        let lists = LISTS.iter().filter_map(|key| part.get(*key)?.as_array());
        let named = part.get("dependentSchemas").and_then(Value::as_object);
        let single = SINGLE.iter().filter_map(|key| part.get(*key));
        let parts = lists.flatten().chain(single);
        let parts = parts.chain(named.into_iter().flatten().map(|(_, part)| part));
        todo.extend(parts.take(MOST));
        if let Some(to) = part.get("$ref") {
            todo.push(follow(doc, to.as_str()?)?);
        }
        seen += 1;
        if names.is_empty() || seen + todo.len() > MOST {
            return None;
        }
    }
    Some(names)
}
