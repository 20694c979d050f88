//! Careless use of the commands: what is said of names, streams and options that do not do.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

const DOCUMENT: &str = r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {"/a/": {"get": {"operationId": "a_list", "tags": ["a"],
    "responses": {"200": {"description": "", "schema": {"$ref": "beside.json"}}}}}}}"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), DOCUMENT).unwrap();
    fs::write(folder.path().join("beside.json"), r#"{"type": "string"}"#).unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    folder
}

fn command(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(folder).args(line.split_whitespace());
    command
}

/// Exit code, stdout, stderr, with the document on stdin.
fn run(folder: &Path, line: &str) -> (Option<i32>, String, String) {
    let mut command = command(folder, line);
    command.stdin(Stdio::piped());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read it closes it.
    let _ = child.stdin.take().unwrap().write_all(DOCUMENT.as_bytes());
    let out = child.wait_with_output().unwrap();
    let [said, error] = [out.stdout, out.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (out.status.code(), said, error)
}

#[test]
fn a_document_is_read_from_stdin_and_no_file_beside_it() {
    let folder = folder();
    for (line, code) in [
        ("normalize --from - --out -", 0),
        ("coverage --from -", 0),
        ("check --no-overlay --from -", 1),
        ("diff a.json -", 0),
        ("diff - a.json", 0),
    ] {
        let (found, said, error) = run(folder.path(), line);
        assert_eq!(found, Some(code), "{line}: {said}{error}");
        let beside = format!("{said}{error}").contains("nothing is beside it");
        // The other commands print no warnings.
        assert_eq!(
            beside,
            line.starts_with("normalize") || line.starts_with("check"),
            "{line}: {said}{error}"
        );
    }
    let (code, _, error) = run(folder.path(), "diff - -");
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("OLD and NEW are both stdin"), "{error}");
}

#[test]
fn what_cannot_be_read_or_written_is_named_with_a_way_out_that_is_one() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("root/spec/openapi.json")).unwrap();
    fs::create_dir_all(folder.path().join("empty/spec")).unwrap();
    fs::write(folder.path().join("none.jsonl"), "").unwrap();
    for (line, code, said) in [
        (
            "--root nowhere check --from a.json",
            2,
            "nowhere/spec/openapi.json#: there is no such file",
        ),
        (
            "--root empty check --from a.json",
            2,
            "empty/spec/openapi.json#: there is no such file",
        ),
        (
            "--root root check --from a.json",
            2,
            "failed to read: root/spec/openapi.json#",
        ),
        (
            "--root a.json check --from a.json",
            2,
            "--root names another checkout",
        ),
        (
            "normalize --from a.json --out folder",
            1,
            "not a regular file: nothing was changed; is it a file",
        ),
        (
            "normalize --from a.json --out gone/x",
            1,
            "in a folder that is there?",
        ),
        (
            "normalize --from a.json --out a.json/x",
            1,
            "in a folder that is there?",
        ),
        (
            "normalize --from a.json --check",
            1,
            "run this without --check",
        ),
        (
            "probe --from none.jsonl --out o.yaml",
            2,
            "none.jsonl: no response could be judged: the recording is empty",
        ),
        (
            "probe --from none.jsonl --out -",
            2,
            "--out -: not the name of a file",
        ),
        (
            "probe --from none.jsonl --out folder",
            2,
            "--out folder: not the name of a file",
        ),
        (
            "probe --from none.jsonl --out a.json/x",
            2,
            "--out a.json/x: its folder: ",
        ),
    ] {
        let (found, out, error) = run(folder.path(), line);
        assert_eq!(found, Some(code), "{line}: {out}{error}");
        assert!(error.contains(said), "{line}: {error}");
        assert!(!error.contains("free space"), "{line}: {error}");
    }
    assert!(!folder.path().join("-").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_stream_that_cannot_be_written_to_is_an_exit_code_and_never_a_panic() {
    let folder = folder();
    let full = || File::create("/dev/full").unwrap();
    for (line, code) in [
        ("check --no-overlay --from a.json", 2),
        ("check --no-overlay --from a.json --format json", 2),
        ("diff a.json a.json", 2),
        ("coverage --from a.json", 1),
        ("normalize --from a.json --out -", 1),
    ] {
        let out = command(folder.path(), line)
            .stdout(full())
            .output()
            .unwrap();
        let error = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(code), "{line}: {error}");
        assert!(
            error.contains("error: stdout: No space left"),
            "{line}: {error}"
        );
    }
    for (line, code) in [
        ("check --from gone", 2),
        ("normalize --from a.json --out -", 0),
        ("normalize --from gone", 1),
    ] {
        let out = command(folder.path(), line)
            .stderr(full())
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(code), "{line}");
    }
}
