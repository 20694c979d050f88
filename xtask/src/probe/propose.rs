//! What was seen, as findings; and where a correction of the document can say it, as actions of an overlay.

use serde_json::{Map, Value, json};

use super::judge::{Place, is_any};

/// One disagreement of the document and the wire.
pub struct Finding {
    /// An answer contradicts the document; else the document leaves open what all answers have in common.
    pub wrong: bool,
    /// A JSONPath (RFC 9535).
    pub at: String,
    pub what: String,
    /// Actions of an OpenAPI Overlay 1.1 document; none where only a person can tell.
    pub actions: Vec<Value>,
}

/// What is to be said of a place.
pub fn findings(at: &str, place: &Place<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    let came: usize = place.kinds.values().sum();
    let kinds: Vec<&str> = place
        .kinds
        .keys()
        .copied()
        .filter(|k| *k != "null")
        .collect();
    let names = kinds.join(" or ");
    let one = only(&kinds);
    let evidence = |what: &str| {
        format!(
            "probe: {what}, {came} times, at {}",
            place
                .operations
                .iter()
                .take(3)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        )
    };
    let schema = place.schema;
    let mut say = |what: String, target: &str, update: Option<Value>| {
        let actions = update.map(|update| json!({ "target": target, "description": evidence(&what), "update": update })).into_iter().collect();
        out.push(Finding {
            wrong: !schema.is_some_and(is_any),
            at: at.to_owned(),
            what,
            actions,
        });
    };
    // `$.a.properties['b']`: the object, and the name.
    let owner = at
        .rsplit_once(".properties['")
        .and_then(|(owner, key)| Some((owner, key.strip_suffix("']")?)));
    let Some(schema) = schema else {
        if let Some((owner, key)) = owner
            && let Some(kind) = one
        {
            let name = key.replace("\\'", "'").replace("\\\\", "\\");
            say(
                format!("undocumented, {kind}"),
                &format!("{owner}.properties"),
                Some(json!({ name: nullable(typed(kind), place) })),
            );
        } else {
            say(format!("undocumented, {names}"), at, None);
        }
        return out;
    };
    let documented = schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("a composed type");
    if is_any(schema) {
        // An object that is open is DRF's JSONField: it takes any JSON, whatever these are.
        if let Some(kind) = one.filter(|_| documented != "object") {
            say(
                format!("any JSON in the document, always {kind}"),
                at,
                Some(nullable(typed(kind), place)),
            );
        }
        return out;
    }
    let odd = kinds.iter().any(|kind| !accepts(schema, kind));
    if odd {
        // A named type is not turned into another: its other uses may be right.
        let plain = !["enum", "properties", "allOf", "oneOf", "anyOf"]
            .iter()
            .any(|k| schema.get(k).is_some());
        let update = one.map_or_else(|| json!({ "x-autopi-json": true }), typed);
        say(
            format!("documented as {documented}, came as {names}"),
            at,
            plain.then_some(update),
        );
    }
    if place.kinds.contains_key("null") && schema.get("nullable") != Some(&Value::Bool(true)) {
        say("may be null".into(), at, Some(json!({ "nullable": true })));
    }
    if !place.values.is_empty() {
        let values: Vec<Value> = place
            .values
            .iter()
            .filter_map(|v| serde_json::from_str(v).ok())
            .collect();
        say(
            format!(
                "values that are not listed: {}",
                Value::from(values.clone())
            ),
            &format!("{at}.enum"),
            Some(values.into()),
        );
    }
    if let Some((owner, key)) = owner.filter(|_| place.absent > 0) {
        let what = format!("required, and did not come {} times", place.absent);
        let action = json!({ "target": format!("{owner}.required[?@ == '{key}']"), "description": evidence(&what), "remove": true });
        out.push(Finding {
            wrong: true,
            at: at.to_owned(),
            what,
            actions: vec![action],
        });
    }
    out
}

/// The one type that all are.
fn only(kinds: &[&str]) -> Option<&'static str> {
    match kinds {
        ["integer", "number"] => Some("number"),
        [one] => ["array", "boolean", "integer", "number", "object", "string"]
            .into_iter()
            .find(|k| k == one),
        _ => None,
    }
}

fn accepts(schema: &Value, kind: &str) -> bool {
    // DRF's COERCE_DECIMAL_TO_STRING decides which of both a decimal is.
    let decimal = schema.get("format").is_some_and(|f| f == "decimal");
    let documented = schema.get("type").and_then(Value::as_str).unwrap_or(kind);
    match kind {
        "integer" => matches!(documented, "integer" | "number") || decimal,
        "number" => documented == "number" || decimal,
        _ => documented == kind || (decimal && kind == "string"),
    }
}

