//! The document against answers over real sockets: the sandbox answers as the live API does where that is known.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use autopi_sandbox::{API_TOKEN, Sandbox};
use serde_json::{Value, json};
use xtask::{
    fetch, overlay,
    pipeline::normalize,
    probe::{Outcome, Target, probe, recorded, table},
};

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap()
}

fn target(url: &str) -> Target {
    Target {
        url: url.into(),
        authorization: format!("APIToken {API_TOKEN}"),
        rate: 1000.0,
        max_calls: None,
        timeout: Duration::from_secs(20),
        skip: vec!["/tasks/".into()],
        parameters: vec![("from_utc".into(), "2026-01-01T00:00:00Z".into())],
        state: None,
        resume: false,
    }
}

#[tokio::test]
async fn what_the_probe_proposes_makes_the_document_true() {
    let (upstream, ours) = (
        read("../spec/upstream.json"),
        fetch::parse(&read("../spec/openapi.json")).unwrap(),
    );
    let sandbox = Sandbox::builder()
        .spec(fetch::parse(&upstream).unwrap())
        .answers(ours.clone())
        .start()
        .await
        .unwrap();
    let target = target(sandbox.url());

    // What the overlay knows from the wire, the probe finds by itself.
    let mut doc: Value = normalize(&upstream, None).unwrap().doc;
    let first = probe(&doc, &target).await.unwrap();
    assert!(first.judged > 200 && first.wrong(), "{}", first.text());
    assert!(
        first
            .text()
            .contains("['Trip'].properties['duration']: documented as number, came as string"),
        "{}",
        first.text()
    );
    assert!(
        first.text().contains(
            "['User'].properties['has_devices']: any JSON in the document, always boolean"
        )
    );
    assert!(
        first.others.contains_key("may have an effect (`logout`)")
            && first.others.contains_key("skipped as asked")
    );

    let proposed = first.overlay().unwrap();
    overlay::apply(&mut doc, &proposed).unwrap();
    let second = probe(&doc, &target).await.unwrap();
    assert!(second.findings.is_empty(), "{}", second.text());
    assert_eq!(second.judged, first.judged);

    let with_overlay = probe(&ours, &target).await.unwrap();
    assert!(!with_overlay.wrong(), "{}", with_overlay.text());
}

