//! Reasons why a finding is not a fault of the sandbox. A reason checks the document and the
//! exchange, so that it explains no more than it says.

use serde_json::Value;

/// A finding of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The broken rule, as the tool calls it.
    pub check: String,
    /// The operation: `GET /path/`.
    pub operation: String,
    /// What is wrong.
    pub wrong: String,
    /// The request and the status of the response, as far as the tool reports them.
    pub sent: String,
    /// The reason why it is not a fault.
    pub reason: Option<&'static str>,
}

/// The exchange as JSON: `null` for what is not JSON, or is not known.
#[derive(Default)]
pub struct Exchange {
    pub body: Value,
    pub response: Value,
    /// Whether the response has no body.
    pub silent: bool,
}

/// Prism ends without a response.
pub const DIED: &str = "prism crashed on this call";
/// Operations below `POST /auth/`.
const BEFORE_A_SESSION: [&str; 5] = [
    "login/",
    "mfa/verify/",
    "password/reset/",
    "register/",
    "resend-confirm-email/",
];

/// Returns why `finding` is not a fault of the sandbox, by the document that was used.
pub fn reason(doc: &Value, finding: &Finding, said: &Exchange) -> Option<&'static str> {
    let error = ["400", "401", "403", "404", "405", "406", "415", "429"];
    let (operation, wrong) = (finding.operation.as_str(), finding.wrong.as_str());
    let received = wrong
        .strip_prefix("Received: ")
        .and_then(|rest| rest.get(..3));
    match finding.check.as_str() {
        "status_code_conformance" if received.is_some_and(|status| error.contains(&status)) => {
            Some("the document lists no errors (drf-yasg leaves them out); DRF sends them")
        }
        "content_type_conformance"
            if wrong.starts_with("The following media types are documented") && said.silent =>
        {
            Some(
                "a response without a body has no content type; the document's `produces` applies \
                 to responses with a body",
            )
        }
        "content_type_conformance"
            if received == Some("app")
                && error
                    .iter()
                    .any(|status| finding.sent.ends_with(&format!("-> {status}"))) =>
        {
            Some("an error is JSON, also for a download")
        }
        "prism" if wrong == DIED => Some(
            "Prism's multipart parser fails at a part without a Content-Type, which RFC 7578 \
             allows",
        ),
        "positive_data_acceptance" | "prism" | "client" if operation == "POST /auth/login/" => {
            Some("only the demo account can log in")
        }
        "missing_required_header" | "ignored_auth"
            if operation
                .strip_prefix("POST /auth/")
                .is_some_and(|rest| BEFORE_A_SESSION.iter().any(|b| rest.starts_with(b))) =>
        {
            Some("operations before a session need no token; the document requires one everywhere")
        }
        "positive_data_acceptance" if only_decimals(doc, operation, &said.response) => Some(
            "a decimal is documented as a string with a format that the tool does not know; DRF \
             accepts only numbers",
        ),
        "positive_data_acceptance" if only_empty_lists(doc, finding, &said.response) => {
            Some("an empty list in a query is sent as one empty item, which its field refuses")
        }
        "positive_data_acceptance" => refused(said),
        "negative_data_rejection" => accepted(doc, finding, &said.body),
        _ => None,
    }
}

/// Returns why DRF refuses a request that the document allows.
fn refused(said: &Exchange) -> Option<&'static str> {
    let each = |says: &dyn Fn(&str) -> bool| all_say(says, &said.response, &|_| true);
    let beyond_64_bits = |text: &str| {
        text == "A valid integer is required."
            || text == "Ensure this value is greater than or equal to -9223372036854775808."
            || text == "Ensure this value is less than or equal to 9223372036854775807."
            || text.starts_with("Invalid pk \"")
    };
    if is_huge(&said.body) && each(&beyond_64_bits) {
        return Some("a database cannot hold an integer of more than 64 bits");
    }
    if each(&|text| text == "Null characters are not allowed.") {
        return Some("DRF refuses a text with U+0000, which PostgreSQL cannot hold");
    }
    each(&|text| text == "The submitted file is empty.")
        .then_some("DRF's FileField refuses an empty file (`allow_empty_file`)")
}

