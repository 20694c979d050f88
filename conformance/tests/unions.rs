//! Typed, open unions on the wire (docs/decisions/0006-unions.md): the types of
//! `xtask/tests/fixtures/other/unions.yaml`, normalised.

use std::time::Instant;

pub use autopi::{__open_enum, __open_int_enum, __record, __union};
use autopi::{Client, Page};
pub use autopi::{IntoNullable, IntoValue};
// The items that generated code expects in its crate.
pub use autopi::{
    Date, Decimal, DeviceId, Json, Timestamp, UnitId, UnknownMembers, UnknownValue, Uuid, rt,
    serde_json,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

#[allow(clippy::all, unused, nonstandard_style, deprecated)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/unions.rs"));
}
pub use generated::types;
use types::{
    CatRequest, CircleRequest, Composed, DogRequest, Event, EventsCreateResponse, Expr,
    ExprRequest, Key, Loop, Paired, PatchedCatRequest, PatchedPetRequest, Pet, PetRequest,
    PolygonRequest, Pool, Shape, ShapeRequest, Square, Things, ThingsBeside, ThingsColour,
    ThingsNested, ThingsOption, ThingsRequest, ThingsScalar, ThingsYes, Versioned,
};

fn read<T: DeserializeOwned>(value: &Value) -> T {
    let text: T =
        serde_json::from_str(&value.to_string()).unwrap_or_else(|e| panic!("{value}: {e}"));
    text
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Decodes and encodes a value; returns the name of its variant.
fn through<T: DeserializeOwned + Serialize + std::fmt::Debug>(value: &Value) -> String {
    let read: T = read(value);
    assert_eq!(written(&read), *value, "{read:?}");
    format!("{read:?}")
        .split('(')
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn the_tag_selects_the_variant_and_unknown_tags_are_kept() {
    for (value, variant) in [
        (
            json!({"kind": "cat", "id": 1, "name": "Tom", "lives": 9}),
            "Cat",
        ),
        (json!({"kind": "dog", "id": 1, "name": "Rex"}), "Dog"),
        // One alternative with two tags, whose type has no member for the tag.
        (
            json!({"kind": "puppy", "id": 1, "name": "Rex", "barks": true}),
            "Puppy",
        ),
        (json!({"kind": "fish", "water": "brackish"}), "Fish"),
        // Required members that an account may lack are missing.
        (json!({"kind": "cat"}), "Cat"),
        (
            json!({"kind": "zebra", "stripes": [1, {"a": null}]}),
            "Unknown",
        ),
        (json!({"kind": 7, "name": "Tom"}), "Unknown"),
        (json!({"kind": null, "name": "Tom"}), "Unknown"),
        (json!({"name": "Tom", "lives": 9}), "Unknown"),
        (json!({"kind": "cat", "lives": {"of": "nine"}}), "Unknown"),
        (json!({}), "Unknown"),
        (json!(null), "Unknown"),
        (json!("cat"), "Unknown"),
        (json!([{"kind": "cat"}]), "Unknown"),
        (json!(18_446_744_073_709_551_615_u64), "Unknown"),
    ] {
        assert_eq!(through::<Pet>(&value), variant, "{value}");
    }
    // A version number.
    assert_eq!(
        through::<Versioned>(&json!({"version": 2, "new": "x"})),
        "V2"
    );
    assert_eq!(through::<Versioned>(&json!({"version": "2"})), "Unknown");
}

#[test]
fn a_sent_variant_always_has_its_tag() {
    let cat = CatRequest::new("Tom").lives(9);
    let pet = PetRequest::from(cat);
    assert_eq!(
        written(&pet),
        json!({"kind": "cat", "name": "Tom", "lives": 9})
    );
    assert!(pet.as_cat().is_some_and(|c| c.name == "Tom") && pet.as_dog().is_none());
    let dog = DogRequest::new("Rex");
    assert_eq!(
        written(&PetRequest::from(dog.clone())),
        json!({"kind": "dog", "name": "Rex"})
    );
    assert_eq!(
        written(&PetRequest::Puppy(dog)),
        json!({"kind": "puppy", "name": "Rex"})
    );
    let mut wrong = CatRequest::new("Tom");
    wrong.kind = "dog".into();
    assert_eq!(written(&PetRequest::from(wrong))["kind"], "cat");
    let part = PatchedPetRequest::from(PatchedCatRequest::default().lives(3));
    assert_eq!(written(&part), json!({"kind": "cat", "lives": 3}));
    // A value that the document does not know yet can be sent.
    let new = json!({"kind": "zebra", "stripes": 3});
    assert_eq!(written(&PetRequest::from(new.clone())), new);
    let friends = CatRequest::new("a").friend(CatRequest::new("b").friend(None));
    assert_eq!(
        written(&friends),
        json!({"kind": "cat", "name": "a", "friend": {"kind": "cat", "name": "b", "friend": null}})
    );
    assert_eq!(written(&Key::from("k")), "k");
    assert_eq!(written(&Key::from(7)), 7);
}

#[test]
fn a_base_is_one_of_its_children() {
    for (value, variant) in [
        (
            json!({"shapeType": "Circle", "id": 1, "radius": 1.5, "inside": {"shapeType": "Square", "side": 2.5}}),
            "Circle",
        ),
        (
            json!({"shapeType": "Polygon", "corners": 5, "name": "p"}),
            "Polygon",
        ),
        (
            json!({"shapeType": "Square", "corners": 4, "side": 1.5}),
            "Square",
        ),
        (json!({"shapeType": "Star", "rays": 5}), "Unknown"),
    ] {
        assert_eq!(through::<Shape>(&value), variant, "{value}");
    }
    // A child alone is a struct with all members, including those of the base.
    let square: Square = read(&json!({"shapeType": "Square", "id": 3, "corners": 4, "side": 1.5}));
    assert_eq!(
        (square.id, square.corners, square.side),
        (Some(3), Some(4), Some(1.5))
    );
    let circle = CircleRequest::new(1.5).inside(PolygonRequest::new().corners(3));
    let sent = json!({"shapeType": "Circle", "radius": 1.5, "inside": {"shapeType": "Polygon", "corners": 3}});
    assert_eq!(written(&ShapeRequest::from(circle)), sent);
}

#[test]
fn single_valued_members_and_json_types_distinguish_alternatives() {
    for (value, variant) in [
        (
            json!({"type": "started", "at": "2026-01-02T03:04:05Z"}),
            "Started",
        ),
        (json!({"type": "stalled", "why": 7}), "Stopped"),
        (json!({"type": "stopped", "why": "fuel"}), "Stopped"),
        (json!({"type": "moved", "to": "x"}), "Moved"),
        (
            json!({"type": "parked", "at": "2026-01-02T03:04:05Z"}),
            "Unknown",
        ),
        (json!({"at": "2026-01-02T03:04:05Z"}), "Unknown"),
    ] {
        assert_eq!(through::<Event>(&value), variant, "{value}");
    }
    assert_eq!(
        through::<EventsCreateResponse>(&json!([{"type": "moved"}])),
        "EventList"
    );
    assert_eq!(
        through::<ThingsYes>(&json!({"ok": false, "value": "x"})),
        "Bad"
    );
    for (value, variant) in [
        (json!(1), "Integer"),
        (json!(1.5), "Number"),
        (json!(true), "Boolean"),
        (json!("x"), "String"),
        (json!("0189d7a5-0000-7000-8000-000000000001"), "Uuid"),
        (json!("2026-01-02"), "Date"),
        (json!("2026-13-02"), "String"),
        (json!(["a"]), "StringList"),
        (json!([1, 2]), "IntegerList"),
        (json!([1, "a"]), "Unknown"),
        (json!({"a": 1}), "Map"),
        (json!({"a": "x"}), "Unknown"),
    ] {
        assert_eq!(through::<ThingsScalar>(&value), variant, "{value}");
    }
}

#[test]
fn without_a_tag_the_strictest_matching_alternative_is_chosen() {
    for (value, variant) in [
        (json!({"a": 1}), "FirstOne"),
        (json!({"a": 1, "b": "x"}), "Option2"),
        (json!({"a": "x"}), "Option3"),
        (json!({"a": [], "b": 1}), "Unknown"),
        (json!({"z": 1}), "Unknown"),
        (json!({"b": "x"}), "Option2"),
    ] {
        assert_eq!(through::<ThingsOption>(&value), variant, "{value}");
    }
    for (value, variant) in [
        (json!("k"), "Key"),
        (json!({"kind": "dog", "name": "Rex"}), "Pet"),
        (json!(true), "Option3"),
        (json!({"deep": true}), "Option3"),
    ] {
        assert_eq!(through::<ThingsNested>(&value), variant, "{value}");
    }
    assert_eq!(
        through::<ThingsBeside>(&json!({"shared": "s", "y": 2})),
        "Option2"
    );
    assert_eq!(
        through::<Composed>(&json!({"how": "Self", "name": "n", "self": "s"})),
        "Self_"
    );
}

#[test]
fn null_single_and_enum_alternatives_do_not_make_a_union() {
    let all = json!({"expr": 1, "never": true, "maybe": "k", "only": {"name": "Rex"}, "colour": "blue", "open": "ajar", "limits": {"from": 1}});
    let things: Things = read(&all);
    assert_eq!(written(&things), all);
    assert_eq!(things.colour, Some(ThingsColour::Blue));
    assert_eq!(things.only.and_then(|d| d.name).as_deref(), Some("Rex"));
    let mut none = all;
    none["maybe"] = Value::Null;
    assert_eq!(read::<Things>(&none).maybe, None);
    let sent = ThingsRequest::new(ExprRequest::from(1), "x").maybe(None);
    assert_eq!(
        written(&sent),
        json!({"expr": 1, "never": "x", "maybe": null})
    );
}

#[test]
fn nested_unions_decode_in_bounded_time() {
    let mut value = json!(1);
    for depth in 0..60 {
        value = match depth % 2 {
            0 => json!({"not": value, "bad": "no integer"}),
            _ => json!({"left": value, "right": 2}),
        };
    }
    let start = Instant::now();
    assert_eq!(through::<Expr>(&value), "Sum");
    // Each level is decoded again leniently, and has an empty text that counts as null.
    let mut pet = json!({"kind": "zebra"});
    for _ in 0..60 {
        pet = json!({"kind": "cat", "friend": pet, "name": 7, "lives": ""});
    }
    let read: Pet = read(&pet);
    let name = read
        .as_cat()
        .and_then(|c| c.friend.as_ref()?.as_cat()?.name.clone());
    assert_eq!(name.as_deref(), Some("7"));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    // Alternatives that refer to each other in a cycle.
    for value in [json!("x"), json!(true), json!({"a": 1})] {
        let _ = through::<Loop>(&value);
        let _ = through::<Pool>(&value);
    }
}

#[test]
fn unions_are_read_a_hundred_deep_and_kept_below() {
    for (levels, deepest) in [(99, 99), (100, 100), (101, 100), (110, 100)] {
        let mut pet = json!({"kind": "cat"});
        for _ in 1..levels {
            pet = json!({"kind": "cat", "friend": pet});
        }
        let read: Pet = read(&pet);
        assert_eq!(written(&read), pet);
        let mut friends = std::iter::successors(Some(&read), |pet| pet.as_cat()?.friend.as_ref());
        let cats = friends.by_ref().take_while(|pet| pet.as_cat().is_some());
        assert_eq!(cats.count(), deepest, "{levels}");
    }
}

#[test]
fn a_union_is_the_same_beside_a_value_of_another_form() {
    for (value, variant) in [
        ("1", "Integer"),
        ("1.5", "Number"),
        (r#""x""#, "String"),
        ("[1, 2]", "IntegerList"),
        (r#"{"a": 1}"#, "Map"),
    ] {
        let body = format!(r#"[{value}, "7"]"#);
        let (scalar, seven): (ThingsScalar, i64) = rt::decode(body.into()).unwrap();
        let shown = format!("{scalar:?}");
        assert!(
            shown.starts_with(&format!("{variant}(")),
            "{value}: {shown}"
        );
        assert_eq!(seven, 7);
    }
    // Its tag is known, its members are not, and one is beyond 64 bits.
    let puppy = r#"{"kind": "puppy", "chip": 89450100000000000123}"#;
    let puppy: Pet = rt::decode(puppy.into()).unwrap();
    assert!(format!("{puppy:?}").starts_with("Puppy("), "{puppy:?}");
}

/// Any JSON, with words of the document.
fn any(seed: &mut u64, depth: u8) -> Value {
    let mut next = |n: u64| {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) % n
    };
    const WORDS: [&str; 12] = [
        "kind",
        "cat",
        "name",
        "type",
        "started",
        "a",
        "b",
        "shapeType",
        "not",
        "left",
        "x",
        "",
    ];
    let choice = next(if depth == 0 { 6 } else { 8 });
    match choice {
        0 => Value::Null,
        1 => (next(2) == 0).into(),
        2 => (i64::try_from(next(1000)).unwrap() - 500).into(),
        3 => json!(next(1000) as f64 / 7.0 + 0.5),
        4 | 5 => WORDS[usize::try_from(next(12)).unwrap()].into(),
        6 => {
            let n = next(4);
            (0..n).map(|_| any(seed, depth - 1)).collect()
        }
        _ => {
            let n = next(5);
            let keys: Vec<_> = (0..n)
                .map(|_| WORDS[usize::try_from(next(12)).unwrap()])
                .collect();
            keys.into_iter()
                .map(|k| (k.to_owned(), any(seed, depth - 1)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
    }
}

#[test]
fn any_json_decodes_and_unknown_values_are_written_back_unchanged() {
    fn check<T: DeserializeOwned + Serialize>(
        value: &Value,
        unknown: fn(&T) -> Option<&Json>,
    ) -> bool {
        let read: T = read(value);
        let back = written(&read);
        if unknown(&read).is_some() {
            assert_eq!(back, *value);
            return true;
        }
        // A known variant is recognised again.
        let again: T = self::read(&back);
        assert_eq!(written(&again), back, "{value}");
        false
    }
    let (mut seed, mut kept) = (1, 0);
    for _ in 0..5_000 {
        let value = any(&mut seed, 4);
        kept += u32::from(check(&value, Pet::as_unknown));
        kept += u32::from(check(&value, Event::as_unknown));
        kept += u32::from(check(&value, ThingsOption::as_unknown));
        kept += u32::from(check(&value, Expr::as_unknown));
        kept += u32::from(check(&value, ThingsNested::as_unknown));
        kept += u32::from(check(&value, Loop::as_unknown));
    }
    assert!((2_000..28_000).contains(&kept), "{kept}");
}

#[test]
fn debug_shows_no_secret_of_an_unknown_value() {
    let secret = json!({"kind": "zebra", "api_token": "canary", "a": [{"password": "canary"}], "shown": "s"});
    let shown = format!("{:?}", read::<Pet>(&secret));
    assert!(
        !shown.contains("canary") && shown.contains("** redacted **") && shown.contains("\"s\""),
        "{shown}"
    );
    let cat = format!(
        "{:?}",
        read::<Pet>(&json!({"kind": "cat", "api_token": "canary"}))
    );
    assert!(!cat.contains("canary"), "{cat}");
}

#[tokio::test]
async fn a_page_of_unions_keeps_every_item_and_every_digit() {
    let body = r#"{"count": 5, "next": null, "results": [{"kind": "cat", "name": "Tom", "lives": "9"}, {"kind": "zebra"}, {"kind": "cat", "lives": [7, 9]},
        {"kind": "dog", "name": 89450100000000000123}, {"kind": "zebra", "n": 89450100000000000123}]}"#;
    let app = axum::Router::new()
        .fallback(move || std::future::ready(([("content-type", "application/json")], body)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .build()
        .unwrap();
    let call = client.request(autopi::Method::GET, "/pets/");
    let page: Page<Pet> = call.send_json().await.unwrap().value;
    server.abort();
    let shown: Vec<String> = page
        .results
        .iter()
        .map(|p| written(p).to_string())
        .collect();
    assert_eq!(
        shown,
        [
            r#"{"kind":"cat","name":"Tom","lives":9}"#,
            r#"{"kind":"zebra"}"#,
            r#"{"kind":"cat","lives":[7,9]}"#,
            r#"{"kind":"dog","name":"89450100000000000123"}"#,
        ]
    );
    // A number that does not fit 64 bits cannot be kept, so the item is bad, as with any JSON.
    assert_eq!(page.errors.len(), 1);
    assert!(
        page.errors[0].to_string().contains("digits"),
        "{}",
        page.errors[0]
    );
}

#[test]
fn values_nested_too_deeply_are_errors_without_stack_overflow() {
    let deep =
        |open: &str, close: &str| [&open.repeat(100_000), "1", &close.repeat(100_000)].concat();
    let values = [
        deep(r#"{"not":"#, "}"),
        deep(r#"{"left":1,"right":"#, "}"),
        deep(r#"{"expr":"#, "}"),
        deep("[", "]"),
        deep(r#"[{"a":"#, "}]"),
    ];
    // Half of the stack of a tokio thread.
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let work = move || {
        for value in &values {
            rt::decode::<Expr>(value.clone().into()).unwrap_err();
            rt::decode::<Vec<Shape>>(format!("[{value}]").into()).unwrap_err();
            let page = format!(r#"{{"results":[{{"not":1}},{value},5],"count":3}}"#);
            let page: Page<Expr> = rt::decode(page.into()).unwrap();
            assert_eq!((page.results.len(), page.errors.len()), (2, 1));
            assert_eq!(page.errors[0].raw, *value);
        }
    };
    thread.spawn(work).unwrap().join().unwrap();
}

/// A value of two lists of alternatives is one pair, with the members of both.
#[test]
fn one_of_beside_any_of_becomes_a_union_of_pairs() {
    let variant = |member: &str, value: Value| {
        let whole = json!({ member: value });
        let read: Paired = read(&whole);
        assert_eq!(written(&read), whole, "{read:?}");
        let shown = format!("{read:?}");
        let shown = shown
            .split_once(&format!(" {member}: Some("))
            .map_or("", |(_, v)| v);
        shown.split('(').next().unwrap_or_default().to_owned()
    };
    for (member, value, expected) in [
        (
            "objects",
            json!({"some": "a", "self": "b"}),
            "OptionWithSelf",
        ),
        (
            "objects",
            json!({"string": "a", "unknown": "b"}),
            "StringWithUnknown",
        ),
        ("values", json!("2026-01-31"), "Date"),
        ("values", json!(7), "Integer"),
        ("values", json!(true), "Unknown"),
        ("conditions", json!({"some": "a"}), "Option"),
        ("parts", json!({"some": "a", "x": 1}), "Option2"),
        ("tagged", json!({"version": 2, "some": "a"}), "V2WithOption"),
        ("never", json!([1]), "Json"),
        ("anything", json!(1), "Json"),
    ] {
        assert_eq!(
            variant(member, value.clone()),
            expected,
            "{member}: {value}"
        );
    }
    assert!(read::<Paired>(&json!({"values": null})).values.is_none());
}
