//! Documents that could take exponential time, or whose names collide: each command ends soon, and
//! none panics.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use support::{Cli, Ran};

const SOON: Duration = Duration::from_secs(10);

/// Returns a document of one operation with this body, and these components.
fn with_body(body: Value, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "paths": {"/x/{id}/": {"post": {
            "operationId": "op", "tags": ["t"],
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "requestBody": {"required": true, "content": {"application/json": {"schema": body}}},
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": body}}}},
        }}},
        "components": {"schemas": schemas},
    })
}

/// Runs the operation of [`with_body`] with this body, without sending it.
fn dry(cli: &Cli, spec: &str, body: &str) -> Ran {
    cli.run(&["--spec", spec, "t", "op", "i", "--dry-run", "--json", body])
}

fn operations(ids: impl Iterator<Item = Value>) -> Value {
    let paths: Map<String, Value> = ids
        .enumerate()
        .map(|(i, operation)| (format!("/x{i}/"), json!({ "get": operation })))
        .collect();
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths})
}

/// Runs each line with the document, and checks that it ends soon and without a panic.
fn each(document: &Value, lines: &[&str]) {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    for line in lines {
        let started = Instant::now();
        let ran = cli.line(&format!("--spec {spec} {line}"));
        assert!(
            started.elapsed() < SOON,
            "{line} takes {:?}",
            started.elapsed()
        );
        assert!(
            (0..=5).contains(&ran.code) && !ran.err.contains("panicked"),
            "{line}: {ran:?}"
        );
    }
}

const BODY: [&str; 4] = [
    "t op --help",
    "t op i --json {\"a\":{\"a\":{\"a\":1}}} --dry-run",
    "t op i -b m1=x --dry-run",
    "man t op",
];

#[test]
fn commands_end_soon_on_schemas_that_multiply() {
    let a = json!({"$ref": "#/components/schemas/A"});
    let many = |n: usize, of: &Value| -> Map<String, Value> {
        (0..n).map(|i| (format!("m{i}"), of.clone())).collect()
    };
    let names = |n: usize| (0..n).map(|i| format!("m{i}")).collect::<Vec<_>>();
    for schemas in [
        json!({"A": a}),
        json!({"A": {"allOf": [a, a, a, a, a, a]}}),
        json!({"A": {"type": "object", "required": names(300), "properties": many(300, &a)}}),
        json!({"A": {"oneOf": [a, a, a, a], "properties": {"a": a}}}),
        json!({"A": {"type": "object", "properties": {"a": {"oneOf": [a, a, a, a, a, a]}}}}),
        json!({"A": {"type": "array", "items": a}}),
        json!({"A": {"type": "array", "minItems": 1_000_000_000, "items": {"type": "string", "minLength": 1_000_000_000}}}),
        json!({"A": {"type": "object", "properties": many(5_000, &json!({"type": "string"}))}}),
        json!({"A": {"type": "string", "pattern": "(a{1000}){1000}", "enum": vec!["x"; 50_000]}}),
        json!({}),
    ] {
        each(&with_body(a.clone(), schemas), &BODY);
    }
    let members = json!({"type": "object", "properties": many(9_000, &a)});
    let mut document = with_body(
        members.clone(),
        json!({"A": {"oneOf": [a, a, a, a, a, a], "properties": {"a": a}}}),
    );
    document["paths"]["/x/{id}/"]["post"]["requestBody"]["content"] =
        json!({"application/x-www-form-urlencoded": {"schema": members}});
    each(&document, &["t op i -b m1=x --dry-run"]);
}

/// As people write documents: YAML, numbers for versions, references with escapes.
#[test]
fn a_document_in_yaml_gives_the_commands_of_the_same_in_json() {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let yaml = "# a comment\nopenapi: 3.1\npaths:\n  /x/{id}/: &x\n    put:\n      operationId: op\n      \
                tags: [t]\n      parameters:\n      - $ref: '#/paths/~1y~1%7Bid%7D/get/parameters/0'\n      \
                requestBody:\n        content:\n          application/json:\n            schema:\n              \
                $ref: '#/components/schemas/My%20Car~1Truck'\n      responses:\n        200: {description: ok}\n  \
                /y/{id}:\n    get:\n      tags: [t]\n      parameters:\n      - {name: id, in: path, \
                schema: {type: integer}}\ncomponents:\n  schemas:\n    My Car/Truck:\n      properties:\n        \
                size: {type: integer}\n        other: {$ref: '#/components/schemas/Base/properties/size'}\n    \
                Base: {properties: {size: {type: boolean}}}\n";
    for (name, text) in [
        ("spec.yaml", yaml.to_owned()),
        (
            "spec.json",
            yaml_serde::from_str::<Value>(yaml).unwrap().to_string(),
        ),
    ] {
        let spec = cli.file(name, &text);
        let line = |body: &str| cli.line(&format!("--spec {spec} t op {body} --dry-run"));
        assert!(line("7 -b size:=1 -b other:=true").good().contains("/x/7/"));
        line("x").bad(2, "--id: `x` is not a valid integer");
        line("7 -b size=x").bad(2, "size: must be an integer");
        line("7 -b other:=1").bad(2, "other: must be a boolean");
    }
    let old = "swagger: 2.0\nbasePath: /v1\npaths:\n  /x:\n    get: {operationId: op, tags: [t]}\n";
    let spec = cli.file("old.yml", old);
    let shown = cli.line(&format!("--spec {spec} t op --dry-run"));
    assert!(shown.good().contains("/v1/x'"), "{shown:?}");
}

