//! What an update prints and writes about changes of the API.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::Command,
    thread,
};

use serde_json::{Value, json};
use xtask::{
    commands::update::{Mode, Source, update},
    pipeline::normalize,
};

fn document(count: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Thing" });
    let response =
        json!({ "description": "", "content": { "application/json": { "schema": schema } } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "x", "version": "1" },
        "paths": {
            "/a/": { "get": { "operationId": "a_read", "tags": ["a"], "responses": { "200": response } } },
        },
        "components": { "schemas": { "Thing": {
            "type": "object", "properties": { "count": { "type": count }, "name": { "type": "string" } },
        } } },
    })
}

const OVERLAY: &str = "overlay: 1.0.0\ninfo: { title: x, version: '1' }\nactions:\n- { target: \
                       \"$.paths['/a/'].get\", update: { summary: Corrected. } }\n";

fn folder(root: &Path) -> std::path::PathBuf {
    let spec = root.join("spec");
    fs::create_dir(&spec).unwrap();
    let old = document("integer").to_string();
    fs::write(
        spec.join("openapi.json"),
        normalize(&old, Some(OVERLAY)).unwrap().text,
    )
    .unwrap();
    fs::write(spec.join("upstream.json"), old).unwrap();
    fs::write(spec.join("overlay.yaml"), OVERLAY).unwrap();
    fs::write(
        root.join("CHANGELOG.md"),
        "# Changelog\n\n## Unreleased\n\n- FEATURE: mine.\n",
    )
    .unwrap();
    fs::write(root.join("new.json"), document("string").to_string()).unwrap();
    spec
}

#[tokio::test]
async fn a_second_update_after_a_correction_rewrites_its_own_lines() {
    let root = tempfile::tempdir().unwrap();
    let spec = folder(root.path());
    let from = |name: &str| Source {
        url: None,
        from: Some(root.path().join(name)),
        no_overlay: false,
    };
    let log = || fs::read_to_string(root.path().join("CHANGELOG.md")).unwrap();
    assert!(
        update(&from("new.json"), Mode::Write, false, &spec)
            .await
            .unwrap()
    );
    let first = log();
    assert!(
        first.contains("- BREAKING: the API: `Thing.count`: `integer` → `string`\n")
            && first.contains("- FEATURE: mine."),
        "{first}"
    );
    // A correction of another member: the line of the first update is still true, and a new line is
    // added.
    let action = |member: &str, ty: &str| {
        format!(
            "{OVERLAY}- {{ target: \"$.components.schemas.Thing.properties.{member}\", update: {{ \
             type: {ty} }} }}\n"
        )
    };
    fs::write(spec.join("overlay.yaml"), action("name", "boolean")).unwrap();
    assert!(
        update(&from("new.json"), Mode::Write, false, &spec)
            .await
            .unwrap()
    );
    let second = log();
    assert!(
        second.contains("`Thing.count`: `integer` → `string`")
            && second.contains("`Thing.name`: `string` → `boolean`"),
        "{second}"
    );
    // A correction of the changed member: nothing changed on the wire, so the line was wrong and is
    // removed.
    fs::write(spec.join("overlay.yaml"), action("count", "integer")).unwrap();
    assert!(
        update(&from("new.json"), Mode::Write, false, &spec)
            .await
            .unwrap()
    );
    assert_eq!(log(), "# Changelog\n\n## Unreleased\n\n- FEATURE: mine.\n");
    // The correction and the API's change are both reverted: nothing is left to report.
    fs::write(spec.join("overlay.yaml"), OVERLAY).unwrap();
    fs::write(
        root.path().join("old.json"),
        document("integer").to_string(),
    )
    .unwrap();
    update(&from("old.json"), Mode::Write, false, &spec)
        .await
        .unwrap();
    assert_eq!(log(), "# Changelog\n\n## Unreleased\n\n- FEATURE: mine.\n");
    // A further update writes nothing.
    assert!(
        !update(&from("old.json"), Mode::Write, false, &spec)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_changelog_block_without_its_source_is_an_error_and_nothing_is_written() {
    let root = tempfile::tempdir().unwrap();
    let spec = folder(root.path());
    let source = Source {
        url: None,
        from: Some(root.path().join("new.json")),
        no_overlay: false,
    };
    update(&source, Mode::Write, false, &spec).await.unwrap();
    fs::write(spec.join("unreleased.json"), "{}").unwrap();
    let before = fs::read_to_string(root.path().join("CHANGELOG.md")).unwrap();
    let error = format!(
        "{:#}",
        update(&source, Mode::Write, false, &spec)
            .await
            .unwrap_err()
    );
    assert!(error.contains("spec/unreleased.json"), "{error}");
    assert_eq!(
        fs::read_to_string(root.path().join("CHANGELOG.md")).unwrap(),
        before
    );
}

/// Starts a server that responds to every request with this; returns its URL.
fn server(response: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let _ = socket.read(&mut [0; 4096]);
            let _ = socket.write_all(response.as_bytes());
        }
    });
    url
}

