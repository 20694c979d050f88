//! The job of `.ci/drift`, with a git remote in a folder and a fake `gh`.
#![cfg(unix)]

mod support;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    process::Command,
};

use support::{copy, drifted};

/// A checkout with a remote, where `cargo xtask` is this build's and `gh` stores one pull request
/// in a file.
struct Nightly {
    folder: tempfile::TempDir,
    path: String,
}

impl Nightly {
    fn new() -> Self {
        let folder = copy();
        let tool = |name: &str, text: String| {
            let path = folder.path().join("tools").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        };
        let root = folder.path().display();
        let xtask = env!("CARGO_BIN_EXE_xtask");
        tool(
            "cargo",
            format!("#!/bin/sh\nshift\nexec {xtask} \"$@\" --root {root}\n"),
        );
        let gh = r#"#!/bin/sh
cd ROOT/tools
echo "$*" >>calls
case "$2" in
    list) [ ! -e pull ] || echo 7 ;;
    close) rm pull ;;
    *) while [ "$1" != --body-file ]; do shift; done; cp "$2" pull ;;
esac
"#;
        tool("gh", gh.replace("ROOT", &root.to_string()));
        fs::create_dir(folder.path().join(".ci")).unwrap();
        fs::copy("../.ci/drift", folder.path().join(".ci/drift")).unwrap();
        fs::write(
            folder.path().join(".gitignore"),
            "tools\norigin.git\n*.doc\n",
        )
        .unwrap();
        let path = format!("{root}/tools:{}", std::env::var("PATH").unwrap());
        let nightly = Self { folder, path };
        nightly.git("init --quiet --bare origin.git");
        nightly.git("init --quiet --initial-branch main");
        nightly.git("remote add origin origin.git");
        nightly.git("add --all");
        nightly.git("-c user.name=a -c user.email=a@b.c commit --quiet --message start");
        nightly
    }

    fn git(&self, args: &str) -> String {
        let mut git = Command::new("git");
        let out = git
            .current_dir(&self.folder)
            .args(args.split(' '))
            .output()
            .unwrap();
        assert!(out.status.success(), "{args}: {out:?}");
        String::from_utf8(out.stdout).unwrap()
    }

    /// Runs the job on a fresh checkout. Returns its exit code, and its calls of gh except for the
    /// list.
    fn run(&self, document: &str) -> (Option<i32>, Vec<String>) {
        self.git("reset --quiet --hard");
        self.git("checkout --quiet --detach main");
        fs::write(self.folder.path().join("new.doc"), document).unwrap();
        let calls = self.folder.path().join("tools/calls");
        let _ = fs::remove_file(&calls);
        let mut job = Command::new(self.folder.path().join(".ci/drift"));
        job.args(["--from", "new.doc"]).current_dir(&self.folder);
        job.env("PATH", &self.path).env("DRIFT_GATE", "true");
        let out = job.output().unwrap();
        let calls = fs::read_to_string(calls).unwrap_or_default();
        let calls = calls.lines().filter(|c| !c.starts_with("pr list"));
        (out.status.code(), calls.map(str::to_owned).collect())
    }

    fn body(&self) -> Option<String> {
        fs::read_to_string(self.folder.path().join("tools/pull")).ok()
    }
}

#[test]
fn the_nightly_job_keeps_one_pull_request_and_closes_it_without_drift() {
    let nightly = Nightly::new();
    let same = fs::read_to_string("../spec/upstream.json").unwrap();
    assert_eq!(nightly.run(&same), (Some(0), vec![]));

    let (code, calls) = nightly.run(&drifted());
    assert_eq!((code, calls.len()), (Some(0), 1), "{calls:?}");
    assert!(
        calls[0].starts_with("pr create --base main --head drift --title The API has moved: 0.1."),
        "{calls:?}"
    );
    let body = nightly.body().unwrap();
    assert!(body.contains("colour") && body.contains("passes"), "{body}");
    let files = nightly.git("diff --name-only main origin/drift");
    for file in ["CHANGELOG.md", "spec/openapi.json", "spec/upstream.json"] {
        assert!(files.contains(file), "{file} is not in {files}");
    }

    // The next night with another drift, which mentions a user: the same pull request.
    let mention = drifted().replace("colour", "@everyone");
    let (code, calls) = nightly.run(&mention);
    assert_eq!((code, calls.len()), (Some(0), 1), "{calls:?}");
    assert!(calls[0].starts_with("pr edit 7 --title "), "{calls:?}");
    let body = nightly.body().unwrap();
    assert!(
        body.contains("everyone") && !body.contains("@everyone"),
        "{body}"
    );

    // A failed download says nothing about the drift.
    assert_eq!(nightly.run("<html>"), (Some(2), vec![]));
    assert!(nightly.body().is_some());

    let (code, calls) = nightly.run(&same);
    assert_eq!(code, Some(0));
    assert!(
        calls[0].starts_with("pr close 7 --delete-branch"),
        "{calls:?}"
    );
    assert_eq!(nightly.body(), None);
}
