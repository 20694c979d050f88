//! Small documents that take much work, and everything that is done with a document.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use xtask::{
    commands::coverage::coverage,
    pipeline::{diff, fetch, normalize},
};

fn reference(i: usize) -> Value {
    json!({ "$ref": format!("#/components/schemas/A{i}") })
}

fn whole(paths: Value, components: Value) -> Value {
    json!({ "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": paths, "components": components })
}

/// Returns a document with the components `A0`, `A1`, …, and an operation that sends and returns
/// the first.
fn document(schemas: impl IntoIterator<Item = Value>) -> String {
    let schemas = schemas.into_iter().enumerate();
    let schemas: Map<String, Value> = schemas.map(|(i, s)| (format!("A{i}"), s)).collect();
    of(reference(0), json!({ "schemas": schemas }))
}

/// Returns the same for one schema and these components.
fn of(schema: Value, components: Value) -> String {
    let content = json!({ "application/json": { "schema": schema } });
    let post = json!({
        "operationId": "x_create",
        "parameters": [{ "name": "p", "in": "query", "schema": schema }],
        "requestBody": { "content": content },
        "responses": { "200": { "description": "", "content": content } },
    });
    whole(json!({ "/x/": { "post": post } }), components).to_string()
}

/// Each level contains the next, by `way`; the last is a string.
fn levels(n: usize, way: impl Fn(Value) -> Value) -> String {
    let level = |i| {
        if i + 1 < n {
            way(reference(i + 1))
        } else {
            json!({ "type": "string", "readOnly": true })
        }
    };
    document((0..n).map(level))
}

/// Nested schemas without references.
fn inline(n: usize, open: &str, close: &str) -> String {
    let text = of(json!("HERE"), json!({}));
    let schema = format!(
        "{}{{\"type\":\"string\"}}{}",
        open.repeat(n),
        close.repeat(n)
    );
    text.replace("\"HERE\"", &schema)
}

fn numbered(n: usize, one: impl Fn(usize) -> Value) -> Map<String, Value> {
    (0..n).map(|i| (format!("a{i}"), one(i))).collect()
}

/// Returns a document of shared media types, of which each names another twice.
fn shared_media(n: usize, next: &dyn Fn(usize) -> usize) -> String {
    let named = |i: usize| json!({ "$ref": format!("#/components/mediaTypes/a{i}") });
    let header = |i| json!({ "content": { "text/plain": named(next(i)) } });
    let one = |i| json!({ "schema": { "type": "object" }, "encoding": { "p": { "headers": { "A": header(i), "B": header(i) } } } });
    let op = json!({ "operationId": "x", "responses": { "200": { "description": "", "content": { "a/a": named(0) } } } });
    let mut doc = whole(
        json!({ "/x/": { "get": op } }),
        json!({ "mediaTypes": numbered(n, one) }),
    );
    doc["openapi"] = "3.2.0".into();
    doc.to_string()
}

/// Returns a document of shared callbacks, of which each names another twice, and path items that
/// lead to themselves by a callback.
fn callbacks(n: usize, next: &dyn Fn(usize) -> usize) -> String {
    let named = |i: usize| json!({ "$ref": format!("#/components/callbacks/a{i}") });
    let op = |i: usize, of: &str| {
        let item = json!({ "$ref": format!("#/components/pathItems/a{i}") });
        let all = json!({ "a": named(i), "b": named(i), "c": { "{$url}": item } });
        json!({ "operationId": of, "responses": {}, "callbacks": all })
    };
    let post = |i| json!({ "post": op(next(i), "y") });
    let mut doc = whole(
        json!({ "/x/": { "get": op(0, "x") } }),
        json!({ "callbacks": numbered(n, |i| json!({ "{$url}": post(i) })), "pathItems": numbered(n, post) }),
    );
    doc["openapi"] = "3.1.0".into();
    doc["webhooks"] = json!({ "w": post(0) });
    doc.to_string()
}

/// Returns a document with this server.
fn server(url: &str, variables: Value) -> String {
    let mut doc = whole(json!({}), json!({}));
    doc["servers"] = json!([{ "url": url, "variables": variables }]);
    doc.to_string()
}

fn operation(id: &str, parameters: Value, schema: Value) -> Value {
    json!({ "operationId": id, "parameters": parameters, "responses": {
        "200": { "description": "", "content": { "application/json": { "schema": schema } } } } })
}

