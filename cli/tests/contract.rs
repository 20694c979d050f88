//! Every command of the tree keeps the contract of docs/cli.md.

mod support;

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use autopi_cli::{
    index::{BodyKind, Index, Operation, ResponseKind},
    tree,
};
use autopi_sandbox::Sandbox;
use serde_json::{Value, json};
use support::{Cli, sandbox};

/// Returns the example of a command's help, split like a shell does.
fn example(help: &str) -> Vec<String> {
    let text = help
        .rsplit_once("Example:\n  autopi ")
        .unwrap()
        .1
        .trim_end()
        .replace(" \\\n    ", " ");
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if !quoted => word.extend(chars.next()),
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
}

/// Returns what a help does not say: options with their types, values, defaults and whether they
/// are required, and the members of the body, two levels deep.
fn unsaid(index: &Index, operation: &Operation, help: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let lines: Vec<&str> = help.lines().collect();
    for parameter in &operation.parameters {
        let flag = format!("--{} <", parameter.flag);
        let Some(line) = lines
            .iter()
            .find(|line| line.trim_start().starts_with(&flag))
        else {
            missing.push(flag);
            continue;
        };
        let schema = index.resolved(&parameter.schema);
        let mut wanted = tree::values(index, &schema);
        wanted.extend(parameter.required.then(|| "Required.".to_owned()));
        let usual = schema.get("default").filter(|usual| !usual.is_null());
        wanted.extend(usual.map(|_| "Default: ".to_owned()));
        missing.extend(
            wanted
                .into_iter()
                .filter(|part| !line.contains(part.as_str())),
        );
    }
    let Some(body) = operation
        .body
        .as_ref()
        .filter(|body| body.kind != BodyKind::Raw)
    else {
        return missing;
    };
    // Of wide bodies the first members are listed.
    let Some((_, members)) = help
        .split_once("Members of the body")
        .filter(|_| !help.contains('…'))
    else {
        return missing;
    };
    let mut level = vec![(1, body.schema.clone())];
    while let Some((deep, schema)) = level.pop() {
        let schema = index.resolved(&schema).into_owned();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, of) in properties.into_iter().flatten() {
            let known = index.resolved(of);
            let is = |key: &str| of.get(key).or(known.get(key)) == Some(&Value::Bool(true));
            if is("readOnly") {
                continue;
            }
            let starts = format!("{}{name} ", "  ".repeat(deep));
            if !members.lines().any(|line| line.starts_with(&starts)) {
                missing.push(format!("the member {name}"));
            }
            if deep == 1 {
                level.push((2, known.get("items").unwrap_or(of).clone()));
            }
        }
    }
    missing
}

#[test]
fn a_dry_run_of_every_everyday_command_sends_nothing() {
    let api = sandbox(Sandbox::builder());
    let cli = Cli::of(&api).input("secret");
    let id = "0189d7a5-0000-7000-8000-000000000001";
    for (line, is_curl) in [
        ("login --token-stdin".to_owned(), true),
        ("login --email a@b.example --password-stdin".into(), true),
        ("logout".into(), false),
        ("whoami".into(), true),
        ("profiles".into(), false),
        ("devices".into(), true),
        ("vehicles".into(), true),
        ("positions -d x".into(), true),
        ("trips -d x".into(), true),
        (format!("trip show {id}"), true),
        ("alerts".into(), true),
        ("watch".into(), true),
        (format!("run {id} test.ping"), true),
        (
            "export telemetry -d x --from -1d --to now -o ./x.csv".into(),
            true,
        ),
        ("export trips --from -1d --to now -o ./x.csv".into(), true),
        ("api DELETE /x/".into(), true),
        ("search trips".into(), false),
        ("doctor".into(), false),
        ("completions bash".into(), false),
        ("man".into(), false),
    ] {
        let dry = cli.line(&format!("{line} --dry-run"));
        assert_eq!(dry.good().starts_with("curl "), is_curl, "{line}: {dry:?}");
        assert!(!dry.out.contains(autopi_sandbox::API_TOKEN), "{dry:?}");
    }
    assert!(api.requests().is_empty(), "{:?}", api.requests());
    assert_eq!(std::fs::read_dir(cli.home.path()).unwrap().count(), 0);
}

