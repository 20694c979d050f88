//! `cargo xtask sandbox`: it serves, and reports wrong options clearly.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

fn xtask(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("sandbox").args(args);
    command
}

/// Returns the output of a command that refuses to serve.
fn refused(args: &[&str]) -> Output {
    let command = &mut xtask(args);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..600 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    panic!("{args:?}: it serves");
}

struct Running(Child, String);

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = xtask(args).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .split_whitespace()
            .next()
            .unwrap_or_else(|| panic!("no URL in {line}"))
            .to_owned();
        Self(child, url)
    }

    async fn get(&self, path: &str) -> (u16, serde_json::Value) {
        let url = "http://127.0.0.1".parse().unwrap();
        let http = xtask::pipeline::fetch::http(&url).unwrap().build().unwrap();
        let request = http.get(format!("{}{path}", self.1)).header(
            "Authorization",
            format!("APIToken {}", autopi_sandbox::API_TOKEN),
        );
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn wrong_options_are_clear_errors() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (html, other) = (
        file("a.html", "<html>"),
        file("b.json", r#"{"swagger": "2.0"}"#),
    );
    let db = file(
        "c.db",
        &"no database at all, but long enough to be looked at by SQLite. ".repeat(20),
    );
    for (args, words) in [
        (vec!["--port", &port], "choose another port"),
        (
            vec!["--spec", &html],
            "the server sent an HTML page, not a document",
        ),
        (vec!["--spec", &other], "#/paths"),
        (vec!["--db", &db], "not a usable database"),
        (
            vec!["--fault", "meteor"],
            "known are latency=DURATION, stall, reset",
        ),
        (vec!["--fault", "status=503:2"], "a number from 0 to 1"),
        (vec!["--log", "/no/such/folder/log"], "cannot write the log"),
    ] {
        let output = refused(&args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(1)
                && error.starts_with("error: ")
                && error.contains(words),
            "{args:?}: {error}"
        );
    }
}

#[tokio::test]
async fn the_sandbox_command_obeys_its_options() {
    let folder = tempfile::tempdir().unwrap();
    let (db, log) = (
        folder.path().join("s.db").display().to_string(),
        folder.path().join("s.jsonl").display().to_string(),
    );
    let api = Running::start(&[
        "--size",
        "3",
        "--wire",
        "spec",
        "--db",
        &db,
        "--log",
        &log,
        "--fault",
        "status=418@/vehicle/",
    ]);
    let (status, page) = api.get("/dongle/devices/").await;
    assert_eq!(
        (status, &page["count"], page.get("next").is_some()),
        (200, &3.into(), true),
        "{page}"
    );
    assert_eq!(api.get("/vehicle/makes/").await.0, 418);
    assert_eq!(std::fs::read_to_string(&log).unwrap().lines().count(), 2);
    drop(api);
    // The file was made with three items in each collection.
    assert!(String::from_utf8_lossy(&refused(&["--db", &db]).stderr).contains("3 items"));

    let yaml = format!(
        "{}/../xtask/tests/fixtures/other/library.yaml",
        env!("CARGO_MANIFEST_DIR")
    );
    let (status, page) = Running::start(&["--spec", &yaml])
        .get("/api/v2/books/?limit=2")
        .await;
    assert_eq!(
        (status, page["results"].as_array().map(Vec::len)),
        (200, Some(2)),
        "{page}"
    );
}

#[tokio::test]
async fn a_raw_document_goes_through_the_pipeline_and_errors_name_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.yaml");
    let text = "openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths:\n  /a/:\n    get:\n      \
                operationId: a_read\n      responses:\n        '200':\n          description: \
                ''\n          content: { application/json: { schema: { $ref: 'beside.yaml#/Car' } \
                } }\n";
    std::fs::write(&path, text).unwrap();
    let beside = "Car: { type: object, required: [seats, name], properties: { seats: { type: \
                  [integer, 'null'] }, name: { const: Kombi } } }";
    std::fs::write(folder.path().join("beside.yaml"), beside).unwrap();
    let file = path.display().to_string();
    for wire in ["real", "spec"] {
        let (status, car) = Running::start(&["--spec", &file, "--wire", wire])
            .get("/a/")
            .await;
        assert_eq!((status, &car["name"]), (200, &"Kombi".into()), "{car}");
        assert!(car["seats"].is_number() || car["seats"].is_null(), "{car}");
    }
    std::fs::write(
        &path,
        text.replace("type: [", "x: [").replace("get:", "get: 1 #"),
    )
    .unwrap();
    let error = refused(&["--spec", &file]);
    let error = String::from_utf8_lossy(&error.stderr).into_owned();
    assert!(error.contains("new.yaml"), "{error}");
    std::fs::write(&path, text.replace("'beside.yaml#/Car'", "5")).unwrap();
    let error = refused(&["--spec", &file]);
    let error = String::from_utf8_lossy(&error.stderr).into_owned();
    let place = "/paths/~1a~1/get/responses/200/content/application~1json/schema/$ref";
    assert!(
        error.contains("new.yaml") && error.contains(place),
        "{error}"
    );
}