/// As drf-spectacular and others write lists: the envelope, its items and the list are components.
#[test]
fn a_list_whose_envelope_is_a_component_has_pages_and_columns() {
    let url = support::server(|path| {
        let (next, id) = match path.contains("page=2") {
            true => ("null", 2),
            false => (r#""/things/?page=2""#, 1),
        };
        let body = format!(r#"{{"count": 2, "next": {next}, "results": [{{"id": {id}}}]}}"#);
        (200, body)
    });
    let thing = json!({"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}});
    let things = json!({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}});
    let page = |results: Value| json!({"type": "object", "properties": {"count": {"type": "integer"}, "next": {"type": "string", "nullable": true}, "results": results}});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    for envelope in [
        page(things.clone()),
        page(reference("Things")),
        json!({"allOf": [page(things.clone())]}),
        json!({"allOf": [{"type": "object", "properties": {"count": {"type": "integer"}}}, {"type": "object", "properties": {"results": things}}]}),
        reference("Page"),
    ] {
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "", "version": ""},
            "paths": {"/things/": {"get": {"operationId": "things_list", "tags": ["things"],
                "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": reference("PagedThings")}}}}}}},
            "components": {"schemas": {"PagedThings": envelope, "Page": page(reference("Things")), "Things": things, "Thing": thing}},
        });
        let cli = Cli::alone()
            .with("AUTOPI_BASE_URL", &url)
            .with("AUTOPI_API_TOKEN", "0123456789abcdef");
        let spec = cli.file("api.json", &document.to_string());
        let run = |line: &str| cli.line(&format!("--spec {spec} things list {line}"));
        assert_eq!(
            run("--all -o csv").good(),
            "id,name\n1,\n2,\n",
            "{envelope}"
        );
        let first = run("-o ndjson --columns id");
        assert_eq!(first.good(), "{\"id\":1}\n", "{envelope}");
        assert!(first.err.contains("1 of 2: --all"), "{first:?}");
    }
}

#[test]
fn types_of_31_are_checked_as_those_of_30() {
    let number = json!({"type": ["integer", "null"]});
    let one = json!({"const": 1});
    let either = json!({"anyOf": [{"type": "integer"}, {"type": "null"}]});
    let mut document = with_body(
        json!({"type": ["object"], "properties": {"n": number, "one": one, "type": number, "either": either}}),
        json!({}),
    );
    document["openapi"] = json!("3.1.0");
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    let line = |body: &str| cli.line(&format!("--spec {spec} t op i {body} --dry-run"));
    line("-b n:=1 -b one:=1 -b type:=null -b either:=null").good();
    line("-b n:=null -b either:=1").good();
    line("-b n=x").bad(2, "n: must be an integer, is a text");
    line("-b type=x").bad(2, "type: must be an integer, is a text");
    line("-b one:=2").bad(2, "one: must be one of 1");
    line("-b either=x").bad(2, "either:");
    // Limits that are excluded, beside others and as names of members.
    let within = json!({
        "type": "number", "exclusiveMinimum": 5, "minimum": 7, "maximum": 20, "exclusiveMaximum": 9,
    });
    let members =
        json!({"n": within, "exclusiveMinimum": {"type": "number", "exclusiveMinimum": 1}});
    document["paths"]["/x/{id}/"]["post"]["requestBody"]["content"]["application/json"]["schema"] =
        json!({"type": "object", "properties": members});
    document["paths"]["x-y"] = json!({"get": {"operationId": "none", "responses": {}}});
    let spec = cli.file("limits.json", &document.to_string());
    let line = |body: &str| cli.line(&format!("--spec {spec} t op i {body} --dry-run"));
    line("-b n:=7 -b exclusiveMinimum:=1.5").good();
    line("-b n:=6").bad(2, "n: must be at least 7");
    line("-b n:=9").bad(2, "n: must be less than 9");
    line("-b exclusiveMinimum:=1").bad(2, "exclusiveMinimum: must be more than 1");
    cli.line(&format!("--spec {spec} none --dry-run"))
        .bad(2, "no command and no area");
}

#[test]
fn names_that_are_taken_are_numbered() {
    let twice = |i: usize| json!({"operationId": "same", "tags": ["t"], "responses": {}, "summary": format!("{i}")});
    each(
        &operations((0..2000).map(twice)),
        &[
            "--help",
            "t --help",
            "t same-get-1000 --help",
            "same",
            "search same",
            "__complete t s",
        ],
    );
    let odd = [
        "", "-", "--help", "help", "=", "\u{1b}", "a b", "a=b", "limit", "output", "body", "json",
        "h", "(path)", "é", "columns", "a_b", "a-b", "aB",
    ];
    let parameters: Vec<Value> = odd
        .iter()
        .chain(&["same"; 500])
        .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}}))
        .collect();
    let document = operations(odd.iter().map(
        |id| json!({"operationId": id, "tags": [id], "parameters": parameters, "responses": {}}),
    ));
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    each(
        &document,
        &[
            "--help",
            "a-b --help",
            "a-b a-b --help",
            "limit limit --query-limit 3 --dry-run",
            "a-b a-b --same 1 --dry-run",
            "root --help",
        ],
    );
    assert!(
        cli.line(&format!(
            "--spec {spec} limit limit --query-limit 3 --limit 2 --dry-run"
        ))
        .good()
        .contains("limit=3")
    );
    let response =
        json!({"200": {"content": {"application/json": {"schema": {"type": "object"}}}}});
    let limit = json!([{"name": "limit", "in": "query", "schema": {"type": "integer"}}]);
    let one =
        json!({"operationId": "one", "tags": ["t"], "parameters": limit, "responses": response});
    let other = cli.file("limit.json", &operations([one].into_iter()).to_string());
    cli.line(&format!("--spec {other} t one --limit 2 --dry-run"))
        .bad(
            2,
            "--limit: the response is not a list\n  --query-limit is the parameter",
        );
    // clap's own checks pass for the whole tree.
    let index = autopi_cli::index::Index::of_file(std::path::Path::new(&spec)).unwrap();
    autopi_cli::tree::whole(index).debug_assert();
}

#[test]
fn areas_and_operations_with_the_names_of_commands_are_still_reached() {
    let names = autopi_cli::tree::EVERYDAY.iter();
    let document = operations(names.map(
        |name| json!({"operationId": format!("{name}_{name}"), "tags": [name], "responses": {}}),
    ));
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    for (i, name) in autopi_cli::tree::EVERYDAY.iter().enumerate() {
        for line in [format!("{name}--area {name}"), format!("{name}_{name}")] {
            let ran = cli.line(&format!("--spec {spec} {line} --dry-run"));
            assert!(ran.good().contains(&format!("/x{i}/")), "{line}: {ran:?}");
        }
    }
}

/// What other tools read without a word: a path whose parameters are not those that are declared.
#[test]
fn the_parameters_of_a_path_are_those_that_it_has() {
    let declared =
        json!({"name": "other", "in": "path", "required": true, "schema": {"type": "integer"}});
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "paths": {"/x/{id}/{no}/": {"get": {
            "operationId": "op", "tags": ["t"], "parameters": [declared], "responses": {},
        }}},
    });
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    let line = |line: &str| cli.line(&format!("--spec {spec} t op {line} --dry-run"));
    assert!(line("a 7").good().contains("/x/a/7/'"));
    assert!(line("--no 7 --id a").good().contains("/x/a/7/'"));
    line("a").bad(2, "--no: required, not given");
    line("a 7 --other 1").bad(2, "--other");
}

