use serde_json::json;

use super::*;

fn format(place: Place, style: Style, explode: bool) -> Format {
    Format {
        place,
        style,
        explode,
        reserved: false,
    }
}

fn written(place: Place, style: Style, explode: bool, value: &Value) -> Option<String> {
    let format = format(place, style, explode);
    format.write("color", value).unwrap()
}

/// The table "Style Examples" of OpenAPI 3.0.4 and 3.1.1; 3.0.3 has it with two errors (labels).
#[test]
fn the_table_of_the_specification() {
    use Place::{Path, Query};
    use Style::{Deep, Form, Label, Matrix, Pipe, Simple, Space};
    let array = json!(["blue", "black", "brown"]);
    let object = json!({"R": 100, "G": 200, "B": 150});
    for (place, style, explode, empty, string, list, map) in [
        (
            Path,
            Matrix,
            false,
            ";color",
            ";color=blue",
            ";color=blue,black,brown",
            ";color=R,100,G,200,B,150",
        ),
        (
            Path,
            Matrix,
            true,
            ";color",
            ";color=blue",
            ";color=blue;color=black;color=brown",
            ";R=100;G=200;B=150",
        ),
        (
            Path,
            Label,
            false,
            ".",
            ".blue",
            ".blue,black,brown",
            ".R,100,G,200,B,150",
        ),
        (
            Path,
            Label,
            true,
            ".",
            ".blue",
            ".blue.black.brown",
            ".R=100.G=200.B=150",
        ),
        (
            Path,
            Simple,
            false,
            "",
            "blue",
            "blue,black,brown",
            "R,100,G,200,B,150",
        ),
        (
            Path,
            Simple,
            true,
            "",
            "blue",
            "blue,black,brown",
            "R=100,G=200,B=150",
        ),
        (
            Query,
            Form,
            false,
            "color=",
            "color=blue",
            "color=blue,black,brown",
            "color=R,100,G,200,B,150",
        ),
        (
            Query,
            Form,
            true,
            "color=",
            "color=blue",
            "color=blue&color=black&color=brown",
            "R=100&G=200&B=150",
        ),
        (
            Query,
            Space,
            false,
            "color=",
            "color=blue",
            "color=blue%20black%20brown",
            "color=R%20100%20G%20200%20B%20150",
        ),
        (
            Query,
            Pipe,
            false,
            "color=",
            "color=blue",
            "color=blue%7Cblack%7Cbrown",
            "color=R%7C100%7CG%7C200%7CB%7C150",
        ),
        (
            Query,
            Deep,
            true,
            "color=",
            "color=blue",
            "color=blue&color=black&color=brown",
            "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
        ),
    ] {
        let written = |value: &Value| written(place, style, explode, value);
        let what = format!("{place:?} {style:?} {explode}");
        assert_eq!(written(&json!("")).as_deref(), Some(empty), "{what}");
        assert_eq!(written(&json!("blue")).as_deref(), Some(string), "{what}");
        assert_eq!(written(&array).as_deref(), Some(list), "{what}");
        assert_eq!(written(&object).as_deref(), Some(map), "{what}");
        for nothing in [
            json!(null),
            json!([]),
            json!({}),
            json!([null]),
            json!({"R": null}),
        ] {
            assert_eq!(written(&nothing), None, "{what} {nothing}");
        }
    }
}

#[test]
fn a_separator_inside_a_value_is_encoded() {
    let list = json!(["a,b", "c d", "e|f&g=h;i.j", "ü%"]);
    assert_eq!(
        written(Place::Query, Style::Form, false, &list).unwrap(),
        "color=a%2Cb,c%20d,e%7Cf%26g%3Dh%3Bi.j,%C3%BC%25"
    );
    assert_eq!(
        written(Place::Path, Style::Simple, false, &json!(["a,b", "c/d"])).unwrap(),
        "a%2Cb,c%2Fd"
    );
    let header = format(Place::Header, Style::Simple, false);
    assert_eq!(
        header.write("X", &json!(["a b", 1])).unwrap().unwrap(),
        "a b,1"
    );
}