fn xtask(args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .env_remove("AUTOPI_API_TOKEN")
        .env_remove("AUTOPI_JWT")
        .arg("probe")
        .args(args)
        .envs(env.iter().copied());
    command.output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stops_it_is_said_without_the_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let canary = "c0ffee0000000000000000000000000000c0ffee";
    let token = [("AUTOPI_API_TOKEN", canary)];
    for (args, env, words) in [
        (
            &["--url", sandbox.url()][..],
            &token[..],
            "HTTP 401: is the token good?",
        ),
        (&["--url", "http://127.0.0.1:9"], &token, "no response"),
        (
            &["--url", "http://example.org"],
            &token,
            "a token goes over https only",
        ),
        (&["--url", "nowhere"], &token, "is no URL"),
        (
            &["--url", sandbox.url(), "--param", "x"],
            &token,
            "not NAME=VALUE",
        ),
        (
            &["--url", sandbox.url(), "--rate", "nan"],
            &token,
            "NaN requests a second",
        ),
        (
            &["--url", sandbox.url()],
            &[],
            "set AUTOPI_API_TOKEN or AUTOPI_JWT",
        ),
    ] {
        let output = xtask(args, env);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(words) && !text.contains(canary), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_of_the_environment_sees_a_probe() {
    let library = "tests/fixtures/other/library.yaml";
    let sandbox = Sandbox::builder()
        .spec(fetch::parse(&read(library)).unwrap())
        .start()
        .await
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    thread::spawn(move || {
        listener
            .incoming()
            .for_each(|_| _ = count.fetch_add(1, Ordering::SeqCst))
    });
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("overlay.yaml").display().to_string();
    for (scheme, host) in [
        ("http", "127.0.0.1"),
        ("socks5", "127.0.0.1"),
        ("http", "localhost"),
    ] {
        let url = sandbox.url().replace("127.0.0.1", host) + "/api/v2";
        let proxy = format!("{scheme}://{address}");
        let mut env = vec![
            ("AUTOPI_API_TOKEN", API_TOKEN),
            ("NO_PROXY", ""),
            ("no_proxy", ""),
        ];
        let names = [
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ];
        env.extend(names.map(|name| (name, proxy.as_str())));
        let args = [
            "--url", &url, "--rate", "1000", "--spec", library, "--out", &out,
        ];
        let output = xtask(&args, &env);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(text.contains("1 judged"), "{text}");
    }
    assert_eq!(seen.load(Ordering::SeqCst), 0);
}

/// Lists and items of three schemas: a `Thing` holds a `Part`, which holds a `Part`; six operations return things.
fn small() -> Value {
    let thing = json!({ "$ref": "#/components/schemas/Thing" });
    let get = |path: &str, schema: &Value| {
        let id = path.replace(['/', '{', '}'], "_");
        json!({ "get": { "operationId": id, "responses": { "200": { "description": "", "content": { "application/json": { "schema": schema } } } } } })
    };
    let list = json!({ "type": "array", "items": thing });
    let mut paths = serde_json::Map::new();
    for (path, schema) in [
        ("/a/", &list),
        ("/b/", &list),
        ("/c/", &list),
        ("/d/one/", &thing),
        ("/e/one/", &thing),
        ("/f/one/", &thing),
    ] {
        paths.insert(path.into(), get(path, schema));
    }
    json!({
        "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": paths,
        "components": { "schemas": {
            "Colour": { "type": "string", "enum": ["red", "blue"] },
            "Part": { "type": "object", "required": ["n"], "properties": {
                "n": { "type": "integer" }, "part": { "allOf": [{ "$ref": "#/components/schemas/Part" }], "nullable": true } } },
            "Thing": { "type": "object", "required": ["id", "name", "part"], "properties": {
                "id": { "type": "integer" }, "name": { "type": "string" }, "day": { "type": "string", "format": "date" },
                "at": { "type": "string", "format": "date-time" }, "uid": { "type": "string", "format": "uuid" },
                "colour": { "$ref": "#/components/schemas/Colour" }, "part": { "$ref": "#/components/schemas/Part" },
                "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Part" } },
                "tags": { "type": "array", "items": { "type": "string" } }, "map": { "type": "object", "additionalProperties": { "type": "integer" } },
                "json": { "type": "object", "x-autopi-json": true }, "ok": { "type": "boolean" }, "size": { "type": "number" } } },
        } },
    })
}

fn thing() -> Value {
    json!({ "id": 1, "name": "x", "day": "2026-01-01", "at": "2026-01-01T00:00:00Z", "uid": "6f1e1cbe-0f5c-4f77-9c1a-0123456789ab", "colour": "red",
        "part": { "n": 1, "part": { "n": 2, "part": null } }, "parts": [{ "n": 3 }], "tags": ["t"], "map": { "k": 1 }, "json": { "any": 1 }, "ok": true, "size": 1.5 })
}

const PATHS: [&str; 6] = ["/a/", "/b/", "/c/", "/d/one/", "/e/one/", "/f/one/"];

/// JSON lines of `answer`'s thing for each path.
fn recording(answer: impl Fn(&str) -> Value) -> String {
    let lines = PATHS.map(|path| {
        let thing = answer(path);
        let body = if path.ends_with("/one/") { thing } else { json!([thing]) };
        json!({ "method": "GET", "url": format!("https://api.example.com{path}?page=1"), "status": 200, "body": body }).to_string()
    });
    lines.join("\n")
}

fn judged(doc: &Value, recording: &str) -> Outcome {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), recording).unwrap();
    recorded(doc, file.path(), None).unwrap()
}

fn corrected(doc: &Value, outcome: &Outcome) -> Value {
    let mut doc = doc.clone();
    if outcome.findings.is_empty() {
        return doc;
    }
    let applied = overlay::apply(&mut doc, &outcome.overlay().unwrap()).unwrap();
    assert_eq!(applied.stale, [], "{}", outcome.overlay().unwrap());
    doc
}

