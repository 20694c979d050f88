use std::collections::HashMap;

use futures_util::StreamExt;
use serde_json::json;

use super::*;
use crate::{
    Client,
    call::operation::tests::OPERATION,
    codec::style::{Place, Style},
    transport::request::{RequestBody, form_text},
};

#[tokio::test]
async fn a_form_field_that_is_set_again_is_sent_once() {
    let client = Client::builder().api_token("t").build().unwrap();
    let mut call = Call::new(&client, &OPERATION);
    for values in [["1", "2"], ["3", "4"]] {
        call.form_values::<String>("a", values);
        call.form_values::<String>("b", [values[0]]);
    }
    assert!(call.form.is_none());
    let RequestBody::Form(fields) = &call.spec.body else {
        panic!("no form")
    };
    assert_eq!(form_text(fields), "a=3&a=4&b=3");

    let mut call = Call::new(&client, &OPERATION);
    for text in ["first", "second"] {
        call.form_fields::<String>("a", [text]);
        call.form_file("f", Upload::bytes(text, text));
    }
    let sent = call
        .form
        .unwrap()
        .build()
        .await
        .unwrap()
        .into_stream()
        .map(|chunk| chunk.unwrap().to_vec())
        .concat()
        .await;
    let sent = String::from_utf8(sent).unwrap();
    assert_eq!(
        (
            sent.matches("name=\"a\"").count(),
            sent.matches("name=\"f\"").count()
        ),
        (1, 1)
    );
    assert!(
        sent.contains("filename=\"second\"") && !sent.contains("first"),
        "{sent}"
    );
}

/// Returns the form of a call as it would be sent.
async fn sent(mut call: Call<'_>) -> String {
    if let RequestBody::Form(fields) = &call.spec.body {
        return form_text(fields);
    }
    let Some(form) = &mut call.form else {
        return String::new();
    };
    let form = form.build().await.unwrap();
    let parts = form.into_stream().map(|chunk| chunk.unwrap().to_vec());
    let parts = String::from_utf8(parts.concat().await).unwrap();
    let parts = parts
        .split("--")
        .next()
        .into_iter()
        .chain(parts.split("\r\nContent-Disposition: form-data; ").skip(1));
    let parts = parts
        .skip(1)
        .map(|part| part.split("\r\n--").next().unwrap().replace("\r\n", "|"));
    parts.collect::<Vec<_>>().join(" & ")
}

/// A list is repeated where a form can say so, anything inside another is JSON, and what is not
/// sent counts as not set.
#[tokio::test]
async fn lists_of_a_form_are_repeated_or_json() {
    let client = Client::builder().api_token("t").build().unwrap();
    for (value, parts, json, either) in [
        (
            json!(["x", 2]),
            r#"name="a"||x & name="a"||2"#,
            "a=%5B%22x%22%2C2%5D",
            "a=x&a=2",
        ),
        (
            json!([[1]]),
            "name=\"a\"|Content-Type: application/json||[1]",
            "a=%5B%5B1%5D%5D",
            "a=%5B%5B1%5D%5D",
        ),
        (
            json!([1, {}]),
            "name=\"a\"||1 & name=\"a\"|Content-Type: application/json||{}",
            "a=%5B1%2C%7B%7D%5D",
            "a=%5B1%2C%7B%7D%5D",
        ),
        (
            json!({"b": 1}),
            "name=\"a\"|Content-Type: application/json||{\"b\":1}",
            "a=%7B%22b%22%3A1%7D",
            "a=%7B%22b%22%3A1%7D",
        ),
        (json!("x"), r#"name="a"||x"#, "a=x", "a=x"),
        (json!(true), r#"name="a"||true"#, "a=true", "a=true"),
        (json!([]), "", "a=%5B%5D", ""),
        (json!(null), "", "", ""),
    ] {
        for (way, expected) in [parts, json, either].into_iter().enumerate() {
            let mut call = Call::new(&client, &OPERATION);
            // Set twice: the last value counts.
            for value in [&json!(["old"]), &value] {
                match way {
                    0 => call.form_json("a", value, true),
                    1 => call.form_json("a", value, false),
                    _ => call.form_either("a", value),
                }
            }
            assert_eq!(
                call.given.contains(&Argument::Field("a")),
                !expected.is_empty(),
                "{value} {way}"
            );
            assert_eq!(sent(call).await, expected, "{value} {way}");
        }
    }
}

#[test]
fn each_fault_of_a_value_is_reported_once() {
    let client = Client::builder().api_token("t").build().unwrap();
    let format = Format {
        place: Place::Query,
        style: Style::Form,
        explode: true,
        reserved: false,
    };
    let faults = |set: &dyn Fn(&mut Call<'_>)| {
        let mut call = Call::new(&client, &OPERATION);
        set(&mut call);
        let once = call.violations.len();
        set(&mut call);
        assert_eq!(call.violations.len(), once);
        let found = call
            .violations
            .iter()
            .map(|(_, found)| format!("{}: {}", found.field, found.fault));
        found.collect::<Vec<_>>()
    };
    // A key that no JSON has; a number that it has not, in a list that the style cannot express.
    let keys = HashMap::from([([1u8], 1)]);
    let nan = [[f64::NAN]];
    let (key, number) = (
        "key must be a string",
        "a[0][0]: must be a finite number, is `NaN`",
    );
    let inside = "contains a list or an object inside another";
    for (found, expected) in [
        (
            faults(&|call| drop(call.written(Argument::Field("a"), "a", &keys, format))),
            vec![key],
        ),
        (
            faults(&|call| drop(call.written(Argument::Field("a"), "a", &nan, format))),
            vec![number, inside],
        ),
        (
            faults(&|call| call.form_json("a", &keys, true)),
            vec!["does not serialise: key must"],
        ),
        (
            faults(&|call| call.form_json("a", &nan, false)),
            vec![number],
        ),
    ] {
        let same = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(f, e)| f.contains(e));
        assert!(same, "{found:?}, not {expected:?}");
    }
}
