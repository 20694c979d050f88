//! Splits schemas by direction. drf-yasg has one definition for both: DRF sends every field that is
//! not writeOnly, accepts every field that is not readOnly, and accepts any subset in a PATCH.

mod directions;
mod forms;
mod partial;

use directions::{differing, reached};
use forms::{request, response};
use partial::Forms;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document::{self, drf};
use crate::report::Failure;

/// Makes `X` (received), `XRequest` (sent) and `PatchedXRequest` (sent by PATCH); a single type if
/// both directions are equal.
pub fn request_response(doc: &mut Value) -> Result<usize, Failure> {
    let Some(schemas) = document::schemas(doc) else {
        return Ok(0);
    };
    let schemas = std::mem::take(schemas);
    let sent = reached(doc, &schemas, |is_request, _| is_request);
    let received = reached(doc, &schemas, |is_request, _| !is_request);
    let differs = differing(&schemas, |name| {
        sent.contains(name) && received.contains(name)
    });
    let mut requests = BTreeMap::new();
    let mut taken: BTreeSet<String> = schemas.keys().cloned().collect();
    for name in schemas
        .keys()
        .filter(|n| differs.contains(*n) && sent.contains(*n))
    {
        // One that was split already, by drf-spectacular or by hand, keeps its name.
        let split = name.ends_with("Request") && !received.contains(name);
        let new = if split {
            name.clone()
        } else {
            document::free_name(&format!("{name}Request"), |n| taken.contains(n))
        };
        taken.insert(new.clone());
        requests.insert(name.clone(), new);
    }
    let mut out = Map::new();
    for (name, schema) in &schemas {
        let new = requests.get(name);
        if new != Some(name) {
            out.insert(name.clone(), response(schema.clone(), &schemas));
        }
        if let Some(new) = new {
            out.insert(new.clone(), request(schema.clone(), &schemas, &requests));
        }
    }
    let mut bodies = Vec::new();
    each_sent(doc, |method, media, schema| {
        rename(schema, &requests);
        if is_patched(method, media, schema, &out) {
            bodies.push(schema.clone());
        }
    });
    document::operations(doc, |_, _, op| {
        document::parameter_schemas(op).for_each(|(_, schema)| rename(schema, &requests));
    });
    let elsewhere = reached(doc, &out, |_, is_patched| !is_patched);
    let forms = Forms::of(&bodies, &out, &elsewhere, taken);
    each_sent(doc, |method, media, schema| {
        if is_patched(method, media, schema, &out) {
            forms.apply(schema);
        }
    });
    forms.add_to(&mut out);
    let n = requests.len() + forms.len();
    if let Some(schemas) = document::schemas(doc) {
        *schemas = out;
    }
    Ok(n)
}

/// Visits the schemas of request bodies: `f(method, media type, schema)`.
fn each_sent(doc: &mut Value, mut f: impl FnMut(&str, &str, &mut Value)) {
    document::operations(doc, |_, method, op| {
        document::bodies(op, |is_request, media, schema| {
            if is_request {
                f(method, media, schema);
            }
        });
    });
}

/// Returns whether DRF takes any subset of this body.
fn is_patched(method: &str, media: &str, schema: &Value, schemas: &Map<String, Value>) -> bool {
    let is_json_patch = || drf::is_json_patch(schema, |s| document::resolved(s, schemas));
    method == "patch" && !autopi_codegen::media::is_json_patch(media) && !is_json_patch()
}

/// Returns whether this keyword is set, here or behind a reference.
pub(super) fn says(schema: &Value, key: &str, schemas: &Map<String, Value>, depth: u8) -> bool {
    let only = match schema
        .get("allOf")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([one]) => one,
        _ => schema,
    };
    let target = document::ref_name(only).and_then(|name| schemas.get(name));
    schema.get(key) == Some(&Value::Bool(true))
        || target.is_some_and(|t| depth > 0 && says(t, key, schemas, depth - 1))
}

/// Returns whether a property is a secret that is only written: Swagger 2.0 has no writeOnly, and a
/// password in a serializer usually is not returned.
fn is_secret(name: &str, property: &Value) -> bool {
    property.get("readOnly").is_none()
        && (name.contains("password") || property.get("format").is_some_and(|f| f == "password"))
}

fn rename(schema: &mut Value, names: &BTreeMap<String, String>) {
    document::each_schema(schema, &mut |map| document::rename(map, names));
}
