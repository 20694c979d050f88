//! A `SerializerMethodField` comes out as `{type: string, readOnly: true}`: a real read-only text field has a length, a format or choices.

use serde_json::Value;

use super::walk;
use crate::report::Failure;

/// Marks the bare read-only string as any JSON (`x-autopi-json: true`, no `type`).
pub fn bare_read_only_strings(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    walk::document_schemas(doc, &mut |map| {
        let bare = map.get("type").and_then(Value::as_str) == Some("string")
            && map.get("readOnly") == Some(&Value::Bool(true))
            && !["minLength", "maxLength", "format", "enum", "pattern"].iter().any(|k| map.contains_key(*k));
        if bare {
            map.shift_remove("type");
            map.insert("x-autopi-json".into(), Value::Bool(true));
            n += 1;
        }
    });
    Ok(n)
}
