//! `oneOf`, `anyOf` and bases with a discriminator, as a document writes them and as the pipeline
//! does (`cargo xtask normalize --from garage.yaml`).

mod support;

use std::collections::BTreeSet;

use autopi_sandbox::{Sandbox, sample};
use serde_json::{Value, json};
use support::Api;

fn documents() -> [Value; 2] {
    let read = |text: &str| yaml_serde::from_str(text).unwrap();
    [
        read(include_str!("unions/garage.yaml")),
        read(include_str!("unions/normalised.json")),
    ]
}

async fn apis() -> Vec<Api> {
    let mut apis = Vec::new();
    for document in documents() {
        apis.push(Api::start(Sandbox::builder().size(8).spec(document)).await);
    }
    apis
}

/// Returns the members of an object, without optional ones.
fn keys(value: &Value) -> BTreeSet<&str> {
    let keys = value.as_object().unwrap().keys().map(String::as_str);
    keys.collect()
}

#[tokio::test]
async fn an_item_is_one_alternative_with_its_tag_wherever_it_is_shown() {
    for api in apis().await {
        let pets = api.items("/pets/").await;
        assert_eq!(pets, api.items("/pets/").await);
        let mut kinds = BTreeSet::new();
        for pet in &pets {
            let allowed: &[&str] = match pet["kind"].as_str().unwrap() {
                "cat" => &["id", "kind", "name", "lives", "friend"],
                "dog" | "puppy" => &["id", "kind", "name", "barks"],
                "fish" => &["id", "kind", "water"],
                other => panic!("{other}"),
            };
            assert_eq!(keys(pet), allowed.iter().copied().collect(), "{pet}");
            kinds.insert(pet["kind"].as_str().unwrap());
            let read = api.get(&format!("/pets/{}/", pet["id"])).await.body;
            assert_eq!(read, *pet);
        }
        assert!(
            kinds.is_superset(&["cat", "dog", "fish"].into()),
            "{kinds:?}"
        );
        let shapes = api.items("/shapes/").await;
        for shape in &shapes {
            let own: &[&str] = match shape["shapeType"].as_str().unwrap() {
                "Circle" => &["id", "shapeType", "label", "radius"],
                "Polygon" => &["id", "shapeType", "label", "corners"],
                "Square" => &["id", "shapeType", "label", "corners", "side"],
                other => panic!("{other}"),
            };
            assert_eq!(keys(shape), own.iter().copied().collect(), "{shape}");
        }
        let things = api.get("/things/").await.body;
        assert!(
            things["key"].is_string() || things["key"].is_i64(),
            "{things}"
        );
        assert!(things["loop"].is_boolean(), "{things}");
        assert!(things["beside"]["shared"].is_string(), "{things}");
        let version = if things["versioned"].get("old").is_some() {
            1
        } else {
            2
        };
        assert_eq!(things["versioned"]["version"], version, "{things}");
        let pets = things["pets"].as_array().unwrap();
        assert!(pets.iter().all(|p| p["kind"].is_string()), "{things}");
    }
}

