use super::*;
use crate::call::operation::tests::OPERATION;

#[test]
fn a_parameter_that_is_set_again_is_sent_once() {
    let client = Client::builder().api_token("t").build().unwrap();
    let mut call = Call::new(&client, &OPERATION);
    call.query("a", 1);
    call.query_list::<i64>("b", [1, 2]);
    call.query("a", 2);
    call.query_list::<i64>("b", [3, 4]);
    assert_eq!(
        call.spec
            .query
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect::<Vec<_>>(),
        ["a=2", "b=3", "b=4"]
    );
}

#[test]
fn what_is_set_again_takes_the_place_of_what_was_set() {
    let client = Client::builder().api_token("t").build().unwrap();
    let mut call = Call::new(&client, &OPERATION);
    let format = Format {
        place: Place::Query,
        style: crate::codec::style::Style::Form,
        explode: false,
        reserved: false,
    };
    call.styled("a", &["1"], format);
    call.styled("a", &["2"], format);
    assert_eq!(call.spec.encoded_query, [("a", "a=2".to_owned())]);
    call.query_list::<i64>("b", [0; 0]);
    call.styled("c", &(), format);
    let (a, b, d) = (
        Argument::Query("a"),
        Argument::Query("b"),
        Argument::Header("d"),
    );
    assert_eq!(call.given, [a]);
    call.header("d", "1");
    assert_eq!(call.given, [a, d]);
    for _ in 0..2 {
        call.check(b, |v| v.max_length("b", "xx", 1));
        call.also(b, |v| v.max_length("b", "xx", 1));
    }
    assert_eq!(call.violations.len(), 1);
    // Another argument of the same name is another one.
    call.check(Argument::Field("b"), |_| ());
    assert_eq!(call.violations.len(), 1);
    call.check(b, |_| ());
    assert!(call.violations.is_empty());
    call.json_as("application/merge-patch+json", &1);
    assert!(matches!(
        call.spec.body,
        RequestBody::Raw("application/merge-patch+json", _)
    ));
    call.json(&1);
    assert!(matches!(call.spec.body, RequestBody::Json(_)));
    // A value that cannot be sent is reported until another takes its place.
    let keys = std::collections::HashMap::from([([1u8], 1)]);
    for (count, text) in [(1, "a\nb"), (1, "a\0"), (0, "a")] {
        call.header("d", text);
        call.part_header("p", "x-d", text);
        match count {
            0 => call.json(&1),
            _ => call.json(&keys),
        }
        assert_eq!(call.violations.len(), 3 * count, "{:?}", call.violations);
    }
}
