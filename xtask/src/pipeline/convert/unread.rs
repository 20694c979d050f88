//! Members that nothing reads: misspelled ones, those of another version of the specification that
//! mean nothing in this one, and those that a reference beside them makes void.

use autopi_codegen::contract;
use serde_json::{Map, Value};

use crate::document::METHODS;
use crate::document::members::{At, DOCUMENT, Is, PATH_ITEM, SCHEMA, Version, each_mut, known};
use crate::report::{RepeatedWarnings, Report};

/// Leaves out the members that nothing reads, with a warning at the first place of each.
pub fn leave_out(doc: &mut Value, report: &mut Report) {
    let mut unread = Unread {
        version: Version::of(doc),
        warnings: RepeatedWarnings::default(),
    };
    each_mut(doc, Is::One(&DOCUMENT), &At::ROOT, &mut |kind, at, map| {
        unread.ours(at, map);
        if kind == &SCHEMA {
            if let Some(Value::Object(tags)) = map.get_mut("discriminator") {
                unread.members("discriminator", &At::Member(at, "discriminator"), tags);
            }
            // A part of another kind that is kept among the schemas.
            let has = |key: &str| map.contains_key(key);
            if has("content") || has("schema") || (has("in") && has("name")) {
                return;
            }
            // Those of JSON Schema 2020-12 are found when it is converted.
            if unread.version >= Version::V31 {
                return;
            }
        }
        // Other versions have schemas beside a reference, and the operations of a path item are.
        if (kind != &SCHEMA || unread.version == Version::V30) && kind != &PATH_ITEM {
            unread.beside_reference(kind == &SCHEMA, at, map);
        }
        unread.members(kind.name, at, map);
    });
    unread.warnings.say(report);
}

/// What is read beside a reference to a schema: 3.0 leaves out everything, which is seldom meant.
const READ: [&str; 4] = ["nullable", "readOnly", "writeOnly", "deprecated"];

/// What tells something to people, and nothing else.
const TELLS: [&str; 8] = [
    "title",
    "summary",
    "description",
    "example",
    "examples",
    "default",
    "externalDocs",
    "xml",
];

struct Unread {
    version: Version,
    warnings: RepeatedWarnings,
}

impl Unread {
    /// Leaves out what only the pipeline may say.
    fn ours(&mut self, at: &At<'_>, map: &mut Map<String, Value>) {
        map.retain(|key, _| {
            let is_ours = contract::is_ours(key);
            if is_ours {
                let message = format!("`{key}` is a name of our own: left out");
                self.warnings.warn(At::Member(at, key), &message);
            }
            !is_ours
        });
    }

    fn members(&mut self, kind: &str, at: &At<'_>, map: &mut Map<String, Value>) {
        let Some(known) = known(kind) else {
            return;
        };
        let version = self.version;
        let is_read = |key: &str| match known.get(key) {
            Some((first, last)) => *first <= version && version <= *last,
            None => key.starts_with("x-") || key == "$ref",
        };
        if map.keys().all(|key| is_read(key)) {
            return;
        }
        map.retain(|key, _| {
            // An operation is called as it is said, in whatever version.
            let is_operation = kind == PATH_ITEM.name && METHODS.contains(&key.as_str());
            let stays = is_read(key);
            if !stays {
                let why = match known.get(key.as_str()) {
                    Some((first, _)) if version < *first => format!("needs {}", first.name()),
                    Some((_, last)) => format!("belongs to {}", last.name()),
                    None => format!("is no member of this ({kind})"),
                };
                let what = if is_operation {
                    "read anyway"
                } else {
                    "left out"
                };
                let message = format!("`{key}` {why}: {what}");
                self.warnings.warn(At::Member(at, key), &message);
            }
            stays || is_operation
        });
    }

    fn beside_reference(&mut self, of_schema: bool, at: &At<'_>, map: &mut Map<String, Value>) {
        if map.len() < 2 || !map.get("$ref").is_some_and(Value::is_string) {
            return;
        }
        map.retain(|key, _| {
            let stays = key == "$ref"
                || (of_schema && READ.contains(&key.as_str()))
                || TELLS.contains(&key.as_str())
                || key.starts_with("x-");
            if !stays {
                let message = format!("`{key}` stands beside `$ref`, which counts: left out");
                self.warnings.warn(At::Member(at, key), &message);
            }
            stays
        });
    }
}