/// A form has texts only: they are read as what its schema says.
/// OpenAPI 3.2 has operations of any method; people write methods and places in capitals.
#[test]
fn every_operation_of_a_document_is_offered_whatever_its_method() {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let operation = |id: &str| json!({"operationId": id, "tags": ["t"], "responses": {}});
    let document = json!({
        "openapi": "3.2.0", "info": {"title": "T", "version": "1"},
        "paths": {
            "/x/": {
                "POST": operation("make"),
                "additionalOperations": {
                    "COPY": operation("copy"), "PURGE": operation("purge"), "a b": operation("odd"),
                },
            },
            "/y/": {"$ref": "#/components/pathItems/y"},
        },
        "components": {"pathItems": {"y": {"additionalOperations": {"LINK": operation("link")}}}},
    });
    let spec = cli.file("spec.json", &document.to_string());
    let line = |line: &str| cli.line(&format!("--spec {spec} {line}"));
    for (id, request) in [
        ("make", "-X POST \\\n  'https://api.autopi.io/x/'"),
        ("copy", "-X COPY \\\n  'https://api.autopi.io/x/'"),
        ("link", "-X LINK \\\n  'https://api.autopi.io/y/'"),
    ] {
        let shown = line(&format!("t {id} --dry-run"));
        assert!(shown.good().contains(request), "{shown:?}");
    }
    line("t purge").bad(2, "this takes something away (PURGE /x/)");
    line("t odd").bad(2, "no operation of t");
    assert!(
        line("doctor --dry-run")
            .good()
            .contains("left out, as no request has such a method: a b /x/")
    );
    assert!(line("api copy /z/ --dry-run").good().contains("-X COPY"));
    line("api purge /z/").bad(2, "this deletes (PURGE /z/)");
    cli.line("api copy /z/ --dry-run")
        .bad(2, "`copy` is not a method");
    let old = json!({"swagger": "2.0", "paths": {"/x/": {"Get": operation("read")}}});
    let spec = cli.file("old.json", &old.to_string());
    let shown = cli.line(&format!("--spec {spec} t read --dry-run"));
    assert!(shown.good().contains("/x/'"), "{shown:?}");
}

/// As the library does: a cookie belongs to a browser's session, and the client sends its own
/// headers itself.
#[test]
fn a_parameter_that_is_not_sent_is_named() {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let parameter = |name: &str, place: &str, required: bool| json!({"name": name, "in": place, "required": required, "schema": {"type": "string"}});
    let mut whole = parameter("whole", "querystring", false);
    whole["content"] = json!({"application/x-www-form-urlencoded": {"schema": {"type": "object"}}});
    let document = json!({
        "openapi": "3.2.0", "info": {"title": "T", "version": "1"},
        "paths": {"/x/": {"get": {"operationId": "op", "tags": ["t"], "responses": {}, "parameters": [
            parameter("session", "cookie", true), parameter("theme", "Cookies", false),
            parameter("a b", "header", true), parameter("Authorization", "header", true),
            parameter("host", "header", true), parameter("q", "Query", true), whole,
        ]}}},
    });
    let spec = cli.file("spec.json", &document.to_string());
    let line = |line: &str| cli.line(&format!("--spec {spec} {line}"));
    let ran = line("t op --q 1 --whole {\"a\":2} --dry-run");
    assert!(ran.good().contains("/x/?q=1&a=2'"), "{ran:?}");
    for (name, times) in [
        ("the cookie session is not sent", 1),
        ("the parameter a b is not sent", 1),
        ("theme", 0),
        ("host", 0),
    ] {
        assert_eq!(ran.err.matches(name).count(), times, "{name}: {ran:?}");
    }
    assert!(
        ran.err
            .contains("`autopi api METHOD PATH -H 'Cookie: NAME=VALUE'` sends one"),
        "{ran:?}"
    );
    let help = line("t op --help");
    let help = help.good();
    assert!(
        help.contains("the cookie session") && help.contains("the cookie theme"),
        "{help}"
    );
    assert!(
        !help.contains("--authorization") && !help.contains("--host"),
        "{help}"
    );
    line("t op --dry-run").bad(2, "--q: required, not given");
}

#[test]
fn everyday_commands_name_what_they_do_not_send() {
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let list = json!({"get": {"tags": ["t"], "responses": {}, "parameters": [
        {"name": "tenant", "in": "cookie", "required": true, "schema": {"type": "string"}},
        {"name": "theme", "in": "cookie", "schema": {"type": "string"}},
    ]}});
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "paths": {"/dongle/devices/": list, "/logbook/storage/raw/": list, "/auth/user/": list},
    });
    let spec = cli.file("spec.json", &document.to_string());
    let range = "--from 2026-01-01T00:00Z --to 2026-01-02T00:00Z";
    for everyday in [
        "devices",
        "whoami",
        &format!("export telemetry -d x {range} -o ./t.csv"),
    ] {
        let ran = cli.line(&format!("--spec {spec} {everyday} --dry-run"));
        ran.good();
        let names = |name: &str| ran.err.matches(name).count();
        assert_eq!(
            (names("the cookie tenant is not sent"), names("theme")),
            (1, 0),
            "{ran:?}"
        );
    }
}

