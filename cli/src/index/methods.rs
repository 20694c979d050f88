//! The operations of a path item. The build script compiles this file too.

use serde_json::Value;

use super::media::is_token;

const METHODS: [&str; 9] = [
    "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY",
];

/// Returns whether a request can have this method. CONNECT asks for a tunnel.
fn is_method(name: &str) -> bool {
    is_token(name) && !name.eq_ignore_ascii_case("CONNECT")
}

fn known(key: &str) -> Option<usize> {
    METHODS.iter().position(|m| m.eq_ignore_ascii_case(key))
}

fn additional(item: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let more = item.get("additionalOperations").and_then(Value::as_object);
    more.into_iter().flatten().filter(|(_, o)| o.is_object())
}

/// Returns the operations of a path item with their methods: its own, however the methods are
/// written, then those of OpenAPI 3.2 with any method, which has no other spelling.
pub fn operations(item: &Value) -> Vec<(&str, &Value)> {
    let own = item.as_object().into_iter().flatten();
    let own = own.filter(|(key, operation)| known(key).is_some() && operation.is_object());
    // One that is written as it should be counts before the others.
    let is_right = |key: &str| !key.contains(|c: char| c.is_ascii_uppercase());
    let (right, odd): (Vec<_>, Vec<_>) = own.partition(|(key, _)| is_right(key));
    let more = additional(item).filter(|(key, _)| is_method(key));
    let mut found: Vec<(&str, &Value)> = Vec::new();
    for (key, operation) in right.into_iter().chain(odd).chain(more) {
        let method = known(key).and_then(|at| METHODS.get(at)).copied();
        let method = method.unwrap_or(key);
        if !found.iter().any(|(other, _)| *other == method) {
            found.push((method, operation));
        }
    }
    found.sort_by_key(|(method, _)| known(method).unwrap_or(METHODS.len()));
    found
}

/// Returns the methods of operations that no request can have.
pub fn left_out(item: &Value) -> impl Iterator<Item = &str> {
    let odd = additional(item).filter(|(key, _)| !is_method(key));
    odd.map(|(key, _)| key.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_has_the_method_that_its_key_says_however_it_is_written() {
        let item = json!({
            "summary": "x", "parameters": [], "Post": {"n": 1}, "get": {"n": 2}, "GET": {"n": 3},
            "put": null, "$ref": "#/x", "x-get": {"n": 4},
            "additionalOperations": {
                "COPY": {"n": 5}, "Copy": {"n": 6}, "Query": {"n": 7}, "POST": {"n": 8},
                "a b": {"n": 9}, "": {"n": 10}, "CONNECT": {"n": 11}, "M-SEARCH": {"n": 12},
                "LOCK": 13,
            },
        });
        let found: Vec<_> = operations(&item)
            .into_iter()
            .map(|(method, operation)| format!("{method} {}", operation["n"]))
            .collect();
        let wanted = [
            "GET 2",
            "POST 1",
            "QUERY 7",
            "COPY 5",
            "Copy 6",
            "M-SEARCH 12",
        ];
        assert_eq!(found, wanted);
        assert_eq!(left_out(&item).collect::<Vec<_>>(), ["a b", "", "CONNECT"]);
    }
}
