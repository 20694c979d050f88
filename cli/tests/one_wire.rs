//! Compares the requests of the command line with those of the generated client for the same
//! arguments: each operation of the API, and of a document of one quirk a line.

mod support;

#[path = "../../conformance/tests/support/document.rs"]
mod document;
#[path = "../../conformance/tests/support/recorder.rs"]
mod recorder;

use std::collections::{BTreeMap, BTreeSet};

use autopi::rt::Place;
use autopi_cli::{
    call::{Content, Given, prepare},
    index::{BodyKind, Index, Operation},
};
use document::document;
use recorder::{Log, Sent, recorder};
use serde_json::{Value, json};
use support::Cli;

type Arguments = Vec<(&'static str, &'static str, Value)>;

/// Returns what a server sees of a request.
fn seen(sent: &Sent) -> BTreeMap<String, String> {
    let header = |name: &str| {
        let value = sent.headers.get(name).map(|v| v.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    let mut query: Vec<&str> = sent.uri.query().unwrap_or_default().split('&').collect();
    query.sort_unstable();
    let media = header("content-type");
    let (media, boundary) = match media.split_once("boundary=") {
        Some((media, boundary)) => (format!("{media}boundary"), boundary.to_owned()),
        None => (media, "\0".into()),
    };
    let body = String::from_utf8_lossy(&sent.body);
    let parts: Vec<_> = body.split(&format!("--{boundary}")).map(part).collect();
    let body = parts.join("--boundary");
    let body = serde_json::from_str::<Value>(&body).map_or(body, |mut json| {
        json.sort_all_objects();
        json.to_string()
    });
    let own = sent.headers.keys().map(|name| name.as_str());
    let own = own.filter(|name| name.starts_with("x-"));
    let mut seen: BTreeMap<String, String> = own.map(|n| (n.to_owned(), header(n))).collect();
    seen.extend(
        [
            ("method", sent.method.to_string()),
            ("path", sent.uri.path().to_owned()),
            ("query", query.join("&")),
            ("content-type", media),
            ("accept", header("accept")),
            ("body", body),
        ]
        .map(|(part, value)| (part.to_owned(), value)),
    );
    seen
}

/// Returns a part of a form with its headers in order.
fn part(part: &str) -> String {
    let Some((head, text)) = part.split_once("\r\n\r\n") else {
        return part.to_owned();
    };
    let mut head: Vec<&str> = head.split("\r\n").collect();
    head.sort_unstable();
    format!("{}\r\n\r\n{text}", head.join("\r\n"))
}

/// Returns a value as an option takes it.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns the arguments as the command line takes them.
fn line(index: &Index, operation: &Operation, arguments: &Arguments) -> Vec<String> {
    let (area, entry) = index.entry(operation.entry.id).unwrap();
    let mut line = vec![area.name.to_owned(), entry.command.to_owned()];
    for (place, name, value) in arguments {
        let place = match *place {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            "member" | "file" => {
                let body = operation.body.as_ref().unwrap();
                let items = match value
                    .as_array()
                    .filter(|_| body.kind == BodyKind::Multipart)
                {
                    Some(items) => items.iter().collect(),
                    None => vec![value],
                };
                for value in items {
                    line.push("-b".into());
                    line.push(match (*place, value) {
                        ("file", _) => format!("{name}=@sample.txt"),
                        (_, Value::String(text)) => format!("{name}={text}"),
                        _ => format!("{name}:={value}"),
                    });
                }
                continue;
            }
            "json" => {
                line.extend(["--json".into(), value.to_string()]);
                continue;
            }
            _ => {
                line.extend(["-b".into(), text(value)]);
                continue;
            }
        };
        let is = |p: &&autopi_cli::index::Parameter| p.place == place && p.name == *name;
        let parameter = operation.parameters.iter().find(is);
        let parameter = parameter.unwrap_or_else(|| panic!("{name} is not offered"));
        let schema = index.resolved(&parameter.schema);
        let is_list = schema.get("type").is_some_and(|t| t == "array");
        match value.as_array().filter(|_| is_list) {
            Some(items) => line.extend(
                items
                    .iter()
                    .map(|i| format!("--{}={}", parameter.flag, text(i))),
            ),
            None => line.push(format!("--{}={}", parameter.flag, text(value))),
        }
    }
    line
}

/// The two clients of a document, and what they sent differently.
struct Both<'a> {
    index: &'static Index,
    log: Log,
    cli: Cli,
    /// The options of each command.
    more: &'a [&'a str],
    differences: Vec<String>,
    /// The operations that both refused, as for a list with too few items.
    refused: BTreeSet<String>,
}