#[test]
fn the_texts_of_a_form_are_read_by_its_schema() {
    let form = json!({"type": "object", "properties": {
        "n": {"type": "integer"}, "on": {"type": "boolean"}, "text": {"type": "string"},
        "list": {"type": "array", "items": {"type": "integer"}},
        "maybe": {"type": "integer", "nullable": true}, "least": {"type": "string", "minLength": 1, "nullable": true},
        "id": {"type": "integer", "readOnly": true},
    }, "required": ["id"]});
    let mut document = with_body(json!({}), json!({}));
    document["paths"]["/x/{id}/"]["post"]["requestBody"]["content"] =
        json!({"application/x-www-form-urlencoded": {"schema": form}});
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    let line = |line: &str| cli.line(&format!("--spec {spec} t op i {line} --dry-run"));
    let sent = line("-b n=5 -b on=yes -b text=7 -b list[]=1 -b list[]=2");
    assert!(
        sent.good().contains("'n=5&on=true&text=7&list=1&list=2'"),
        "{sent:?}"
    );
    let sent = line("-b list=1 -b list=2 -b maybe:=null -b least=");
    assert!(
        sent.good().contains("'list=1&list=2&maybe=&least='"),
        "{sent:?}"
    );
    line("-b n:=null").bad(2, "n: must be an integer, is null");
    line("-b n=").bad(2, "n: must be an integer");
    line("-b n=x").bad(2, "n: must be an integer");
    line("-b list[]=1 -b list[]=x").bad(2, "list[");
    document["paths"]["/x/{id}/"]["post"]["requestBody"]["content"] =
        json!({"multipart/form-data": {"schema": form}});
    let spec = cli.file("parts.json", &document.to_string());
    let line = |line: &str| cli.line(&format!("--spec {spec} t op i {line} --dry-run"));
    let sent = line("-b list=1 -b list=2 -b maybe:=null -b least=");
    assert!(
        sent.good()
            .contains("--form-string 'maybe=' \\\n  --form-string 'least='"),
        "{sent:?}"
    );
    line("-b n:=null").bad(2, "n: must be an integer, is null");
    line("-b text:=null").bad(2, "text: must be a text, is null");
    line("-b list.a=1").bad(2, "list.a: a form holds `list` as one value: list:=JSON");
}

#[test]
fn the_members_of_a_form_are_written_as_its_encoding_says() {
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let object = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}});
    let form = |media: &str| {
        let schema = json!({"type": "object", "properties": {
            "plain": list, "comma": list, "pipe": list, "deep": object, "open": object, "json": list, "n": {"type": "integer"},
        }});
        let encoding = json!({
            "comma": {"style": "form", "explode": false}, "pipe": {"style": "pipeDelimited", "explode": false},
            "deep": {"style": "deepObject", "explode": true}, "open": {"explode": true},
            "json": {"contentType": "application/json"}, "n": {"style": "deepObject"},
        });
        let mut document = with_body(json!({}), json!({}));
        document["paths"]["/x/{id}/"]["post"]["requestBody"]["content"] =
            json!({media: {"schema": schema, "encoding": encoding}});
        document
    };
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let sends = |media: &str, body: &[&str]| {
        let spec = cli.file("spec.json", &form(media).to_string());
        let line = ["--spec", &spec, "t", "op", "i", "--dry-run"];
        cli.run(&[&line[..], body].concat()).good().to_owned()
    };
    let set = |body: &str| -> String {
        let words: Vec<_> = body.split(' ').flat_map(|member| ["-b", member]).collect();
        sends("application/x-www-form-urlencoded", &words)
    };
    let sent = set(
        r#"plain:=[1,2] comma:=[1,2] pipe:=[1,2] deep:={"a":1,"b":"x+y"} open:={"a":1,"b":"x"} json:=[1,2] n:=7"#,
    );
    let written = "'plain=1&plain=2&comma=1,2&pipe=1%7C2&deep%5Ba%5D=1&deep%5Bb%5D=x%2By&a=1&b=x&json=%5B1%2C2%5D&n=7'";
    assert!(sent.contains(written), "{sent}");
    let sent = set("comma[]=1 comma[]=2 deep.b=x");
    assert!(sent.contains("'comma=1,2&deep%5Bb%5D=x'"), "{sent}");
    let parts = ["-b", "json=3", "-b", "plain=1", "-b", "plain=2"];
    let sent = sends("multipart/form-data", &parts);
    for part in [
        r#"-F 'json="3";type=application/json'"#,
        "--form-string 'plain=2'",
    ] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
}

#[test]
fn a_document_of_drf_yasg_means_what_django_rest_framework_does() {
    let texts = json!({"type": "string", "x-nullable": true});
    let old = json!({
        "swagger": "2.0", "info": {"title": "T", "version": "1"},
        "paths": {"/x/": {
            "get": {"operationId": "read", "tags": ["t"], "responses": {}, "parameters": [
                {"in": "query", "name": "ids", "type": "array", "items": {"type": "integer"}},
                {"in": "query", "name": "id__in", "type": "array", "items": {"type": "integer"}},
                {"in": "query", "name": "csv", "type": "array", "items": {"type": "integer"}, "collectionFormat": "csv"},
            ]},
            "patch": {"operationId": "change", "tags": ["t"], "responses": {}, "parameters": [
                {"in": "formData", "name": "file", "type": "file", "required": true},
                {"in": "formData", "name": "note", "type": "string"},
                {"in": "formData", "name": "at", "type": "string", "format": "date-time"},
            ]},
            "put": {"operationId": "put", "tags": ["t"], "responses": {}, "parameters": [
                {"in": "formData", "name": "csv", "type": "array", "items": {"type": "integer"}, "collectionFormat": "csv"},
                {"in": "formData", "name": "many", "type": "array", "items": {"type": "integer"}},
                {"in": "formData", "name": "phrase", "type": "string", "format": "password"},
                {"in": "query", "name": "phrase", "type": "string", "format": "password"},
                {"in": "header", "name": "X-Phrase", "type": "string", "format": "password"},
            ]},
            "post": {"operationId": "op", "tags": ["t"], "responses": {}, "parameters": [{
                "in": "body", "name": "data", "required": true, "schema": {"type": "object", "properties": {
                    "list": {"type": "array", "items": texts},
                    "map": {"type": "object", "additionalProperties": texts},
                    "json": {"type": "object"},
                    "choice": {"type": "string", "enum": [1, "a"]},
                    "text": texts,
                    "at": {"type": "string", "format": "date-time"},
                }},
            }]},
        }},
    });
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &old.to_string());
    let query = "t read --ids 1 --ids 2 --id-in 3 --id-in 4 --csv 5 --csv 6";
    let ran = cli.line(&format!("--spec {spec} {query} --dry-run"));
    let sent = "/x/?ids=1&ids=2&id__in=3,4&csv=5,6";
    assert!(ran.out.contains(sent), "{ran:?}");
    let ran = cli.line(&format!(
        "--spec {spec} t change -b at=2026-07-01T08:00[Europe/Copenhagen] --dry-run"
    ));
    assert!(ran.out.contains("at=2026-07-01T06:00:00Z"), "{ran:?}");
    let ran = cli.line(&format!(
        "--spec {spec} t put -b csv=1 -b csv=2 -b many=1 -b many=2 --dry-run"
    ));
    assert!(ran.good().contains("'csv=1,2&many=1&many=2'"), "{ran:?}");
    // A password is one whatever its name.
    let ran = cli.line(&format!(
        "--spec {spec} t put --phrase hunter2 --x-phrase hunter2 -b phrase=hunter2 -b csv=1 --dry-run"
    ));
    assert!(!ran.good().contains("hunter2"), "{ran:?}");
    assert_eq!(ran.out.matches("redacted").count(), 3, "{ran:?}");
    let body = json!({
        "list": [1, {"a": []}], "map": {"a": [true]}, "json": 5, "choice": 1,
        "at": "9999-12-31T23:59:59.999999Z",
    });
    let run = |body: &str| cli.run(&["--spec", &spec, "t", "op", "--dry-run", "--json", body]);
    let ran = run(&body.to_string());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains(&body.to_string()), "{ran:?}");
    for (body, why) in [
        (json!({"text": 5}), "text: must be a text"),
        (json!({"list": {}}), "list: must be a list"),
        (json!({"at": "now"}), "would be sent as it is"),
    ] {
        run(&body.to_string()).bad(2, why);
    }
}

