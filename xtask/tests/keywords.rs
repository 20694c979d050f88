//! Every member of every object, in each version of the specification: what is sent depends on it,
//! or a warning with its pointer says that it does not, or it only tells something to people.

use serde_json::{Value, json};
use xtask::{
    document::{
        METHODS,
        members::{Version, each_known},
    },
    pipeline::normalize,
};

/// An object of each kind, in the documents of [`three`] and [`two`].
const PLACES: &[(&str, &str, &str)] = &[
    ("document", "", ""),
    ("info", "/info", "/info"),
    ("server", "/servers/0", ""),
    ("server variable", "/servers/0/variables/r", ""),
    ("components", "/components", ""),
    ("path item", "/paths/~1a~1{id}~1", "/paths/~1a~1{id}~1"),
    (
        "operation",
        "/paths/~1a~1{id}~1/post",
        "/paths/~1a~1{id}~1/post",
    ),
    (
        "parameter",
        "/paths/~1a~1{id}~1/post/parameters/0",
        "/paths/~1a~1{id}~1/post/parameters/0",
    ),
    (
        "header",
        "/components/requestBodies/B/content/multipart~1form-data/encoding/f/headers/X-H",
        "",
    ),
    ("request body", "/components/requestBodies/B", ""),
    (
        "media type",
        "/components/requestBodies/B/content/multipart~1form-data",
        "",
    ),
    (
        "encoding",
        "/components/requestBodies/F/content/application~1x-www-form-urlencoded/encoding/l",
        "",
    ),
    (
        "response",
        "/paths/~1a~1{id}~1/post/responses/200",
        "/paths/~1a~1{id}~1/post/responses/200",
    ),
    (
        "security scheme",
        "/components/securitySchemes/k",
        "/securityDefinitions/k",
    ),
    ("flows", "/components/securitySchemes/o/flows", ""),
    ("flow", "/components/securitySchemes/o/flows/implicit", ""),
    ("discriminator", "/components/schemas/U/discriminator", ""),
    ("schema", "/components/schemas/C", "/definitions/C"),
];

fn three(version: &str) -> Value {
    let text = json!({"type": "string"});
    let named = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let ok = json!({"200": {"description": "", "content": {"application/json": {"schema": named("U")}}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": text});
    json!({
        "openapi": version, "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://{r}.x", "variables": {"r": {"default": "eu"}}}],
        "paths": {"/a/{id}/": {
            "post": {
                "operationId": "a_create", "tags": ["t"],
                "parameters": [{"name": "q", "in": "query", "schema": {"type": "array", "items": text}}, id],
                "requestBody": {"$ref": "#/components/requestBodies/B"}, "responses": ok,
            },
            "put": {"operationId": "a_update", "tags": ["t"], "parameters": [id],
                "requestBody": {"$ref": "#/components/requestBodies/F"}, "responses": {"204": {"description": ""}}},
        }, "/c/": {"post": {"operationId": "c_create", "tags": ["t"], "responses": {"204": {"description": ""}},
            "requestBody": {"content": {"application/json": {"schema": named("C")}}}}}},
        "components": {
            "schemas": {
                "C": {"type": "object", "properties": {"t": text, "l": {"type": "array", "items": text}}},
                "U": {"oneOf": [named("X"), named("Y")], "discriminator": {"propertyName": "k"}},
                "X": {"type": "object", "required": ["k"], "properties": {"k": text, "n": text}},
                "Y": {"type": "object", "required": ["k"], "properties": {"k": text, "m": {"type": "integer"}}},
            },
            "requestBodies": {
                "B": {"content": {"multipart/form-data": {
                    "schema": {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}, "l": {"type": "array", "items": text}}},
                    "encoding": {"f": {"headers": {"X-H": {"schema": text}}}},
                }}},
                "F": {"content": {"application/x-www-form-urlencoded": {
                    "schema": {"type": "object", "properties": {"l": {"type": "array", "items": text}}}, "encoding": {"l": {}},
                }}},
            },
            "securitySchemes": {
                "k": {"type": "apiKey", "in": "header", "name": "Authorization"},
                "o": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "https://x", "scopes": {}}}},
            },
        },
    })
}

