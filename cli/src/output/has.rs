//! Whether a document has a value at a path.

use serde_json::Value;

use super::columns::dots;
use crate::index::Index;

/// Returns whether items of this schema may have a value at the path: true if that takes too many
/// steps, because a schema may refer to itself under several names.
pub fn may_have(index: &Index, schema: &Value, path: &str, steps: &mut u32) -> bool {
    if *steps == 0 {
        return true;
    }
    *steps -= 1;
    let schema = index.resolved(schema);
    if let Some(items) = schema.get("items") {
        let (place, rest) = path.split_once('.').unwrap_or((path, ""));
        return place.parse::<usize>().is_ok()
            && (rest.is_empty() || may_have(index, items, rest, steps));
    }
    if schema.get("oneOf").or(schema.get("anyOf")).is_some() {
        return true;
    }
    let Some(members) = schema.get("properties").and_then(Value::as_object) else {
        // A plain type has no members; an object without members in the document may have any.
        let plain = ["string", "integer", "number", "boolean"];
        let kind = schema.get("type").and_then(Value::as_str);
        return kind.is_none_or(|kind| !plain.contains(&kind));
    };
    let is_open = schema
        .get("additionalProperties")
        .is_some_and(|a| a != false);
    is_open
        || members.contains_key(path)
        || dots(path).any(|at| {
            let (first, rest) = (path.get(..at), path.get(at + 1..).unwrap_or_default());
            let inner = first.and_then(|first| members.get(first));
            inner.is_some_and(|inner| may_have(index, inner, rest, steps))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_holds_itself_under_two_names_is_not_searched_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("spec.json");
        let of = serde_json::json!({"$ref": "#/components/schemas/A"});
        let members = serde_json::json!({"a": of, "a.a": of, "n": {"type": "integer"}});
        let schemas = serde_json::json!({"A": {"type": "object", "properties": members}});
        let document = serde_json::json!({
            "openapi": "3.0.3", "paths": {}, "components": {"schemas": schemas},
        });
        std::fs::write(&file, document.to_string()).unwrap();
        let index = Index::of_file(&file).unwrap();
        let has = |path: &str| may_have(index, &of, path, &mut { 1000 });
        assert!(has("a.a.a.n") && !has("a.a.x"));
        // Too many ways lead there to say that none does.
        assert!(has(&format!("{}x", "a.".repeat(100))));
    }
}
