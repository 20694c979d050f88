//! Recordings against the document.

use std::fs;

use serde_json::{Value, json};
use xtask::commands::probe::{Outcome, recorded};

use crate::things::{PATHS, corrected, false_values, falsify, generates, small, thing};

/// Returns JSON lines with the response of `respond` for each path.
fn recording(respond: impl Fn(&str) -> Value) -> String {
    let lines = PATHS.map(|path| {
        let thing = respond(path);
        let body = if path.ends_with("/one/") { thing } else { json!([thing]) };
        json!({ "method": "GET", "url": format!("https://api.example.com{path}?page=1"), "status": 200, "body": body }).to_string()
    });
    lines.join("\n")
}

fn judged(doc: &Value, recording: &str) -> Outcome {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), recording).unwrap();
    recorded(doc, file.path(), None).unwrap()
}

#[test]
fn one_false_response_changes_no_schema_that_others_prove() {
    let doc = small();
    let truth = recording(|_| thing());
    assert!(
        judged(&doc, &truth).findings.is_empty(),
        "{}",
        judged(&doc, &truth).text()
    );
    let mut corrections = 0;
    for (i, told) in false_values().iter().enumerate() {
        let culprit = PATHS[i % PATHS.len()];
        let seen = recording(|path| {
            let mut thing = thing();
            if path == culprit {
                falsify(&mut thing, told);
            }
            thing
        });
        let first = judged(&doc, &seen);
        let new = corrected(&doc, &first);
        for (name, schema) in doc["components"]["schemas"].as_object().unwrap() {
            assert_eq!(
                &new["components"]["schemas"][name],
                schema,
                "{told:?}: {}",
                first.text()
            );
        }
        assert!(
            first
                .findings
                .iter()
                .all(|f| f.only.is_none() || f.only == Some(format!("GET {culprit}")))
        );
        let second = judged(&new, &seen);
        assert!(
            second.findings.is_empty(),
            "{told:?}: {} then {}",
            first.text(),
            second.text()
        );
        // The document is still correct for all others; only the false operation has its own
        // schema.
        let others: Vec<&str> = truth
            .lines()
            .filter(|l| !l.contains(&format!("com{culprit}?")))
            .collect();
        assert!(
            judged(&new, &others.join("\n")).findings.is_empty(),
            "{told:?}"
        );
        corrections += usize::from(!first.findings.is_empty());
        if i % 40 == 6 {
            generates(&new);
        }
    }
    assert!(corrections > 250, "{corrections}");
}

#[test]
fn agreement_of_all_operations_corrects_the_schema_and_a_second_probe_is_silent() {
    let doc = small();
    for told in false_values() {
        let seen = recording(|_| {
            let mut thing = thing();
            falsify(&mut thing, &told);
            thing
        });
        let first = judged(&doc, &seen);
        assert!(
            first.findings.iter().all(|f| f.only.is_none()),
            "{told:?}: {}",
            first.text()
        );
        let second = judged(&corrected(&doc, &first), &seen);
        assert!(
            second.findings.is_empty(),
            "{told:?}: {} then {}",
            first.text(),
            second.text()
        );
    }
}

#[test]
fn each_rule_reports_how_many_responses_agree_and_disagree() {
    let text = |place: &str, value: Option<Value>| {
        let seen = recording(|path| {
            let mut thing = thing();
            if path != "/f/one/" || place == "/json" {
                falsify(&mut thing, &(place.to_owned(), value.clone()));
            }
            thing
        });
        judged(&small(), &seen).text()
    };
    for (place, value, rule) in [
        (
            "/map",
            Some(json!(1)),
            "documented as object, observed as integer",
        ),
        (
            "/json",
            Some(json!("x")),
            "documented as object, observed as string",
        ),
        (
            "/part",
            Some(json!([{ "n": 1 }])),
            "documented as object, observed as array",
        ),
        (
            "/parts",
            Some(json!({ "n": 1 })),
            "documented as array, observed as object",
        ),
        (
            "/day",
            Some(json!("2026-01-01Z")),
            "documented as date, observed as date with an offset",
        ),
        (
            "/day",
            Some(json!("2026-01-01T00:00:00Z")),
            "documented as date, observed as date-time",
        ),
        (
            "/id",
            Some(json!(1_i64 << 54)),
            "integers of 64 bits, more than documented",
        ),
        (
            "/size",
            Some(json!("1.5")),
            "documented as number, observed as string",
        ),
        ("/name", Some(json!(null)), "may be null"),
        ("/name", None, "required, and does not always come"),
        (
            "/colour",
            Some(json!("green\u{1b}[31m")),
            "values that are not listed: [\"green\\u001b[31m\"]",
        ),
        ("/new", Some(json!(1)), "undocumented, integer"),
    ] {
        let text = text(place, value);
        assert!(
            text.contains(rule) && !text.contains('\u{1b}'),
            "{rule}: {text}"
        );
        let counts = "(1 responses of 1 operations; as documented: 5 responses of 5 operations)";
        let all = "6 responses of 6 operations; as documented: 0 responses of 0 operations";
        let most = "5 responses of 5 operations; as documented: 1 responses of 1 operations";
        assert!(
            [counts, all, most].iter().any(|c| text.contains(c)),
            "{text}"
        );
    }
}