fn two() -> Value {
    let id = json!({"name": "id", "in": "path", "required": true, "type": "string"});
    let named = json!({"$ref": "#/definitions/C"});
    json!({
        "swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "x",
        "paths": {"/a/{id}/": {
            "post": {"operationId": "a_create", "tags": ["t"],
                "parameters": [{"name": "q", "in": "query", "type": "array", "items": {"type": "string"}}, id],
                "responses": {"200": {"description": "", "schema": named}}},
        }, "/c/": {"post": {"operationId": "c_create", "tags": ["t"], "responses": {"204": {"description": ""}},
            "parameters": [{"name": "data", "in": "body", "schema": named}]}}},
        "definitions": {"C": {"type": "object", "properties": {"t": {"type": "string"}, "l": {"type": "array", "items": {"type": "string"}}}}},
        "securityDefinitions": {"k": {"type": "apiKey", "in": "header", "name": "Authorization"}},
    })
}

/// Returns a value for a member, and where the object stands in which it means something, if it is
/// another one than that of [`PLACES`].
fn sample(kind: &str, key: &str, of_2: bool) -> (Value, &'static str) {
    let text = json!({"type": "string"});
    let own = |value: Value| (value, "");
    let (of_text, of_list) = match of_2 {
        true => ("/definitions/C/properties/t", "/definitions/C/properties/l"),
        false => (
            "/components/schemas/C/properties/t",
            "/components/schemas/C/properties/l",
        ),
    };
    let op = json!({"operationId": "other", "tags": ["t"], "responses": {"204": {"description": ""}},
        "parameters": [{"name": "id", "in": "path", "required": true, "type": "string"}]});
    let op3 = json!({"operationId": "other", "tags": ["t"], "responses": {"204": {"description": ""}}, "requestBody": {"content": {"text/plain": {}}},
        "parameters": [{"name": "id", "in": "path", "required": true, "schema": text}]});
    let op = if of_2 { op } else { op3 };
    match (kind, key) {
        ("document", "host") => own("y".into()),
        ("document", "basePath") => own("/v2".into()),
        ("document", "schemes") => own(json!(["http"])),
        ("document" | "operation", "consumes" | "produces") => {
            let media = json!(["application/vnd.x+json"]);
            match (kind, key) {
                ("operation", "consumes") => (media, "/paths/~1c~1/post"),
                _ => own(media),
            }
        }
        ("operation", "schemes") => own(json!(["http"])),
        ("document", "servers") => own(json!([{"url": "https://y"}])),
        ("document" | "operation", "security") => own(json!([{"other": []}])),
        ("document", "definitions") => own(json!({"C": text})),
        ("document", "parameters" | "responses" | "webhooks" | "securityDefinitions") => {
            own(json!({}))
        }
        ("document", "components") => own(json!({})),
        ("server", "url") => own("https://y".into()),
        ("server variable", "default") => own("us".into()),
        ("components", "schemas") => own(json!({"C": text, "U": text})),
        ("components", "requestBodies") => {
            own(json!({"B": {"content": {"text/plain": {}}}, "F": {"content": {"text/plain": {}}}}))
        }
        ("path item", "parameters") => {
            own(json!([{"name": "z", "in": "query", "type": "string", "schema": text}]))
        }
        ("path item", "additionalOperations") => own(json!({"COPY": op})),
        ("path item", "servers") | ("operation", "servers") => own(json!([{"url": "https://y"}])),
        ("path item", "summary" | "description") => own("x".into()),
        ("path item", _) => own(op),
        ("operation", "tags") => own(json!(["other"])),
        ("operation", "operationId") => own("other".into()),
        ("operation", "parameters") => own(json!([])),
        ("operation", "requestBody") => own(
            json!({"content": {"application/json": {"schema": {"type": "object", "properties": {"z": text}}}}}),
        ),
        ("operation", "responses") => own(json!({"204": {"description": ""}})),
        ("operation", "deprecated") => own(true.into()),
        ("parameter", "name") => own("z".into()),
        ("parameter", "in") => own("header".into()),
        ("parameter" | "header", "required" | "deprecated") => own(true.into()),
        ("parameter", "allowEmptyValue") => own(true.into()),
        ("parameter", "style") => own("pipeDelimited".into()),
        ("parameter", "explode") | ("encoding", "explode") => own(false.into()),
        ("parameter" | "encoding", "allowReserved") => own(true.into()),
        ("header", "style") => own("form".into()),
        ("header", "explode") => own(true.into()),
        ("parameter" | "header", "schema") => own(json!({"type": "integer"})),
        ("parameter" | "header", "content") => own(
            json!({"application/json": {"schema": {"type": "object", "properties": {"z": text}}}}),
        ),
        ("parameter", "type") => own("integer".into()),
        ("parameter", "collectionFormat") => own("pipes".into()),
        ("parameter", "items") => own(json!({"type": "integer"})),
        ("parameter", "maxItems" | "minItems") => own(2.into()),
        ("parameter", "uniqueItems") => own(true.into()),
        ("parameter", "enum") => (json!(["a"]), "/paths/~1a~1{id}~1/post/parameters/1"),
        ("parameter", "format") => (json!("date"), "/paths/~1a~1{id}~1/post/parameters/1"),
        ("parameter", "pattern") => (json!("^a"), "/paths/~1a~1{id}~1/post/parameters/1"),
        ("parameter", "maxLength" | "minLength") => {
            (json!(2), "/paths/~1a~1{id}~1/post/parameters/1")
        }
        ("request body", "content") => own(json!({"text/plain": {}})),
        ("request body", "required") => own(true.into()),
        ("media type", "schema") => own(json!({"type": "object", "properties": {"z": text}})),
        ("media type", "encoding") => own(json!({"l": {"contentType": "application/json"}})),
        ("media type" | "encoding", "itemSchema" | "itemEncoding") => own(json!({})),
        ("media type" | "encoding", "prefixEncoding") => own(json!([{}])),
        ("encoding", "contentType") => own("application/json".into()),
        ("encoding", "headers") => own(json!({"X-H": {"schema": text}})),
        ("encoding", "encoding") => own(json!({"l": {}})),
        ("encoding", "style") => own("pipeDelimited".into()),
        ("response", "schema") => own(text),
        ("response", "content") => own(json!({"text/csv": {}})),
        ("security scheme", "in") => own("query".into()),
        ("security scheme", "name") => own("X-Key".into()),
        ("security scheme", "type") => own("mutualTLS".into()),
        ("discriminator", "propertyName") => own("n".into()),
        ("discriminator", "mapping") => own(json!({"z": "#/components/schemas/X"})),
        ("discriminator", "defaultMapping") => own("X".into()),
        ("schema", "type") => own("string".into()),
        ("schema", "properties") => own(json!({"z": text})),
        ("schema", "additionalProperties") => own(text),
        ("schema", "required") => own(json!(["t"])),
        ("schema", "maxProperties" | "minProperties") => own(1.into()),
        ("schema", "allOf" | "oneOf" | "anyOf") => {
            own(json!([{"type": "object", "properties": {"z": text}}]))
        }
        ("schema", "items") => (json!({"type": "integer"}), of_list),
        ("schema", "maxItems" | "minItems") => (2.into(), of_list),
        ("schema", "uniqueItems") => (true.into(), of_list),
        ("schema", "format") => (json!("date"), of_text),
        ("schema", "enum") => (json!(["a"]), of_text),
        ("schema", "const") => (json!("a"), of_text),
        ("schema", "pattern") => (json!("^a"), of_text),
        ("schema", "maxLength" | "minLength") => (2.into(), of_text),
        ("schema", "readOnly" | "writeOnly" | "nullable" | "deprecated") => (true.into(), of_text),
        _ => own(json!({})),
    }
}