fn typed(kind: &str) -> Value {
    let mut schema = Map::from_iter([
        ("type".to_owned(), kind.into()),
        ("x-autopi-json".to_owned(), false.into()),
    ]);
    match kind {
        "array" => drop(schema.insert("items".into(), json!({ "x-autopi-json": true }))),
        "object" => drop(schema.insert("additionalProperties".into(), true.into())),
        _ => {}
    }
    schema.into()
}

fn nullable(mut schema: Value, place: &Place<'_>) -> Value {
    if place.kinds.contains_key("null")
        && let Some(map) = schema.as_object_mut()
    {
        map.insert("nullable".into(), true.into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{overlay, probe::judge::Judge};

    /// What is said of these answers to an operation that gives a list of `Thing`.
    fn said(doc: &Value, answers: &[Value]) -> Vec<Finding> {
        let mut judge = Judge::new(doc);
        let schema = &doc["paths"]["/things/"]["get"]["responses"]["200"]["content"]["application/json"]
            ["schema"];
        answers
            .iter()
            .for_each(|answer| judge.answer("GET /things/", "$.paths".into(), schema, answer));
        judge
            .places
            .iter()
            .flat_map(|(at, place)| findings(at, place))
            .collect()
    }

    #[test]
    fn parts_that_lead_back_to_themselves_end() {
        let part = |name: &str| json!({ "allOf": [{ "$ref": format!("#/components/schemas/{name}") }, {"properties": {"a": {"type": "string"}}}] });
        let doc = json!({
            "paths": {"/things/": {"get": {"responses": {"200": {"content": {"application/json": {"schema": part("A")}}}}}}},
            "components": {"schemas": {"A": part("B"), "B": part("A")}},
        });
        assert_eq!(said(&doc, &[json!({"a": 1})]).len(), 1);
    }

    #[test]
    fn each_disagreement_is_proposed_and_gone_when_it_is_applied() {
        let mut doc = json!({
            "paths": {"/things/": {"get": {"responses": {"200": {"content": {"application/json": {"schema":
                {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}}}}}},
            "components": {"schemas": {
                "Colour": {"type": "string", "enum": ["red"]},
                "Thing": {"type": "object", "required": ["id", "gone", "it's"], "properties": {
                    "id": {"type": "integer"}, "gone": {"type": "string"}, "it's": {"type": "string"}, "flag": {"type": "string"}, "mixed": {"type": "string"},
                    "colour": {"$ref": "#/components/schemas/Colour"}, "open": {"x-autopi-json": true}, "any": {"x-autopi-json": true},
                    "json": {"type": "object", "x-autopi-json": true}, "price": {"type": "string", "format": "decimal"},
                    "sub": {"type": "object", "additionalProperties": {"type": "integer"}}, "self": {"$ref": "#/components/schemas/Thing"},
                }},
            }},
        });
        let answers = [
            json!({"count": 2, "results": [
                {"id": 1, "it's": "x", "flag": true, "mixed": "a", "colour": "blue", "open": [1], "any": 1, "json": {}, "price": 1.5, "sub": {"a": 1}, "new.one": 1.5},
                {"id": null, "flag": false, "mixed": 1, "colour": null, "open": null, "any": "a", "json": {}, "price": "1.5", "sub": {"a": "1"}, "new.one": 2},
            ]}),
            json!([{"id": 3, "gone": "x", "it's": "x", "self": {"id": "4", "gone": "x", "it's": "x"}}]),
        ];
        let found = said(&doc, &answers);
        let lines: Vec<String> = found
            .iter()
            .map(|f| {
                format!(
                    "{} {}: {}",
                    if f.wrong { "wrong" } else { "open " },
                    f.at,
                    f.what
                )
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
        let actions: Vec<&Value> = found.iter().flat_map(|f| &f.actions).collect();
        let text =
            json!({"overlay": "1.1.0", "info": {"title": "t", "version": "1"}, "actions": actions})
                .to_string();
        assert_eq!(
            overlay::apply(&mut doc, &text).unwrap().actions,
            actions.len()
        );
        // What was opened is looked into the next time.
        let left: Vec<String> = said(&doc, &answers)
            .into_iter()
            .map(|f| f.at + ": " + &f.what)
            .collect();
        assert_eq!(
            left,
            [
                "$.components.schemas['Thing'].properties['open'].items: any JSON in the document, always integer"
            ]
        );
    }
}
