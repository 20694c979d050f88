//! Converts a Swagger 2.0 document to OpenAPI 3, as far as commands need it. The pipeline of xtask
//! does more: names, types of responses, corrections.

use serde_json::{Map, Value, json};

use super::{drf, trim};

/// Returns the same document in the form of OpenAPI 3.
pub fn convert(old: &Value) -> Value {
    let text = |key: &str| old.get(key).and_then(Value::as_str);
    let base = text("basePath").unwrap_or_default().trim_end_matches('/');
    let scheme = old
        .pointer("/schemes/0")
        .and_then(Value::as_str)
        .unwrap_or("https");
    let definitions = old.get("definitions").and_then(Value::as_object);
    let definitions = definitions.into_iter().flatten();
    let definitions = definitions.map(|(name, of)| (name.clone(), schema(of)));
    let definitions: Map<String, Value> = definitions.collect();
    let mut new = json!({
        "openapi": "3.0.3",
        "info": old.get("info"),
        "components": { "schemas": definitions },
    });
    if let Some(host) = text("host") {
        new["servers"] = json!([{ "url": format!("{scheme}://{host}") }]);
    }
    let mut paths = Map::new();
    for (path, item) in old
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let item = resolve(old, item);
        let shared = list(old, item);
        let mut operations = Map::new();
        for (method, operation) in super::methods::operations(item) {
            let new = self::operation(old, operation, &shared);
            operations.insert(method.to_ascii_lowercase(), new);
        }
        paths.insert(format!("{base}{path}"), Value::Object(operations));
    }
    new["paths"] = Value::Object(paths);
    new
}

/// Returns the target of a reference to a shared parameter, response or path item.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    super::links::target(document, value).unwrap_or(value)
}

fn list<'a>(document: &'a Value, of: &'a Value) -> Vec<&'a Value> {
    let list = of.get("parameters").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|p| resolve(document, p))
        .collect()
}

fn operation(document: &Value, old: &Value, shared: &[&Value]) -> Value {
    let own = list(document, old);
    let key = |p: &Value| (p.get("name").cloned(), p.get("in").cloned());
    let shared = shared
        .iter()
        .filter(|p| !own.iter().any(|o| key(o) == key(p)));
    let all: Vec<&Value> = shared.copied().chain(own.iter().copied()).collect();
    let place = |p: &Value| {
        p.get("in")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .unwrap_or_default()
    };
    let mut new = Map::new();
    for key in [
        "operationId",
        "summary",
        "description",
        "tags",
        "deprecated",
    ] {
        new.extend(old.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    let plain = all
        .iter()
        .filter(|p| !matches!(place(p).as_str(), "body" | "formData"));
    new.insert("parameters".into(), plain.map(|p| parameter(p)).collect());
    let form: Vec<_> = all
        .iter()
        .copied()
        .filter(|p| place(p) == "formData")
        .collect();
    if let Some(body) = all.iter().find(|p| place(p) == "body") {
        let of = body.get("schema").map(schema);
        let media = media(document, old, "consumes").into_iter().next();
        let media = media.unwrap_or_else(|| "application/json".into());
        new.insert(
            "requestBody".into(),
            json!({ "required": body.get("required"), "content": { media: { "schema": of } } }),
        );
    } else if !form.is_empty() {
        new.insert("requestBody".into(), self::form(document, old, &form));
    }
    let responses = old
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let responses = responses.map(|(status, r)| {
        (
            status.clone(),
            response(document, old, resolve(document, r)),
        )
    });
    new.insert("responses".into(), Value::Object(responses.collect()));
    Value::Object(new)
}

/// Returns `consumes` or `produces` of the operation, or else of the document.
fn media(document: &Value, operation: &Value, key: &str) -> Vec<String> {
    let said = operation.get(key).or_else(|| document.get(key));
    let list = said.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn parameter(old: &Value) -> Value {
    let (mut new, mut of) = (Map::new(), Map::new());
    for (key, value) in old.as_object().into_iter().flatten() {
        match key.as_str() {
            "name" | "in" | "required" | "description" => new.insert(key.clone(), value.clone()),
            "collectionFormat" => None,
            _ => of.insert(key.clone(), value.clone()),
        };
    }
    if of.get("type").is_some_and(|t| t == "array") {
        let name = old.get("name").and_then(Value::as_str).unwrap_or_default();
        let (style, explode) = match old.get("collectionFormat").and_then(Value::as_str) {
            Some("multi") => ("form", true),
            Some("ssv") => ("spaceDelimited", false),
            Some("pipes") => ("pipeDelimited", false),
            // drf-yasg leaves it out for lists that DRF reads from repeated names.
            None if !drf::has_commas(name) => ("form", true),
            _ => ("form", false),
        };
        new.insert("style".into(), style.into());
        new.insert("explode".into(), explode.into());
    }
    new.insert("schema".into(), schema(&Value::Object(of)));
    Value::Object(new)
}

fn form(document: &Value, operation: &Value, parts: &[&Value]) -> Value {
    let is_file = |p: &&&Value| p.get("type").is_some_and(|t| t == "file");
    let name = |p: &Value| {
        p.get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let consumes = media(document, operation, "consumes");
    let multipart =
        parts.iter().any(|p| is_file(&p)) || consumes.iter().any(|m| m.starts_with("multipart/"));
    let media = if multipart {
        "multipart/form-data"
    } else {
        "application/x-www-form-urlencoded"
    };
    let members: Map<String, Value> = parts
        .iter()
        .map(|p| {
            let of = match is_file(&p) {
                true => json!({ "type": "string", "format": "binary" }),
                false => parameter(p).get("schema").cloned().unwrap_or_default(),
            };
            (name(p), of)
        })
        .collect();
    let required: Vec<_> = parts
        .iter()
        .filter(|p| p.get("required") == Some(&Value::Bool(true)))
        .map(|p| name(p))
        .collect();
    let encoding = parts.iter().filter_map(|p| {
        let p = (name(p), parameter(p));
        let written = p.1.get("style").zip(p.1.get("explode"));
        written.map(|(style, explode)| (p.0, json!({ "style": style, "explode": explode })))
    });
    let encoding: Map<String, Value> = encoding.collect();
    json!({
        "required": !required.is_empty(),
        "content": { media: { "encoding": encoding, "schema": { "type": "object", "properties": members, "required": required } } },
    })
}

fn response(document: &Value, operation: &Value, old: &Value) -> Value {
    let Some(of) = old.get("schema") else {
        return json!({});
    };
    let mut kinds = media(document, operation, "produces");
    if of.get("type").is_some_and(|t| t == "file") {
        kinds.retain(|m| !m.contains("json"));
        let kinds = if kinds.is_empty() {
            vec!["application/octet-stream".to_owned()]
        } else {
            kinds
        };
        let content: Map<String, Value> = kinds.into_iter().map(|m| (m, json!({}))).collect();
        return json!({ "content": content });
    }
    if kinds.is_empty() {
        kinds.push("application/json".into());
    }
    let content: Map<String, Value> = kinds
        .into_iter()
        .map(|m| (m, json!({ "schema": schema(of) })))
        .collect();
    json!({ "content": content })
}

/// Converts a schema: references have other targets, and nullability another keyword.
fn schema(old: &Value) -> Value {
    trim::each(old, &|mut map| {
        if let Some(nullable) = map.remove("x-nullable") {
            map.insert("nullable".into(), nullable);
        }
        if let Some(Value::String(target)) = map.get_mut("$ref") {
            *target = target.replace("#/definitions/", "#/components/schemas/");
        }
        drf::open_values(&mut map);
        map
    })
}