#[test]
fn a_separator_that_cannot_be_told_from_an_item_is_refused() {
    use Place::{Header, Path, Query};
    use Style::{Label, Matrix, Pipe, Simple, Space};
    for (place, style, explode, item, refused) in [
        (Query, Space, false, "a b", true),
        (Query, Space, true, "a b", false),
        (Query, Pipe, false, "a|b", true),
        (Query, Pipe, true, "a|b", false),
        (Query, Pipe, false, "a b,c", false),
        (Query, Style::Form, false, "a,b", false),
        (Path, Label, true, "1.5", true),
        (Path, Label, false, "1.5", false),
        (Path, Matrix, true, "a;b=c", false),
        (Path, Simple, false, "a,b", false),
        (Header, Simple, true, "a,b", true),
        (Header, Simple, false, "a,b", true),
        (Header, Simple, true, "a b", false),
    ] {
        let format = format(place, style, explode);
        let what = format!("{format:?} {item}");
        for many in [json!([item, "c"]), json!({"k": item}), json!({item: "v"})] {
            assert_eq!(format.write("x", &many).is_err(), refused, "{what} {many}");
        }
        assert!(format.write("x", &json!(item)).is_ok(), "{what}");
    }
}

#[test]
fn json_in_a_header_is_ascii() {
    let format = format(Place::Header, Style::Json, false);
    let written = format.write("X", &json!({"a": "\u{e9}\u{1f600},\t\u{7f}\\"}));
    let json = r#"{"a":"\u00e9\ud83d\ude00,\t\u007f\\"}"#;
    assert_eq!(written.unwrap().as_deref(), Some(json));
}

#[test]
fn deep_objects_and_json_hold_objects_in_objects_and_the_others_refuse_them() {
    let nested = json!({"a": {"b c": [1, 2], "d": {"e": true}}, "f": null});
    assert_eq!(
        written(Place::Query, Style::Deep, true, &nested).unwrap(),
        "color%5Ba%5D%5Bb%20c%5D=1&color%5Ba%5D%5Bb%20c%5D=2&color%5Ba%5D%5Bd%5D%5Be%5D=true"
    );
    assert_eq!(
        written(Place::Query, Style::Json, true, &json!({"a": [1]})).unwrap(),
        "color=%7B%22a%22%3A%5B1%5D%7D"
    );
    for style in [
        Style::Form,
        Style::Space,
        Style::Pipe,
        Style::Simple,
        Style::Label,
        Style::Matrix,
    ] {
        for explode in [true, false] {
            let format = format(Place::Query, style, explode);
            assert!(format.write("x", &nested).is_err(), "{format:?}");
            assert!(format.write("x", &json!([[1]])).is_err(), "{format:?}");
        }
    }
}

#[test]
fn reserved_characters_stay_where_the_document_allows_them() {
    let format = Format {
        reserved: true,
        ..format(Place::Query, Style::Form, true)
    };
    assert_eq!(
        format
            .write("x", &json!("a/b?c:d@e,f&g#h+i"))
            .unwrap()
            .unwrap(),
        "x=a/b?c:d@e,f%26g%23h%2Bi"
    );
    let joined = Format {
        explode: false,
        ..format
    };
    assert_eq!(
        joined.write("x", &json!(["a/b", "c,d"])).unwrap().unwrap(),
        "x=a%2Fb,c%2Cd"
    );
}

#[test]
fn a_null_member_is_left_out_with_its_name() {
    let object = json!({"R": null, "G": 200, "B": null});
    for (style, explode, text) in [
        (Style::Form, true, "G=200"),
        (Style::Form, false, "color=G,200"),
        (Style::Deep, true, "color%5BG%5D=200"),
    ] {
        let written = written(Place::Query, style, explode, &object);
        assert_eq!(written.as_deref(), Some(text));
    }
    let list = json!(["blue", null, "black"]);
    assert_eq!(
        written(Place::Query, Style::Deep, false, &list).unwrap(),
        "color=blue&color=black"
    );
}

#[test]
fn reserved_characters_stay_in_each_value_that_is_not_joined() {
    let write = |place, style, explode, value: Value| {
        let format = Format {
            reserved: true,
            ..format(place, style, explode)
        };
        format.write("x", &value).unwrap().unwrap()
    };
    for (style, explode, value, text) in [
        (Style::Form, true, json!(["a/b", "c,d"]), "x=a/b&x=c,d"),
        (Style::Form, true, json!({"a/b": "c,d"}), "a/b=c,d"),
        (Style::Form, false, json!({"a,b": "c,d"}), "x=a%2Cb,c%2Cd"),
        (
            Style::Deep,
            true,
            json!({"a": "b/c", "d": ["e,f"]}),
            "x%5Ba%5D=b/c&x%5Bd%5D=e,f",
        ),
        (
            Style::Json,
            true,
            json!({"a": "b/c"}),
            "x=%7B%22a%22:%22b/c%22%7D",
        ),
    ] {
        assert_eq!(write(Place::Query, style, explode, value), text);
    }
    assert_eq!(
        write(Place::Header, Style::Simple, false, json!("a,b")),
        "a,b"
    );
}
