//! The sandbox's generated data is consistent.

mod support;

use std::collections::BTreeSet;

use autopi_sandbox::Sandbox;
use serde_json::{Value, json};
use support::Api;

async fn device(api: &Api) -> Value {
    let devices = api.items("/dongle/devices/").await;
    let driven = |d: &Value| d["vehicle"]["vin"].is_string();
    devices.into_iter().find(driven).unwrap()
}

#[tokio::test]
async fn unset_fields_of_a_new_item_are_default_null_or_empty() {
    let api = Api::start(Sandbox::builder()).await;
    let made = api
        .send("POST", "/fleet/vehicles/", &json!({"callName": "Van"}))
        .await;
    assert_eq!(
        (made.status, &made.body["callName"]),
        (201, &json!("Van")),
        "{}",
        made.body
    );
    let path = format!("/fleet/vehicles/{}/", made.body["id"]);
    for shown in [made.body, api.get(&path).await.body] {
        for (key, unset) in [
            ("vin", Value::Null),
            ("licensePlate", Value::Null),
            ("archived", json!(false)),
            ("archived_at", Value::Null),
            ("driving", json!(false)),
            ("dtc_count", json!(0)),
            ("connections", json!([])),
        ] {
            assert_eq!(shown[key], unset, "{key}: {shown}");
        }
    }
    let made = api
        .send(
            "POST",
            "/dongle/environment_variables/",
            &json!({"key": "KEY", "value": "x"}),
        )
        .await;
    assert_eq!(made.body["is_secret"], false, "{}", made.body);
}