fn parameters(n: usize, place: &str) -> Value {
    let one = |i| json!({ "name": format!("p{i}"), "in": place, "required": place == "path", "schema": { "type": "string" } });
    (0..n).map(one).collect()
}

/// Returns the documents with `n` items of each kind, except for those that double at each level.
pub fn bombs(n: usize) -> Vec<(&'static str, String)> {
    const LEVELS: usize = 40;
    let text = || json!({ "type": "string" });
    let two = |r: Value| vec![r.clone(), r];
    let object =
        |r: Value| json!({ "type": "object", "required": ["a"], "properties": { "a": r } });
    let with = |of: Value| json!({ "allOf": of, "properties": { "a": { "type": "integer" } } });
    let yaml = |open: &str, close: &str| {
        format!(
            "openapi: 3.0.3\nx: {}1{}\n",
            open.repeat(n),
            close.repeat(n)
        )
    };
    let aliases = |levels: usize, wide: usize| {
        (1..levels).fold("openapi: 3.0.3\na0: &a0 [1]\n".to_owned(), |mut t, i| {
            let inner = vec![format!("*a{}", i - 1); wide].join(", ");
            let _ = writeln!(t, "a{i}: &a{i} [{inner}]");
            t
        })
    };
    let all = |n: usize| (0..n).map(reference).collect::<Vec<_>>();
    let field = |schema: Value| {
        document([json!({ "type": "object", "required": ["a"], "properties": { "a": schema } })])
    };
    let pattern = |p: &str| field(json!({ "type": "string", "pattern": p }));
    let described = |t: &str| {
        document([
            json!({ "type": "object", "description": t, "properties": { "a": { "type": "string", "description": t } } }),
        ])
    };
    let kinds = |mapping: Value, parts: &dyn Fn(usize) -> Value| {
        document((0..n.min(2000)).map(|i| json!({ "type": "object", "required": ["k"], "properties": { "k": text() }, "allOf": parts(i),
            "discriminator": { "propertyName": "k", "mapping": mapping } })))
    };
    let template: String = (0..n / 10).map(|i| format!("{{p{i}}}/")).collect();
    let responses = |n: usize, next: &dyn Fn(usize) -> Value| {
        let responses = numbered(n, next);
        let paths = numbered(
            1,
            |_| json!({ "get": { "operationId": "x", "responses": responses.get("a0").map(|_| json!({ "200": { "$ref": "#/components/responses/a0" } })) } }),
        );
        let paths: Map<String, Value> = paths
            .into_iter()
            .map(|(k, v)| (format!("/{k}/"), v))
            .collect();
        whole(paths.into(), json!({ "responses": responses })).to_string()
    };
    vec![
        // Cycles.
        ("itself, six times", document([json!({ "allOf": vec![reference(0); 6] })])),
        ("itself, with properties", document([json!({ "allOf": vec![reference(0); 6], "properties": { "a": reference(0) } })])),
        ("itself, by every way", document([json!({ "allOf": two(reference(0)), "oneOf": two(reference(0)), "anyOf": two(reference(0)), "items": reference(0), "additionalProperties": reference(0), "not": reference(0) })])),
        ("each other, all", document((0..40).map(|_| with(json!(all(40)))))),
        ("each other, all, more", document((0..n.min(200)).map(|_| with(json!(all(n.min(200))))))),
        ("a list of itself", document([json!({ "type": "array", "minItems": 2, "items": reference(0) })])),
        ("a map of itself", document([json!({ "type": "object", "additionalProperties": reference(0) })])),
        ("two of each other", document([with(json!([reference(1), reference(1)])), with(json!([reference(0), reference(0)]))])),
        ("kinds of each other", kinds(numbered(2, |i| format!("#/components/schemas/A{i}").into()).into(), &|i| json!([reference((i + 1) % 2)]))),
        ("kinds of themselves", kinds(numbered(100, |i| format!("#/components/schemas/A{i}").into()).into(), &|i| json!([reference(i)]))),
        ("kinds by name", kinds(json!({ "a": "A0", "b": "A1" }), &|_| json!([{ "oneOf": all(50) }]))),
        // Doubling at each level.
        ("allOf, doubled", levels(LEVELS, |r| with(json!(two(r))))),
        ("allOf of lists, doubled", levels(LEVELS, |r| json!({ "allOf": [{ "type": "array", "items": r.clone() }, { "type": "array", "items": r }] }))),
        ("oneOf, doubled", levels(LEVELS, |r| json!({ "oneOf": two(r) }))),
        ("oneOf of objects, doubled", levels(LEVELS, |r| json!({ "oneOf": two(object(r)) }))),
        ("anyOf, doubled", levels(LEVELS, |r| json!({ "anyOf": two(r) }))),
        ("all of all, doubled", levels(LEVELS, |r| json!({ "allOf": [{ "oneOf": two(r.clone()) }, { "anyOf": two(r) }] }))),
        ("properties, doubled", levels(LEVELS, |r| json!({ "type": "object", "required": ["a", "b"], "properties": { "a": r, "b": r } }))),
        ("lists, doubled", levels(LEVELS, |r| json!({ "type": "array", "minItems": 2, "items": r }))),
        ("maps, doubled", levels(LEVELS, |r| json!({ "type": "object", "additionalProperties": r, "minProperties": 2 }))),
        ("objects in lists in maps, doubled", levels(LEVELS, |r| json!({ "type": "object", "required": ["a", "b"], "properties": { "a": { "type": "array", "items": r }, "b": { "type": "object", "additionalProperties": r } } }))),
        ("responses, doubled", responses(LEVELS, &|i| json!({ "description": "", "headers": { "a": { "schema": text() } }, "content": { "a/a": { "schema": { "$ref": format!("#/components/responses/a{}/content/a~1a/schema", (i + 1) % LEVELS) } } } }))),
        ("path items, doubled", { let mut d: Value = serde_json::from_str(&document([text()])).unwrap_or_default();
            for i in 0..LEVELS { d["paths"][format!("/x{i}/")] = json!({ "$ref": format!("#/paths/~1x{}~1", i + 1) }); } d.to_string() }),
        ("media types, doubled", shared_media(LEVELS, &|i| i + 1)),
        ("media types of themselves", shared_media(2, &|i| i)),
        ("media types, a ring", shared_media(LEVELS, &|i| (i + 1) % LEVELS)),
        ("callbacks, doubled", callbacks(LEVELS, &|i| i + 1)),
        ("callbacks of themselves", callbacks(2, &|i| i)),
        ("callbacks, a ring", callbacks(LEVELS, &|i| (i + 1) % LEVELS)),
        ("pointers into each other", document((0..LEVELS).map(|i| json!({ "type": "object", "properties": {
            "a": { "$ref": format!("#/components/schemas/A{}/properties/b", (i + 1) % LEVELS) }, "b": { "type": "object", "properties": {
            "c": { "$ref": format!("#/components/schemas/A{}/properties/b", (i + 1) % LEVELS) }, "d": { "$ref": format!("#/components/schemas/A{}/properties/a", (i + 1) % LEVELS) } } } } })))),
        // Long chains.
        ("allOf, deep", levels(n, |r| with(json!([r])))),
        ("allOf of 255 with 20 each", document((0..n / 10).map(|i| { let mut s = if i % 250 < 249 { json!({ "allOf": [reference(i + 1)] }) } else { json!({}) };
            s["properties"] = (0..20).map(|j| (format!("a{i}_{j}"), text())).collect::<Map<_, _>>().into(); s }).chain([text()]))),
        ("oneOf, deep", levels(n, |r| json!({ "oneOf": [r] }))),
        ("anyOf, deep", levels(n, |r| json!({ "anyOf": [r, { "type": "null" }] }))),
        ("not, deep", levels(n, |r| json!({ "not": r }))),
        ("names, deep", levels(n, |r| r)),
        ("names, deep, backwards", document((0..n).map(|i| if i > 0 { reference(i - 1) } else { text() }))),
        ("wrapped names, deep", levels(n, |r| json!({ "allOf": [r] }))),
        ("wrapped names with notes, deep", levels(n, |r| json!({ "allOf": [r], "nullable": true, "description": "d" }))),
        ("items, deep", levels(n, |r| json!({ "type": "array", "items": r }))),
        ("items, a ring", document((0..n).map(|i| json!({ "type": "array", "items": reference((i + 1) % n) })))),
        ("maps, deep", levels(n, |r| json!({ "type": "object", "additionalProperties": r }))),
        ("properties, deep", levels(n / 10, object)),
        ("properties of no type, deep", levels(n / 10, |r| json!({ "properties": { "a": r } }))),
        ("properties, a ring", document((0..n / 10).map(|i| object(reference((i + 1) % (n / 10)))))),
        ("properties, deep, one level a side", levels(n / 10, |r| json!({ "type": "object", "required": ["a"], "properties": { "a": r, "b": { "type": "string", "readOnly": true }, "c": { "type": "string", "writeOnly": true } } }))),
        ("pointers, a chain", document((0..n / 10).map(|i| json!({ "type": "object", "properties": { "a": { "$ref": format!("#/components/schemas/A{}/properties/a", i + 1) } } })).chain([object(text())]))),
        // Nested texts.
        ("json lists", "[".repeat(n)),
        ("json maps", "{\"a\":".repeat(n)),
        ("yaml lists", yaml("[", "]")),
        ("yaml maps", yaml("{a: ", "}")),
        ("yaml dashes", yaml("- ", "")),
        ("yaml questions", yaml("? ", "")),
        ("yaml keys of keys", yaml("? [", "]")),
        ("yaml tags and anchors", yaml("!!seq &a [", "]")),
        ("yaml indented", (0..(n / 20).min(2000)).fold("openapi: 3.0.3\n".to_owned(), |mut t, i| { let _ = writeln!(t, "{}a:", " ".repeat(i)); t })),
        ("yaml aliases", aliases(40, 4)),
        ("yaml aliases, wide", aliases(4, 500)),
        ("yaml alias of itself", "openapi: 3.0.3\na: &a [*a]\n".into()),
        ("yaml merges", (1..40).fold("openapi: 3.0.3\na0: &a0 {a: 1}\n".to_owned(), |mut t, i| { let _ = writeln!(t, "a{i}: &a{i} {{<<: [*a{0}, *a{0}], b{i}: *a{0}}}", i - 1); t })),
        ("schemas in schemas", inline(n, "{\"items\":", "}")),
        ("as deep as a file may be", inline(110, "{\"type\":\"array\",\"items\":", "}")),
        ("allOf in allOf", inline(56, "{\"allOf\":[", "]}")),
        ("examples, deep", of(json!({ "type": "object", "example": (0..100).fold(json!(1), |v, _| json!([v])) }), json!({}))),
        ("a default, wide", field(json!({ "type": "array", "items": {}, "default": (0..n).collect::<Vec<_>>() }))),
        // Many items.
        ("values of one name", document([json!({ "type": "string", "enum": (0..n).map(|i| "\u{1f300}".repeat(i % 97) + &"-".repeat(i / 97)).collect::<Vec<_>>() })])),
        ("values", document([json!({ "type": "string", "enum": (0..n).map(|i| format!("v{i}")).collect::<Vec<_>>() })])),
        ("values of numbers", document([json!({ "type": "integer", "enum": (0..n).collect::<Vec<_>>() })])),
        ("lists of the same values", document((0..n.min(300)).map(|i| json!({ "type": "object", "properties": numbered(10, |j| json!({ "type": "string", "enum": [format!("{i}"), format!("{j}"), "x"] })) })))),
        ("properties", document([json!({ "type": "object", "required": (0..n / 5).map(|i| format!("a{i}")).collect::<Vec<_>>(), "properties": numbered(n / 5, |_| text()) })])),
        // `diff` reads an old document with other names.
        ("gone and new properties, and others", document([json!({ "type": "object", "properties": (0..n.min(500)).map(|i| (format!("string{i}"), object(text()))).collect::<Map<_, _>>(),
            "additionalProperties": { "type": "object", "properties": numbered(n.min(500), |_| text()) } })])),
        ("properties of one name", document([json!({ "type": "object", "properties": (0..n / 5).map(|i| ("-".repeat(i % 99) + "a" + &"_".repeat(i / 99), text())).collect::<Map<_, _>>() })])),
        ("inline objects", document([json!({ "type": "object", "properties": numbered(n / 10, |_| json!({ "type": "object", "properties": { "b": text() } })) })])),
        ("components of one name", of(reference(0), json!({ "schemas": (0..n / 10).map(|i| ("A".to_owned() + &"-".repeat(i % 99) + &"_".repeat(i / 99), object(text()))).chain([("A0".to_owned(), object(text()))]).collect::<Map<_, _>>() }))),
        ("alternatives", document([json!({ "oneOf": (0..n).map(|_| text()).collect::<Vec<_>>() })])),
        ("required names", document([json!({ "type": "object", "required": (0..n).map(|i| format!("r{i}")).collect::<Vec<_>>(), "properties": numbered(n / 20, |_| text()) })])),
        ("parameters of a query", whole(json!({ "/x/": { "post": operation("x", parameters(n / 5, "query"), text()) } }), json!({})).to_string()),
        ("parameters of a path", whole(json!({ format!("/x/{template}"): { "post": operation("x", parameters(n / 10, "path"), text()) } }), json!({})).to_string()),
        ("operations", { let paths: Map<String, Value> = (0..n / 20).map(|i| (format!("/a{i}/{{id}}/"), json!({ "get": operation("x", parameters(0, ""), reference(0)) }))).collect();
            whole(paths.into(), json!({ "schemas": { "A0": object(text()) } })).to_string() }),
        ("operations of many schemas", { let paths: Map<String, Value> = (0..n / 40).map(|i| (format!("/a/a{i}/"), json!({ "get": operation("x", json!([]), reference(i)) }))).collect();
            whole(paths.into(), json!({ "schemas": (0..n / 40).map(|i| (format!("A{i}"), object(text()))).collect::<Map<_, _>>() })).to_string() }),
        ("tags", { let mut d = whole(json!({ "/x/": { "post": operation("x", json!([]), text()) } }), json!({})); d["tags"] = (0..n).map(|i| json!({ "name": format!("t{i}") })).collect();
            d["paths"]["/x/"]["post"]["tags"] = (0..n).map(|i| format!("t{i}")).collect(); d.to_string() }),
        ("members that are none", document([Value::Object(numbered(n, |_| text()))])),
        ("variables of variables", server(&("https://x/".to_owned() + &"{a0}".repeat(n)),
            numbered(LEVELS, |i| json!({ "default": format!("{{a{0}}}{{a{0}}}", i + 1) })).into())),
        ("a server with a long default", server(&("https://x/".to_owned() + &"{a}".repeat(n * 5)), json!({ "a": { "default": "b".repeat(n * 15) } }))),
        ("a server of braces", server(&("{".repeat(n * 300) + "}"), json!({ "a": { "default": "b" } }))),
        ("references to one large response", { let paths: Map<String, Value> = (0..n / 20).map(|i| (format!("/a{i}/"), json!({ "get": { "operationId": "x", "responses": { "200": { "$ref": "#/components/responses/R" } } } }))).collect();
            whole(paths.into(), json!({ "responses": { "R": { "description": "d", "content": { "application/json": { "schema": { "type": "object", "properties": numbered(500, |_| text()) } } } } } })).to_string() }),
        // Long texts.
        ("a long name of a component", of(json!({ "$ref": format!("#/components/schemas/{}", "Ab".repeat(n * 5)) }), json!({ "schemas": { "Ab".repeat(n * 5): object(text()) } }))),
        ("a long name of a property", document([json!({ "type": "object", "properties": { "aB".repeat(n * 5): { "type": "object", "properties": { "aB".repeat(n * 5): text() } } } })])),
        ("a long operationId", whole(json!({ "/x/": { "post": operation(&"aB".repeat(n * 5), json!([]), text()) } }), json!({})).to_string()),
        ("a long path", whole(json!({ format!("/{}", "a/".repeat(n * 2)): { "post": operation("x", json!([]), text()) } }), json!({})).to_string()),
        ("ticks", described(&"`".repeat(n * 5))),
        ("ticks of every length", described(&(1..n.min(1400)).map(|i| "`".repeat(i) + " ").collect::<String>())),
        ("fences", described(&"```\n".repeat(n))),
        ("fences of every length", described(&(3..n.min(1400)).map(|i| "`".repeat(i) + "\n").collect::<String>())),
        ("indented lines", described(&"    a\n\n".repeat(n))),
        ("hidden characters", described(&"\u{202e}\u{0}".repeat(n))),
        ("quotes", described(&"\"\\#".repeat(n))),
        ("comment marks", described(&"/* */ ".repeat(n))),
        // Forms and limits.
        ("pattern", pattern("((((a{64}){64}){64}){64})")),
        ("pattern, doubled", pattern(&format!("{}a{}", "(".repeat(60), "{2}){2}".repeat(60)))),
        ("pattern of many", pattern(&"a|".repeat(n))),
        ("pattern of classes", pattern(&"\\w{100}".repeat(n / 10))),
        ("pattern, nested", pattern(&format!("{}a{}", "(".repeat(n), ")".repeat(n)))),
        ("pattern that backtracks", pattern("^(a*)*(a|a)*(a|ab|b)*$")),
        ("long texts", field(json!({ "type": "string", "minLength": 1_000_000_000 }))),
        ("longest texts", field(json!({ "type": "string", "minLength": u64::MAX, "maxLength": u64::MAX }))),
        ("long texts of formats", document([object(text()), json!({})].into_iter().map(|_| json!({ "type": "object", "required": ["a", "b", "c", "d"], "properties": {
            "a": { "type": "string", "format": "uri", "minLength": 1_000_000_000 }, "b": { "type": "string", "format": "byte", "minLength": 1_000_000_000 },
            "c": { "type": "string", "pattern": "^a+$", "minLength": 1_000_000_000 }, "d": { "type": "string", "format": "password", "minLength": 1_000_000_000 } } })))),
        ("long lists", document([json!({ "type": "array", "minItems": 1_000_000_000, "maxItems": 1_000_000_000, "items": text() })])),
        ("long lists, nested", levels(12, |r| json!({ "type": "array", "minItems": 1_000_000_000, "items": r }))),
        ("long lists of all different", field(json!({ "type": "array", "minItems": 1_000_000, "uniqueItems": true, "items": { "type": "boolean" } }))),
        ("many members", field(json!({ "type": "object", "minProperties": 1_000_000_000, "additionalProperties": text() }))),
        ("odd limits", document([json!({ "type": "object", "required": ["a", "b", "c", "d"], "properties": { "a": { "type": "integer", "minimum": -1e308, "maximum": 1e308 },
            "b": { "type": "number", "multipleOf": 1e-300 }, "c": { "type": "integer", "minimum": 9223372036854775807_u64, "exclusiveMinimum": true }, "d": { "type": "integer", "minimum": 9, "maximum": 1 } } })])),
    ]
}