#[test]
fn a_field_whose_type_the_document_does_not_know_takes_any_json_in_every_version() {
    let list_of_texts = json!({"type": "array", "items": {"type": "string", "nullable": true}});
    let members = json!({
        "bare": {"type": "object", "description": "A setting."},
        "choice": {"enum": [1, "a"]},
        "map": {"type": "object", "additionalProperties": true},
        "either": {"type": "object", "anyOf": [{"type": "object", "required": ["a"], "properties": {"a": {}}}]},
        "empty": {"type": "object", "properties": {}},
        // Members whose names are keywords.
        "enum": {"$ref": "#/components/schemas/Text"},
        "items": {"type": "string", "nullable": true},
        "type": {"type": "string"},
        "texts": list_of_texts,
        // A part of an object, and a null among choices, say something beside the others.
        "parts": {"allOf": [{"type": "object"}, {"type": "object", "properties": {"a": {}}}]},
        "null": {"oneOf": [{"type": "string", "enum": ["a"]}, {"enum": [null]}]},
        // Components whose names are keywords.
        "named": {"$ref": "#/components/schemas/x-named"},
        "content": {"$ref": "#/components/schemas/content"},
    });
    let named = json!({
        "Text": {"type": "string"},
        "x-named": {"type": "array", "items": {"$ref": "#/components/schemas/Text"}},
        "content": {"type": "string", "nullable": true},
    });
    let document = with_body(
        json!({"type": "object", "properties": members}),
        named.clone(),
    );
    let mut older = json!({
        "swagger": "2.0", "info": document["info"], "paths": {"/x/{id}/": {"post": {
            "operationId": "op", "tags": ["t"], "responses": {},
            "parameters": [
                {"name": "id", "in": "path", "required": true, "type": "string"},
                {"name": "data", "in": "body", "schema": {"type": "object", "properties": members}},
            ],
        }}},
        "definitions": named,
    });
    older = older
        .to_string()
        .replace("#/components/schemas/", "#/definitions/")
        .parse()
        .unwrap();
    let of = "/paths/~1x~1{id}~1/post/parameters/1/schema/properties/items";
    for nullable in [of, "/definitions/content"] {
        *older.pointer_mut(nullable).unwrap() = json!({"type": "string", "x-nullable": true});
    }
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    for document in [document, older] {
        let spec = cli.file("spec.json", &document.to_string());
        let run = |body: &Value| dry(&cli, &spec, &body.to_string());
        for name in ["bare", "choice"] {
            for value in [json!(5), json!("x"), json!([1]), json!({"a": null})] {
                let body = json!({ name: value });
                let ran = run(&body);
                assert_eq!(ran.code, 0, "{body}: {ran:?}");
                assert!(ran.out.contains(&body.to_string()), "{body}: {ran:?}");
            }
        }
        let nulls = json!({"empty": {"a": 1}, "null": null, "named": ["a"], "content": null});
        assert_eq!(run(&nulls).code, 0, "{:?}", run(&nulls));
        run(&json!({"named": [5]})).bad(2, "named[0]");
        for name in [
            "map", "empty", "either", "enum", "items", "type", "texts", "parts", "null", "named",
            "content",
        ] {
            run(&json!({ name: 5 })).bad(2, name);
        }
        // drf-yasg writes any JSON so in a list, and only in Swagger 2.0.
        let texts = run(&json!({"texts": [5]})).code;
        assert_eq!(texts == 0, document.get("swagger").is_some());
    }
}

#[test]
fn what_is_marked_as_any_json_is_checked_by_nothing_else() {
    let any =
        json!({"type": "object", "x-autopi-json": true, "properties": {"a": {"type": "integer"}}});
    let document = with_body(
        json!({"type": "object", "properties": {"m": any}}),
        json!({}),
    );
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    for value in ["5", "[1]", "null", "\"x\"", "{\"a\":\"x\",\"b\":1}"] {
        let body = format!("{{\"m\":{value}}}");
        let ran = dry(&cli, &spec, &body);
        assert!(ran.code == 0 && ran.out.contains(&body), "{ran:?}");
    }
}

