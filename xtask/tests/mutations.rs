//! The fixed part of `fuzz/`: every fixture is changed at random places with a fixed seed and goes
//! through the pipeline, which may return an error but must not panic or hang.

#[path = "support/rng.rs"]
mod rng;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use rng::Rng;
use serde_json::{Value, json};
use xtask::pipeline::{diff, fetch::parse, normalize};

const ROUNDS: usize = 60;

fn fixtures(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            fixtures(&path, out)
        } else {
            out.push(path)
        }
    }
    out.sort();
}

fn pointers(value: &Value, at: String, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| {
            pointers(
                v,
                format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")),
                out,
            )
        }),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, v)| pointers(v, format!("{at}/{i}"), out)),
        _ => {}
    }
    out.push(at);
}

/// Puts a value of another form, a reference, or another part of the document at a random place; or
/// renames a key.
fn mutate(doc: &mut Value, rng: &mut Rng) {
    let mut places = Vec::new();
    pointers(doc, String::new(), &mut places);
    let other = places[rng.below(places.len())].clone();
    let elsewhere = doc.pointer(&other).cloned().unwrap_or_default();
    let Some(target) = doc.pointer_mut(&places[rng.below(places.len())]) else {
        return;
    };
    let odd = [
        "",
        "é\u{0}",
        "self",
        "-",
        "*/",
        "Option",
        "2.0",
        "\u{202e}",
        "r#",
        "$ref",
        "1e999",
        "a".repeat(300).leak(),
    ];
    let odd = odd[rng.below(odd.len())];
    match (rng.below(9), &mut *target) {
        (0, _) => *target = Value::Null,
        (1, _) => *target = json!([i64::MIN, u64::MAX, 1e308, odd]),
        (2, _) => *target = json!({ "$ref": format!("#{other}") }),
        (3, _) => *target = elsewhere,
        (4, _) => *target = odd.into(),
        (5, _) => {
            *target = json!({ "type": "object", "allOf": [elsewhere], "enum": [null, true, 1.5, {}, odd] })
        }
        (6, Value::Object(map)) => drop(map.insert(odd.into(), elsewhere)),
        (7, Value::Object(map)) => {
            if let Some(value) = map
                .keys()
                .nth(rng.below(map.len()))
                .cloned()
                .and_then(|k| map.shift_remove(&k))
            {
                map.insert(odd.into(), value);
            }
        }
        (_, Value::Array(list)) => list.push(elsewhere),
        _ => *target = true.into(),
    }
}

#[test]
fn no_document_makes_the_pipeline_panic_or_hang() {
    let mut files = Vec::new();
    fixtures(Path::new("tests/fixtures"), &mut files);
    assert!(files.len() > 20);
    let (sender, results) = mpsc::channel();
    for (i, file) in files.into_iter().enumerate() {
        let doc = parse(&fs::read_to_string(&file).unwrap()).unwrap();
        let sender = sender.clone();
        thread::spawn(move || {
            let mut rng = Rng(i as u64);
            let old = normalize(&doc.to_string(), None).ok();
            for round in 0..ROUNDS {
                let mut changed = doc.clone();
                (0..1 + round % 5).for_each(|_| mutate(&mut changed, &mut rng));
                let text = changed.to_string();
                // The generated code must parse too, and every difference must be in the report.
                let through = || {
                    if let (Some(old), Ok(new)) = (&old, normalize(&text, None)) {
                        let changes = diff::compare(old.into(), (&new).into()).unwrap();
                        assert_eq!(changes.is_empty(), old.upstream == new.upstream);
                    }
                };
                if std::panic::catch_unwind(through).is_err() {
                    return sender
                        .send(Err(format!("{}: {text}", file.display())))
                        .unwrap();
                }
                sender.send(Ok(())).unwrap();
            }
        });
    }
    drop(sender);
    loop {
        match results.recv_timeout(Duration::from_secs(60)) {
            Ok(Err(document)) => panic!("a panic at {document}"),
            Ok(Ok(())) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("a document takes more than a minute"),
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Changes, removes or adds a value; returns the place.
fn change(doc: &mut Value, at: &str, how: usize) {
    let Some(target) = doc.pointer_mut(at) else {
        return;
    };
    match (how % 3, &mut *target) {
        (0, Value::Object(map)) if !map.is_empty() => {
            drop(map.shift_remove(&map.keys().next().cloned().unwrap_or_default()))
        }
        (1, Value::Object(map)) => drop(map.insert("x-mutated".into(), 1.into())),
        (0, Value::Array(list)) if !list.is_empty() => drop(list.remove(0)),
        (1, Value::Array(list)) => list.push("mutated".into()),
        (_, Value::String(text)) => text.push('~'),
        (_, Value::Bool(b)) => *b = !*b,
        (_, Value::Number(n)) => *target = n.as_i64().unwrap_or(1).wrapping_add(1).into(),
        _ => *target = "mutated".into(),
    }
}

/// Returns whether a report names a place: itself, one around it, or one in it.
fn said(changes: &[diff::Change], at: &str) -> bool {
    let within = |a: &str, b: &str| {
        a.strip_prefix(b)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    changes
        .iter()
        .flat_map(|c| &c.pointers)
        .any(|p| !p.is_empty() && (within(p, at) || within(at, p)))
}

/// Compares both documents without the pipeline, which would refuse invalid ones; the report must
/// not.
fn report(old: &Value, new: &Value) -> Vec<diff::Change> {
    let documents = |upstream| diff::Documents {
        upstream,
        doc: &Value::Null,
    };
    diff::compare(documents(old), documents(new)).unwrap()
}

#[test]
fn every_mutation_is_in_the_report_alone_and_with_others() {
    let mut files = Vec::new();
    fixtures(Path::new("tests/fixtures"), &mut files);
    let (mut mutated, mut lost) = (0, Vec::new());
    for (seed, file) in files.iter().enumerate() {
        let Ok(doc) = parse(&fs::read_to_string(file).unwrap()) else {
            continue;
        };
        let normalised = normalize(&doc.to_string(), None)
            .map(|n| n.doc)
            .unwrap_or_default();
        for doc in [doc, normalised] {
            let mut rng = Rng(seed as u64);
            let mut places = Vec::new();
            pointers(&doc, String::new(), &mut places);
            places.retain(|p| !p.is_empty() && p != "/swagger" && p != "/openapi");
            // All places of a small document; for a large one a fixed selection.
            let step = places.len() / 150 + 1;
            for (how, at) in places.iter().enumerate().skip(seed % step).step_by(step) {
                let mut one = doc.clone();
                change(&mut one, at, how);
                if one == doc {
                    continue;
                }
                // With others: the version of the document, and another place that is not inside
                // the first.
                let mut two = one.clone();
                if let Some(info) = two.get_mut("info").and_then(Value::as_object_mut) {
                    info.insert("version".into(), "another".into());
                }
                let other = &places[rng.below(places.len())];
                if !other.starts_with(at.as_str()) && !at.starts_with(other.as_str()) {
                    change(&mut two, other, rng.below(3));
                }
                for (old, new) in [(&doc, &one), (&one, &doc), (&doc, &two), (&two, &doc)] {
                    mutated += 1;
                    if !said(&report(old, new), at) {
                        lost.push(format!("{}: {at}", file.display()));
                    }
                }
            }
        }
    }
    lost.dedup();
    assert!(mutated > 10_000, "{mutated}");
    assert!(
        lost.is_empty(),
        "{} of {mutated}:\n{}",
        lost.len(),
        lost.join("\n")
    );
}