#[tokio::test]
async fn a_body_is_validated_by_the_alternative_of_its_tag() {
    let required = json!(["This field is required."]);
    for api in apis().await {
        for (path, body, errors) in [
            (
                "/pets/",
                json!({"kind": "cat", "name": "a much too long name"}),
                json!({"name": ["Ensure this field has no more than 10 characters."]}),
            ),
            (
                "/pets/",
                json!({"kind": "cat", "lives": 10}),
                json!({"name": required, "lives": ["Ensure this value is less than or equal to 9."]}),
            ),
            (
                "/pets/",
                json!({"kind": "puppy", "barks": 2}),
                json!({"name": required, "barks": ["Must be a valid boolean."]}),
            ),
            (
                "/pets/",
                json!({"kind": "fish", "water": "brackish"}),
                json!({"water": ["\"brackish\" is not a valid choice."]}),
            ),
            (
                "/pets/",
                json!({"kind": "zebra", "name": "Z"}),
                json!({"kind": ["\"zebra\" is not a valid choice."]}),
            ),
            (
                "/pets/",
                json!({"kind": null}),
                json!({"kind": ["This field may not be null."]}),
            ),
            (
                "/pets/",
                json!({"kind": ["cat"]}),
                json!({"kind": ["\"['cat']\" is not a valid choice."]}),
            ),
            ("/pets/", json!({"name": "Tom"}), json!({"kind": required})),
            (
                "/pets/",
                json!([1]),
                json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
            ),
            (
                "/pets/",
                json!({"kind": "cat", "name": "a", "friend": {"kind": "ox"}}),
                json!({"friend": {"kind": ["\"ox\" is not a valid choice."]}}),
            ),
            (
                "/shapes/",
                json!({"shapeType": "Circle", "radius": -1}),
                json!({"radius": ["Ensure this value is greater than or equal to 0."]}),
            ),
            (
                "/shapes/",
                json!({"shapeType": "Square"}),
                json!({"side": required}),
            ),
            (
                "/shapes/",
                json!({"shapeType": "Star"}),
                json!({"shapeType": ["\"Star\" is not a valid choice."]}),
            ),
            (
                "/things/",
                json!({"versioned": {"version": 3}}),
                json!({"versioned": {"version": ["\"3\" is not a valid choice."]}}),
            ),
            (
                "/things/",
                json!({"pets": [{"kind": "dog", "name": "a"}, {"kind": "ox"}]}),
                json!({"pets": {"1": {"kind": ["\"ox\" is not a valid choice."]}}}),
            ),
            // No tag, but a member that distinguishes the alternatives.
            (
                "/events/",
                json!({"type": "started"}),
                json!({"at": required}),
            ),
            (
                "/events/",
                json!({"type": "gone"}),
                json!({"type": ["\"gone\" is not a valid choice."]}),
            ),
            ("/events/", json!({}), json!({"type": required})),
            (
                "/events/",
                json!({"type": "stalled", "why": 0}),
                json!({"why": ["Ensure this value is greater than or equal to 1."]}),
            ),
            // Neither: the JSON type and the members decide.
            (
                "/things/",
                json!({"key": "k"}),
                json!({"key": ["Ensure this field has at least 2 characters."]}),
            ),
            (
                "/things/",
                json!({"key": 0}),
                json!({"key": ["Ensure this value is greater than or equal to 1."]}),
            ),
            (
                "/things/",
                json!({"key": true}),
                json!({"key": ["Not a valid string."]}),
            ),
            (
                "/things/",
                json!({"side": {"right": 10}}),
                json!({"side": {"right": ["Ensure this value is less than or equal to 9."]}}),
            ),
            (
                "/things/",
                json!({"side": {"up": 1}}),
                json!({"side": {"left": required}}),
            ),
            (
                "/things/",
                json!({"beside": {"shared": "a", "right": "x"}}),
                json!({"beside": {"right": ["A valid integer is required."]}}),
            ),
            (
                "/things/",
                json!({"beside": {"left": 1}}),
                json!({"beside": {"shared": required}}),
            ),
            (
                "/things/",
                json!({"expr": {"a": 1, "b": {"a": 1, "b": {"a": 1, "b": true}}}}),
                json!({"expr": {"b": {"b": {"b": ["A valid integer is required."]}}}}),
            ),
        ] {
            let refused = api.send("POST", path, &body).await;
            assert_eq!(
                (refused.status, &refused.body),
                (400, &errors),
                "{path} {body}"
            );
        }
        for (path, body) in [
            (
                "/events/",
                json!({"type": "started", "at": "2026-01-01T00:00:00Z"}),
            ),
            ("/events/", json!({"type": "stopped", "why": "because"})),
            (
                "/things/",
                json!({"key": 7, "side": {"right": 1}, "expr": {"a": 1, "b": {"a": 2, "b": 3}}, "loop": true, "beside": {"shared": "a", "left": 1}, "versioned": {"version": 2, "new": "x"}}),
            ),
        ] {
            let taken = api.send("POST", path, &body).await;
            assert_eq!(taken.status, 200, "{path} {body}: {}", taken.body);
            for (key, value) in body.as_object().unwrap() {
                assert_eq!(taken.body[key], *value, "{path} {body}");
            }
        }
    }
}

#[tokio::test]
async fn a_created_item_keeps_the_alternative_that_was_sent() {
    for api in apis().await {
        let made = api
            .send(
                "POST",
                "/pets/",
                &json!({"kind": "puppy", "name": "Rex", "lives": 3}),
            )
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(keys(&made.body), ["id", "kind", "name", "barks"].into());
        let path = format!("/pets/{}/", made.body["id"]);
        assert_eq!(api.get(&path).await.body, made.body);
        // A PATCH without a tag is validated by the item's alternative.
        let patched = api.send("PATCH", &path, &json!({"barks": true})).await;
        assert_eq!(
            (
                &patched.body["kind"],
                &patched.body["barks"],
                &patched.body["name"]
            ),
            (&json!("puppy"), &json!(true), &json!("Rex"))
        );
        let wrong = api.send("PATCH", &path, &json!({"barks": 7})).await;
        assert_eq!(wrong.body, json!({"barks": ["Must be a valid boolean."]}));
        let wrong = api.send("PATCH", &path, &json!({"kind": "ox"})).await;
        assert_eq!(
            wrong.body,
            json!({"kind": ["\"ox\" is not a valid choice."]})
        );
        // With a tag the item becomes another alternative; only the tag is required.
        let fish = api.send("PATCH", &path, &json!({"kind": "fish"})).await;
        assert_eq!(
            (fish.status, keys(&fish.body)),
            (200, ["id", "kind", "water"].into()),
            "{}",
            fish.body
        );
        let cat =
            json!({"kind": "cat", "name": "Tom", "friend": {"kind": "fish", "water": "salt"}});
        let cat = api.send("PUT", &path, &cat).await;
        assert_eq!(
            (&cat.body["friend"]["water"], &cat.body["name"]),
            (&json!("salt"), &json!("Tom")),
            "{}",
            cat.body
        );
        assert_eq!(api.get(&path).await.body, cat.body);
        // Also an item that existed from the start.
        let pets = api.items("/pets/").await;
        let cat = pets.iter().find(|p| p["kind"] == "cat").unwrap();
        let path = format!("/pets/{}/", cat["id"]);
        assert_eq!(
            api.send("PATCH", &path, &json!({"lives": 10})).await.status,
            400
        );
        let patched = api.send("PATCH", &path, &json!({"name": "Bo"})).await.body;
        let mut wanted = cat.clone();
        wanted["name"] = json!("Bo");
        assert_eq!(patched, wanted);
    }
}