/// Returns why DRF accepts a request that the document does not allow.
fn accepted(doc: &Value, finding: &Finding, body: &Value) -> Option<&'static str> {
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
        // Django takes the last value of a name.
        let last = |name: &&str| {
            ["?", "&"]
                .iter()
                .filter_map(|mark| finding.sent.rsplit_once(&format!("{mark}{name}=")))
                .map(|(_, rest)| rest)
                .min_by_key(|rest| rest.len())
        };
        let empty = |name: &&str| last(name).is_some_and(|rest| rest.starts_with(['&', ' ']));
        let typed = wrong.ends_with("Incorrect type") || wrong.contains("violates `type`");
        let sized = |name: &&str| *name == "page_size" && typed;
        if names.iter().all(empty) {
            return Some("django-filter ignores an empty value");
        }
        return names
            .iter()
            .all(|name| sized(name) || empty(name))
            .then_some("DRF's paginator ignores a page size that is not a number");
    }
    if wrong.ends_with("in body - object with unexpected properties") {
        let form =
            parameters(doc, operation).is_some_and(|p| p.iter().any(|p| p["in"] == "formData"));
        return form.then_some("DRF ignores unknown fields of a form");
    }
    let found = violations(wrong.split_once("in body")?.1)?;
    // The sandbox should have refused one without a reason.
    let reasons = found.iter().map(|v| taken(doc, operation, v, body));
    reasons.collect::<Option<Vec<_>>>()?.first().copied()
}

/// Returns one text for each place of `component:   - query: violates …   - body: violates …`; none
/// if only one place was broken.
fn places(wrong: &str) -> Vec<String> {
    let Some((_, rest)) = wrong.split_once("component:   - ") else {
        return Vec::new();
    };
    let each = rest
        .split("   - ")
        .map(|place| match place.split_once(": violates ") {
            Some(("body", what)) => format!(" in body   - violates {what}"),
            Some((part, what)) => format!(" - {part}: violates {what}"),
            None => place.to_owned(),
        });
    each.collect()
}

/// A violation that a tool made in a body.
struct Violation<'a> {
    names: Vec<&'a str>,
    /// `items` or `additionalProperties`, if a value inside the member is broken.
    inner: Option<&'static str>,
    what: &'a str,
}

/// Reads both forms of the tool: `- a -> b: Incorrect type`, and ``- violates `type` at
/// /properties/a/properties/b (was integer, became null)``, of which there may be several.
fn violations(text: &str) -> Option<Vec<Violation<'_>>> {
    if text.trim() == "- incorrect type" {
        return Some(vec![Violation {
            names: Vec::new(),
            inner: None,
            what: "Incorrect type",
        }]);
    }
    if !text.contains("- violates ") {
        let (place, what) = text.split_once(" - ")?.1.rsplit_once(": ")?;
        let mut names: Vec<&str> = place
            .split(" -> ")
            .map(|n| n.strip_prefix("Array with invalid items: ").unwrap_or(n))
            .collect();
        let inner = match names.last().copied() {
            Some("Array with invalid items") => Some("items"),
            Some("Object with invalid additional property") => Some("additionalProperties"),
            _ => None,
        };
        names.truncate(names.len() - usize::from(inner.is_some()));
        return Some(vec![Violation { names, inner, what }]);
    }
    let each = text.split("- violates `").skip(1).map(|violation| {
        let (key, rest) = violation.split_once('`')?;
        let what = match key {
            "type" => "Incorrect type",
            "not" => "Value is not allowed",
            "uniqueItems" => "Non-unique items",
            "format" => "Value not matching the format",
            "maxLength" => "String larger than maxLength",
            _ => return None,
        };
        let pointer = rest.strip_prefix(" at ")?.split_whitespace().next()?;
        let (mut names, mut inner, mut steps) = (Vec::new(), None, pointer.split('/').skip(1));
        while let Some(step) = steps.next() {
            match step {
                "properties" => names.push(steps.next()?),
                "items" => inner = Some("items"),
                "additionalProperties" => inner = Some("additionalProperties"),
                // The tool writes `x-nullable` like this.
                "anyOf" => drop(steps.next()),
                _ => return None,
            }
        }
        Some(Violation { names, inner, what })
    });
    each.collect()
}