#[tokio::test]
async fn duplicate_vins_unknown_choices_and_missing_ids_are_refused() {
    let api = Api::start(Sandbox::builder()).await;
    let vehicles = api.items("/fleet/vehicles/").await;
    let known = vehicles.iter().find(|v| v["vin"].is_string()).unwrap();
    let create = async |body: Value| {
        let refused = api.send("POST", "/fleet/vehicles/", &body).await;
        (refused.status, refused.body)
    };
    let twice = json!({"vin": ["vehicle with this vin already exists."]});
    assert_eq!(create(json!({"vin": known["vin"]})).await, (400, twice));
    let choice = json!({"type": ["\"STEAM\" is not a valid choice."]});
    assert_eq!(create(json!({"type": "STEAM"})).await, (400, choice));
    let location = json!({"location": ["Invalid pk \"99\" - object does not exist."]});
    assert_eq!(create(json!({"location": 99})).await, (400, location));
    let beyond = "Invalid pk \"99999999999999999999\" - object does not exist.";
    assert_eq!(
        create(json!({"location": "99999999999999999999"})).await,
        (400, json!({"location": [beyond]}))
    );
    // A created item can be referred to, a deleted one cannot.
    let made = api
        .send("POST", "/fleet/locations/", &json!({"name": "Yard"}))
        .await;
    let id = &made.body["id"];
    assert_eq!(
        create(json!({"location": id})).await.0,
        201,
        "{}",
        made.body
    );
    api.send("DELETE", &format!("/fleet/locations/{id}/"), &json!({}))
        .await;
    assert_eq!(create(json!({"location": id})).await.0, 400);
    let lax = Api::start(Sandbox::builder().strict(false)).await;
    assert_eq!(
        lax.send("POST", "/fleet/vehicles/", &json!({"location": 99}))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn an_object_is_a_list_of_its_keys_only_for_a_relation() {
    let api = Api::start(Sandbox::builder()).await;
    let group = json!({"name": "North", "vehicles": {}});
    let made = api.send("POST", "/vehicle/group/", &group).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let vehicle = &api.items("/fleet/vehicles/").await[0]["id"];
    let path = format!("/fleet/vehicles/{vehicle}/alerts/resolve/");
    let refused = api.send("POST", &path, &json!({"alerts": {}})).await;
    let plain = json!({"alerts": ["Expected a list of items but got type \"dict\"."]});
    assert_eq!((refused.status, refused.body), (400, plain));
}

#[tokio::test]
async fn settings_that_are_posted_are_kept() {
    let api = Api::start(Sandbox::builder()).await;
    let id = device(&api).await["id"].as_str().unwrap().to_owned();
    let path = format!("/dongle/settings/?device_id={id}");
    let settings = json!({"power": {"sleep": 300}});
    assert!(api.send("POST", &path, &settings).await.status < 300);
    let got = api.get(&path).await.body;
    assert_eq!(got["power"], settings["power"], "{got}");
    assert_ne!(
        api.get("/dongle/settings/").await.body["power"],
        settings["power"]
    );
}

#[tokio::test]
async fn ids_in_responses_exist() {
    let api = Api::start(Sandbox::builder()).await;
    let exists = async |device: &Value| {
        let path = format!("/dongle/devices/{}/", device["id"].as_str().unwrap());
        let read = api.get(&path).await;
        assert_eq!(
            (read.status, &read.body["unit_id"]),
            (200, &device["unit_id"]),
            "{device}"
        );
    };
    let positions = api.items("/logbook/v2/most_recent_positions/").await;
    assert!(!positions.is_empty());
    for device in &positions {
        exists(device).await;
    }
    for vehicle in api.items("/fleet/vehicles/").await {
        for device in vehicle["connections"].as_array().unwrap() {
            exists(device).await;
        }
    }
    let id = device(&api).await["id"].clone();
    let applied = api
        .send(
            "POST",
            "/dongle/templates/1/apply_explicit/",
            &json!({"devices": [id], "remove_loose": false}),
        )
        .await;
    assert_eq!(
        (&applied.body["applied"], &applied.body["skipped"]),
        (&json!([id]), &json!([])),
        "{}",
        applied.body
    );
}

#[tokio::test]
async fn the_data_begins_when_the_builder_says() {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let shifted = |value: &Value| {
        let at = at(value.as_str().unwrap());
        let later = at.checked_add(jiff::Span::new().hours(24 * 31)).unwrap();
        json!(later.to_string())
    };
    let known = Api::start(Sandbox::builder()).await;
    let later = Sandbox::builder().since(at("2026-02-01T00:00:00Z").try_into().unwrap());
    let later = Api::start(later).await;
    let device = device(&known).await;
    let device = device["id"].as_str().unwrap();
    for (path, field) in [
        (
            format!("/logbook/v2/trips/?device={device}"),
            "start_time_utc",
        ),
        ("/dongle/devices/".to_owned(), "last_communication"),
    ] {
        let (old, new) = (known.items(&path).await, later.items(&path).await);
        assert!(!old.is_empty() && old.len() == new.len(), "{path}");
        for (old, new) in old.iter().zip(&new) {
            assert_eq!(shifted(&old[field]), new[field], "{path}");
        }
    }
    for (month, some) in [("01", false), ("02", true)] {
        let path = format!(
            "/logbook/storage/read/?device_id={device}&field=obd.speed.value&field_type=float\
             &from_utc=2026-{month}-01T00:00:00Z&to_utc=2026-{month}-01T01:00:00Z"
        );
        assert_eq!(!later.items(&path).await.is_empty(), some, "{path}");
    }
}

#[tokio::test]
async fn telemetry_is_of_the_requested_field() {
    let api = Api::start(Sandbox::builder()).await;
    let id = device(&api).await["id"].as_str().unwrap().to_owned();
    let query = format!("device_id={id}&from_utc=2026-01-01T00:00:00Z&to_utc=2026-01-01T01:00:00Z");
    let read = async |field: &str, kind: &str| {
        let path = format!("/logbook/storage/read/?{query}&field={field}&field_type={kind}");
        let rows = api.items(&path).await;
        assert!(!rows.is_empty(), "{field}");
        rows
    };
    for (field, low, high) in [
        ("obd.speed.value", 72.0, 88.0),
        ("obd.bat.level", 80.0, 100.0),
        ("obd.bat.voltage", 12.4, 14.4),
    ] {
        for row in read(field, "float").await {
            let value = row["value"].as_f64().unwrap();
            assert!((low..=high).contains(&value), "{field}: {row}");
        }
    }
    assert!(
        read("obd.rpm.value", "int")
            .await
            .iter()
            .all(|r| r["value"].is_i64())
    );
    assert!(
        read("track.pos.loc", "geo_point")
            .await
            .iter()
            .all(|r| r["value"]["lat"].is_number())
    );
}

#[tokio::test]
async fn a_changed_vehicle_is_changed_in_every_response() {
    let api = Api::start(Sandbox::builder().command_delay(std::time::Duration::ZERO)).await;
    let device = device(&api).await;
    let (id, vehicle) = (device["id"].as_str().unwrap(), &device["vehicle"]["id"]);
    let vin = async || {
        let path = format!("/dongle/devices/{id}/");
        let sent = json!({"command": "obd.query", "arg": ["VIN"]});
        let started = api
            .send("POST", &format!("{path}execute/"), &sent)
            .await
            .body;
        let jid = started["jid"].as_str().unwrap();
        let result = api.get(&format!("{path}command_result/{jid}/")).await.body;
        (
            result["value"].clone(),
            api.get(&path).await.body["vehicle"]["vin"].clone(),
        )
    };
    let known = device["vehicle"]["vin"].clone();
    assert_eq!(vin().await, (known.clone(), known));
    let other = json!("WV1ZZZ7HZ8H000001");
    let changed = api
        .send(
            "PATCH",
            &format!("/vehicle/profile/{vehicle}/"),
            &json!({"vin": other}),
        )
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(vin().await, (other.clone(), other));
}

#[tokio::test]
async fn sums_fit_their_lists() {
    let api = Api::start(Sandbox::builder()).await;
    let devices = api.get("/logbook/fleet_summary/devices/").await.body;
    let sum = |list: &Value| {
        list.as_array()
            .unwrap()
            .iter()
            .map(|v| v["count"].as_u64().unwrap())
            .sum::<u64>()
    };
    let number = |v: &Value| v.as_u64().unwrap();
    assert_eq!(
        number(&devices["total"]),
        sum(&devices["firmware_versions"]),
        "{devices}"
    );
    assert_eq!(
        number(&devices["total"]),
        number(&devices["online"]) + number(&devices["offline"]),
        "{devices}"
    );
    let codes = api.get("/logbook/fleet_summary/diagnostics/").await.body;
    assert_eq!(
        number(&codes["total"]),
        codes["codes"].as_array().unwrap().len() as u64,
        "{codes}"
    );
    let template = api.get("/dongle/templates/1/").await.body;
    assert_eq!(
        number(&template["device_count"]),
        template["devices"].as_array().unwrap().len() as u64,
        "{template}"
    );
}

/// Returns the plain members that differ between two views of one item.
fn differing(one: &Value, other: &Value) -> Vec<String> {
    let plain = |v: &Value| !v.is_null() && !v.is_object() && !v.is_array();
    let members = one.as_object().unwrap().iter();
    let differ = |(name, value): &(&String, &Value)| {
        let theirs = &other[name.as_str()];
        plain(value) && plain(theirs) && *value != theirs
    };
    members
        .filter(differ)
        .map(|(n, v)| format!("{n}: {v}, not {}", other[n]))
        .collect()
}

#[tokio::test]
async fn a_nested_item_equals_the_item_itself() {
    let api = Api::start(Sandbox::builder()).await;
    let mut seen = 0;
    for device in api.items("/dongle/devices/").await {
        let inside = &device["vehicle"];
        if !inside.is_object() {
            continue;
        }
        let vehicle = api.get(&format!("/fleet/vehicles/{}/", inside["id"])).await;
        assert_eq!(differing(inside, &vehicle.body), [""; 0], "{inside}");
        for inside in vehicle.body["connections"].as_array().unwrap() {
            let path = format!("/dongle/devices/{}/", inside["id"].as_str().unwrap());
            assert_eq!(differing(inside, &api.get(&path).await.body), [""; 0]);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[tokio::test]
async fn references_to_list_only_resources_are_ids_of_that_list() {
    let api = Api::start(Sandbox::builder()).await;
    let makes = api.items("/vehicle/makes/").await;
    let known: BTreeSet<i64> = makes.iter().map(|m| m["id"].as_i64().unwrap()).collect();
    let mut seen = 0;
    for path in [
        "/fleet/vehicles/",
        "/obd/faultdefinitions/",
        "/vehicle/v2/profile/",
    ] {
        for item in api.items(path).await {
            let made = item["make"].as_i64();
            assert!(made.is_none_or(|id| known.contains(&id)), "{path}: {item}");
            seen += usize::from(made.is_some());
        }
    }
    assert!(seen > 20, "{seen}");
    let fields = api.items("/logbook/storage/fields/").await;
    assert_eq!(fields[0], "field-1");

    // The same with any document and kind of id, single, in lists and in objects.
    let thing = json!({"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "string", "format": "uuid", "readOnly": true}, "name": {"type": "string"}}});
    let id = json!({"type": "string", "format": "uuid"});
    let owner = json!({"type": "object", "required": ["colour", "colours", "paint"], "properties": {
        "id": {"type": "integer", "readOnly": true}, "colour": id, "colours": {"type": "array", "items": id}, "paint": {"type": "object", "properties": {"colour_id": id, "colour": thing}}}});
    let list = |of: &Value| json!({"get": {"responses": {"200": {"description": "", "schema": {"type": "array", "items": of}}}}});
    let post = json!({"parameters": [{"in": "body", "name": "data", "schema": owner}], "responses": {"201": {"description": "", "schema": owner}}});
    let mut doors = list(&owner);
    let read = json!({"get": {"responses": {"200": {"description": "", "schema": owner}}}});
    doors["post"] = post;
    let document = json!({"swagger": "2.0", "paths": {"/colours/": list(&thing), "/doors/": doors, "/doors/{id}/": read}});
    let api = Api::start(Sandbox::builder().size(5).spec(document)).await;
    let colours = api.items("/colours/").await;
    let ids: Vec<&Value> = colours.iter().map(|c| &c["id"]).collect();
    for door in api.items("/doors/").await {
        let several = door["colours"].as_array().unwrap();
        let one = [&door["colour"], &door["paint"]["colour_id"]];
        assert!(
            several.iter().chain(one).all(|id| ids.contains(&id)),
            "{door}"
        );
        assert!(colours.contains(&door["paint"]["colour"]), "{door}");
    }
    let door = |colour: &Value| json!({"colour": colour, "colours": [colour], "paint": {}});
    assert_eq!(api.send("POST", "/doors/", &door(ids[2])).await.status, 201);
    let gone = json!("00000000-0000-4000-8000-000000000000");
    let refused = api.send("POST", "/doors/", &door(&gone)).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.body["colour"][0]
            .as_str()
            .unwrap()
            .contains("does not exist")
    );
}

#[tokio::test]
async fn a_number_with_limits_is_not_a_relation() {
    let api = Api::start(Sandbox::builder()).await;
    let mut pgn = api.get("/obd/pgns/1/").await.body;
    for (number, status) in [(-1, 400), (262_144, 400), (262_143, 200)] {
        pgn["pgn"] = json!(number);
        let response = api.send("PUT", "/obd/pgns/1/", &pgn).await;
        assert_eq!(response.status, status, "{number}: {}", response.body);
    }
}

#[tokio::test]
async fn positions_of_a_device_are_of_that_device() {
    let api = Api::start(Sandbox::builder()).await;
    let devices = api.get("/logbook/v2/most_recent_positions/").await.body;
    let mut compared = 0;
    for device in devices.as_array().unwrap() {
        let positions = device["positions"].as_array().unwrap();
        let place = |p: &Value| (p["location"]["lat"].as_f64(), p["location"]["lon"].as_f64());
        for pair in positions.windows(2) {
            let ((Some(a), Some(b)), (Some(c), Some(d))) = (place(&pair[0]), place(&pair[1]))
            else {
                continue;
            };
            // 10 s at 80 km/h.
            assert!((a - c).hypot(b - d) < 0.01, "{device}");
            assert!(pair[0]["ts"].as_str() > pair[1]["ts"].as_str(), "{device}");
            compared += 1;
        }
    }
    assert!(compared > 0);
}

#[tokio::test]
async fn json_of_any_form_is_kept_with_all_its_digits() {
    let thing = json!({"$ref": "#/definitions/Thing"});
    let id = json!({"name": "id", "in": "path", "required": true, "type": "integer"});
    let body = json!({"name": "data", "in": "body", "required": true, "schema": thing});
    let found = json!({"200": {"description": "", "schema": thing}});
    let document = json!({
        "swagger": "2.0", "info": {"title": "t", "version": "1"},
        "paths": {
            "/things/": {"get": {"operationId": "list", "responses": {"200": {"description": "", "schema": {"type": "array", "items": thing}}}}},
            "/things/{id}/": {
                "parameters": [id],
                "get": {"operationId": "read", "responses": found},
                "patch": {"operationId": "change", "parameters": [body], "responses": found},
            },
        },
        "definitions": {"Thing": {"type": "object", "properties": {
            "id": {"type": "integer", "readOnly": true}, "more": {"type": "object"}, "at": {"type": "string", "format": "date-time"},
        }}},
    });
    let api = Api::start(Sandbox::builder().spec(document)).await;
    let ask = async |request: reqwest::RequestBuilder| {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.text().await.unwrap()
    };
    for more in [
        "5",
        "\"x\"",
        "[1,[2],{}]",
        "[]",
        "false",
        "{\"a\":[123456789012345678901234567890,-18446744073709551616]}",
        "18446744073709551615",
    ] {
        let change = api.request("PATCH", "/things/1/");
        let change = change.header("content-type", "application/json");
        let changed = ask(change.body(format!("{{\"more\":{more}}}"))).await;
        let kept = format!("\"more\":{more}");
        let read = ask(api.request("GET", "/things/1/")).await;
        let list = ask(api.request("GET", "/things/")).await;
        for shown in [changed, read, list] {
            assert!(shown.contains(&kept), "{more}: {shown}");
        }
    }
    let at = json!({"at": "2026-01-01 01:30+02:00"});
    let changed = api.send("PATCH", "/things/01/", &at).await;
    assert_eq!(changed.body["at"], "2025-12-31T23:30:00Z", "in UTC");
}
