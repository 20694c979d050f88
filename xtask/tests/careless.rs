//! Careless use of the commands: errors for wrong names, streams and options.

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

/// Returns exit code, stdout and stderr, with the document on stdin.
fn run(folder: &Path, line: &str) -> (Option<i32>, String, String) {
    let mut command = command(folder, line);
    command.stdin(Stdio::piped());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read stdin closes it.
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
        let beside = format!("{said}{error}").contains("no file is beside it");
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

/// What is written to stdout by another name is not mixed with the report.
#[cfg(unix)]
#[test]
fn stdout_by_any_name_has_the_document_alone() {
    let folder = folder();
    for name in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let (code, said, error) = run(
            folder.path(),
            &format!("normalize --from a.json --out {name}"),
        );
        assert_eq!(code, Some(0), "{name}: {error}");
        let doc: serde_json::Value =
            serde_json::from_str(&said).unwrap_or_else(|_| panic!("{name}: {said}"));
        assert_eq!(doc["openapi"], "3.0.3");
    }
}

#[test]
fn unreadable_and_unwritable_files_are_named_with_a_remedy() {
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
            "not a regular file: nothing was changed; give a file",
        ),
        (
            "normalize --from a.json --out gone/x",
            1,
            "gone/x#: its folder does not exist: nothing was changed; give a file, or a new file \
             in an existing folder",
        ),
        (
            "normalize --from a.json --out a.json/x",
            1,
            "in an existing folder",
        ),
        (
            "normalize --from a.json --check",
            1,
            "run this without --check",
        ),
        (
            "probe --from none.jsonl --out o.yaml",
            2,
            "none.jsonl: no response could be compared: the recording is empty",
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

/// A response that is not as its document says.
const RECORDING: &str =
    r#"{"method": "GET", "url": "https://x.example/a/", "status": 200, "body": {"a": 1}}"#;

#[test]
fn a_recording_is_read_from_stdin_and_proposals_on_a_full_disk_are_printed() {
    let folder = folder();
    let document = DOCUMENT.replace(
        r#"{"$ref": "beside.json"}"#,
        r#"{"type": "object", "properties": {"a": {"type": "string"}}}"#,
    );
    fs::write(folder.path().join("spec.json"), document).unwrap();
    let probe = |line: &str| {
        let mut command = command(folder.path(), line);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(RECORDING.as_bytes());
        let out = child.wait_with_output().unwrap();
        let [said, error] = [out.stdout, out.stderr].map(|b| String::from_utf8(b).unwrap());
        (out.status.code(), said, error)
    };
    let (code, said, error) = probe("probe --from - --spec spec.json --out proposed.yaml");
    assert_eq!(code, Some(1), "{said}{error}");
    let proposed = fs::read_to_string(folder.path().join("proposed.yaml")).unwrap();
    let (code, said, error) = probe("probe --from - --spec spec.json --out /dev/full");
    assert_eq!(code, Some(2), "{said}{error}");
    assert!(
        error.contains("/dev/full") && error.contains(&proposed),
        "{error}"
    );
    let (code, _, error) = probe("probe --from - --spec -");
    assert_eq!(code, Some(2));
    assert!(error.contains("both stdin"), "{error}");
}
