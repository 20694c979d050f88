//! A reason explains no more than it says.

use serde_json::{Value, json};

use super::{Exchange, Finding, reason};

fn document() -> Value {
    let properties = json!({"n": {"type": "string"}, "at": {"type": "string", "format": "date-time"}, "on": {"type": "boolean"},
        "x": {"type": "number"}, "key": {"type": "integer"}, "count": {"type": "integer", "maximum": 9},
        "made": {"type": "string", "readOnly": true}, "id": {"type": "string", "format": "uuid"},
        "users": {"type": "array", "uniqueItems": true}, "rows": {"type": "array", "items": {"$ref": "#/definitions/Row"}}});
    let schema = |required: Value| json!({"required": true, "in": "body", "schema": {"properties": properties, "required": required}});
    json!({
        "definitions": {"Row": {"properties": {"lat": {"type": "string", "format": "decimal"}, "n": {"type": "integer"}}}},
        "paths": {"/l/": {"get": {"parameters": [{"in": "query", "name": "tags", "type": "array"}, {"in": "query", "name": "n", "type": "integer"}]}},
            "/a/": {"post": {"parameters": [schema(json!(["made"]))]}, "put": {"parameters": [schema(json!(["n"]))]}},
            "/b/": {"post": {"parameters": [{"in": "formData", "name": "over", "type": "boolean"},
                    {"in": "formData", "name": "tags", "type": "array"}, {"in": "formData", "name": "file", "type": "file"}]},
                "put": {"parameters": [{"in": "body", "schema": {"type": "object", "additionalProperties": true}}]},
                "patch": {"parameters": [{"in": "body", "schema": {"properties": {"n": {"type": "string", "maxLength": 3}}}}]}}},
    })
}

/// Returns whether there is a reason for a finding with this request and response.
fn judge(
    check: &str,
    operation: &str,
    wrong: &str,
    sent: &str,
    body: Value,
    response: Value,
) -> bool {
    let finding = Finding {
        check: check.into(),
        operation: operation.into(),
        wrong: wrong.into(),
        sent: sent.into(),
        reason: None,
    };
    let said = Exchange {
        body,
        response,
        silent: false,
    };
    reason(&document(), &finding, &said).is_some()
}

/// Returns whether there is a reason for an invalid request that was accepted.
fn accepted(operation: &str, wrong: &str, sent: &str, body: Value) -> bool {
    let check = "negative_data_rejection";
    judge(check, operation, wrong, sent, body, Value::Null)
}

/// Returns the same for `POST /a/`.
fn taken(wrong: &str, body: Value) -> bool {
    accepted("POST /a/", wrong, "", body)
}

/// Returns whether there is a reason for a valid request that was refused.
fn refused(operation: &str, sent: &str, body: Value, response: Value) -> bool {
    let check = "positive_data_acceptance";
    judge(check, operation, "Valid data", sent, body, response)
}

/// Returns whether there is a reason for an empty value in the query.
fn empty(sent: &str) -> bool {
    let wrong = "Invalid component: parameter `x` in query - x: a";
    accepted("GET /a/", wrong, sent, Value::Null)
}

#[test]
fn values_that_drf_converts_are_explained() {
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
}

#[test]
fn a_missing_body_is_explained_if_nothing_is_required() {
    let nothing = |operation| accepted(operation, "Missing request body", "", Value::Null);
    assert!(nothing("POST /a/") && !nothing("PUT /a/"));
}

#[test]
fn numbers_that_are_refused_are_explained_for_decimals() {
    let refused = |response| refused("POST /a/", "", Value::Null, response);
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
}

#[test]
fn an_empty_value_in_the_query_is_explained() {
    assert!(
        empty("GET /a/?x=  -> 200")
            && empty("GET /a/?y=1&x=&z=1 -> 200")
            && !empty("GET /a/?x=1&xx=  -> 200")
    );
    assert!(empty("GET /a/?x=1&x=  -> 200") && !empty("GET /a/?x=&x=1  -> 200"));
}

#[test]
fn a_page_size_of_another_type_is_explained() {
    let paged = |wrong: &str| {
        let wrong = format!("Invalid component: parameter `page_size` in query - {wrong}");
        accepted("GET /a/", &wrong, "", Value::Null)
    };
    assert!(paged("page_size: Incorrect type") && !paged("page_size: 0 is less than 1"));
}

#[test]
fn a_length_counts_without_surrounding_blanks() {
    let long = |text: &str| {
        let wrong = "in body - n: String larger than maxLength";
        accepted("PATCH /b/", wrong, "", json!({ "n": text }))
    };
    assert!(long("\u{85}abc ") && !long("abcd"));
}

#[test]
fn fields_of_a_form_are_texts() {
    let form = |body: Value| accepted("POST /b/", "in body - over: Incorrect type", "", body);
    assert!(form(json!({"over": "0"})) && !form(json!({"over": "yes"})) && !form(Value::Null));
    let of_form = " in body   - violates `format` at /properties/file   - violates `type` at \
                   /properties/tags (was array, became boolean)";
    assert!(accepted("POST /b/", of_form, "", json!({})));
}

#[test]
fn a_body_of_any_json_is_explained() {
    let rejected = |operation| accepted(operation, "in body - incorrect type", "", json!({}));
    assert!(rejected("PUT /b/"));
    assert!(!rejected("PATCH /b/"));
}

#[test]
fn each_of_several_places_needs_a_reason() {
    let two = "component: parameters `page_size`, `page` in query   - violates `type` at \
               /properties/page_size   - violates `type` at /properties/page";
    assert!(accepted(
        "GET /l/",
        two,
        "GET /l/?page=&page_size=true  -> 200",
        json!({})
    ));
    assert!(!accepted(
        "GET /l/",
        two,
        "GET /l/?page=x&page_size=true  -> 200",
        json!({})
    ));
    let both = |key: &str| {
        let wrong = format!(
            "component:   - query: violates `minLength` at /properties/x   - body: violates `{key}` \
             at /properties/made"
        );
        accepted("POST /a/", &wrong, "POST /a/?x= {} -> 200", json!({}))
    };
    assert!(both("not") && !both("minimum"));
}

#[test]
fn what_django_cannot_store_is_explained() {
    let accepted = |words: &str, body: Value| {
        let response = json!({"rows": {"3": {"n": [words]}}});
        refused("POST /a/", "", body, response)
    };
    assert!(accepted("Null characters are not allowed.", Value::Null));
    assert!(accepted("The submitted file is empty.", Value::Null));
    let least = "Ensure this value is greater than or equal to -9223372036854775808.";
    let huge = serde_json::from_str("{\"n\": -9223372036854775809}").unwrap();
    assert!(accepted(least, huge) && !accepted(least, json!({"n": 1})));
}

#[test]
fn an_empty_list_in_the_query_is_explained() {
    let list = |sent: &str, response| refused("GET /l/", sent, Value::Null, response);
    let complaint = json!({"tags": ["A valid integer is required."]});
    assert!(
        list("GET /l/?n=1&tags=&b=2  -> 400", complaint.clone())
            && !list("GET /l/?tags=1  -> 400", complaint)
            && !list("GET /l/?tags=  -> 400", json!({"n": ["Invalid."]}))
    );
}

#[test]
fn operations_before_a_session_need_no_token() {
    let public = |operation| judge("ignored_auth", operation, "", "", Value::Null, Value::Null);
    assert!(
        public("POST /auth/register/") && !public("POST /a/reset/") && !public("GET /auth/login/")
    );
}