#[test]
fn every_operation_keeps_the_contract_of_help_example_dry_run_and_output() {
    let api = sandbox(Sandbox::builder().any_id().size(3));
    let cli = Cli::of(&api);
    let file = cli.file("FILE", "VERSION \"\"\n");
    let index = Index::embedded().unwrap();
    let mut whole = tree::whole(index)
        .disable_colored_help(true)
        .term_width(10_000);
    whole.build();
    let all: Vec<_> = index
        .entries()
        .map(|(area, entry)| (tree::area_name(area), *entry))
        .collect();
    let helps: Vec<String> = all
        .iter()
        .map(|(area, entry)| {
            let area = whole.find_subcommand_mut(area).unwrap();
            area.find_subcommand_mut(entry.command)
                .unwrap()
                .render_help()
                .to_string()
        })
        .collect();
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let fault = |text: String| faults.lock().unwrap().push(text);
    let work = || {
        while let Some((i, (_, entry))) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, all.get(i)?)))
        {
            let help = &helps[i];
            for part in [entry.method, entry.path, entry.id] {
                if !help.contains(part) {
                    fault(format!("{}: its help does not say {part}", entry.id));
                }
            }
            let operation = index.operation(entry).unwrap();
            for missing in unsaid(index, operation, help) {
                fault(format!("{}: its help does not say {missing}", entry.id));
            }
            let words = example(help);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let dry = cli.run(&[words.as_slice(), &["--dry-run"]].concat());
            if dry.code != 0 || !dry.out.starts_with("curl ") || !dry.err.is_empty() {
                fault(format!("{}: the dry run of {words:?} is {dry:?}", entry.id));
            }
            let has_data = !matches!(
                operation.response,
                ResponseKind::Bytes | ResponseKind::Nothing
            );
            let chosen = cli.run(&[words.as_slice(), &["--dry-run", "--jq", "."]].concat());
            if (chosen.code == 0) != has_data || has_data == chosen.err.contains("--jq: ") {
                fault(format!("{}: a filter gives {chosen:?}", entry.id));
            }
            if entry.method != "GET" {
                continue;
            }
            let ran = cli.run(&[words.as_slice(), &["-o", "json", "--quiet"]].concat());
            let is_data = operation.response == ResponseKind::Bytes
                || ran.out.is_empty()
                || serde_json::from_str::<Value>(&ran.out).is_ok();
            if ran.code != 0 || !is_data || !ran.err.is_empty() {
                fault(format!("{}: {words:?} is {ran:?}", entry.id));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    assert!(std::fs::exists(file).unwrap());
    let faults = faults.into_inner().unwrap();
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// The words of the text, split by a shell.
#[cfg(unix)]
fn split(text: &str) -> Vec<String> {
    let script = format!("printf '%s\\n' {text}");
    let ran = std::process::Command::new("bash")
        .args(["-c", &script])
        .output();
    let out = String::from_utf8(ran.unwrap().stdout).unwrap();
    out.lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn an_example_is_one_command_that_passes_its_checks_whatever_the_document_says() {
    let text = |more: Value| {
        let mut schema = serde_json::json!({"type": "string"});
        schema
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        schema
    };
    let list = |items: Value| serde_json::json!({"type": "array", "items": items});
    let hostile = text(serde_json::json!({"enum": ["a b; touch $(id) `id` 'x'"]}));
    let parameter = |name: &str, place: &str, schema: &Value| serde_json::json!({"name": name, "in": place, "required": true, "schema": schema});
    let operation = |id: &str, parameters: Vec<Value>, media: &str, schema: Value| {
        serde_json::json!({
            "operationId": id, "tags": ["t"], "parameters": parameters,
            "requestBody": {"required": true, "content": {media: {"schema": schema}}},
            "responses": {"204": {"description": ""}},
        })
    };
    let integer = serde_json::json!({"type": "integer", "minimum": 7, "multipleOf": 5});
    let members: Vec<String> = (0..9).map(|i| format!("member{i}")).collect();
    let json = "application/json";
    let document = serde_json::json!({
        "openapi": "3.0.3", "info": {"title": "x", "version": "1"},
        "paths": {
            "/a/{first}/{second}": {"post": operation("a", vec![
                parameter("second", "path", &hostile),
                parameter("between", "query", &list(hostile.clone())),
                parameter("first", "path", &integer),
            ], json, serde_json::json!({
                "type": "object", "required": ["of $(id)", "n", "list"],
                "properties": {
                    "of $(id)": text(serde_json::json!({"pattern": "^[a-c]{3}-\\d$"})),
                    "n": {"anyOf": [{"type": "number"}, {"type": "integer"}]},
                    "list": {"type": "array", "minItems": 2, "items": {"type": "integer"}},
                },
            }))},
            "/b/{ids}": {"put": operation("b", vec![
                parameter("ids", "path", &list(text(serde_json::json!({"format": "uuid"})))),
                parameter("low", "query", &serde_json::json!({"type": "integer", "maximum": -3})),
            ], json, text(serde_json::json!({})))},
            "/c": {"delete": operation("c", vec![], "application/x-www-form-urlencoded", {
                serde_json::json!({
                    "type": "object", "required": ["names"],
                    "properties": {"names": list(text(serde_json::json!({})))},
                })
            })},
            "/d/{of}": {"post": operation("d", vec![
                parameter("of", "path", &serde_json::json!({
                    "$ref": "#/paths/~1a~1%7Bfirst%7D~1%7Bsecond%7D/post/parameters/0/schema",
                })),
            ], json, serde_json::json!({
                "$ref": "#/paths/~1a~1%7Bfirst%7D~1%7Bsecond%7D/post/requestBody/content/\
                         application~1json/schema",
            }))},
            "/e": {"post": operation("e", vec![], json, serde_json::json!({
                "type": "object", "required": ["long", "big", "other"],
                "properties": {
                    "long": text(serde_json::json!({"enum": ["it's a \\ ".repeat(20)]})),
                    "big": {
                        "type": "object", "required": members.clone(),
                        "properties": members.iter().map(|m| (m.clone(), text(serde_json::json!({}))))
                            .collect::<serde_json::Map<_, _>>(),
                    },
                    "other": text(serde_json::json!({})),
                },
            }))},
            // Nothing can be a value of these.
            "/f": {"post": operation("f", vec![], json, serde_json::json!({"$ref": "#/components/schemas/Endless"}))},
            "/g": {"post": operation("g", vec![], json, (0..9).fold(text(serde_json::json!({})), |of, _| {
                serde_json::json!({"type": "object", "minProperties": 16, "additionalProperties": of})
            }))},
        },
        "components": {"schemas": {"Endless": {
            "type": "object", "minProperties": 1,
            "additionalProperties": {"$ref": "#/components/schemas/Endless"},
        }}},
    });
    let cli = Cli::shared();
    let path = cli.file("examples.json", &document.to_string());
    let path = path.as_str();
    for id in ["f", "g"] {
        cli.run(&["--spec", path, "t", id, "--help"]).good();
    }
    for id in ["a", "b", "c", "d", "e"] {
        let help = cli.run(&["--spec", path, "t", id, "--help"]);
        let (_, example) = help.good().rsplit_once("Example:\n").unwrap();
        let words = split(example.trim_end());
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let dry = cli.run(&[&["--spec", path], words.as_slice(), &["--yes", "--dry-run"]].concat());
        assert!(dry.good().starts_with("curl "), "{example}: {dry:?}");
    }
}

/// Returns the document as a host serves it: Swagger 2.0.
#[test]
fn a_document_as_a_host_serves_it_has_the_same_operations() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/upstream.json");
    let served = Index::of_file(std::path::Path::new(path)).unwrap();
    let places = |index: &Index| {
        let mut all: Vec<_> = index
            .entries()
            .map(|(_, e)| (e.path.to_owned(), e.method))
            .collect();
        all.sort();
        all
    };
    assert_eq!(places(served), places(Index::embedded().unwrap()));
    let mut whole = tree::whole(served)
        .disable_colored_help(true)
        .term_width(10_000);
    whole.clone().debug_assert();
    whole.build();
    let api = sandbox(Sandbox::builder().any_id().size(3));
    let cli = Cli::of(&api);
    cli.file("FILE", "VERSION \"\"\n");
    for (area, entry) in served.entries().step_by(31) {
        let command = whole.find_subcommand_mut(tree::area_name(area)).unwrap();
        let help = command
            .find_subcommand_mut(entry.command)
            .unwrap()
            .render_help()
            .to_string();
        let words = example(&help);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let dry = cli.run(&[&["--spec", path], words.as_slice(), &["--dry-run"]].concat());
        assert!(
            dry.code == 0 && dry.err.is_empty(),
            "{}: {words:?} is {dry:?}",
            entry.id
        );
    }
    let line = |line: &str| cli.line(&format!("--spec {path} {line}"));
    assert_eq!(line("devices --all").json().as_array().unwrap().len(), 3);
    line("dongle devices-partial-update 0189d7a5-0000-7000-8000-000000000001 -b callNam=x")
        .bad(2, "did you mean `callName`");
}

#[test]
fn every_everyday_command_has_help_and_the_global_options() {
    let cli = Cli::shared();
    for name in tree::EVERYDAY {
        let help = cli.run(&[name, "--help"]);
        assert!(
            help.good().contains("--output") && help.err.is_empty(),
            "{name}: {help:?}"
        );
        let bad = cli.run(&[name, "--no-such-option", "-o", "json"]);
        assert_eq!((bad.code, bad.out.as_str()), (2, ""), "{name}: {bad:?}");
        assert!(
            serde_json::from_str::<Value>(&bad.err).is_ok(),
            "{name}: {bad:?}"
        );
    }
    for line in [
        "devices",
        "vehicles",
        "positions",
        "trips",
        "alerts",
        "whoami",
        "profiles",
        "doctor",
        "search trips",
        "api GET /dongle/devices/",
    ] {
        for format in ["table", "json", "ndjson", "csv", "yaml"] {
            let ran = cli.line(&format!("{line} --quiet -o {format}"));
            ran.good();
            assert_eq!(ran.err, "", "{line} {format}");
            let is_json = |text: &str| serde_json::from_str::<Value>(text).is_ok();
            match format {
                "json" => assert!(is_json(&ran.out), "{line}: {ran:?}"),
                "ndjson" => assert!(ran.out.lines().all(is_json), "{line}: {ran:?}"),
                _ => {}
            }
        }
    }
}

/// The example of a help passes the checks of its own operation, whatever the document asks for.
#[test]
fn the_example_of_any_operation_is_one_that_could_be_sent() {
    let text = |more: Value| {
        let mut schema = json!({"type": "string"});
        schema
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        schema
    };
    let hex = text(json!({"pattern": "^[0-9a-f]{24}$"}));
    let query = |name: &str, schema: Value| json!({"name": name, "in": "query", "required": true, "schema": schema});
    let path = |name: &str, schema: Value| json!({"name": name, "in": "path", "required": true, "schema": schema});
    let parameters = json!([
        // In another order than the path has them, with an option between them.
        path("second", json!({"type": "integer"})),
        query(
            "list",
            json!({"type": "array", "items": {"enum": ["in the shade", "b"]}})
        ),
        path("first", text(json!({"enum": ["it's", "$HOME"]}))),
        query(
            "two",
            json!({"type": "array", "minItems": 2, "uniqueItems": true, "items": text(json!({}))})
        ),
        query(
            "object",
            json!({"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 3, "multipleOf": 5}})
        ),
        query("less", json!({"type": "integer", "maximum": -1})),
        query("page", text(json!({}))),
        query("id", hex.clone()),
        query("long", text(json!({"pattern": "^(a|b)+$", "minLength": 7}))),
        query("same", text(json!({"pattern": "^[0-9a-f-]{36}$"}))),
        query("sum", text(json!({"pattern": "^-?[0-9]+(\\.[0-9]{2})$"}))),
        query(
            "part",
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 0.5})
        ),
    ]);
    let deep = (0..6).fold(hex.clone(), |of, i| json!({"type": "object", "required": [format!("a{i}")], "properties": {format!("a{i}"): of}}));
    let body = json!({"type": "object", "required": ["a.b", "c d", "any", "map", "pairs", "way", "deep", "none"], "properties": {
        "a.b": {"type": "integer"}, "c d": text(json!({})), "any": {"properties": {"x": {"type": "string"}}},
        "map": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
        "pairs": {"type": "array", "minItems": 2, "maxItems": 3, "uniqueItems": true, "items": {"enum": ["x", "y"]}},
        "way": {"type": "object", "properties": {"car": {"type": "string"}, "bus": {"type": "integer"}}, "oneOf": [{"required": ["bus"]}, {"required": ["car"]}]},
        "deep": deep,
    }});
    let parts = json!({"type": "object", "required": ["x.y", "file", "files"], "properties": {
        "x.y": hex, "file": {"type": "string", "format": "binary"},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
    }});
    let encoding =
        json!({"x.y": {"headers": {"X-Sum": {"required": true, "schema": {"type": "string"}}}}});
    let either = json!({"properties": {"url": {"type": "string"}, "html": {"type": "string"}}, "oneOf": [{"required": ["url"]}, {"required": ["html"]}]});
    let post = |id: &str, content: Value| json!({"post": {"operationId": id, "tags": ["t"], "responses": {}, "requestBody": {"required": true, "content": content}}});
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "paths": {
            "/x/{first}/y/{second}/": {"get": {"operationId": "get", "tags": ["t"], "parameters": parameters, "responses": {}}},
            "/z/{n}/": {"get": {"operationId": "less", "tags": ["t"], "parameters": [path("n", json!({"type": "integer", "enum": [-1]}))], "responses": {}}},
            "/a/": post("json", json!({"application/json": {"schema": body}})),
            "/b/": post("parts", json!({"multipart/form-data": {"schema": parts, "encoding": encoding}})),
            "/c/": post("either", json!({"application/json": {"schema": either}})),
            "/d/": post("list", json!({"application/json": {"schema": {"type": "array", "minItems": 1, "items": body}}})),
            "/e/": post("form", json!({"application/x-www-form-urlencoded": {"schema": {"type": "object"}}})),
            "/f/": post("coded", json!({"application/x-www-form-urlencoded": {"schema": {"type": "object", "required": ["n", "t"], "properties": {"n": {"type": "integer", "minimum": 9}, "t": hex}}}})),
        },
    });
    let cli = Cli::alone().with("AUTOPI_API_TOKEN", "t");
    let spec = cli.file("spec.json", &document.to_string());
    cli.file("FILE", "x");
    for id in [
        "get", "less", "json", "parts", "either", "list", "form", "coded",
    ] {
        let help = cli.run(&["--spec", &spec, "t", id, "--help"]);
        let words = example(help.good());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let dry = cli.run(&[&["--spec", &spec], words.as_slice(), &["--dry-run"]].concat());
        assert!(dry.good().starts_with("curl "), "{words:?}: {dry:?}");
    }
    // The words of a path are still words if options stand between them.
    let ran = cli.line(&format!(
        "--spec {spec} t get $HOME --less -1 7 --dry-run --unchecked"
    ));
    assert!(
        ran.err.contains("--page: required") && !ran.err.contains("multiple times"),
        "{ran:?}"
    );
}
