//! The checks of bodies, judged by JSON Schema: no value that the document allows is refused.

#[path = "../../xtask/tests/support/random.rs"]
mod random;

use autopi_cli::{call::check, index::Index};
use random::{Rng, as_json_schema, schema, validator, value};
use serde_json::{Value, json};

/// Refuses members that the document does not name, as the command line does: most are
/// misspelled.
fn closed(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(closed);
            if map.get("properties").is_some_and(Value::is_object) {
                map.entry("additionalProperties").or_insert(false.into());
            }
        }
        Value::Array(all) => all.iter_mut().for_each(closed),
        _ => {}
    }
}

#[test]
fn no_value_that_the_document_allows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for seed in 0..1000 {
        let mut rng = Rng(seed);
        let one = schema(&mut rng, 0);
        // Their members are those of all parts.
        if one.to_string().contains("allOf") {
            continue;
        }
        let is_31 = seed % 2 == 1;
        let written = if is_31 {
            as_json_schema(&one)
        } else {
            one.clone()
        };
        let document = json!({
            "openapi": if is_31 { "3.1.0" } else { "3.0.3" },
            "paths": {"/x/": {"post": {"operationId": "x", "requestBody": {"content": {"application/json": {"schema": written}}}}}},
        });
        std::fs::write(&file, document.to_string()).unwrap();
        let index = Index::of_file(&file).unwrap();
        let operation = index.operation(index.entry("x").unwrap().1).unwrap();
        let body = operation.body.as_ref().unwrap();
        let mut allowed = as_json_schema(&one);
        closed(&mut allowed);
        let allows = validator(&allowed);
        for _ in 0..100 {
            let value = value(&mut rng, &one, 0);
            let found = check(index, &body.schema, &value, "");
            if allows.is_valid(&value) && !found.is_empty() {
                let found: Vec<_> = found
                    .iter()
                    .map(|v| format!("{} {}", v.field, v.fault))
                    .collect();
                wrong.push(format!("{written}\n  {value}: {found:?}"));
                break;
            }
            refused += usize::from(!found.is_empty());
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 1000, "{refused}");
}