#[test]
fn a_patch_takes_any_subset_of_the_members_at_any_depth() {
    let point = json!({"type": "object", "minProperties": 2, "required": ["x", "y"], "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}});
    // Marks that only we set say nothing in a document of another.
    let car = json!({"type": "object", "x-partial": true, "x-autopi-partial": true, "required": ["name"], "properties": {"name": {"type": "string"}, "at": point}});
    let mut document = with_body(
        json!({"$ref": "#/components/schemas/Car"}),
        json!({"Car": car}),
    );
    let item = document["paths"]["/x/{id}/"].as_object_mut().unwrap();
    let mut patch = item["post"].clone();
    patch["operationId"] = "change".into();
    item.insert("patch".into(), patch.clone());
    // A JSON Patch is one in any media type.
    patch["operationId"] = "steps".into();
    let step = json!({"type": "object", "required": ["op", "path"], "properties": {"op": {"type": "string"}, "path": {"type": "string"}}});
    patch["requestBody"]["content"]["application/json"]["schema"] =
        json!({"type": "array", "items": {"$ref": "#/components/schemas/Step"}});
    document["components"]["schemas"]["Step"] = step;
    document["paths"]["/y/{id}/"] = json!({"patch": patch});
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    let steps = r#"[{"op": "remove"}]"#;
    let steps = cli.run(&[
        "--spec",
        &spec,
        "t",
        "steps",
        "i",
        "--dry-run",
        "--json",
        steps,
    ]);
    steps.bad(2, "path: required, not given");
    let run = |of: &str| cli.line(&format!("--spec {spec} t {of} i -b at.x:=1 --dry-run"));
    assert_eq!(run("change").code, 0, "{:?}", run("change"));
    run("op").bad(2, "at.y: required, not given");
    run("op").bad(2, "at: must be at least 2 members, is `1`");
    run("op").bad(2, "name: required, not given");
}

/// As FastAPI writes ids, members that may be null, unions with a discriminator, and forms.
#[test]
fn a_document_of_fastapi_means_what_fastapi_does() {
    let maybe = |of: Value| json!({"anyOf": [of, {"type": "null"}], "title": "M"});
    let named = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let pet = json!({"oneOf": [named("Cat"), named("Dog")], "discriminator": {
        "propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"},
    }});
    let item = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"}, "n": maybe(json!({"type": "integer", "minimum": 1, "multipleOf": 5})),
        "at": maybe(json!({"type": "string", "format": "date-time"})), "color": maybe(named("Color")),
        "price": {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]},
        "shade": {"anyOf": [named("Color"), {"enum": [""]}]},
        "axles": {"oneOf": [{"type": "integer", "enum": [2, 3]}, named("NullEnum")]},
        "weight": {"type": "string", "format": "decimal"},
        "sizes": {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"type": "integer"}},
        "pet": maybe(pet.clone()), "bird": {"anyOf": [named("Cat"), named("Dog")]},
    }});
    let file = json!({"type": "string", "contentMediaType": "application/octet-stream"});
    let form = json!({"type": "object", "properties": {
        "tags": {"type": "array", "items": {"type": "string"}}, "name": {"type": "string"},
        "n": {"type": "array", "items": {"type": "integer"}},
    }});
    let with_file = json!({"type": "object", "properties": {
        "file": maybe(file), "n": {"type": "array", "items": {"type": "integer"}},
    }});
    let post = |id: &str, media: &str, schema: Value| json!({"post": {"operationId": id, "tags": ["t"], "responses": {}, "requestBody": {"content": {media: {"schema": schema}}}}});
    let (urlencoded, page) = (
        "application/x-www-form-urlencoded",
        json!({"type": "integer"}),
    );
    let things = json!({"get": {
        "operationId": "list_things__id__get", "tags": ["t"],
        "parameters": [{"in": "query", "name": "page", "schema": maybe(page)}, {"in": "query", "name": "on", "schema": maybe(named("Color"))}],
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "object", "properties": {"items": {"type": "array"}}}}}}},
    }});
    let secret = |name: &str| json!({"type": "object", "properties": {name: {"type": "string", "format": "password"}}});
    let steps =
        json!({"type": "array", "items": {"oneOf": [secret("digits"), {"type": "string"}]}});
    let login =
        json!({"anyOf": [secret("word"), {"type": "object", "properties": {"steps": steps}}]});
    let mut document = json!({
        "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {
            "/items": post("create_item_items_post", "application/json", item),
            "/pets": post("pet_pets_post", "application/json", pet),
            "/form": post("form_form_post", urlencoded, form),
            "/file": post("file_file_post", urlencoded, with_file), "/things/{id}": things,
            "/login": post("login_login_post", "application/json", login),
        },
        "components": {"schemas": {
            "Color": {"type": "string", "enum": ["red", "none"]}, "NullEnum": {"enum": [null]},
            "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "const": "cat"}, "lives": {"type": "integer"}, "color": {"enum": ["black", "white"]}}},
            "Dog": {"type": "object", "required": ["kind", "bark"], "properties": {"kind": {"type": "string", "const": "dog"}, "bark": {"type": "number"}}},
        }},
    });
    // JSON cannot hold a file.
    document["paths"]["/file"]["post"]["requestBody"]["content"]["application/json"] =
        json!({"schema": {"type": "object"}});
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    let line = |line: &str| cli.line(&format!("--spec {spec} t {line} --dry-run"));
    for member in ["word=hunter2", "steps[].digits=hunter2"] {
        let ran = line(&format!("login -b {member}"));
        let shows = ran.good().contains("hunter2");
        assert!(!shows && ran.out.contains("redacted"), "{ran:?}");
    }
    line("create-item -b name=a -b n:=null -b n2=1").bad(2, "n2: is not a member");
    for (members, why) in [
        ("n:=0", "n: must be at least 1, is `0`"),
        ("n:=7", "n: must be a multiple of 5, is `7`"),
        ("sizes:={}", "sizes: must be at least 1 members, is `0`"),
        (
            "pet:={\"kind\":\"cat\",\"color\":\"blue\"}",
            "pet.color: must be one of black, white",
        ),
        (
            "pet:={\"kind\":\"cat\",\"lives\":\"x\"}",
            "pet.lives: must be an integer, is a text",
        ),
        (
            "sizes:={\"a\":1,\"b\":2}",
            "sizes: must be at most 1 members, is `2`",
        ),
        ("n=x", "n: must be an integer, is a text"),
        ("at=now", "would be sent as it is"),
        ("color=blue", "color: must be one of red, none"),
        (
            "price:=true",
            "price: must be a number or text, is a boolean",
        ),
        ("price:=0", "price: must be more than 0"),
        ("shade=blue", "shade: must be one of red, none, "),
        ("axles=2", "axles: must be an integer, is a text"),
        ("axles:=4", "axles: must be one of 2, 3"),
        (
            "weight:=1.5",
            "weight: must be a decimal, is a number; `=` in place of `:=` gives a text",
        ),
        ("pet.kind=dog", "pet.bark: required, not given"),
        ("pet.kind=cow", "pet.kind: must be one of cat, dog"),
        ("pet.bark:=1", "pet.kind: must be one of cat, dog"),
        ("pet=x", "pet: must be an object, is a text"),
        ("bird.kind=dog", "bird.bark: required, not given"),
        ("bird.bark:=x", "is not JSON"),
    ] {
        line(&format!("create-item -b name=a -b {members}")).bad(2, why);
    }
    let sent = "create-item -b name=a -b n:=5 -b color=red -b price=1.5 -b shade= -b pet:=null -b bird.kind=cat";
    line(sent).good();
    line("create-item -b name=a -b pet.kind=dog -b pet.bark:=1").good();
    // The id as it is works too.
    line("list_things__id__get 1 --on red").good();
    line("list 1 --on blue").bad(2, "--on: must be one of red, none");
    for option in ["--all", "--limit 3"] {
        let ran = line(&format!("list 1 {option}"));
        ran.bad(2, "the response is not a list");
        assert!(ran.err.contains("--page is the parameter"), "{ran:?}");
    }
    let help = cli.line(&format!("--spec {spec} t list --help"));
    assert!(help.good().contains("--page <INTEGER>"), "{help:?}");
    assert!(help.out.contains("One of red, none."), "{help:?}");
    let help = cli.line(&format!("--spec {spec} t create-item --help"));
    assert!(
        help.good().contains("  n       integer, may be null"),
        "{help:?}"
    );
    let help = cli.line(&format!("--spec {spec} t pet --help"));
    assert!(
        help.good()
            .contains("  as Dog:\n    kind  text, required: dog"),
        "{help:?}"
    );
    let ran = line("form -b tags=a -b tags=b -b name=x");
    assert!(ran.good().contains("'tags=a&tags=b&name=x'"), "{ran:?}");
    for members in [
        "n:=1 -b n:=2",
        "n=1 -b n:=2",
        "n[]=1 -b n[]:=2",
        "n:=[1] -b n[]=2",
    ] {
        let ran = line(&format!("form -b {members} -b name=x"));
        assert!(ran.good().contains("'n=1&n=2&name=x'"), "{ran:?}");
    }
    line("form -b name=a -b name=b").bad(2, "name: must be a text, is a list");
    // A file is never sent as its name.
    let file = cli.file("a.txt", "a");
    let ran = line(&format!("file -b file=@{file} -b n=1 -b n=2"));
    assert!(ran.good().contains("-F 'file=@"), "{ran:?}");
    line("file -b file=x").bad(2, "file: must be a file");
}