fn ok(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\netag: \"1\"\r\nconnection: close\r\ncontent-length: \
         {length}\r\n\r\n{body}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_the_url_is_in_any_file_of_an_update() {
    let root = tempfile::tempdir().unwrap();
    let spec = folder(root.path());
    let url = server(ok(&document("string").to_string()));
    let source = Source {
        url: Some(format!(
            "{url}/?token=canary&format=openapi&sig=canary#canary"
        )),
        from: None,
        no_overlay: false,
    };
    update(&source, Mode::Write, false, &spec).await.unwrap();
    let stored = fs::read_to_string(spec.join("source.toml")).unwrap();
    assert!(
        stored.contains(&format!("{url}/?format=openapi\"")),
        "{stored}"
    );
    for folder in [root.path(), &spec] {
        for file in fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path())
        {
            let text = fs::read(&file).unwrap_or_default();
            assert!(
                !text.windows(6).any(|w| w == b"canary"),
                "{}",
                file.display()
            );
        }
    }
    let before = fs::read(spec.join("source.toml")).unwrap();
    for who in ["user:canary@", "canary@", ":canary@"] {
        let source = Source {
            url: Some(format!("{url}/?format=openapi").replace("//", &format!("//{who}"))),
            from: None,
            no_overlay: false,
        };
        let error = update(&source, Mode::Write, false, &spec)
            .await
            .unwrap_err();
        let text = format!("{error:#} {error:?}");
        assert!(
            text.contains("holds credentials") && !text.contains("canary"),
            "{text}"
        );
    }
    assert_eq!(fs::read(spec.join("source.toml")).unwrap(), before);
}

#[test]
fn no_secret_of_the_url_is_printed() {
    let upstream = fs::read_to_string("../spec/upstream.json").unwrap();
    let head = |status: &str| {
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
    };
    let urls = [
        (server(ok(&upstream)), 0),
        (server(ok("<html>")), 2),
        (server(ok(r#"{"openapi":"3.0.3","paths":{"/a/":5}}"#)), 2),
        (server(head("404 Not Found")), 2),
        (server(head("500 Oops")), 2),
        (
            server(head(
                "302 Found\r\nlocation: https://user:canary@h.example/?token=canary",
            )),
            2,
        ),
        ("http://127.0.0.1:9".into(), 2),
        ("http://user:canary@127.0.0.1:9".into(), 2),
        ("https://user:canary@h.example".into(), 2),
        ("http://h.example".into(), 2),
        ("user:canary@h.example".into(), 2),
    ];
    thread::scope(|scope| {
        for (url, code) in &urls {
            scope.spawn(move || {
                let url = format!("{url}/?api_key=canary&format=openapi");
                for format in ["text", "json"] {
                    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
                    command.args(["check", "--url", &url, "--format", format]);
                    let output = command.output().unwrap();
                    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
                    assert!(!text.contains("canary"), "{text}");
                    assert_eq!(output.status.code(), Some(*code), "{url}: {text}");
                }
            });
        }
    });
}
