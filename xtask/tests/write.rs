//! All files or none: by a fault while staging, on a full disk, and when killed at any moment.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use xtask::write;

const CHILD: &str = "AUTOPI_WRITE_CHILD";

fn at(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_default()
}

fn files(version: &str) -> [(&'static str, String); 2] {
    ["a", "b"].map(|name| (name, format!("{name}{version}")))
}

#[test]
fn all_files_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(write::write(folder, &files("1")).unwrap(), ["a", "b"]);
    assert!(write::write(folder, &files("1")).unwrap().is_empty());
    // The second file can't be staged: a folder is in its place.
    fs::create_dir(folder.join(".b.new")).unwrap();
    write::write(folder, &files("2")).unwrap_err();
    assert_eq!(
        (at(folder, "a"), at(folder, "b")),
        ("a1".into(), "b1".into())
    );
    fs::remove_dir(folder.join(".b.new")).unwrap();
    // Cut off after the journal: the next run finishes.
    fs::write(folder.join(".a.new"), "a3").unwrap();
    fs::write(folder.join(".b.new"), "b3").unwrap();
    fs::write(folder.join(".update-journal"), "a\nb").unwrap();
    write::recover(folder).unwrap();
    assert_eq!(
        (at(folder, "a"), at(folder, "b")),
        ("a3".into(), "b3".into())
    );
    for nowhere in [folder.join("missing"), folder.join("a")] {
        let error = write::write(&nowhere, &files("1")).unwrap_err().to_string();
        assert!(
            error.contains("nothing was changed") && error.contains("permissions"),
            "{error}"
        );
    }
}

/// What the children of the two tests below run: one large update, or updates until killed.
#[test]
fn child() {
    let Some(folder) = env::var_os(CHILD) else {
        return;
    };
    let folder = Path::new(&folder);
    if folder.join("once").exists() {
        let error = write::write(folder, &files(&"x".repeat(1 << 20)))
            .unwrap_err()
            .to_string();
        assert!(error.contains("nothing was changed"), "{error}");
        return;
    }
    for n in 0.. {
        write::write(folder, &files(&format!("{n}").repeat(2000))).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write::write(folder, &files("1")).unwrap();
    fs::write(folder.join("once"), "").unwrap();
    // A limit on the size of a file stands for the disk: without the signal, the write fails half-way.
    let script = r#"trap '' XFSZ; ulimit -f 64; exec "$0" --exact child --nocapture"#;
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(env::current_exe().unwrap())
        .env(CHILD, folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        (at(folder, "a"), at(folder, "b")),
        ("a1".into(), "b1".into())
    );
    assert_eq!(
        fs::read_dir(folder).unwrap().count(),
        3,
        "something staged was left"
    );
}

#[test]
fn killed_at_any_moment_it_is_the_old_or_the_new() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut versions = std::collections::BTreeSet::new();
    for i in 0..40 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child"])
            .env(CHILD, folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(20_000 + i * 777));
        child.kill().unwrap();
        child.wait().unwrap();
        write::recover(folder).unwrap();
        let (a, b) = (at(folder, "a"), at(folder, "b"));
        assert_eq!(a.strip_prefix('a'), b.strip_prefix('b'));
        versions.insert(a);
    }
    assert!(versions.len() > 1, "no update was ever made");
}