/// Members that do not change what is sent: they tell something to people, or what the server or
/// another program does, or how the token is obtained, which the client knows by itself.
fn only_tells(kind: &str, key: &str) -> bool {
    let words = [
        "description",
        "summary",
        "title",
        "example",
        "examples",
        "externalDocs",
        "xml",
    ];
    let ids = [
        "$schema",
        "$id",
        "id",
        "$comment",
        "$anchor",
        "$defs",
        "definitions",
    ];
    words.contains(&key)
        || match kind {
            "info" | "flows" | "flow" => true,
            "document" => matches!(
                key,
                "tags"
                    | "jsonSchemaDialect"
                    | "webhooks"
                    | "parameters"
                    | "responses"
                    | "securityDefinitions"
                    | "info"
                    | "openapi"
                    | "swagger"
                    | "paths"
                    | "$self"
                    | "components"
            ),
            "components" => matches!(
                key,
                "parameters"
                    | "responses"
                    | "headers"
                    | "links"
                    | "callbacks"
                    | "securitySchemes"
                    | "pathItems"
                    | "mediaTypes"
            ),
            "operation" => key == "callbacks",
            // The caller may send an empty text anyway; checked by type in 2.0.
            "parameter" => matches!(key, "allowEmptyValue" | "default" | "deprecated"),
            "response" => matches!(key, "headers" | "links"),
            "header" => !matches!(key, "required" | "schema"),
            "server" => key == "variables",
            // Only its default is filled in.
            "server variable" => key == "enum",
            "security scheme" => !matches!(key, "type" | "in" | "name"),
            // Conditions that the server checks alone; a discriminator is an object of its own.
            "schema" => {
                ids.contains(&key)
                    || matches!(
                        key,
                        "default" | "not" | "maxProperties" | "minProperties" | "discriminator"
                    )
            }
            _ => false,
        }
}