/// Returns why DRF accepts a body with this violation.
fn taken(
    doc: &Value,
    operation: &str,
    violation: &Violation<'_>,
    body: &Value,
) -> Option<&'static str> {
    let Violation { names, inner, what } = violation;
    let (mut schema, mut sent) = (field(doc, operation, names)?, values(body, names));
    if let Some(key) = inner {
        schema = schema.get(key)?;
        sent = sent
            .into_iter()
            .flat_map(|v| {
                v.as_array().map_or_else(
                    || v.as_object().into_iter().flat_map(|m| m.values()).collect(),
                    |l| l.iter().collect::<Vec<_>>(),
                )
            })
            .collect();
    }
    let (format, was) = (
        schema["format"].as_str().unwrap_or_default(),
        schema["type"].as_str()?,
    );
    let all = |like: fn(&Value) -> bool| !sent.is_empty() && sent.iter().all(|v| like(v));
    match *what {
        "Value is not allowed" if schema["readOnly"] == true => {
            Some("DRF ignores read-only fields")
        }
        "Non-unique items" if schema["uniqueItems"] == true => {
            Some("Django accepts a duplicate relation, and stores it once")
        }
        "Incorrect type"
            if was == "object"
                && ["properties", "additionalProperties"]
                    .iter()
                    .all(|k| schema.get(k).is_none_or(|v| *v == true)) =>
        {
            Some("drf-yasg documents a JSONField as an object, but it accepts any JSON")
        }
        "Incorrect type"
            if schema["x-nullable"] == true
                && schema.get("enum").is_some()
                && all(Value::is_null) =>
        {
            Some("null is accepted with `x-nullable`, though the enum beside it does not list it")
        }
        "Incorrect type"
            if was == "string"
                && ["", "decimal", "slug"].contains(&format)
                && all(|v| v.is_number() || v.is_string()) =>
        {
            Some("DRF's string and decimal fields accept numbers")
        }
        "Incorrect type"
            if was == "boolean"
                && all(|v| v.is_boolean() || *v == 0 || *v == 1 || *v == "0" || *v == "1") =>
        {
            Some("DRF's BooleanField accepts 0 and 1")
        }
        "String larger than maxLength"
            if schema["maxLength"].as_u64().is_some_and(|most| {
                let short = |t: &str| t.trim().chars().count() as u64 <= most;
                !sent.is_empty() && sent.iter().all(|v| v.as_str().is_some_and(short))
            }) =>
        {
            Some("DRF checks the length without surrounding blanks (`trim_whitespace`)")
        }
        "Incorrect type"
            if format == "uuid" && all(|v| v.is_boolean() || v.is_i64() || v.is_u64()) =>
        {
            Some("DRF's UUIDField reads integers, and true and false as 1 and 0")
        }
        // drf-yasg marks lists of relations with `uniqueItems`.
        "Incorrect type"
            if was == "array" && schema["uniqueItems"] == true && all(Value::is_object) =>
        {
            Some("DRF reads a list of relations from an object as well: from its keys")
        }
        "Incorrect type" if was == "array" && schema["in"] == "formData" => {
            Some("form values are texts: DRF reads one as a list of one")
        }
        _ if was == "file" && what.starts_with("Value not matching the ") => {
            Some("a file may have any bytes")
        }
        "Incorrect type" if was == "number" && all(Value::is_boolean) => {
            Some("DRF's FloatField reads true and false as 1 and 0")
        }
        // drf-yasg gives limits to integers in the database, but not to relations.
        "Incorrect type"
            if was == "integer" && schema.get("maximum").is_none() && all(Value::is_f64) =>
        {
            Some("Django converts a number to an integer to look up a relation")
        }
        _ if what.starts_with("Value not matching the ")
            && schema.get("minLength").is_none()
            && all(|v| *v == "") =>
        {
            Some(
                "a text that may be blank (drf-yasg: no `minLength`) may be blank despite its \
                 format",
            )
        }
        _ => None,
    }
}