#[test]
fn swagger_2_inherits_by_the_name_of_the_definition() {
    let document = json!({"swagger": "2.0", "definitions": {
        "Animal": {"type": "object", "discriminator": "petType", "required": ["petType"], "properties": {"petType": {"type": "string"}, "age": {"type": "integer"}}},
        "Cow": {"allOf": [{"$ref": "#/definitions/Animal"}, {"type": "object", "required": ["milk"], "properties": {"milk": {"type": "integer"}}}]},
        "Hen": {"allOf": [{"$ref": "#/definitions/Animal"}, {"type": "object", "required": ["eggs"], "properties": {"eggs": {"type": "integer"}}}], "x-ms-discriminator-value": "hen"},
    }});
    let mut kinds = BTreeSet::new();
    for seed in 0..4 {
        let made = sample(&document, &json!({"$ref": "#/definitions/Animal"}), seed);
        let own = if made["petType"] == "Cow" {
            "milk"
        } else {
            "eggs"
        };
        assert_eq!(keys(&made), ["petType", "age", own].into(), "{made}");
        kinds.insert(made["petType"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds, ["Cow".to_owned(), "hen".to_owned()].into());
    let cow = sample(&document, &json!({"$ref": "#/definitions/Cow"}), 0);
    assert_eq!(keys(&cow), ["petType", "age", "milk"].into());
}

#[test]
fn a_reference_may_be_percent_encoded() {
    let document = json!({"definitions": {
        "A Car": {"type": "object", "required": ["wheels"], "properties": {"wheels": {"type": "integer"}}},
        "100%25": {"type": "object", "required": ["full"], "properties": {"full": {"type": "boolean"}}},
    }});
    for (reference, member) in [
        ("A%20Car", "wheels"),
        ("A Car", "wheels"),
        ("100%25", "full"),
    ] {
        let made = sample(
            &document,
            &json!({"$ref": format!("#/definitions/{reference}")}),
            0,
        );
        assert_eq!(keys(&made), [member].into(), "{reference}");
    }
}

#[tokio::test]
async fn chains_and_cycles_of_unions_are_checked_once() {
    const LONG: usize = 2000;
    let to = |n: usize| json!({"$ref": format!("#/components/schemas/S{n}")});
    let operation = json!({"requestBody": {"content": {"application/json": {"schema": to(0)}}}, "responses": {"200": {"description": "", "content": {"application/json": {"schema": to(0)}}}}});
    let wide = |next: Value| json!({"oneOf": [next.clone(), {"type": "object", "properties": {"a": next.clone(), "b": next.clone()}}, next]});
    let chain = |end: Value, link: &dyn Fn(Value) -> Value| {
        let mut schemas: serde_json::Map<String, Value> = (0..LONG)
            .map(|n| (format!("S{n}"), link(to(n + 1))))
            .collect();
        schemas.insert(format!("S{LONG}"), end);
        json!({"openapi": "3.0.3", "paths": {"/x/": {"get": operation.clone(), "post": operation.clone()}}, "components": {"schemas": schemas}})
    };
    let tagged = |next: Value| json!({"oneOf": [next.clone()], "discriminator": {"propertyName": "t", "mapping": {"a": next["$ref"].clone()}}});
    // Values at the maximum depth of JSON, each level of which matches two alternatives.
    let deep = (0..100).fold(json!("x"), |inner, _| json!({"a": inner, "t": "a"}));
    for document in [
        chain(json!({"type": "integer"}), &wide),
        chain(to(0), &wide),
        chain(to(0), &tagged),
        chain(
            json!({"type": "object", "properties": {"t": {"type": "string"}}}),
            &tagged,
        ),
        chain(
            json!({"type": "string"}),
            &|next| json!({"anyOf": [next, {"type": "integer"}]}),
        ),
    ] {
        let api = Api::start(Sandbox::builder().spec(document)).await;
        assert_eq!(api.get("/x/").await.status, 200);
        for body in [
            json!({"t": "a"}),
            json!({"a": {"b": 1}}),
            deep.clone(),
            json!(1),
        ] {
            let status = api.send("POST", "/x/", &body).await.status;
            assert!(matches!(status, 200 | 400), "{status}");
        }
        assert_eq!(api.send("OPTIONS", "/x/", &json!({})).await.status, 200);
    }
}
