use std::collections::BTreeMap;

use serde_json::{Map, json};

use super::*;
use crate::{Date, Decimal, Json, Timestamp, Uuid, codec::raw::Raw};

fn all<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    read(text.as_bytes()).map_err(|fault| fault.message)
}

fn some<T: DeserializeOwned>(text: &str) -> Option<T> {
    all(text).ok()
}

#[test]
fn unambiguous_values_of_another_form_decode() {
    assert_eq!(
        (
            some(r#""True""#),
            some("0"),
            some::<bool>(r#""yes""#),
            some::<bool>("2")
        ),
        (Some(true), Some(false), None, None)
    );
    assert_eq!(
        (
            some(r#""12""#),
            some("12.0"),
            some("1e3"),
            some::<i64>("12.5"),
            some::<i64>("true")
        ),
        (Some(12i64), Some(12), Some(1000), None, None)
    );
    assert_eq!(
        (some(r#"" 1.5""#), some::<f64>(r#""NaN""#)),
        (Some(1.5), None)
    );
    assert_eq!(some("4.50"), Some("4.50".to_owned()));
    assert_eq!(
        some(r#"{"a": "1"}"#),
        Some(vec![BTreeMap::from([("a".to_owned(), 1)])])
    );
    assert_eq!(some(r#"{"7": 1, "9": 2}"#), Some(vec![1i64, 2]));
    assert_eq!(
        (some(r#""[1,\"2\"]""#), some::<Vec<i64>>("null")),
        (Some(vec![1, 2]), Some(vec![]))
    );
    assert_eq!(
        (some("5"), some(r#""a,b""#), some(r#""""#), some("true")),
        (
            Some(vec![5i64]),
            Some(vec!["a,b".to_owned()]),
            Some(Vec::<f64>::new()),
            Some(vec![true])
        ),
        "one where several are documented"
    );
    assert_eq!(
        (
            some::<Vec<i64>>(r#""1,2""#),
            some::<Vec<String>>("false"),
            some::<Vec<i64>>("5.5")
        ),
        (None, None, None)
    );
    assert_eq!(
        (
            some(r#"["x"]"#),
            some("[5]"),
            some::<f64>("[1,2]"),
            some::<i64>("[[5]]")
        ),
        (Some("x".to_owned()), Some(5i64), None, None),
        "a list of one where one is documented"
    );
    for no_object in [r#""x""#, "5", "true", "[5]", r#""5""#] {
        assert_eq!(
            some::<BTreeMap<String, Value>>(no_object),
            None,
            "{no_object}"
        );
    }
    let low = BTreeMap::from([("low".to_owned(), 3)]);
    assert_eq!(some(r#""{\"low\": \"3\"}""#), Some(low.clone()));
    assert_eq!(
        some(r#"[{"low": 3}]"#),
        Some(low),
        "a list of one where one is documented"
    );
    let two = all::<BTreeMap<String, i64>>(r#"[{"low": 3}, {"low": 4}]"#);
    assert_eq!(
        two.unwrap_err(),
        "a list of 2 where one object is documented"
    );
    assert_eq!(
        (some("null"), some(r#""7""#)),
        (Some(None::<i64>), Some(Some(7i64)))
    );
    let any = json!({"a": ["1", null]});
    assert_eq!(some(&any.to_string()), Some(any), "any JSON stays as it is");
}

#[test]
fn an_empty_text_decodes_as_null_where_no_other_meaning_exists() {
    type Row = (
        Option<Timestamp>,
        Option<String>,
        Option<i64>,
        Option<Uuid>,
        Option<Date>,
    );
    let row: BTreeMap<String, Row> = some(r#"{"a": ["", "", "", "", ""]}"#).unwrap();
    assert_eq!(row["a"], (None, Some(String::new()), None, None, None));
    let map =
        some::<BTreeMap<String, Option<BTreeMap<String, i64>>>>(r#"{"a": [], "b": ""}"#).unwrap();
    assert!(map.values().all(Option::is_none) && map.len() == 2);
    assert_eq!(some::<Option<Decimal>>(r#""""#), Some(None));
    assert_eq!(some::<i64>(r#""""#), None, "a number that must be there");
}

#[test]
fn every_digit_is_kept_or_it_is_an_error() {
    let long = "89450100000000000123";
    assert_eq!(some(long), Some(long.to_owned()));
    assert_eq!(
        some::<Vec<String>>("[0.10000000000000000001]").unwrap(),
        ["0.10000000000000000001"]
    );
    let decimal: Decimal = some("12345678901234567890.12345678").unwrap();
    assert_eq!(decimal.to_string(), "12345678901234567890.12345678");
    assert_eq!(
        some::<f64>("0.10000000000000000001"),
        Some(0.1),
        "the nearest"
    );
    for text in [
        long,
        "0.10000000000000000001",
        "[1, {\"a\": -89450100000000000123}]",
        "1e400",
        "1e-400",
        "[0, 2.5E-324, 0.1, -1.5e-1000]",
    ] {
        let error = all::<Json>(text).unwrap_err();
        assert!(
            error.contains("digits") && all::<Value>(text).is_err(),
            "{error}"
        );
    }
    assert!(all::<Map<String, Value>>(r#"{"a": 89450100000000000123}"#).is_err());
    assert!(all::<i64>("18446744073709551615").is_err() && all::<i64>(long).is_err());
    assert!(all::<Decimal>("0.12345678901234567890123456789012").is_err());
    let any: Value =
        read_any(br#"{"a": [89450100000000000123, NaN, 1e400, 1.5], "b": {"c": -Infinity}}"#)
            .unwrap_or_default();
    assert_eq!(
        any,
        json!({"a": ["89450100000000000123", "NaN", "1e400", 1.5], "b": {"c": "-Infinity"}})
    );
    assert!(read_any::<Value>(br#"{"a": oops}"#).is_err());
    for beyond in [
        "1e400",
        "1e-400",
        "-1E-400",
        "\"1e-400\"",
        &format!("0.{}1", "0".repeat(400)),
    ] {
        assert!(
            all::<f64>(beyond).unwrap_err().contains("64 bits"),
            "{beyond}"
        );
        assert!(all::<Decimal>(beyond).is_err() && all::<i64>(beyond).is_err());
    }
    assert_eq!((some("0e-400"), some("5e-324")), (Some(0.0), Some(5e-324)));
    assert_eq!(some::<u64>("18446744073709551615"), Some(u64::MAX));
    let exact: f64 = 55.123_456_789_012_34;
    assert_eq!(
        some::<Json>(&format!("{exact}")).unwrap().as_f64(),
        Some(exact)
    );
}

#[test]
fn invalid_json_makes_only_its_item_bad() {
    let text = r#"[{"a": NaN, "x": "[{"}, {"a": 1}, {"a": -Infinity}, oops, {"a" 1}, {"a": 2]]"#;
    let items: Vec<Raw> = some(text).unwrap();
    let read: Vec<Option<BTreeMap<String, Value>>> =
        items.iter().map(|i| super::read(&i.0).ok()).collect();
    assert_eq!(read.iter().filter(|r| r.is_some()).count(), 1);
    assert_eq!(read[1].as_ref().unwrap()["a"], 1);
    for broken in ["", "[1", "[1]]", "[", "{\"a\": \"", "<html>", "[\"", "nul"] {
        assert!(all::<Value>(broken).is_err(), "{broken}");
    }
    let lossless = |text: &str| super::lossless(text.as_bytes());
    assert_eq!(
        lossless(r#"{"a": [NaN, -Infinity, 89450100000000000123, "x", 1.5], "b": {"c": null}}"#),
        json!({"a": ["NaN", "-Infinity", "89450100000000000123", "x", 1.5], "b": {"c": null}})
    );
    for text in [
        "pong",
        "[1, oops, NaN]",
        "[NaN",
        "[1,,NaN]",
        "{\"a\" NaN}",
        "<html>",
    ] {
        assert_eq!(lossless(text), json!(text), "no JSON is one text");
    }
    assert!(lossless(&"[".repeat(100_000)).is_string());
    assert!(all::<Value>(&"[".repeat(100_000)).is_err());
    let deep = format!("[NaN,{}{}]", "[".repeat(200), "]".repeat(200));
    assert!(all::<Vec<Value>>(&deep).is_err());
    assert_eq!(
        some::<BTreeMap<String, i64>>("\u{feff}{\"a\": \"1\"}").unwrap()["a"],
        1
    );
}

#[test]
fn what_has_one_meaning_decodes_and_nothing_else() {
    let booleans = ["1", "0", r#""False""#, r#""1""#, r#""0""#].map(some::<bool>);
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(booleans, [yes, no, no, None, None]);
    assert_eq!(
        (some("true"), some("[false]")),
        (Some("true".to_owned()), Some("false".to_owned()))
    );
    assert_eq!(some(r#""18446744073709551615""#), Some(u64::MAX));
    assert_eq!(some(r#""0.0""#), Some(0.0));
    assert_eq!(some::<Option<Vec<i64>>>(r#""""#), Some(None));
    assert_eq!(lossless(b""), Value::Null);
    let plain = r#"true,false,null,18446744073709551615,-5,7,"1",0.5]"#;
    let any: Value = read_any(format!("[NaN,{plain}").as_bytes()).unwrap_or_default();
    assert_eq!(any.to_string(), format!("[\"NaN\",{plain}"));
    for (text, why) in [
        ("[oops]", "invalid JSON: `oops`"),
        ("[1,,2]", "a value is missing here"),
        (r#"[[{"a":1}]]"#, "invalid type: sequence"),
        ("[[[5]]]", "invalid type: sequence"),
    ] {
        let fault = all::<Vec<i64>>(text).unwrap_err();
        assert!(fault.contains(why), "{text}: {fault}");
    }
    for list in ["[5]", "[]", "[[]]"] {
        let fault = all::<BTreeMap<String, i64>>(list).unwrap_err();
        assert!(fault.contains("invalid type: sequence"), "{list}: {fault}");
    }
}

#[test]
fn values_are_read_to_the_depth_limit_and_no_deeper() {
    let lists = |levels: usize| format!("[NaN,{}{}]", "[".repeat(levels), "]".repeat(levels));
    let objects =
        |levels: usize| format!("[NaN,{}1{}]", "{\"a\":".repeat(levels), "}".repeat(levels));
    for text in [lists(127), objects(127)] {
        assert!(read_any::<Value>(text.as_bytes()).is_ok());
    }
    for text in [lists(128), objects(128)] {
        let fault = read_any::<Value>(text.as_bytes()).err();
        assert_eq!(fault.unwrap().message, "nested too deeply");
    }
    // A value of another form is one level more.
    #[derive(Debug, serde::Deserialize)]
    struct Node {
        inner: Option<Box<Node>>,
        one: Option<i64>,
        many: Option<Vec<i64>>,
    }
    let node = |levels: usize, last: &str| {
        let (start, end) = ("{\"inner\":".repeat(levels), "}".repeat(levels));
        all::<Node>(&format!("{start}{{{last}}}{end}"))
    };
    for last in [r#""one":[5]"#, r#""many":5"#, r#""inner":[{"one":5}]"#] {
        let mut read = &node(120, last).unwrap();
        while let Some(inner) = &read.inner {
            read = inner;
        }
        let many = read.many.as_ref().and_then(|many| many.first().copied());
        assert_eq!(read.one.or(many), Some(5), "{last}");
        assert_eq!(node(127, last).unwrap_err(), "nested too deeply", "{last}");
    }
}

#[test]
fn as_many_empty_texts_as_there_may_be_are_missing() {
    let row = |n| some::<Vec<Option<i64>>>(&format!("[[],{}]", vec![r#""""#; n - 1].join(",")));
    assert_eq!(row(EMPTY), Some(vec![None; EMPTY]));
    assert_eq!(row(EMPTY + 1), None);
}

#[test]
fn what_was_expected_of_a_response_is_not_expected_of_the_next_value() {
    assert_eq!(some("5"), Some(5i64));
    assert!(!mode::takes_item());
    assert_eq!(some::<i64>("oops"), None);
    assert!(!mode::takes_item());
}