/// Returns the query parameters that a tool broke, if it broke nothing else.
fn query_names(wrong: &str) -> Option<Vec<&str>> {
    if let Some((_, rest)) = wrong.split_once("component: parameter") {
        return rest
            .split_once(" in query")
            .map(|(names, _)| names.split('`').skip(1).step_by(2).collect());
    }
    let (_, rest) = wrong.split_once(" - query: violates ")?;
    let name = rest
        .split_once("/properties/")?
        .1
        .split([' ', '('])
        .next()?;
    (wrong.matches("violates ").count() == 1).then(|| vec![name])
}

/// Returns whether there is an integer of more than 64 bits.
fn is_huge(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(is_huge),
        Value::Object(map) => map.values().any(is_huge),
        // In a form.
        Value::String(text) => text.len() > 18 && text.bytes().all(|b| b.is_ascii_digit()),
        Value::Number(n) => n.is_f64() && n.as_f64().is_some_and(|n| n.abs() >= 9.2e18),
        _ => false,
    }
}

/// Returns whether the response only reports this, and only for such fields.
fn all_say(says: &dyn Fn(&str) -> bool, response: &Value, field: &dyn Fn(&[&str]) -> bool) -> bool {
    fn walk<'a>(
        says: &dyn Fn(&str) -> bool,
        value: &'a Value,
        names: &mut Vec<&'a str>,
        field: &dyn Fn(&[&str]) -> bool,
    ) -> bool {
        match value {
            Value::Object(map) => map.iter().all(|(name, inner)| {
                // The index in a list.
                if name.parse::<usize>().is_ok() {
                    return walk(says, inner, names, field);
                }
                names.push(name);
                let good = walk(says, inner, names, field);
                names.pop();
                good
            }),
            Value::Array(list) => list.iter().all(|inner| walk(says, inner, names, field)),
            Value::String(text) => says(text) && field(names),
            _ => false,
        }
    }
    response.as_object().is_some_and(|map| !map.is_empty())
        && walk(says, response, &mut Vec::new(), field)
}

fn only_decimals(doc: &Value, operation: &str, response: &Value) -> bool {
    let decimal =
        |names: &[&str]| field(doc, operation, names).is_some_and(|f| f["format"] == "decimal");
    all_say(
        &|text| text == "A valid number is required.",
        response,
        &decimal,
    )
}

/// Returns whether the response only reports lists in the query, each of which was sent empty.
fn only_empty_lists(doc: &Value, finding: &Finding, response: &Value) -> bool {
    let is_list = |name: &str| {
        let all = parameters(doc, &finding.operation).into_iter().flatten();
        let mut own = all.filter(|p| p["in"] == "query" && p["name"] == name);
        own.any(|p| p["type"] == "array")
    };
    let is_empty = |name: &str| {
        let sent = ["?", "&"].map(|mark| finding.sent.split_once(&format!("{mark}{name}=")));
        sent.iter()
            .flatten()
            .any(|(_, rest)| rest.starts_with(['&', ' ']))
    };
    response.as_object().is_some_and(|map| {
        !map.is_empty() && map.keys().all(|name| is_list(name) && is_empty(name))
    })
}

