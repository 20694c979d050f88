//! rustc's messages for common mistakes: they must name the expected type, and suggest nothing that
//! compiles but is wrong.

use std::{env, fs, path::PathBuf, process::Command, thread};

/// The library that cargo has just built, next to this test.
fn library() -> (PathBuf, PathBuf) {
    let folder = env::current_exe().unwrap().parent().unwrap().to_owned();
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap());
    let built = files.filter(|file| {
        let name = file.file_name().into_string().unwrap();
        name.starts_with("libwire-") && name.ends_with(".rlib")
    });
    let last = built.max_by_key(|file| file.metadata().unwrap().modified().unwrap());
    (folder, last.unwrap().path())
}

/// Returns rustc's message if it refuses the code.
fn refused(code: &str) -> Option<String> {
    let (folder, library) = library();
    // The thread has the name of its test.
    let name = format!("{}.rs", thread::current().name().unwrap());
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let code = format!(
        "#![allow(unused)]\nuse wire::*;\nfn date(_: impl IntoValue<Date>) {{}}\nfn device(_: \
         impl IntoValue<DeviceId>) {{}}\n{code}"
    );
    fs::write(&file, code).unwrap();
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let out = Command::new(rustc)
        .args([
            "--edition=2024",
            "--crate-type=lib",
            "--emit=metadata",
            "--out-dir",
        ])
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .arg(format!("--extern=wire={}", library.display()))
        .arg(format!("-Ldependency={}", folder.display()))
        .arg(&file)
        .output()
        .unwrap();
    (!out.status.success()).then(|| String::from_utf8(out.stderr).unwrap())
}

#[test]
fn the_traits_of_setters_are_not_implemented_elsewhere() {
    let text = refused(
        "struct Own; impl IntoValue<Date> for Own { fn into_value(self) -> Date { loop {} } }
         impl IntoNullable<str> for Own { fn into_nullable(self) -> Option<String> { None } }",
    )
    .unwrap();
    for of in ["sealed::IntoValue<", "sealed::IntoNullable<str>"] {
        assert!(text.contains("E0277") && text.contains(of), "{text}");
    }
}

#[test]
fn the_message_for_a_common_mistake_says_what_is_expected() {
    let car = "fn f(car: types::CarRequest, text: Option<String>, unit: UnitId, id: Uuid)";
    let right = r#"{ car.note(text.as_deref()).note(&text).note(None).weight(3).weight(None).sold(None); date("2026-01-31".parse::<Date>().unwrap()); device(id); }"#;
    assert_eq!(refused(&format!("{car} {right}")), None);
    for (wrong, said) in [
        ("car.note(text)", "car.note(&text)"),
        (
            r#"car.sold("2026-01-31")"#,
            r#"`"2026-01-31".parse::<autopi::Date>()?`"#,
        ),
        (r#"date("yesterday")"#, "Date` is expected"),
        // Not even a valid text, and not in an `Option`: docs/decisions/0007.
        (
            r#"date("2026-01-31")"#,
            "parse a text for a time, date, decimal or id",
        ),
        (
            r#"car.sold(Some("2026-01-31"))"#,
            "parse a text for a time, date, decimal or id",
        ),
        (
            r#"car.sold("2026-01-31".to_owned())"#,
            "parse a text for a time, date, decimal or id",
        ),
        ("device(unit)", "DeviceId` is expected"),
        ("device(unit)", "are different ids of a device"),
        (
            r#"car.weight("3")"#,
            "expected `f64` or an `Option` of it, found `&str`",
        ),
    ] {
        let text = refused(&format!("{car} {{ {wrong}; }}")).unwrap();
        assert!(
            text.contains("E0277") && text.contains(said),
            "{wrong}: {text}"
        );
    }
}