/// An error means that the document was refused.
type Stage = fn(&str) -> Result<(), String>;

/// Everything that is done with a document, by name.
pub const STAGES: [(&str, Stage); 5] = [
    ("normalize", |text| {
        normalize(text, None).map(drop).map_err(|e| e.to_string())
    }),
    ("diff", |text| {
        let new = normalize(text, None).map_err(|e| e.to_string())?;
        let old = normalize(&text.replace("string", "integer"), None);
        let old = old.as_ref().unwrap_or(&new);
        let changes = diff::compare(old.into(), (&new).into()).map_err(|e| e.to_string())?;
        diff::Format::Markdown.render(&changes);
        Ok(())
    }),
    ("coverage", |text| {
        coverage(text, None, None)
            .map(|c| drop(c.page()))
            .map_err(|e| e.to_string())
    }),
    ("sandbox", |text| {
        let doc = fetch::parse(text).map_err(|e| e.to_string())?;
        sandbox(doc)
    }),
    ("sandbox, normalised", |text| {
        sandbox(normalize(text, None).map_err(|e| e.to_string())?.doc)
    }),
];

/// Runs the sandbox: validates a body and makes a response.
fn sandbox(doc: Value) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| e.to_string())?;
    let path = doc.get("paths").and_then(Value::as_object);
    let path = path.and_then(|p| p.keys().next().cloned());
    let path = path.unwrap_or_default().replace("{", "").replace("}", "");
    runtime.block_on(async {
        let api = autopi_sandbox::Sandbox::builder()
            .spec(doc.clone())
            .response_spec(doc);
        let api = api.start().await.map_err(|e| e.to_string())?;
        let deep = (0..60).fold(json!("aaaa"), |v, _| json!({ "a": v }));
        let long = json!({ "a": "a".repeat(1 << 16), "b": vec![1; 1 << 12] });
        for (method, body) in [
            ("POST", &deep),
            ("POST", &long),
            ("GET", &deep),
            ("OPTIONS", &deep),
        ] {
            let url = format!("{}{path}?p=a", api.url());
            let url = url.parse().map_err(|_| "url")?;
            let authorization = format!("APIToken {}", autopi_sandbox::API_TOKEN);
            let method = method.parse().map_err(|_| "method")?;
            let http = xtask::pipeline::fetch::http(&url).map_err(|e| e.to_string())?;
            let http = http.build().map_err(|e| e.to_string())?;
            let call = http.request(method, url);
            let call = call
                .header("authorization", authorization)
                .json(body)
                .send();
            let response = call.await.map_err(|e| format!("{e:?}"))?;
            response.bytes().await.map_err(|e| e.to_string())?;
        }
        Ok(())
    })
}