fn resolve<'a>(doc: &'a Value, mut schema: &'a Value) -> &'a Value {
    // Limited, because references may form a cycle.
    for _ in 0..8 {
        let inner = schema["$ref"]
            .as_str()
            .and_then(|r| doc.pointer(r.strip_prefix('#')?))
            .or_else(|| schema["allOf"].get(0));
        schema = inner.or_else(|| schema.get("items")).unwrap_or(schema);
    }
    schema
}

fn parameters<'a>(doc: &'a Value, operation: &str) -> Option<&'a Vec<Value>> {
    let (method, path) = operation.split_once(' ')?;
    doc["paths"][path][method.to_lowercase()]["parameters"].as_array()
}

/// Returns the schema of a body, without the lists around it.
fn body<'a>(doc: &'a Value, operation: &str) -> Option<&'a Value> {
    Some(resolve(
        doc,
        &parameters(doc, operation)?
            .iter()
            .find(|p| p["in"] == "body")?["schema"],
    ))
}

/// Returns the schema of a field in a body.
fn field<'a>(doc: &'a Value, operation: &str, names: &[&str]) -> Option<&'a Value> {
    if let [name] = names {
        let mut form = parameters(doc, operation)?.iter();
        if let Some(own) = form.find(|p| p["in"] == "formData" && p["name"] == *name) {
            return Some(own);
        }
    }
    let outer = body(doc, operation)?;
    let Some((last, before)) = names.split_last() else {
        return Some(outer);
    };
    let holder = before.iter().try_fold(outer, |schema, name| {
        Some(resolve(doc, schema["properties"].get(name)?))
    })?;
    holder["properties"].get(last)
}

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

