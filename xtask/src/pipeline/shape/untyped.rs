//! Marks two kinds of fields whose type in drf-yasg is not reliable: a `SerializerMethodField` is
//! documented as `{type: string, readOnly: true}` (a real read-only text field has a length, a
//! format or choices), and a `JSONField` as `{type: object}`.

use autopi_codegen::{contract, schema};
use serde_json::{Map, Value};

use crate::document::{self, drf};
use crate::report::Failure;

/// Marks the bare read-only string as any JSON (`x-autopi-json: true`, no `type`).
pub fn bare_read_only_strings(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        let bare = map.get("type").and_then(Value::as_str) == Some("string")
            && map.get("readOnly") == Some(&Value::Bool(true))
            && ![
                "minLength",
                "maxLength",
                "format",
                "enum",
                "pattern",
                contract::JSON,
            ]
            .iter()
            .any(|k| map.contains_key(*k));
        if bare {
            map.shift_remove("type");
            map.insert(contract::JSON.into(), Value::Bool(true));
            n += 1;
        }
    });
    Ok(n)
}

/// Marks integers of which no Rust type of 64 bits has all values.
pub fn wide_integers(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        let is_integer = map.get("type").is_some_and(|kind| kind == "integer");
        if is_integer && schema::is_wider_than_64_bits(map) {
            map.insert(contract::JSON.into(), true.into());
            n += 1;
        }
    });
    Ok(n)
}

/// Marks objects without any constraint: DRF's `JSONField` accepts and returns any JSON. The `type`
/// stays for readers of the document.
pub fn json_fields(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        // An empty list of members says nothing, and neither does it say that there are others.
        let is_empty = |key: &str| map.get(key)?.as_object().map(Map::is_empty);
        let others = map.get("additionalProperties");
        if is_empty("properties") == Some(true) && others != Some(&Value::Bool(false)) {
            if is_empty("additionalProperties") == Some(true) || others == Some(&true.into()) {
                map.shift_remove("additionalProperties");
            }
            map.shift_remove("properties");
        }
        if drf::is_json_field(map) {
            map.insert(contract::JSON.into(), Value::Bool(true));
            n += 1;
        }
    });
    Ok(n)
}
