//! An update writes all files or none and loses no edit: with an error while staging, on a full
//! disk, killed at any moment, two at once.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use xtask::pipeline::write::{Folder, recover, write_file};

const CHILD: &str = "AUTOPI_WRITE_CHILD";
const NAMES: [&str; 4] = ["a", "b", "c", "../beside"];

fn at(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_default()
}

fn files(version: &str) -> Vec<(&'static str, String)> {
    NAMES
        .iter()
        .map(|name| (*name, version.to_owned()))
        .collect()
}

fn update(folder: &Path, version: &str) -> Result<Vec<String>, String> {
    let opened = Folder::open(folder, &NAMES).map_err(|e| e.to_string())?;
    opened.write(&files(version)).map_err(|e| e.to_string())
}

/// Returns the version that all files have; `None` for a mix.
fn version(folder: &Path) -> Option<String> {
    let first = at(folder, NAMES[0]);
    NAMES
        .iter()
        .all(|name| at(folder, name) == first)
        .then_some(first)
}

/// Returns a folder in memory if there is one, because thousands of updates would wait for the
/// disk.
fn spec() -> (tempfile::TempDir, std::path::PathBuf) {
    let memory = Path::new("/dev/shm");
    let root = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let root = root.unwrap();
    let folder = root.path().join("spec");
    fs::create_dir(&folder).unwrap();
    (root, folder)
}

/// Returns the names in a folder, without the lock file, which stays.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != ".update-lock")
        .collect();
    names.sort();
    names
}

/// Runs the test `child` of this program with a task.
fn run_child(folder: &Path, task: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--nocapture"])
        .env(CHILD, folder)
        .env("TASK", task)
        .stdout(Stdio::piped());
    command
}

/// Not a test: the child processes of the tests below run updates until killed, or one update to
/// this version.
#[test]
fn child() {
    let Some(folder) = env::var_os(CHILD) else {
        return;
    };
    let (folder, task) = (Path::new(&folder), env::var("TASK").unwrap());
    if task != "forever" {
        println!("{:?}", update(folder, &task.repeat(1 << 16)));
        return;
    }
    for n in 0.. {
        update(folder, &format!("{n} ").repeat(2000)).unwrap();
    }
}