/// Returns all values that were sent for a field: several if it is in a list.
fn values<'a>(body: &'a Value, names: &[&str]) -> Vec<&'a Value> {
    match (body, names) {
        (value, []) => vec![value],
        (Value::Array(list), names) => list.iter().flat_map(|v| values(v, names)).collect(),
        (value, [first, rest @ ..]) => value
            .get(first)
            .map(|v| values(v, rest))
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reason_explains_no_more_than_it_says() {
        let properties = json!({"n": {"type": "string"}, "at": {"type": "string", "format": "date-time"}, "on": {"type": "boolean"},
            "x": {"type": "number"}, "key": {"type": "integer"}, "count": {"type": "integer", "maximum": 9},
            "made": {"type": "string", "readOnly": true}, "id": {"type": "string", "format": "uuid"},
            "users": {"type": "array", "uniqueItems": true}, "rows": {"type": "array", "items": {"$ref": "#/definitions/Row"}}});
        let schema = |required: Value| json!({"required": true, "in": "body", "schema": {"properties": properties, "required": required}});
        let doc = json!({
            "definitions": {"Row": {"properties": {"lat": {"type": "string", "format": "decimal"}, "n": {"type": "integer"}}}},
            "paths": {"/l/": {"get": {"parameters": [{"in": "query", "name": "tags", "type": "array"}, {"in": "query", "name": "n", "type": "integer"}]}},
                "/a/": {"post": {"parameters": [schema(json!(["made"]))]}, "put": {"parameters": [schema(json!(["n"]))]}},
                "/b/": {"post": {"parameters": [{"in": "formData", "name": "over", "type": "boolean"},
                        {"in": "formData", "name": "tags", "type": "array"}, {"in": "formData", "name": "file", "type": "file"}]},
                    "put": {"parameters": [{"in": "body", "schema": {"type": "object", "additionalProperties": true}}]},
                    "patch": {"parameters": [{"in": "body", "schema": {"properties": {"n": {"type": "string", "maxLength": 3}}}}]}}},
        });
        let judge = |check: &str,
                     operation: &str,
                     wrong: &str,
                     sent: &str,
                     body: Value,
                     response: Value| {
            let finding = Finding {
                check: check.into(),
                operation: operation.into(),
                wrong: wrong.into(),
                sent: sent.into(),
                reason: None,
            };
            reason(
                &doc,
                &finding,
                &Exchange {
                    body,
                    response,
                    silent: false,
                },
            )
            .is_some()
        };
        let taken = |wrong: &str, body: Value| {
            judge(
                "negative_data_rejection",
                "POST /a/",
                wrong,
                "",
                body,
                Value::Null,
            )
        };
        assert!(
            taken("in body - n: Incorrect type", json!({"n": 0}))
                && !taken("in body - n: Incorrect type", json!({"n": []}))
        );
        assert!(
            taken("in body - id: Incorrect type", json!({"id": false}))
                && !taken("in body - id: Incorrect type", json!({"id": 1.5}))
        );
        assert!(
            taken("in body - users: Incorrect type", json!({"users": {}}))
                && !taken("in body - users: Incorrect type", json!({"users": 1}))
                && !taken("in body - rows: Incorrect type", json!({"rows": {}}))
        );
        assert!(
            !taken("in body - at: Incorrect type", json!({"at": 0}))
                && !taken(
                    "in body - n: String larger than maxLength",
                    json!({"n": "0"})
                )
        );
        assert!(
            taken("in body - on: Incorrect type", json!({"on": 1}))
                && !taken("in body - on: Incorrect type", json!({"on": 2}))
        );
        assert!(
            taken("in body - made: Value is not allowed", json!({}))
                && !taken("in body - n: Value is not allowed", json!({}))
        );
        assert!(!taken(
            "in body - rows -> Array with invalid items: n: Incorrect type",
            json!({"rows": [{"n": "x"}]})
        ));
        let nothing = |operation: &str| {
            judge(
                "negative_data_rejection",
                operation,
                "Missing request body",
                "",
                Value::Null,
                Value::Null,
            )
        };
        assert!(nothing("POST /a/") && !nothing("PUT /a/"));
        let refused = |response: Value| {
            judge(
                "positive_data_acceptance",
                "POST /a/",
                "Valid data",
                "",
                Value::Null,
                response,
            )
        };
        assert!(refused(
            json!({"rows": [{"lat": ["A valid number is required."]}]})
        ));
        assert!(refused(
            json!({"rows": {"0": {"lat": ["A valid number is required."]}}})
        ));
        assert!(
            !refused(json!({"n": ["A valid number is required."]}))
                && !refused(json!({}))
                && !refused(Value::Null)
        );
        let empty = |sent: &str| {
            judge(
                "negative_data_rejection",
                "GET /a/",
                "Invalid component: parameter `x` in query - x: a",
                sent,
                Value::Null,
                Value::Null,
            )
        };
        assert!(
            empty("GET /a/?x=  -> 200")
                && empty("GET /a/?y=1&x=&z=1 -> 200")
                && !empty("GET /a/?x=1&xx=  -> 200")
        );
        let paged = |wrong: &str| {
            let wrong = format!("Invalid component: parameter `page_size` in query - {wrong}");
            let null = || Value::Null;
            judge(
                "negative_data_rejection",
                "GET /a/",
                &wrong,
                "",
                null(),
                null(),
            )
        };
        assert!(paged("page_size: Incorrect type") && !paged("page_size: 0 is less than 1"));
        assert!(
            taken("in body - x: Incorrect type", json!({"x": false}))
                && !taken("in body - x: Incorrect type", json!({"x": "a"}))
        );
        assert!(
            taken("in body - key: Incorrect type", json!({"key": 0.5}))
                && !taken("in body - key: Incorrect type", json!({"key": "a"}))
                && !taken("in body - count: Incorrect type", json!({"count": 0.5}))
        );
        assert!(
            taken(
                " in body   - violates `type` at /properties/key/anyOf/0 (was integer, became \
                 number)   - violates `not` at /properties/made",
                json!({"key": 0.5})
            ) && !taken(
                " in body   - violates `type` at /properties/count (was integer, became number)   \
                 - violates `not` at /properties/made",
                json!({"count": 0.5})
            ) && !taken(
                "in body - violates `maxLength` at /properties/n",
                json!({"n": "x"})
            )
        );
        let long = "in body - n: String larger than maxLength";
        assert!(
            judge(
                "negative_data_rejection",
                "PATCH /b/",
                long,
                "",
                json!({"n": "\u{85}abc "}),
                Value::Null
            ) && !judge(
                "negative_data_rejection",
                "PATCH /b/",
                long,
                "",
                json!({"n": "abcd"}),
                Value::Null
            )
        );
        let form = |body: Value| {
            let wrong = "in body - over: Incorrect type";
            judge(
                "negative_data_rejection",
                "POST /b/",
                wrong,
                "",
                body,
                Value::Null,
            )
        };
        assert!(form(json!({"over": "0"})) && !form(json!({"over": "yes"})) && !form(Value::Null));
        let of_form = " in body   - violates `format` at /properties/file   - violates `type` at \
                       /properties/tags (was array, became boolean)";
        let rejected = |operation: &str, wrong: &str, sent: &str| {
            judge(
                "negative_data_rejection",
                operation,
                wrong,
                sent,
                json!({}),
                Value::Null,
            )
        };
        assert!(rejected("POST /b/", of_form, ""));
        assert!(rejected("PUT /b/", "in body - incorrect type", ""));
        assert!(!rejected("PATCH /b/", "in body - incorrect type", ""));
        let two = "component: parameters `page_size`, `page` in query   - violates `type` at \
                   /properties/page_size   - violates `type` at /properties/page";
        assert!(rejected(
            "GET /l/",
            two,
            "GET /l/?page=&page_size=true  -> 200"
        ));
        assert!(!rejected(
            "GET /l/",
            two,
            "GET /l/?page=x&page_size=true  -> 200"
        ));
        let both = |key: &str| {
            let wrong = format!(
                "component:   - query: violates `minLength` at /properties/x   - body: violates \
                 `{key}` at /properties/made"
            );
            judge(
                "negative_data_rejection",
                "POST /a/",
                &wrong,
                "POST /a/?x= {} -> 200",
                json!({}),
                Value::Null,
            )
        };
        assert!(both("not") && !both("minimum"));
        let accepted = |words: &str, body: Value| {
            let response = json!({"rows": {"3": {"n": [words]}}});
            judge(
                "positive_data_acceptance",
                "POST /a/",
                "Valid data",
                "",
                body,
                response,
            )
        };
        assert!(accepted("Null characters are not allowed.", Value::Null));
        assert!(accepted("The submitted file is empty.", Value::Null));
        let least = "Ensure this value is greater than or equal to -9223372036854775808.";
        let huge = serde_json::from_str("{\"n\": -9223372036854775809}").unwrap();
        assert!(accepted(least, huge) && !accepted(least, json!({"n": 1})));
        assert!(empty("GET /a/?x=1&x=  -> 200") && !empty("GET /a/?x=&x=1  -> 200"));
        let list = |sent: &str, response: Value| {
            judge(
                "positive_data_acceptance",
                "GET /l/",
                "Valid data",
                sent,
                Value::Null,
                response,
            )
        };
        let complaint = json!({"tags": ["A valid integer is required."]});
        assert!(
            list("GET /l/?n=1&tags=&b=2  -> 400", complaint.clone())
                && !list("GET /l/?tags=1  -> 400", complaint)
                && !list("GET /l/?tags=  -> 400", json!({"n": ["Invalid."]}))
        );
        let public =
            |operation: &str| judge("ignored_auth", operation, "", "", Value::Null, Value::Null);
        assert!(
            public("POST /auth/register/")
                && !public("POST /a/reset/")
                && !public("GET /auth/login/")
        );
    }
}