#[test]
fn recordings_are_read_and_bad_lines_reported_by_number() {
    let doc = small();
    let lines = recording(|_| thing());
    let mixed = format!(
        "{lines}\n{{\"url\"\n\n[]\n{{\"method\":\"POST\",\"url\":\"/a/\"}}\n{{\"url\":\"/\
         token=c0ffee/\"}}\n{{\"url\":\"/a/\",\"status\":500}}"
    );
    let outcome = judged(&doc, &mixed);
    let text = outcome.text();
    assert_eq!(outcome.judged, 6);
    for words in [
        "line 7: invalid JSON",
        "not GET",
        "no operation of the document has this path",
        "responded 500",
    ] {
        assert!(outcome.json().unwrap().contains(words), "{words}: {text}");
    }
    assert!(!outcome.json().unwrap().contains("c0ffee"));
    let entry = |path: &str, status: u16, content: Value| json!({ "request": { "method": "GET", "url": format!("https://x.org{path}") }, "response": { "status": status, "content": content } });
    let text = thing().to_string();
    let har = json!({ "log": { "version": "1.2", "entries": [
        entry("/d/one/", 200, json!({ "mimeType": "application/json", "text": text })),
        entry("/e/one/", 200, json!({ "text": "eyJpZCI6IHRydWV9", "encoding": "base64" })), entry("/f/one/", 200, json!({ "text": "<html>" })), {},
    ], "pages": [] } });
    for har in [har.to_string(), format!("\u{feff} {har:#}")] {
        let outcome = judged(&doc, &har);
        assert_eq!(outcome.judged, 2);
        let all = outcome.json().unwrap();
        assert!(
            all.contains("entry 4: no text at `url`") && all.contains("the response is not JSON"),
            "{all}"
        );
        assert!(
            outcome
                .text()
                .contains("documented as integer, observed as boolean at GET /e/one/ alone"),
            "{}",
            outcome.text()
        );
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "{\"log\":{\"entries\":[\n{},\nx").unwrap();
    let error = format!("{:#}", recorded(&doc, file.path(), None).err().unwrap());
    assert!(error.contains("line 3, column 1: no HAR"), "{error}");
    for (text, line) in [
        ("{\"log\":{\"pages\":[]}}", 1),
        ("{\"log\":{\"entries\":[]}}\n{\"log\":{}}\n", 2),
    ] {
        fs::write(file.path(), text).unwrap();
        let error = format!("{:#}", recorded(&doc, file.path(), None).err().unwrap());
        let said = format!("line {line}, column");
        assert!(error.contains(&said) && error.contains("no HAR"), "{error}");
    }
}