/// What is proposed must generate as well.
fn generates(doc: &Value) {
    autopi_codegen::generate(&doc.to_string(), &|_| true).unwrap();
}

/// Where a value is put in a thing, and the value; `None` takes the member away.
fn lies() -> Vec<(String, Option<Value>)> {
    let mut out = Vec::new();
    let places = [
        "/id",
        "/name",
        "/day",
        "/at",
        "/uid",
        "/colour",
        "/part",
        "/parts",
        "/tags",
        "/map",
        "/json",
        "/ok",
        "/size",
        "/part/n",
        "/part/part",
        "/part/part/n",
        "/parts/0",
        "/parts/0/n",
        "/tags/0",
        "/map/k",
        "/new",
        "/part/it's/new",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!("7"),
        json!("x"),
        json!(""),
        json!("2026-01-01Z"),
        json!("2026-01-01T00:00:00Z"),
        json!([]),
        json!([1, null]),
        json!([[{ "a": 1 }], ["b"]]),
        json!({}),
        json!({ "n": 1 }),
        json!([{ "n": 1 }, { "n": 2 }]),
        json!(9_007_199_254_740_993_i64),
        json!(u64::MAX),
    ];
    for place in places {
        out.push((place.to_owned(), None));
        out.extend(values.iter().map(|v| (place.to_owned(), Some(v.clone()))));
    }
    out
}

fn lie(thing: &mut Value, (place, value): &(String, Option<Value>)) {
    let (owner, name) = match place.as_str() {
        "/part/it's/new" => ("/part", "it's/new"),
        place => place.rsplit_once('/').unwrap(),
    };
    match (thing.pointer_mut(owner), value) {
        (Some(Value::Object(map)), Some(value)) => drop(map.insert(name.to_owned(), value.clone())),
        (Some(Value::Object(map)), None) => drop(map.remove(name)),
        (Some(Value::Array(list)), Some(value)) => list[0] = value.clone(),
        (Some(Value::Array(list)), None) => drop(list.remove(0)),
        _ => {}
    }
}

#[test]
fn a_lie_at_one_operation_changes_no_schema_that_the_others_prove() {
    let doc = small();
    let truth = recording(|_| thing());
    assert!(
        judged(&doc, &truth).findings.is_empty(),
        "{}",
        judged(&doc, &truth).text()
    );
    let mut corrections = 0;
    for (i, told) in lies().iter().enumerate() {
        let liar = PATHS[i % PATHS.len()];
        let seen = recording(|path| {
            let mut thing = thing();
            if path == liar {
                lie(&mut thing, told);
            }
            thing
        });
        let first = judged(&doc, &seen);
        let new = corrected(&doc, &first);
        for (name, schema) in doc["components"]["schemas"].as_object().unwrap() {
            assert_eq!(
                &new["components"]["schemas"][name],
                schema,
                "{told:?}: {}",
                first.text()
            );
        }
        assert!(
            first
                .findings
                .iter()
                .all(|f| f.only.is_none() || f.only == Some(format!("GET {liar}")))
        );
        let second = judged(&new, &seen);
        assert!(
            second.findings.is_empty(),
            "{told:?}: {} then {}",
            first.text(),
            second.text()
        );
        // Who tells the truth is true still; the liar's own place is for what it said.
        let others: Vec<&str> = truth
            .lines()
            .filter(|l| !l.contains(&format!("com{liar}?")))
            .collect();
        assert!(
            judged(&new, &others.join("\n")).findings.is_empty(),
            "{told:?}"
        );
        corrections += usize::from(!first.findings.is_empty());
        if i % 40 == 6 {
            generates(&new);
        }
    }
    assert!(corrections > 250, "{corrections}");
}

#[test]
fn what_all_operations_say_corrects_the_schema_for_all_and_the_second_probe_is_silent() {
    let doc = small();
    for told in lies() {
        let seen = recording(|_| {
            let mut thing = thing();
            lie(&mut thing, &told);
            thing
        });
        let first = judged(&doc, &seen);
        assert!(
            first.findings.iter().all(|f| f.only.is_none()),
            "{told:?}: {}",
            first.text()
        );
        let second = judged(&corrected(&doc, &first), &seen);
        assert!(
            second.findings.is_empty(),
            "{told:?}: {} then {}",
            first.text(),
            second.text()
        );
    }
}

