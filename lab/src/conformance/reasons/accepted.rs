//! Why DRF accepts a request that the document does not allow.

use serde_json::Value;

use super::{
    Finding,
    fields::{body, field, parameters, values},
    texts::{Violation, places, query_names, violations},
};

/// Returns why DRF accepts a request that the document does not allow.
pub(super) fn accepted(doc: &Value, finding: &Finding, body: &Value) -> Option<&'static str> {
    let (operation, wrong) = (finding.operation.as_str(), finding.wrong.as_str());
    // With several places at once, each must have its reason.
    let places = places(wrong);
    if places.len() > 1 {
        let reasons = places.into_iter().map(|wrong| {
            let finding = Finding {
                wrong,
                ..finding.clone()
            };
            accepted(doc, &finding, body)
        });
        return reasons.collect::<Option<Vec<_>>>()?.first().copied();
    }
    if operation.starts_with("PATCH ")
        && (wrong.contains("Missing re") || wrong.contains("in body - violates `required`"))
    {
        return Some(
            "PATCH accepts any subset of the fields; the document repeats what PUT requires",
        );
    }
    if wrong.ends_with("Missing request body") {
        return requires_nothing(doc, operation)
            .then_some("DRF reads a missing body as an empty one, and no field is required");
    }
    if let Some(names) = query_names(wrong) {
        return in_query(&names, finding);
    }
    if wrong.ends_with("in body - object with unexpected properties") {
        let form =
            parameters(doc, operation).is_some_and(|p| p.iter().any(|p| p["in"] == "formData"));
        return form.then_some("DRF ignores unknown fields of a form");
    }
    let found = violations(wrong.split_once("in body")?.1)?;
    // The sandbox should have refused one without a reason.
    let reasons = found.iter().map(|v| of_violation(doc, operation, v, body));
    reasons.collect::<Option<Vec<_>>>()?.first().copied()
}

/// Returns why DRF accepts invalid values of these query parameters.
fn in_query(names: &[&str], finding: &Finding) -> Option<&'static str> {
    // Django takes the last value of a name.
    let last = |name: &str| {
        ["?", "&"]
            .iter()
            .filter_map(|mark| finding.sent.rsplit_once(&format!("{mark}{name}=")))
            .map(|(_, rest)| rest)
            .min_by_key(|rest| rest.len())
    };
    let empty = |name: &str| last(name).is_some_and(|rest| rest.starts_with(['&', ' ']));
    if names.iter().all(|name| empty(name)) {
        return Some("django-filter ignores an empty value");
    }
    let wrong = finding.wrong.as_str();
    let typed = wrong.ends_with("Incorrect type") || wrong.contains("violates `type`");
    let sized = |name: &str| name == "page_size" && typed;
    names
        .iter()
        .all(|name| sized(name) || empty(name))
        .then_some("DRF's paginator ignores a page size that is not a number")
}

/// Returns whether no field of the operation's body is required, except read-only ones.
fn requires_nothing(doc: &Value, operation: &str) -> bool {
    let Some(schema) = body(doc, operation) else {
        return false;
    };
    let required = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    required
        .into_iter()
        .all(|name| schema["properties"][name]["readOnly"] == true)
}

/// Returns why DRF accepts a body with this violation.
fn of_violation(
    doc: &Value,
    operation: &str,
    violation: &Violation<'_>,
    body: &Value,
) -> Option<&'static str> {
    let Violation { names, inner, what } = violation;
    let (mut schema, mut sent) = (field(doc, operation, names)?, values(body, names));
    if let Some(key) = inner {
        schema = schema.get(key)?;
        sent = sent.into_iter().flat_map(members).collect();
    }
    schema["type"].as_str()?;
    match *what {
        "Value is not allowed" => {
            (schema["readOnly"] == true).then_some("DRF ignores read-only fields")
        }
        "Non-unique items" => (schema["uniqueItems"] == true)
            .then_some("Django accepts a duplicate relation, and stores it once"),
        "Incorrect type" => of_type(schema, &sent),
        _ if what.starts_with("Value not matching the ") => of_text(schema, &sent),
        "String larger than maxLength" => of_length(schema, &sent),
        _ => None,
    }
}

/// Returns the items of a list or the values of an object.
fn members(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => Vec::new(),
    }
}

/// Returns whether something was sent, and all of it is like this.
fn all(sent: &[&Value], like: impl Fn(&Value) -> bool) -> bool {
    !sent.is_empty() && sent.iter().all(|v| like(v))
}

/// Returns why DRF accepts values of another type than the schema's.
fn of_type(schema: &Value, sent: &[&Value]) -> Option<&'static str> {
    let is_any = |key: &&str| schema.get(*key).is_none_or(|v| *v == true);
    let has_nullable_enum = schema["x-nullable"] == true && schema.get("enum").is_some();
    let format = schema["format"].as_str().unwrap_or_default();
    match schema["type"].as_str()? {
        "object" if ["properties", "additionalProperties"].iter().all(is_any) => {
            Some("drf-yasg documents a JSONField as an object, but it accepts any JSON")
        }
        _ if has_nullable_enum && all(sent, Value::is_null) => {
            Some("null is accepted with `x-nullable`, though the enum beside it does not list it")
        }
        "string"
            if ["", "decimal", "slug"].contains(&format)
                && all(sent, |v| v.is_number() || v.is_string()) =>
        {
            Some("DRF's string and decimal fields accept numbers")
        }
        "boolean" if all(sent, is_boolean) => Some("DRF's BooleanField accepts 0 and 1"),
        _ if format == "uuid" && all(sent, |v| v.is_boolean() || v.is_i64() || v.is_u64()) => {
            Some("DRF's UUIDField reads integers, and true and false as 1 and 0")
        }
        // drf-yasg marks lists of relations with `uniqueItems`.
        "array" if schema["uniqueItems"] == true && all(sent, Value::is_object) => {
            Some("DRF reads a list of relations from an object as well: from its keys")
        }
        "array" if schema["in"] == "formData" => {
            Some("form values are texts: DRF reads one as a list of one")
        }
        "number" if all(sent, Value::is_boolean) => {
            Some("DRF's FloatField reads true and false as 1 and 0")
        }
        // drf-yasg gives limits to integers in the database, but not to relations.
        "integer" if schema.get("maximum").is_none() && all(sent, Value::is_f64) => {
            Some("Django converts a number to an integer to look up a relation")
        }
        _ => None,
    }
}

fn is_boolean(value: &Value) -> bool {
    value.is_boolean() || *value == 0 || *value == 1 || *value == "0" || *value == "1"
}

/// Returns why DRF accepts texts or files that do not match the schema's format or pattern.
fn of_text(schema: &Value, sent: &[&Value]) -> Option<&'static str> {
    if schema["type"] == "file" {
        return Some("a file may have any bytes");
    }
    let may_be_blank = schema.get("minLength").is_none();
    (may_be_blank && all(sent, |v| *v == "")).then_some(
        "a text that may be blank (drf-yasg: no `minLength`) may be blank despite its format",
    )
}

/// Returns why DRF accepts texts that are longer than the schema allows.
fn of_length(schema: &Value, sent: &[&Value]) -> Option<&'static str> {
    let most = schema["maxLength"].as_u64()?;
    let is_short = |text: &str| text.trim().chars().count() as u64 <= most;
    all(sent, |v| v.as_str().is_some_and(is_short))
        .then_some("DRF checks the length without surrounding blanks (`trim_whitespace`)")
}