/// A union with null says the same in whatever it stands: nothing beside it is lost.
#[test]
fn what_may_be_null_keeps_what_is_said_beside_it() {
    let nothing = json!({"type": "null"});
    let long = json!({"type": "string", "minLength": 2});
    let document = with_body(
        json!({"type": "object", "properties": {
            "inner": {"maxLength": 9, "anyOf": [{"type": "string", "maxLength": 3}, nothing]},
            "outer": {"maxLength": 3, "anyOf": [{"type": "string", "maxLength": 9}, nothing]},
            "typed": {"type": "string", "anyOf": [{"minLength": 2}, nothing]},
            "parts": {"allOf": [{"maxLength": 3}], "oneOf": [long, nothing]},
            "named": {"maxLength": 3, "oneOf": [{"$ref": "#/components/schemas/Long"}, nothing]},
            "said": {"description": "a", "oneOf": [{"type": "string", "description": "b"}, nothing]},
            "three": {"anyOf": [long, nothing, {"type": "integer", "minimum": 5}]},
            "none": {"anyOf": [nothing]},
            "both": {"anyOf": [long, nothing], "oneOf": [{"maxLength": 3}, nothing]},
        }}),
        json!({"Long": long}),
    );
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    for (body, fault) in [
        (r#"{"inner":"1234"}"#, "inner: must be at most 3 characters"),
        (r#"{"outer":"1234"}"#, "outer: must be at most 3 characters"),
        (r#"{"typed":"1"}"#, "typed: must be at least 2 characters"),
        (r#"{"typed":null}"#, "typed: must be a text, is null"),
        (r#"{"parts":"1"}"#, "parts: must be at least 2 characters"),
        (r#"{"parts":"1234"}"#, "parts: must be at most 3 characters"),
        (r#"{"named":"1"}"#, "named: must be at least 2 characters"),
        (r#"{"named":"1234"}"#, "named: must be at most 3 characters"),
        (r#"{"said":1}"#, "said: must be a text"),
        (r#"{"three":4}"#, "three: must be at least 5"),
        (r#"{"three":true}"#, "three: must be "),
        (r#"{"both":"1"}"#, "both: must be at least 2 characters"),
    ] {
        dry(&cli, &spec, body).bad(2, fault);
    }
    for body in [
        r#"{"inner":null,"outer":null,"named":null,"said":null,"three":null,"none":null}"#,
        r#"{"inner":"123","outer":"123","typed":"12","parts":"123","named":"123","three":5}"#,
        r#"{"three":"12","said":"x","both":"12"}"#,
    ] {
        dry(&cli, &spec, body).good();
    }
    let help = cli.line(&format!("--spec {spec} t op --help"));
    assert!(
        help.good().contains("said   text, may be null. a\n"),
        "{help:?}"
    );
}

/// The document marks them, wherever they are; their names say nothing.
#[test]
fn no_secret_that_the_document_marks_is_shown() {
    let secret = json!({"type": "string", "format": "password"});
    let with = |name: &str| json!({"type": "object", "properties": {name: secret, "kind": {"type": "string"}}});
    let body = json!({"type": "object", "properties": {
        "one": {"oneOf": [with("nick"), with("nack")]},
        "any": {"anyOf": [{"type": "integer"}, {"type": "array", "items": with("neck")}]},
        "map": {"type": "object", "additionalProperties": with("nock")},
        "maybe": {"description": "x", "anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Inner"}]},
        "codes": {"type": "array", "items": secret},
        "lists": {"type": "array", "items": {"type": "array", "items": {"$ref": "#/components/schemas/Mark"}}},
        "either": {"oneOf": [secret, {"type": "integer"}]},
        "named": {"type": "object", "additionalProperties": {"allOf": [{"$ref": "#/components/schemas/Mark"}]}},
    }});
    let mut document = with_body(body, json!({"Inner": with("nuck")}));
    let item = document["paths"]["/x/{id}/"].as_object_mut().unwrap();
    let parameter = |name: &str, place: &str| json!({"name": name, "in": place, "schema": secret});
    let parameters = json!([
        {"name": "id", "in": "path", "required": true, "schema": secret},
        parameter("nyck", "query"), parameter("X-Nick", "header"),
    ]);
    item.insert(
        "get".into(),
        json!({"operationId": "look", "tags": ["t"], "parameters": parameters, "responses": {}}),
    );
    let file =
        json!({"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}});
    let header = |schema: Value| json!({"required": true, "schema": schema});
    let encoding = json!({"file": {"headers": {
        "X-Neck": header(secret.clone()), "X-Nuck": header(json!({"$ref": "#/components/schemas/Mark"})),
        "X-Nock": header(json!({"allOf": [{"$ref": "#/components/schemas/Mark"}]})),
        "X-Nick": {"required": true, "content": {"text/plain": {"schema": secret}}},
        "X-Nack": header(json!({"oneOf": [{"type": "integer"}, {"type": "array", "items": secret}]})),
    }}});
    let form = json!({"multipart/form-data": {"schema": file, "encoding": encoding}});
    item.insert(
        "put".into(),
        json!({"operationId": "send", "tags": ["t"], "responses": {}, "requestBody": {"content": form}}),
    );
    document["components"]["schemas"]["Mark"] = secret.clone();
    let codes = json!({"type": "array", "items": secret});
    let either = json!({"oneOf": [secret, {"type": "integer"}]});
    let listed = |name: &str, place: &str, more: Value| {
        let mut of = json!({"name": name, "in": place, "required": place == "path"});
        of.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        of
    };
    for (path, id, parameters) in [
        (
            "/l/{list}/",
            "list",
            json!([
                listed("list", "path", json!({"schema": codes})),
                listed("codes", "query", json!({"schema": codes})),
                listed("either", "query", json!({"schema": either})),
                listed("form", "query", json!({"schema": with("nick")})),
                listed(
                    "deep",
                    "query",
                    json!({"style": "deepObject", "schema": with("nack")})
                ),
                listed(
                    "flat",
                    "query",
                    json!({"explode": false, "schema": with("neck")})
                ),
                listed(
                    "text",
                    "query",
                    json!({"content": {"application/json": {"schema": with("nock")}}})
                ),
                listed("X-Codes", "header", json!({"schema": codes})),
            ]),
        ),
        (
            "/p/{a}.{b}/x?k={nick}&n={sig}&p={plain}",
            "query",
            json!([
                parameter("a", "path"),
                listed("b", "path", json!({"schema": {"type": "string"}})),
                parameter("nick", "path"),
                listed("sig", "path", json!({"schema": {"type": "string"}})),
                listed("plain", "path", json!({"schema": {"type": "string"}})),
            ]),
        ),
        ("/f/", "form", json!([])),
        ("/r/{nick}", "adds", json!([parameter("nick", "path")])),
        ("/d/{nick}/", "drops", json!([parameter("nick", "path")])),
    ] {
        document["paths"][path]["get"] =
            json!({"operationId": id, "tags": ["u"], "parameters": parameters, "responses": {}});
    }
    let members = json!({"flat": with("nick"), "deep": with("nack"), "text": with("neck")});
    let form = json!({"application/x-www-form-urlencoded": {
        "schema": {"type": "object", "properties": members},
        "encoding": {"flat": {"style": "form", "explode": false}, "deep": {"style": "deepObject"}},
    }});
    document["paths"]["/f/"]["get"]["requestBody"] = json!({"content": form});
    let url = support::server(|path| match path {
        "/v1/r/canary" => (307, "/v1/r/canary/".into()),
        "/v1/d/canary/" => (307, "/v1/d/canary".into()),
        _ => (200, "{}".into()),
    });
    let cli = Cli::alone()
        .with("AUTOPI_BASE_URL", &format!("{url}/v1"))
        .with("AUTOPI_API_TOKEN", "0123456789abcdef");
    let spec = cli.file("spec.json", &document.to_string());
    let hidden = |ran: Ran, times: usize| {
        let all = ran.good().to_owned() + &ran.err;
        assert!(!all.contains("canary"), "{ran:?}");
        let masks = all.replace("%20", " ").replace('+', " ");
        assert_eq!(masks.matches("redacted").count(), times, "{ran:?}");
    };
    for (body, times) in [
        (r#"{"one":{"nick":"canary"}}"#, 1),
        (r#"{"one":{"nack":"canary","kind":"a"}}"#, 1),
        (r#"{"any":[{"neck":"canary"},{"neck":"canary"}]}"#, 2),
        (r#"{"map":{"a":{"nock":"canary"}}}"#, 1),
        (r#"{"maybe":{"nuck":"canary"}}"#, 1),
        (r#"{"codes":["canary"]}"#, 1),
        (r#"{"lists":[["canary"]]}"#, 1),
        (r#"{"either":"canary"}"#, 1),
        (r#"{"named":{"a":"canary"}}"#, 1),
    ] {
        hidden(dry(&cli, &spec, body), times);
    }
    let look = |more: &str| {
        cli.line(&format!(
            "--spec {spec} t look canary-1 --nyck canary-2 --x-nick canary-3 {more}"
        ))
    };
    hidden(look("--dry-run"), 3);
    // A line of --verbose has no headers.
    hidden(look("--verbose"), 2);
    let file = cli.file("a.txt", "x");
    let form = format!("file=@{file}");
    let send = ["--spec", &spec, "t", "send", "i", "--dry-run", "-b", &form];
    let headers =
        ["X-Neck", "x-nuck", "X-Nock", "X-Nack", "X-Nick"].map(|of| format!("file;{of}=canary"));
    let headers = headers.iter().flat_map(|of| ["-b", of]);
    hidden(
        cli.run(&send.into_iter().chain(headers).collect::<Vec<_>>()),
        5,
    );
    for (line, times) in [
        ("list canary", 1),
        ("list i --codes canary --codes canary", 3),
        ("list i --either canary", 2),
        (r#"list i --form {"nick":"canary","kind":"a"}"#, 2),
        (r#"list i --deep {"nack":"canary","kind":"a"}"#, 2),
        (r#"list i --flat {"neck":"canary"}"#, 2),
        (r#"list i --text {"nock":"canary"}"#, 2),
        ("query canary b canary canary shown", 3),
    ] {
        let run = |how: &str| cli.line(&format!("--spec {spec} u {line} {how}"));
        hidden(run("--dry-run"), times);
        hidden(run("--verbose"), times);
    }
    for (line, times) in [
        ("list i --x-codes canary --dry-run", 2),
        (r#"form --dry-run -b flat:={"nick":"canary"}"#, 1),
        (r#"form --dry-run -b deep:={"nack":"canary","kind":"a"}"#, 1),
        (r#"form --dry-run -b text:={"neck":"canary"}"#, 1),
        // A redirect is followed, and has a line of its own.
        ("adds canary --verbose", 2),
        ("drops canary --verbose", 2),
    ] {
        hidden(cli.line(&format!("--spec {spec} u {line}")), times);
    }
}