#[test]
fn each_rule_finds_its_kind_and_says_for_and_against() {
    let text = |place: &str, value: Option<Value>| {
        let seen = recording(|path| {
            let mut thing = thing();
            if path != "/f/one/" || place == "/json" {
                lie(&mut thing, &(place.to_owned(), value.clone()));
            }
            thing
        });
        judged(&small(), &seen).text()
    };
    for (place, value, rule) in [
        (
            "/map",
            Some(json!(1)),
            "documented as object, came as integer",
        ),
        (
            "/json",
            Some(json!("x")),
            "documented as object, came as string",
        ),
        (
            "/part",
            Some(json!([{ "n": 1 }])),
            "documented as object, came as array",
        ),
        (
            "/parts",
            Some(json!({ "n": 1 })),
            "documented as array, came as object",
        ),
        (
            "/day",
            Some(json!("2026-01-01Z")),
            "documented as date, came as date with an offset",
        ),
        (
            "/day",
            Some(json!("2026-01-01T00:00:00Z")),
            "documented as date, came as date-time",
        ),
        (
            "/id",
            Some(json!(1_i64 << 54)),
            "integers of 64 bits, more than documented",
        ),
        (
            "/size",
            Some(json!("1.5")),
            "documented as number, came as string",
        ),
        ("/name", Some(json!(null)), "may be null"),
        ("/name", None, "required, and does not always come"),
        (
            "/colour",
            Some(json!("green\u{1b}[31m")),
            "values that are not listed: [\"green\\u001b[31m\"]",
        ),
        ("/new", Some(json!(1)), "undocumented, integer"),
    ] {
        let text = text(place, value);
        assert!(
            text.contains(rule) && !text.contains('\u{1b}'),
            "{rule}: {text}"
        );
        let counts = "(1 responses of 1 operations; as documented: 5 responses of 5 operations)";
        let all = "6 responses of 6 operations; as documented: 0 responses of 0 operations";
        let most = "5 responses of 5 operations; as documented: 1 responses of 1 operations";
        assert!(
            [counts, all, most].iter().any(|c| text.contains(c)),
            "{text}"
        );
    }
}

#[test]
fn the_page_on_the_probe_has_the_rules() {
    assert!(read("../docs/probe.md").contains(&table()), "{}", table());
}

#[test]
fn recordings_are_read_and_bad_lines_are_named() {
    let doc = small();
    let lines = recording(|_| thing());
    let mixed = format!(
        "{lines}\n{{\"url\"\n\n[]\n{{\"method\":\"POST\",\"url\":\"/a/\"}}\n{{\"url\":\"/token=c0ffee/\"}}\n{{\"url\":\"/a/\",\"status\":500}}"
    );
    let outcome = judged(&doc, &mixed);
    let text = outcome.text();
    assert_eq!(outcome.judged, 6);
    for words in [
        "line 7: no JSON",
        "not GET",
        "no operation of the document has this path",
        "responded 500",
    ] {
        assert!(outcome.json().unwrap().contains(words), "{words}: {text}");
    }
    assert!(!outcome.json().unwrap().contains("c0ffee"));
    let entry = |path: &str, status: u16, content: Value| json!({ "request": { "method": "GET", "url": format!("https://x.org{path}") }, "response": { "status": status, "content": content } });
    let text = thing().to_string();
    let har = json!({ "log": { "version": "1.2", "entries": [
        entry("/d/one/", 200, json!({ "mimeType": "application/json", "text": text })),
        entry("/e/one/", 200, json!({ "text": "eyJpZCI6IHRydWV9", "encoding": "base64" })), entry("/f/one/", 200, json!({ "text": "<html>" })), {},
    ], "pages": [] } });
    for har in [har.to_string(), format!("\u{feff} {har:#}")] {
        let outcome = judged(&doc, &har);
        assert_eq!(outcome.judged, 2);
        let all = outcome.json().unwrap();
        assert!(
            all.contains("entry 4: no text at `request.method`")
                && all.contains("responded no JSON"),
            "{all}"
        );
        assert!(
            outcome
                .text()
                .contains("documented as integer, came as boolean at GET /e/one/ alone"),
            "{}",
            outcome.text()
        );
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "{\"log\":{\"entries\":[\n{},\nx").unwrap();
    let error = format!("{:#}", recorded(&doc, file.path(), None).err().unwrap());
    assert!(error.contains("line 3, column 1: no HAR"), "{error}");
}