/// A value may go over several lines, as `jq` prints them; what is broken ends at the next one.
#[test]
fn recordings_over_several_lines_are_read_and_their_faults_have_a_line() {
    let doc = small();
    let one = |path: &str| json!({ "url": path, "status": 200, "body": thing() });
    let (d, e, f) = (one("/d/one/"), one("/e/one/"), one("/f/one/"));
    let har = json!({ "comment": "x", "log": { "entries": [{ "request": { "method": "GET", "url": "/d/one/" },
        "response": { "status": 200, "content": { "text": thing().to_string() } } }] } });
    let log = json!({ "log": har["log"] });
    let entry_per_line = format!("{{\"url\": \"/d/one/\", \"body\": {{\n\"id\":\n1}}}}\n{e}\n{f}");
    for (recording, judged_ones, said) in [
        (format!("{d:#}\n{e:#}\n{f:#}\n"), 3, ""),
        (format!("\u{feff}{d:#}{e:#}\r\n\r\n{f}"), 3, ""),
        (format!("{d:#}\n{e}\n{f:#}"), 3, ""),
        (entry_per_line, 3, ""),
        (format!("[\n{d},\n{e},\n{f}\n]\n"), 3, ""),
        (format!("[{d}]\n[{e:#}, {f}]"), 3, ""),
        (format!("[]\n{:#}", json!([d, e])), 2, ""),
        (format!("{har:#}"), 1, ""),
        (format!("{har}\n{e}"), 2, ""),
        // What follows a HAR file or a list is read too.
        (format!("{log}\n{e}\n{f}"), 3, ""),
        (format!("{log:#}{log}\n[{e}]{f:#}\n{log}"), 3, ""),
        (format!("[{d}]\n{e}\n[{f}]"), 3, ""),
        (
            format!("[{d}]\n{e}\n{{\"url\": 5}}"),
            2,
            "line 3: no text at `url`",
        ),
        (
            format!("[\n{d}] x\n{e}"),
            2,
            "line 2: invalid JSON at column",
        ),
        // One that is cut off, and one with a fault inside.
        (
            format!("{{\"url\": [\n{e}\n{f}"),
            2,
            "line 1: invalid JSON: it is cut off, or wrong in line 3",
        ),
        (
            format!("{{\n  \"url\": x\n}}\n{e:#}\n{{\n  \"a\""),
            1,
            "line 1: invalid JSON: it is cut off, or wrong in line 2, column 10",
        ),
        (
            format!("{e:#}\n{{\n  \"a\""),
            1,
            "invalid JSON: it ends too early",
        ),
        (format!("{d} x\n{e}"), 2, "line 1: invalid JSON at column"),
        (
            format!("{{}}\n{d:#}\n{{\n\"url\": 5\n}}\n"),
            1,
            "line 1: no text at `url`",
        ),
    ] {
        let outcome = judged(&doc, &recording);
        let all = outcome.json().unwrap();
        assert_eq!(outcome.judged, judged_ones, "{recording}: {all}");
        assert!(all.contains(said), "{said}: {all}");
        assert!(
            !said.is_empty() || !all.contains("line 1"),
            "{recording}: {all}"
        );
    }
    // Many openings take no time: each ends at the depth that JSON may have.
    let deep = format!("{}{d}\n", "{\"a\":[\n".repeat(20_000));
    assert_eq!(judged(&doc, &deep).judged, 1);
}

#[test]
fn recordings_of_odd_shape_prove_nothing_false() {
    let doc = small();
    let line = |more: Value| {
        let mut line = json!({ "url": "/d/one/", "status": 200, "body": thing() });
        line.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        line
    };
    let truth = line(json!({}));
    let broken = json!({ "id": true });
    for (more, why) in [
        (json!({ "status": "500", "body": broken }), "responded 500"),
        (
            json!({ "status": "ok", "body": broken }),
            "invalid HTTP `status`",
        ),
        (
            json!({ "status": -1, "body": broken }),
            "invalid HTTP `status`",
        ),
        (json!({ "method": "post", "body": broken }), "not GET"),
        (
            json!({ "url": "https://ads.example/d/one/", "body": broken }),
            "from another host",
        ),
        (
            json!({ "url": "https://api.example:444/d/one/", "body": broken }),
            "from another host",
        ),
        (json!({ "url": null, "body": broken }), "no text at `url`"),
        (json!({ "body": thing().to_string() }), ""),
        (
            json!({ "status": " 200 ", "url": "https://api.example:443/d/one/?a=b#c" }),
            "",
        ),
        (json!({ "request": 5, "status": null }), ""),
    ] {
        let first = line(json!({ "url": "https://api.example/d/one/" }));
        let odd = line(more);
        for recording in [
            format!("{first}\n{truth}\n{odd}\n"),
            json!([first, truth, odd]).to_string(),
            format!("{:#}", json!([first, truth, odd])),
        ] {
            let outcome = judged(&doc, &recording);
            assert!(outcome.findings.is_empty(), "{odd}: {}", outcome.text());
            let all = outcome.json().unwrap();
            assert!(all.contains(why), "{why}: {all}");
        }
    }
    // A list of entries, as tools cut them out of a HAR file.
    let entry = json!([{ "request": { "method": "GET", "url": "/d/one/" }, "response": { "status": "200", "content": { "text": thing().to_string() } } }]);
    assert_eq!(judged(&doc, &entry.to_string()).judged, 1);
    // The host that `--url` names counts.
    let file = tempfile::NamedTempFile::new().unwrap();
    let other = line(json!({ "url": "https://ads.example/d/one/", "body": broken }));
    let own = line(json!({ "url": "https://api.example/d/one/" }));
    fs::write(file.path(), format!("{other}\n{own}")).unwrap();
    let url = "https://api.example".parse().unwrap();
    let outcome = recorded(&doc, file.path(), Some(&url)).unwrap();
    assert!(outcome.findings.is_empty(), "{}", outcome.text());
}