/// Returns what a document makes the client send, and its warnings.
fn sent(doc: &Value) -> Result<(String, Vec<(String, String)>), String> {
    let new = normalize(&doc.to_string(), None).map_err(|e| e.to_string())?;
    let code = autopi_codegen::generate(&new.text, &|_| true).map_err(|e| e.to_string())?;
    let servers = new.doc.get("servers").map(Value::to_string);
    Ok((code + &servers.unwrap_or_default(), new.report.warnings))
}

fn with(doc: &Value, at: &str, key: &str, value: Value) -> Value {
    let mut doc = doc.clone();
    doc.pointer_mut(at)
        .unwrap_or_else(|| panic!("nothing at {at}"))[key] = value;
    doc
}

/// Returns whether a pointer is that of a value, or of something in it.
fn is_within(pointer: &str, of: &str) -> bool {
    let below = pointer.strip_prefix(of);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns each version with its document.
fn versions() -> Vec<(Version, Value)> {
    vec![
        (Version::V2, two()),
        (Version::V30, three("3.0.3")),
        (Version::V31, three("3.1.0")),
        (Version::V32, three("3.2.0")),
    ]
}

#[test]
fn every_member_is_sent_or_warned_about() {
    let mut wrong = Vec::new();
    for (version, doc) in versions() {
        let of_2 = version == Version::V2;
        let (plain, said) = sent(&doc).unwrap();
        assert!(said.is_empty(), "{said:?}");
        each_known(|kind, key, first, last| {
            let (_, of_3, two) = PLACES.iter().find(|(known, ..)| *known == kind).unwrap();
            let place = if of_2 { *two } else { *of_3 };
            if (place.is_empty() && kind != "document") || only_tells(kind, key) {
                return;
            }
            // That of another version is warned about, or read by its plain meaning.
            let known = first <= version && version <= last;
            let (value, elsewhere) = sample(kind, key, of_2 || (!known && last == Version::V2));
            let place = match elsewhere {
                "" => place,
                _ if doc.pointer(elsewhere).is_none() => return,
                other => other,
            };
            if doc
                .pointer(place)
                .is_some_and(|o| o.get(key) == Some(&value))
            {
                return;
            }
            let changed = with(&doc, place, key, value.clone());
            let at = format!("{place}/{key}");
            match sent(&changed) {
                Ok((code, warnings)) => {
                    let warned = warnings
                        .iter()
                        .any(|(p, _)| is_within(p, &at) || (is_within(place, p) && !p.is_empty()));
                    let is_lost = code == plain && kind == "path item" && METHODS.contains(&key);
                    if is_lost || (code == plain && !warned) {
                        wrong.push(format!(
                            "{} {kind} {at} = {value}: {warnings:?}",
                            version.name()
                        ));
                    }
                }
                Err(e) if e.contains(&format!("#{place}")) => {}
                Err(e) => wrong.push(format!("{} {kind} {at} = {value}: {e}", version.name())),
            }
        });
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_misspelled_member_is_warned_about() {
    let mut wrong = Vec::new();
    for (version, doc) in versions() {
        let of_2 = version == Version::V2;
        for (kind, of_3, two) in PLACES {
            let place = if of_2 { *two } else { *of_3 };
            if place.is_empty() && *kind != "document" {
                continue;
            }
            let mut names = Vec::new();
            each_known(|own, key, first, last| {
                if own == *kind && first <= version && version <= last {
                    names.push(format!("{key}z"));
                }
            });
            let mut changed = doc.clone();
            for name in &names {
                changed = with(&changed, place, name, json!(true));
            }
            let (_, warnings) = sent(&changed).unwrap_or_else(|e| panic!("{kind}: {e}"));
            for name in names {
                let at = format!("{place}/{name}");
                if !warnings.iter().any(|(p, _)| *p == at) {
                    wrong.push(format!("{} {at}", version.name()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is in the wrong place, or means something else there, has its meaning and a warning.
#[test]
fn what_is_in_the_wrong_place_is_read_by_its_plain_meaning_or_left_out() {
    let text = json!({"type": "string"});
    let query = |more: Value| {
        let mut parameter = json!({"name": "q", "in": "query"});
        parameter
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        parameter
    };
    let post = "/paths/~1a~1{id}~1/post";
    let first = format!("{post}/parameters/0");
    let form = format!(
        "{post}/requestBody/content/application~1x-www-form-urlencoded/schema/properties/q"
    );
    let json_body = format!("{post}/requestBody/content/application~1json/schema");
    let two = |at: &str, value: Value| (two(), at.to_owned(), value);
    let three = |at: &str, value: Value| (three("3.0.3"), at.to_owned(), value);
    let servers = json!([{"url": "https://{host}/{v}", "variables": {"v": {"default": "{v}{v}"}}}, {"url": "wss://x"}]);
    let op =
        json!({"operationId": "other", "tags": ["t"], "responses": {"204": {"description": ""}}});
    let server = |url: &str, default: &str| json!([{"url": "https://y"}, {"url": url, "variables": {"v": {"default": default}}}]);
    let filled = |url: &str, default: &str, found: Value, said: &'static str| {
        let (at, place) = (
            "/servers/1/url",
            if said.is_empty() {
                ""
            } else {
                "/servers/1/url"
            },
        );
        (
            three("/servers", server(url, default)),
            at,
            found,
            place,
            said,
        )
    };
    // A list that is no Rust enum.
    let kept = "/components/schemas/C/properties/t";
    let unkept = |key: &str, schema: Value| {
        let version = ["3.0.3", "3.1.0"][usize::from(key == "const")];
        (
            (self::three(version), kept.to_owned(), schema),
            "/components/schemas/C/properties/t/enum",
            json!(null),
            [
                "/components/schemas/C/properties/t/enum",
                "/components/schemas/C/properties/t/const",
            ][usize::from(key == "const")],
            "only texts and integers of an `i64` are a list",
        )
    };
    let long = format!("https://x/{}", "{v}".repeat(100));
    for ((doc, at, value), found_at, found, place, said) in [
        (
            three("/servers", servers.clone()),
            "/servers/0/url",
            json!("https://{host}/{v}{v}"),
            "/servers/0/url",
            "`host` is not one",
        ),
        (
            three("/servers", servers),
            "/servers/1",
            json!(null),
            "/servers/1/url",
            "`wss` is not HTTP",
        ),
        (
            three(
                "/servers",
                json!([{"url": "https://y"}, {"url": "https://{v}.x", "variables": {"v": {"description": "the region"}}}]),
            ),
            "/servers/1/url",
            json!("https://{v}.x"),
            "/servers/1/url",
            "has no `default` there: it has no value; write one, or give `base_url`",
        ),
        filled("https://x{v}/a", "", json!("https://x/a"), ""),
        filled("https://x/{a{v}", "b", json!("https://x/{ab"), ""),
        filled("{v}://x", "https", json!("https://x"), ""),
        filled("{v}://x", "wss", json!(null), "`wss` is not HTTP"),
        filled("/{v}/https://b", "proxy", json!("/proxy/https://b"), ""),
        filled(
            &long,
            &"a".repeat(100),
            long.clone().into(),
            "longer than 8192 bytes",
        ),
        (
            two("/schemes", json!(["ws", "https"])),
            "/servers",
            json!([{"url": "https://x"}]),
            "/schemes/0",
            "`ws` is not HTTP",
        ),
        (
            two("/host", "{t}.x".into()),
            "/servers/0/url",
            json!("https://{t}.x"),
            "/host",
            "`t` is not one",
        ),
        (
            two(&first, query(json!({"type": "file"}))),
            &format!("{first}/schema"),
            text.clone(),
            &format!("{first}/type"),
            "only a field of a form",
        ),
        (
            two(
                &first,
                query(json!({"schema": {"$ref": "#/definitions/C"}})),
            ),
            &format!("{first}/schema/$ref"),
            json!("#/components/schemas/C"),
            &format!("{first}/schema"),
            "only a body has a schema",
        ),
        (
            two(
                &first,
                json!({"name": "q", "in": "formData", "schema": {"$ref": "#/definitions/C"}}),
            ),
            &format!("{form}/$ref"),
            json!("#/components/schemas/C"),
            &format!("{first}/schema"),
            "only a body has a schema",
        ),
        (
            two(
                &format!("{post}/requestBody"),
                json!({"content": {"application/json": {"schema": {"type": "string", "x-nullable": true}}}}),
            ),
            &json_body,
            json!({"type": "string", "nullable": true}),
            &format!("{post}/requestBody"),
            "read as the body",
        ),
        (
            two(
                &first,
                json!({"name": "q", "in": "formData", "type": "string", "require": true}),
            ),
            &form,
            text.clone(),
            &format!("{first}/require"),
            "no member of this",
        ),
        (
            three(
                &first,
                query(json!({"schema": text, "allowReserved": true, "in": "header"})),
            ),
            &format!("{first}/in"),
            json!("header"),
            &format!("{first}/allowReserved"),
            "a meaning in the query only",
        ),
        (
            three(
                "/components/schemas/C/properties/t",
                json!({"$ref": "#/components/schemas/X", "nullable": true, "maxLength": 3}),
            ),
            "/components/schemas/C/properties/t",
            json!({"$ref": "#/components/schemas/X", "nullable": true}),
            "/components/schemas/C/properties/t/maxLength",
            "which counts",
        ),
        (
            three(
                "/components/schemas/C",
                json!({"type": "string", "enum": ["a", "b"], "properties": {"z": text}}),
            ),
            "/components/schemas/C",
            json!({"type": "string", "enum": ["a", "b"]}),
            "/components/schemas/C/properties",
            "a `string` has no `properties`: left out",
        ),
        (
            three(
                "/components/schemas/C/properties/t",
                json!({"type": "string", "contentEncoding": "base64"}),
            ),
            "/components/schemas/C/properties/t",
            text.clone(),
            "/components/schemas/C/properties/t/contentEncoding",
            "needs OpenAPI 3.1: left out",
        ),
        (
            three(
                "/components/requestBodies/B/content/multipart~1form-data/encoding/f/style",
                "pipeDelimited".into(),
            ),
            "/openapi",
            json!("3.0.3"),
            "/components/requestBodies/B/content/multipart~1form-data/encoding/f/style",
            "the style of a part is not read",
        ),
        (
            three("/paths/~1c~1/query", op.clone()),
            "/paths/~1c~1/query/operationId",
            json!("other"),
            "/paths/~1c~1/query",
            "needs OpenAPI 3.2: read anyway",
        ),
        (
            three("/paths/~1c~1/QUERY", op.clone()),
            "/paths/~1c~1/query/operationId",
            json!("other"),
            "/paths/~1c~1/QUERY",
            "needs OpenAPI 3.2: read anyway",
        ),
        (
            two("/paths/~1c~1/trace", op.clone()),
            "/paths/~1c~1/trace/operationId",
            json!("other"),
            "/paths/~1c~1/trace",
            "needs OpenAPI 3.0: read anyway",
        ),
        (
            three("/components/schemas/C/type", "string".into()),
            "/components/schemas/C/type",
            json!("object"),
            "/components/schemas/C/type",
            "read as `object`",
        ),
        (
            three(
                "/components/schemas/C/oneOf",
                json!([{"type": "object", "properties": {"z": text}}]),
            ),
            "/components/schemas/C/allOf/0/$ref",
            json!("#/components/schemas/C2"),
            "",
            "",
        ),
        (
            three("/components/securitySchemes/k/in", "query".into()),
            "/components/securitySchemes/k/in",
            json!("query"),
            "/components/securitySchemes/k",
            "no `Authorization` in the query",
        ),
        (
            two("/securityDefinitions/k/name", "X-Key".into()),
            "/components/securitySchemes/k/name",
            json!("X-Key"),
            "/securityDefinitions/k",
            "no `X-Key` in the header",
        ),
        (
            three(&format!("{post}/requestBody/required"), true.into()),
            &format!("{post}/requestBody/required"),
            json!(null),
            &format!("{post}/requestBody/required"),
            "stands beside `$ref`, which counts",
        ),
        (
            three(
                &first,
                query(json!({"content": {"application/json": {}, "text/plain": {}}})),
            ),
            &format!("{first}/name"),
            json!("q"),
            &format!("{first}/content"),
            "the first, `application/json`, counts",
        ),
        (
            three(
                &format!("{first}/schema"),
                json!({"type": "string", "readOnly": true}),
            ),
            &format!("{first}/schema"),
            text.clone(),
            &format!("{first}/schema/readOnly"),
            "for a member of an object only",
        ),
        (
            three(&format!("{first}/schema/items/writeOnly"), true.into()),
            &format!("{first}/schema/items"),
            text.clone(),
            &format!("{first}/schema/items/writeOnly"),
            "for a member of an object only",
        ),
        unkept("enum", json!({"type": "number", "enum": [0.5, 1.5]})),
        unkept(
            "enum",
            json!({"type": "array", "items": text, "enum": [["a"], ["b"]]}),
        ),
        unkept("enum", json!({"type": "boolean", "enum": [true, null]})),
        unkept("const", json!({"type": "object", "const": {"a": 1}})),
        unkept("const", json!({"type": ["number", "null"], "const": 0.5})),
    ] {
        let (parent, key) = at.rsplit_once('/').unwrap();
        let mut changed = doc.clone();
        match changed.pointer_mut(&at) {
            Some(there) => *there = value,
            None => changed = with(&changed, parent, key, value),
        }
        let new = normalize(&changed.to_string(), None).unwrap_or_else(|e| panic!("{at}: {e}"));
        assert_eq!(
            new.doc.pointer(found_at).cloned().unwrap_or_default(),
            found,
            "{at}: {}",
            new.doc
        );
        let warned = new
            .report
            .warnings
            .iter()
            .any(|(p, m)| p == place && m.contains(said));
        assert!(warned || said.is_empty(), "{at}: {:?}", new.report.warnings);
        let servers = |(p, _): &(String, String)| p.starts_with("/servers/1");
        let is_silent = !said.is_empty() || !new.report.warnings.iter().any(servers);
        assert!(is_silent, "{found_at}: {:?}", new.report.warnings);
    }
}

/// A name in `required` may be that of a member of any part; one that is of none is said.
#[test]
fn a_required_name_that_is_no_member_is_said() {
    let named = json!({"$ref": "#/components/schemas/C"});
    let a = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let needs = |more: Value| {
        let mut schema = json!({"type": "object", "required": ["a", "zz"]});
        schema
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        schema
    };
    let both = json!({"a": {"type": "string"}, "zz": {"type": "string"}});
    for (schema, at) in [
        (needs(a.clone()), "/required/1"),
        (needs(json!({"allOf": [a, named]})), "/required/1"),
        (
            json!({"type": "array", "items": needs(a.clone())}),
            "/items/required/1",
        ),
        (needs(json!({"properties": both})), ""),
        (
            needs(json!({"allOf": [a, {"type": "object", "properties": {"zz": {}}}]})),
            "",
        ),
        (
            json!({"allOf": [needs(json!({})), {"type": "object", "properties": both}]}),
            "",
        ),
        (
            json!({"type": "object", "properties": both, "anyOf": [{"required": ["zz"]}, {"required": ["a"]}]}),
            "",
        ),
    ] {
        let doc = with(
            &three("3.1.0"),
            "/components/schemas",
            "Asks",
            schema.clone(),
        );
        let (_, warnings) = sent(&doc).unwrap();
        let said: Vec<_> = warnings
            .iter()
            .filter(|(_, what)| what.contains("no member") || what.contains("not described"))
            .collect();
        let place = format!("/components/schemas/Asks{at}");
        match at {
            "" => assert!(said.is_empty(), "{schema}: {said:?}"),
            _ => assert!(
                said.len() == 1 && said[0].0 == place && said[0].1.contains("`zz`"),
                "{schema}: {said:?}"
            ),
        }
    }
}

/// A warning says what is accepted, of the values as they are read; what is kept has none.
#[test]
fn what_is_said_of_listed_values_and_of_files_is_true() {
    let only = "only texts and integers of an `i64` are a list";
    let not_said = "";
    for (version, schema, said, never) in [
        (
            "3.0.3",
            json!({"type": "string", "const": 5}),
            "read as its only value",
            only,
        ),
        (
            "3.1.0",
            json!({"type": "string", "const": 5}),
            "another type: read as `string`",
            only,
        ),
        (
            "3.1.0",
            json!({"type": "integer", "enum": ["5", "6"]}),
            "read as `integer`",
            only,
        ),
        (
            "3.1.0",
            json!({"enum": ["a", "b"], "const": "a"}),
            not_said,
            "any",
        ),
        (
            "3.1.0",
            json!({"type": "string", "enum": ["a"], "const": "b"}),
            "no value is allowed: left out",
            "its only value",
        ),
        (
            "3.0.3",
            json!({"type": "string", "enum": ["a"], "const": "b"}),
            "no value is allowed: left out",
            "its only value",
        ),
        (
            "3.1.0",
            json!({"enum": ["a", 1]}),
            "any JSON is accepted",
            "of its type",
        ),
        (
            "3.1.0",
            json!({"type": "string", "enum": [["a"]]}),
            "any JSON is accepted",
            "of its type",
        ),
        (
            "3.1.0",
            json!({"type": "number", "enum": [0.5, 1.5]}),
            "any of its type is accepted",
            "JSON",
        ),
    ] {
        let doc = with(
            &three(version),
            "/components/schemas/C/properties",
            "t",
            schema.clone(),
        );
        let (_, warnings) = sent(&doc).unwrap();
        let says = |text: &str| {
            warnings
                .iter()
                .any(|(at, what)| at.contains("/t") && what.contains(text))
        };
        assert!(said.is_empty() || says(said), "{schema}: {warnings:?}");
        assert!(!says(never), "{schema}: {warnings:?}");
    }
    for encoding in ["binary", "8bit"] {
        let file = json!({"contentMediaType": "image/png", "contentEncoding": encoding});
        let doc = with(
            &three("3.1.0"),
            "/components/schemas/C/properties",
            "t",
            file,
        );
        let (_, warnings) = sent(&doc).unwrap();
        let lost = |(_, what): &(String, String)| what.contains("contentEncoding");
        assert!(!warnings.iter().any(lost), "{warnings:?}");
    }
}

/// OpenAPI 3.2 lets a requirement name a scheme by a URI; a style that is the usual one says
/// nothing.
#[test]
fn what_is_said_in_another_way_is_not_warned_about() {
    let doc = three("3.2.0");
    let part = "/components/requestBodies/B/content/multipart~1form-data/encoding/f";
    let named = |name: &str| {
        let way = json!([{format!("#/components/securitySchemes/{name}"): []}]);
        with(&doc, "", "security", way)
    };
    let usual = with(&doc, part, "style", "form".into());
    for doc in [
        named("k"),
        named("%6B"),
        with(&usual, part, "allowReserved", false.into()),
        with(&usual, part, "explode", true.into()),
    ] {
        let (_, warnings) = sent(&doc).unwrap();
        assert!(warnings.is_empty(), "{warnings:?}");
    }
    let (_, warnings) = sent(&named("z")).unwrap();
    assert!(warnings[0].1.contains("no security scheme"), "{warnings:?}");
}