/// A server on loopback that answers each path by `reply`, and its URL.
async fn serve(reply: fn(&str) -> Vec<u8>) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = vec![0; 4096];
                let n = socket.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..n]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default();
                let reply = reply(path);
                let _ = socket.write_all(&reply).await;
                match path {
                    // Never ends.
                    "/c/" => tokio::time::sleep(Duration::from_secs(60)).await,
                    "/b/" => {
                        let chunk = vec![b' '; 1 << 20];
                        while socket.write_all(&chunk).await.is_ok() {}
                    }
                    _ => {}
                }
            });
        }
    });
    url
}

fn whole(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let n = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {n}\r\nconnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn a_hostile_server_is_bounded_and_named() {
    let url = serve(|path| match path {
        "/a/" => whole(
            "200 OK",
            "content-type: application/json\r\n",
            &json!([thing()]).to_string(),
        ),
        "/b/" => b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n[".to_vec(),
        "/c/" => b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[".to_vec(),
        "/d/one/" => whole("200 OK", "content-type: text/html\r\n", "<html>"),
        "/e/one/" => whole("302 Found", "location: http://127.0.0.2:9/x/\r\n", ""),
        _ => whole("500 No", "", ""),
    })
    .await;
    let mut target = target(&url);
    target.timeout = Duration::from_secs(5);
    let outcome = probe(&small(), &target).await.unwrap();
    let text = outcome.text();
    assert_eq!(outcome.judged, 1);
    for words in [
        "responded more than 32 MiB: /b/",
        "no response: not whole within 5 s: /c/",
        "responded no JSON (text/html): /d/one/",
        "responded 302: a redirect to another host, not followed: /e/one/",
        "responded 500: /f/one/",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[tokio::test]
async fn what_was_stopped_goes_on_where_it_was() {
    let url = serve(|path| {
        let mut thing = thing();
        if path == "/f/one/" {
            thing["id"] = json!("x");
        }
        let body = if path.ends_with("/one/") {
            thing
        } else {
            json!([thing])
        };
        whole(
            "200 OK",
            "content-type: application/json\r\n",
            &body.to_string(),
        )
    })
    .await;
    let (folder, doc) = (tempfile::tempdir().unwrap(), small());
    let state = folder.path().join("state.json");
    let mut target = target(&url);
    let whole = probe(&doc, &target).await.unwrap();
    (target.state, target.max_calls) = (Some(state.clone()), Some(2));
    let mut resumed = probe(&doc, &target).await.unwrap();
    assert_eq!(
        (resumed.judged, resumed.stopped.as_deref()),
        (2, Some("2 requests were made"))
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&state).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let kept = read(state.to_str().unwrap());
    assert!(
        !kept.contains(API_TOKEN) && !kept.contains("2026-01-01\""),
        "{kept}"
    );
    target.resume = true;
    for _ in 0..2 {
        resumed = probe(&doc, &target).await.unwrap();
    }
    assert_eq!(
        (
            resumed.judged,
            resumed
                .json()
                .unwrap()
                .contains("documented as integer, came as string")
        ),
        (6, true)
    );
    // The last two requests were all there were: the whole of it is as without a stop.
    target.max_calls = None;
    if state.exists() {
        resumed = probe(&doc, &target).await.unwrap();
    }
    assert_eq!(resumed.json().unwrap(), whole.json().unwrap());
    assert!(!state.exists());
    let gone = format!("{:#}", probe(&doc, &target).await.err().unwrap());
    assert!(gone.contains("nothing to resume"), "{gone}");
}
