//! Exit codes of `diff` and `check`, and the commands of CONTRIBUTING.md.

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use support::{copy, drifted};

fn xtask(args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let out = command.args(args).output().unwrap();
    let text = [out.stdout, out.stderr].concat();
    (out.status.code(), String::from_utf8(text).unwrap())
}

fn document(change: impl Fn(&mut Value)) -> String {
    let mut doc = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {"/a/": {"get": {"operationId": "a_read", "tags": ["a"],
        "parameters": [{"name": "q", "in": "query", "type": "string"}],
        "responses": {"200": {"description": "", "schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}}}}}});
    change(&mut doc);
    doc.to_string()
}

#[test]
fn the_exit_code_of_diff_is_the_worst_class() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let get = |doc: &mut Value, key: &str, value: Value| doc["paths"]["/a/"]["get"][key] = value;
    let old = file("old", &document(|_| ()));
    let additive = file("additive", &document(|d| get(d, "deprecated", true.into())));
    let breaking = file("breaking", &document(|d| get(d, "parameters", json!([]))));
    let unclassified = file("unclassified", &document(|d| get(d, "x-own", 1.into())));
    let (bad, gone) = (file("bad", "{"), folder.path().join("gone"));
    let gone = gone.display().to_string();
    let fails: [&[&str]; 4] = [
        &[],
        &["--fail-on", "breaking"],
        &["--fail-on", "additive"],
        &["--fail-on", "breaking", "--allow-unclassified"],
    ];
    for (new, codes) in [
        (&old, [0, 0, 0, 0]),
        (&additive, [0, 0, 1, 0]),
        (&breaking, [0, 1, 1, 1]),
        (&unclassified, [0, 1, 1, 0]),
        (&bad, [2; 4]),
        (&gone, [2; 4]),
    ] {
        for (more, code) in fails.iter().zip(codes) {
            let (found, text) = xtask(&[&["diff", &old, new], *more].concat());
            assert_eq!(found, Some(code), "{new} {more:?}: {text}");
        }
    }
    assert!(xtask(&["diff", &old, &additive]).1.contains("deprecated"));
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs every command of the section unchanged on a copy, except for the port.
#[test]
fn the_commands_of_contributing_work() {
    let text = fs::read_to_string("../CONTRIBUTING.md").unwrap();
    let walk = text.split_once("## When the API moves").unwrap().1;
    let block = walk
        .split_once("```sh\n")
        .unwrap()
        .1
        .split_once("```")
        .unwrap()
        .0;
    let folder = copy();
    fs::write(folder.path().join("drifted.json"), drifted()).unwrap();
    let root = folder.path().display().to_string();
    let (mut server, mut url) = (None, String::new());
    let mut said = Vec::new();
    for line in block.lines().filter_map(|l| l.strip_prefix("cargo xtask ")) {
        let (line, comment) = line.split_once('#').unwrap_or((line, ""));
        let line = line
            .replace(['\'', '&'], "")
            .replace("--port 8765", "--port 0");
        let line = line.replace("http://127.0.0.1:8765", &url);
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .current_dir(folder.path())
            .args(line.split_whitespace());
        command.args(["--root", &root]);
        if line.starts_with("sandbox") {
            let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
            let mut first = String::new();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            out.read_line(&mut first).unwrap();
            url = first.split_whitespace().next().unwrap().to_owned();
            server = Some(Server(child));
            continue;
        }
        let out = command.output().unwrap();
        let text = String::from_utf8([out.stdout, out.stderr].concat()).unwrap();
        let code = comment
            .split_once("exit code ")
            .map_or("0", |(_, c)| &c[..1]);
        assert_eq!(
            out.status.code().unwrap().to_string(),
            code,
            "{line}: {text}"
        );
        said.push((line, text));
    }
    assert!(server.is_some() && said.len() > 3, "{said:?}");
    for (line, text) in &said[..2] {
        // A deprecation alone is reported too.
        assert!(
            text.contains("deprecated") && text.contains("colour"),
            "{line}: {text}"
        );
    }
    let changelog = fs::read_to_string(folder.path().join("CHANGELOG.md")).unwrap();
    let lines = changelog.lines().filter(|l| l.contains("deprecated"));
    let before = fs::read_to_string("../CHANGELOG.md").unwrap();
    assert!(lines.clone().any(|l| !before.contains(l)), "{changelog}");
}