#[test]
fn a_whole_response_that_is_false_changes_no_schema_that_others_prove() {
    let doc = small();
    let bodies = [
        json!(null),
        json!(true),
        json!(5),
        json!("x"),
        json!([]),
        json!({}),
        json!([[]]),
        json!([null]),
        json!([5, {}]),
        json!({ "detail": "x" }),
        json!({ "results": [] }),
        json!({ "results": [thing()], "count": 1 }),
        json!([thing(), 5]),
        json!({ "results": null }),
        json!([{ "id": "x" }]),
    ];
    for culprit in PATHS {
        for body in &bodies {
            let truth = recording(|_| thing());
            let seen = truth.lines().map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                if line["url"].as_str().unwrap().contains(culprit) {
                    line["body"] = body.clone();
                }
                line.to_string()
            });
            let seen = seen.collect::<Vec<_>>().join("\n");
            let first = judged(&doc, &seen);
            let new = corrected(&doc, &first);
            for (name, schema) in doc["components"]["schemas"].as_object().unwrap() {
                let now = &new["components"]["schemas"][name];
                assert_eq!(now, schema, "{culprit} {body}: {}", first.text());
            }
            for path in PATHS.iter().filter(|path| **path != culprit) {
                assert_eq!(new["paths"][*path], doc["paths"][*path], "{culprit} {body}");
            }
            let second = judged(&new, &seen);
            assert!(
                second.findings.is_empty(),
                "{culprit} {body}: {} then {}",
                first.text(),
                second.text()
            );
            generates(&new);
        }
    }
}

#[test]
fn no_proposal_for_integers_beyond_64_bits_loses_their_digits() {
    let doc = small();
    let of = |members: &str, place: &str| {
        let seen = recording(|_| thing()).replace("\"id\":1,", members);
        let new = corrected(&doc, &judged(&doc, &seen));
        let properties = &new["components"]["schemas"]["Thing"]["properties"];
        properties.pointer(place).unwrap().clone()
    };
    let ten_to_40 = format!("1{}", "0".repeat(40));
    let any = json!({ "x-autopi-json": true });
    assert_eq!(of(&format!("\"id\":{ten_to_40},"), "/id"), any);
    for (numbers, is) in [
        (ten_to_40.as_str(), any.clone()),
        ("9223372036854775807,0.5", any.clone()),
        ("18446744073709551616,1", any),
        ("1,0.5", json!({ "type": "number", "x-autopi-json": false })),
    ] {
        let members = format!("\"id\":1,\"new\":[{numbers}],");
        assert_eq!(of(&members, "/new/items"), is, "{numbers}");
    }
}

#[test]
fn a_page_where_one_object_is_documented_is_a_list_of_such_objects() {
    let doc = small();
    let page = json!({ "count": 1, "next": null, "previous": null, "results": [thing()] });
    let seen = recording(|path| match path {
        "/f/one/" => page.clone(),
        _ => thing(),
    });
    let first = judged(&doc, &seen);
    assert_eq!(first.findings.len(), 1, "{}", first.text());
    let text = "documented as object, observed as array";
    assert!(first.text().contains(text), "{}", first.text());
    let new = corrected(&doc, &first);
    assert_eq!(new["components"], doc["components"]);
    let second = judged(&new, &seen);
    assert!(second.findings.is_empty(), "{}", second.text());
}