#[test]
fn an_update_replaces_all_files_or_none() {
    let (_root, spec) = spec();
    assert_eq!(update(&spec, "1").unwrap(), NAMES);
    assert_eq!(update(&spec, "1").unwrap(), [""; 0]);
    // The third file cannot be replaced.
    fs::remove_file(spec.join("c")).unwrap();
    fs::create_dir(spec.join("c")).unwrap();
    let opened = Folder::open(&spec, &["a", "b"]).unwrap();
    let error = opened.write(&files("2")).unwrap_err().to_string();
    assert!(
        error.contains("spec/c") && error.contains("nothing was changed"),
        "{error}"
    );
    assert_eq!((at(&spec, "a"), at(&spec, "b")), ("1".into(), "1".into()));
    assert_eq!(names(&spec), ["a", "b", "c"], "something staged was left");
    for nowhere in [spec.join("missing"), spec.join("a")] {
        let opened = Folder::open(&nowhere, &[]);
        let error = opened
            .and_then(|f| f.write(&files("1")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("nothing was changed"), "{error}");
    }
}

#[test]
fn a_file_that_was_edited_after_it_was_read_is_not_replaced() {
    let (_root, spec) = spec();
    update(&spec, "1").unwrap();
    let opened = Folder::open(&spec, &NAMES).unwrap();
    fs::write(spec.join("b"), "edit").unwrap();
    let error = opened.write(&files("2")).unwrap_err().to_string();
    assert!(
        error.contains("spec/b") && error.contains("changed after it was read"),
        "{error}"
    );
    assert_eq!(
        (at(&spec, "a"), at(&spec, "b")),
        ("1".into(), "edit".into())
    );
}

/// Interrupts an update from 1 to 2 after its first rename.
fn cut_off(spec: &Path) {
    update(spec, "1").unwrap();
    let stage = spec.join(".update-stage-x");
    fs::create_dir(&stage).unwrap();
    let hash = |text: &str| {
        let digest = <sha2::Sha256 as sha2::Digest>::digest(text);
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let entry = |name: &str| serde_json::json!({"name": name, "old": hash("1"), "new": hash("2")});
    let entries: Vec<_> = NAMES.iter().map(|name| entry(name)).collect();
    for i in 1..NAMES.len() {
        fs::write(stage.join(i.to_string()), "2").unwrap();
    }
    fs::write(spec.join(NAMES[0]), "2").unwrap();
    let journal = serde_json::json!({"stage": ".update-stage-x", "files": entries});
    fs::write(spec.join(".update-journal"), journal.to_string()).unwrap();
}

#[test]
fn an_interrupted_update_is_finished_and_later_edits_are_kept() {
    let (_root, spec) = spec();
    cut_off(&spec);
    // No build script reads a mix.
    let document = spec.join("a");
    let error = autopi_codegen::read(&document).unwrap_err();
    assert!(error.contains("an update was cut off"), "{error}");
    recover(&spec).unwrap();
    assert_eq!(autopi_codegen::read(&document).unwrap(), "2");
    assert_eq!(version(&spec).as_deref(), Some("2"));
    assert_eq!(names(&spec), ["a", "b", "c"]);

    cut_off(&spec);
    fs::write(spec.join("c"), "edit").unwrap();
    let error = recover(&spec).unwrap_err().to_string();
    for part in [
        "changed since: c;",
        "of the new document: a;",
        "of the old: b, ../beside",
        "git status",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(
        ["a", "b", "c"].map(|name| at(&spec, name)),
        ["2", "1", "edit"]
    );
    recover(&spec).unwrap();
    assert_eq!(names(&spec), ["a", "b", "c"], "the error comes once");
}

#[cfg(unix)]
#[test]
fn planted_links_and_journals_are_not_followed() {
    use std::os::unix::fs::symlink;
    let (root, spec) = spec();
    update(&spec, "1").unwrap();
    let precious = root.path().join("precious");
    fs::write(&precious, "mine").unwrap();
    for name in [".update-lock", ".update-journal"] {
        let _ = fs::remove_file(spec.join(name));
        symlink(&precious, spec.join(name)).unwrap();
        let error = update(&spec, "2").unwrap_err();
        assert!(error.contains("not a regular file"), "{error}");
        fs::remove_file(spec.join(name)).unwrap();
    }
    for (stage, name) in [
        ("..", "a"),
        (".update-stage-x", "../../precious"),
        (".update-stage-x", "/etc/x"),
        ("x", "a"),
    ] {
        let files = [serde_json::json!({"name": name, "old": null, "new": ""})];
        let journal = serde_json::json!({"stage": stage, "files": files});
        fs::write(spec.join(".update-journal"), journal.to_string()).unwrap();
        let error = update(&spec, "2").unwrap_err();
        assert!(error.contains("no journal of ours"), "{error}");
        fs::remove_file(spec.join(".update-journal")).unwrap();
    }
    assert_eq!(
        (at(root.path(), "precious"), version(&spec)),
        ("mine".into(), Some("1".into()))
    );
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_written_to_and_links_and_modes_stay() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let pipe = place("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let error = write_file(&pipe, "text").unwrap_err().to_string();
    assert!(error.contains("nobody reads this pipe"), "{error}");
    let mut reader = Command::new("cat")
        .arg(&pipe)
        .stdout(fs::File::create(place("read")).unwrap())
        .spawn()
        .unwrap();
    let long = "text".repeat(100_000);
    while write_file(&pipe, &long).is_err() {
        std::thread::sleep(Duration::from_millis(5));
    }
    reader.wait().unwrap();
    assert!(at(root.path(), "read") == long);
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let full = write_file(Path::new("/dev/full"), "text")
        .unwrap_err()
        .to_string();
    assert!(full.contains("/dev/full"), "{full}");
    assert!(
        fs::metadata("/dev/full")
            .unwrap()
            .file_type()
            .is_char_device()
    );

    fs::write(place("file"), "old").unwrap();
    fs::set_permissions(place("file"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink(place("file"), place("link")).unwrap();
    assert!(write_file(&place("link"), "new").unwrap());
    assert!(
        !write_file(&place("link"), "new").unwrap(),
        "nothing to change"
    );
    assert!(place("link").is_symlink());
    assert_eq!(at(root.path(), "file"), "new");
    assert_eq!(
        fs::metadata(place("file")).unwrap().permissions().mode() & 0o777,
        0o640
    );

    symlink(place("nothing"), place("dangling")).unwrap();
    for name in ["dangling", ".", "no/folder"] {
        write_file(&place(name), "text").unwrap_err();
    }
    assert_eq!(
        names(root.path()),
        ["dangling", "file", "link", "pipe", "read"]
    );
}

#[cfg(unix)]
#[test]
fn a_full_disk_changes_nothing() {
    let (_root, spec) = spec();
    update(&spec, "1").unwrap();
    // A limit on the file size simulates the full disk: with the signal ignored, the write fails
    // half-way.
    let script = r#"trap '' XFSZ; ulimit -f 64; exec "$0" --exact child --nocapture"#;
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(env::current_exe().unwrap())
        .envs([(CHILD, spec.as_os_str()), ("TASK", "2".as_ref())])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("nothing was changed"), "{text}");
    assert_eq!(version(&spec).as_deref(), Some("1"));
    assert_eq!(names(&spec), ["a", "b", "c"], "something staged was left");
}

#[test]
fn an_update_killed_at_any_moment_leaves_old_or_new_files_or_a_known_mix() {
    let (_root, spec) = spec();
    let mut versions = std::collections::BTreeSet::new();
    let mut cut = 0;
    for i in 0..200 {
        let mut child = run_child(&spec, "forever").spawn().unwrap();
        std::thread::sleep(Duration::from_micros(8_000 + i * 97));
        child.kill().unwrap();
        child.wait().unwrap();
        let journal = spec.join(".update-journal").exists();
        assert!(
            version(&spec).is_some() || journal,
            "a mix that nothing tells of"
        );
        cut += usize::from(journal);
        recover(&spec).unwrap();
        versions.insert(version(&spec).expect("a mix"));
    }
    assert!(
        versions.len() > 1 && cut > 0,
        "{} versions, {cut} cut off",
        versions.len()
    );
}

#[test]
fn of_two_concurrent_updates_each_is_complete_or_refused() {
    let (_root, spec) = spec();
    for i in 0..50 {
        let pair = ["x", "y"].map(|v| run_child(&spec, &format!("{v}{i}")).spawn().unwrap());
        let said = pair.map(|c| String::from_utf8(c.wait_with_output().unwrap().stdout).unwrap());
        let end = version(&spec).expect("a mix");
        let mut written = 0;
        for (v, said) in ["x", "y"].iter().zip(&said) {
            assert!(
                said.contains("Ok(") || said.contains("changed after it was read"),
                "{said}"
            );
            written += usize::from(said.contains("Ok("));
            assert!(
                said.contains("Ok(") || !end.starts_with(v),
                "refused, and yet written"
            );
        }
        assert!(written > 0 && end.contains(&i.to_string()));
    }
}

/// A FIFO in the place of the lock would be waited for, and a link would be followed.
#[cfg(unix)]
#[test]
fn a_lock_that_is_not_a_regular_file_is_refused_at_once() {
    let (_scratch, spec) = spec();
    let lock = spec.join(".update-lock");
    let elsewhere = spec.join("elsewhere");
    for plant in [
        |lock: &Path, _: &Path| {
            let made = Command::new("mkfifo").arg(lock).status().unwrap();
            assert!(made.success());
        },
        |lock: &Path, elsewhere: &Path| std::os::unix::fs::symlink(elsewhere, lock).unwrap(),
        |lock: &Path, _: &Path| fs::create_dir(lock).unwrap(),
    ] {
        let _ = fs::remove_file(&lock);
        plant(&lock, &elsewhere);
        let error = update(&spec, "9").unwrap_err();
        assert!(
            error.contains(".update-lock is not a regular file: remove it"),
            "{error}"
        );
        assert!(!elsewhere.exists());
        // Reading needs no lock where nobody can write.
        assert!(version(&spec).is_some());
    }
}

/// The files of an update may be links to another file system, where nothing can be renamed to.
#[cfg(target_os = "linux")]
#[test]
fn a_file_on_another_file_system_is_replaced_too() {
    use std::os::unix::fs::MetadataExt;
    let (_scratch, spec) = spec();
    let other = tempfile::tempdir().unwrap();
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    assert_ne!(
        device(&spec),
        device(other.path()),
        "/dev/shm is a file system of its own"
    );
    update(&spec, "0").unwrap();
    let name = NAMES[0];
    let target = other.path().join("target");
    fs::copy(spec.join(name), &target).unwrap();
    fs::remove_file(spec.join(name)).unwrap();
    std::os::unix::fs::symlink(&target, spec.join(name)).unwrap();
    update(&spec, "7").unwrap();
    assert_eq!(version(&spec).as_deref(), Some("7"));
    assert!(spec.join(name).is_symlink());
    assert!(
        names(&spec).iter().all(|n| !n.contains("update-journal")),
        "{:?}",
        names(&spec)
    );
}

#[test]
fn no_build_script_reads_a_document_beside_a_journal() {
    let (root, spec) = spec();
    fs::write(spec.join("openapi.json"), "{}").unwrap();
    let own = spec.join("openapi.json");
    // As a package has it.
    let linked = root.path().join("openapi.json");
    std::os::unix::fs::symlink("spec/openapi.json", &linked).unwrap();
    for place in [&own, &linked] {
        assert_eq!(autopi_codegen::read(place).as_deref(), Ok("{}"));
    }
    fs::write(spec.join(".update-journal"), "{}").unwrap();
    for place in [&own, &linked] {
        let error = autopi_codegen::read(place).unwrap_err();
        assert!(error.contains("an update was cut off"), "{error}");
    }
    // All build scripts that read `spec/` read it so.
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let packages = fs::read_dir(&workspace).unwrap().map(|e| e.unwrap().path());
    let scripts = packages.chain([workspace.clone()]);
    let mut readers = Vec::new();
    for script in scripts.map(|folder| folder.join("build.rs")) {
        let Ok(text) = fs::read_to_string(&script) else {
            continue;
        };
        if text.contains("spec/") {
            assert!(text.contains("read::read(") || text.contains("autopi_codegen::read("));
            readers.push(script);
        }
    }
    assert_eq!(readers.len(), 4, "{readers:?}");
    for link in ["cli/read.rs", "sandbox/read.rs"] {
        let read = |name| fs::read_to_string(workspace.join(name)).unwrap();
        assert_eq!(read(link), read("codegen/src/read.rs"));
    }
}