impl<'a> Both<'a> {
    fn new(index: &'static Index, url: &str, log: Log, more: &'a [&'a str]) -> Self {
        let cli = Cli::alone()
            .with("AUTOPI_BASE_URL", url)
            .with("AUTOPI_API_TOKEN", "t");
        cli.file("sample.txt", "sample");
        Self {
            index,
            log,
            cli,
            more,
            differences: Vec::new(),
            refused: BTreeSet::new(),
        }
    }

    /// Compares the request of the command line with that of `call`.
    fn compare(&mut self, id: &str, arguments: &Arguments, call: impl FnOnce()) {
        let (_, entry) = self.index.entry(id).unwrap();
        let operation = self.index.operation(entry).unwrap();
        call();
        let theirs = std::mem::take(&mut *self.log.lock().unwrap());
        let line = line(self.index, operation, arguments);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let ran = self.cli.run(&[self.more, &line].concat());
        let ours = std::mem::take(&mut *self.log.lock().unwrap());
        let (ours, theirs) = match (ours.as_slice(), theirs.as_slice()) {
            ([], []) => {
                self.refused.insert(id.to_owned());
                return;
            }
            ([ours], [theirs]) => (seen(ours), seen(theirs)),
            _ => {
                let counts = (ours.len(), theirs.len());
                return self
                    .differences
                    .push(format!("{id}: {counts:?} requests: {line:?} {ran:?}"));
            }
        };
        let parts: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        for part in parts {
            let (ours, theirs) = (ours.get(part), theirs.get(part));
            if ours != theirs {
                self.differences.push(format!(
                    "{id}: {line:?}\n  {part}: {ours:?}\n  {part}: {theirs:?}"
                ));
            }
        }
    }
}

#[test]
fn the_command_line_sends_what_the_client_of_the_same_document_sends() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (url, log) = runtime.block_on(recorder());
    let json = document("../wire/openapi.json");
    let client = wire::Client::builder()
        .base_url(&url)
        .api_token("t")
        .retry(wire::RetryPolicy::none());
    let client = client.build().unwrap();
    // The document as it is written, and as the client is generated from it.
    // The first is checked more exactly: the normalised one leaves out lists of numbers.
    let names = [
        ("document.yaml", 0, "cars_create"),
        ("openapi.json", 1, ""),
        ("openapi.json", 2, ""),
    ];
    for (name, seed, more_exact) in names {
        let path = format!("{}/../wire/{name}", env!("CARGO_MANIFEST_DIR"));
        let index = Index::of_file(path.as_ref()).unwrap();
        let more = ["--spec", &path, "-y"];
        let mut both = Both::new(index, &url, log.clone(), &more);
        let sample = |schema: &str| {
            autopi_sandbox::sample(&json, &serde_json::from_str(schema).unwrap(), seed)
        };
        let calls = conformance::quirks::CALLS.iter();
        for ((id, _, _, call), (_, arguments)) in calls.zip(conformance::quirks::ARGUMENTS) {
            let call = || drop(runtime.block_on(call(&client, &sample)));
            if *id != more_exact {
                both.compare(id, &arguments(&sample), call);
            }
        }
        let found = both.differences;
        assert!(found.is_empty(), "{name}: {}", found.join("\n"));
        let refused = ["counted_create", "limits_create", "nested"].map(str::to_owned);
        assert_eq!(both.refused, refused.into(), "{name}");
    }
}

/// As `autopi mcp` gives them.
#[test]
fn the_members_of_a_form_given_as_json_have_their_media_types_and_headers() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (url, log) = runtime.block_on(recorder());
    let path = format!("{}/../wire/openapi.json", env!("CARGO_MANIFEST_DIR"));
    let index = Index::of_file(path.as_ref()).unwrap();
    let operation = index
        .operation(index.entry("forms_parts").unwrap().1)
        .unwrap();
    let client = autopi::Client::builder().base_url(&url).api_token("t");
    let client = client.build().unwrap();
    let given = Given {
        body: Some(Content::Json(json!({"note": "n", "meta": {"lat": 1.5}}))),
        ..Given::default()
    };
    let call = prepare(index, &client, operation, given, &Default::default()).unwrap();
    runtime.block_on(call.send_empty()).unwrap();
    let sent = std::mem::take(&mut *log.lock().unwrap());
    let body = String::from_utf8_lossy(&sent[0].body).to_lowercase();
    let said = [
        "content-type: text/markdown\r\n",
        "x-kind: note\r\n",
        "x-lang: en\r\n",
        r#"content-type: application/vnd.api+json; of="a;b""#,
    ];
    assert!(said.iter().all(|said| body.contains(said)), "{body}");
}

#[test]
fn the_command_line_sends_what_the_client_of_the_api_sends() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (url, log) = runtime.block_on(recorder());
    let json = document("openapi.json");
    let client = autopi::Client::builder()
        .base_url(&url)
        .api_token("t")
        .retry(autopi::RetryPolicy::none());
    let client = client.build().unwrap();
    let mut both = Both::new(Index::embedded().unwrap(), &url, log, &["-y"]);
    let sample =
        |schema: &str| autopi_sandbox::sample(&json, &serde_json::from_str(schema).unwrap(), 11);
    let calls = conformance::CALLS.iter();
    for ((id, _, _, call), (_, arguments)) in calls.zip(conformance::ARGUMENTS) {
        let call = || drop(runtime.block_on(call(&client, &sample)));
        both.compare(id, &arguments(&sample), call);
    }
    assert!(
        both.differences.is_empty(),
        "{}",
        both.differences.join("\n")
    );
    assert_eq!(both.refused.len(), 0, "{:?}", both.refused);
}
