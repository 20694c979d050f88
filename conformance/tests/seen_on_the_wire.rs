//! Observed responses (with invented values) through the generated client: each must decode,
//! although it differs from the document.

use autopi::{Client, RetryPolicy};
use axum::{Router, http::header::CONTENT_TYPE};
use serde_json::{Value, json};

const ID: &str = "0189d7a5-0000-7000-8000-000000000001";

/// Decodes the body as a response of the operation, with all items of a page; `Err` is the reason
/// if it fails.
async fn decoded(method: &str, path: &str, body: String) -> Result<Value, String> {
    let (.., call) = conformance::CALLS
        .iter()
        .find(|(_, m, p, _)| (*m, *p) == (method, path))
        .ok_or("no such operation")?;
    let app = Router::new()
        .fallback(move || std::future::ready(([(CONTENT_TYPE, "application/json")], body.clone())));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let normalised: Value = serde_json::from_str(include_str!("../../spec/openapi.json")).unwrap();
    let sample = |schema: &str| {
        autopi_sandbox::sample(&normalised, &serde_json::from_str(schema).unwrap(), 3)
    };
    let outcome = call(&client, &sample).await.map_err(|e| e.to_string());
    server.abort();
    outcome
}

fn device() -> String {
    format!(
        r#"{{"id":"{ID}","unit_id":"{ID}","token":"{ID}","callName":"","owner":7,"vehicle":{{"id":1,"vin":"1M8GDM9AXKP042788","display":"Truck",
        "callName":"Truck","licensePlate":"","model":null,"make":null,"year":2020,"type":"ICE","battery_nominal_voltage":12}},"display":"Truck",
        "last_communication":"2026-01-02T03:04:05.678901Z","is_updated":true,"release":{{"version":"1.2","active":true}},
        "open_alerts":{{"low":0,"medium":1,"high":0,"critical":0}},"template":0,"warnings":[{{"device_has_no_make_model":{{"header":"No make","message":"m"}}}}],
        "key_state":"ACCEPTED","access":"READWRITE","connection":"AutoPi","docker_releases":[],"is_blocked_by_release":false,"tags":[],"wifi_pass":"x",
        "is_update_enqueued":false,"pending_sync_count":0,"user_metadata":{{"a":{{"b":[1]}}}},"external_metadata":{{"a":null}},"imei":"1","icc":"",
        "phone_number":"","max_data_usage":1000,"data_usage":5,"secure_element_serial_number":"s","ethereum_address":null,"edition_type":"4G",
        "hw_model_id":"m","hw_revision":"r","hw_board_ver":"v","hw_modem":"m","sim_state":"active","not_documented":[true]}}"#
    )
}

/// One case: the operation, the response, and what the decoded value must contain.
type Case = (
    &'static str,
    &'static str,
    String,
    Vec<(&'static str, Value)>,
);

async fn all_decode(cases: Vec<Case>) {
    let mut failures = Vec::new();
    for (method, path, body, values) in cases {
        let whole = values.iter().any(|(pointer, _)| pointer.is_empty());
        assert!(whole || values.len() > 2, "{method} {path} says too little");
        match decoded(method, path, body).await {
            Err(e) => failures.push(format!("{method} {path}: {e}")),
            Ok(value) => {
                for (pointer, expected) in values {
                    let found = value.pointer(pointer).unwrap_or(&Value::Null);
                    if *found != expected {
                        failures.push(format!(
                            "{method} {path} {pointer}: {found} is not {expected}"
                        ));
                    }
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn trip() -> Value {
    json!({"id": ID, "start_time_utc": "2026-01-02T03:04:05Z", "end_time_utc": "2026-01-02T03:24:05Z", "start_position_lat": "56.1",
        "start_position_lng": "10.2", "start_position_display": {"road": "Main", "country": null}, "end_position_lat": "56.2", "end_position_lng": "10.3",
        "end_position_display": {}, "device": ID, "duration": "00:20:00", "distanceKm": 12.5, "tag": "personal"})
}

/// Returns a trip with these values changed.
fn trip_with(values: Value) -> Value {
    let mut trip = trip();
    for (key, value) in values.as_object().unwrap() {
        trip[key] = value.clone();
    }
    trip
}

#[tokio::test]
async fn responses_that_depart_from_the_document_decode() {
    let of_device = |at: &'static str| match at {
        "/0" => vec![
            ("/0/id", json!(ID)),
            ("/0/is_updated", json!(true)),
            ("/0/open_alerts/medium", json!(1)),
            ("/0/external_metadata", json!({"a": null})),
            ("/0/vehicle/battery_nominal_voltage", json!(12)),
        ],
        _ => vec![
            ("/unit_id", json!(ID)),
            ("/access", json!("READWRITE")),
            ("/release/version", json!("1.2")),
        ],
    };
    all_decode(vec![
        ("GET", "/dongle/devices/", format!(r#"{{"count":1,"results":[{}],"page_size":20}}"#, device()), of_device("/0")),
        ("GET", "/dongle/devices/", format!("[{}]", device()), of_device("/0")),
        ("GET", "/dongle/devices/{id}/", device(), of_device("")),
        (
            "POST",
            "/auth/login/",
            format!(
                r#"{{"token":"a.b.c","user":{{"pk":1,"username":"u","email":"a@b.c","first_name":"","last_name":"","is_verified":true,"has_devices":true,
                "has_pending_terms":false,"devices":[{}],"groups":[3],"addons":[{{"slug":"s","settings":{{"a":1}}}}],"timezone":"Europe/Copenhagen",
                "dashboards":[{{"id":1,"default":true}}]}}}}"#,
                device()
            ),
            vec![("/token", json!("a.b.c")), ("/user/devices/0/id", json!(ID)), ("/user/addons/0/settings/a", json!(1)), ("/user/groups/0", json!(3))],
        ),
        (
            "GET",
            "/logbook/trips/",
            json!([trip(), trip_with(json!({"duration": null}))]).to_string(),
            vec![
                ("/0/duration", json!("00:20:00")),
                ("/0/start_position_display", json!({"road": "Main", "country": null})),
                ("/1/distanceKm", json!(12.5)),
                ("/1/duration", Value::Null),
            ],
        ),
        (
            "GET",
            "/logbook/events/",
            r#"{"count":1,"page_size":50,"results":[{"ts":"2026-01-02T03:04:05Z","event":"charging","tag":"vehicle/battery/charging","area":"vehicle/battery",
            "data":[{"event.vehicle.battery.level":80},{"x":true}]}]}"#
                .into(),
            vec![("/0/event", json!("charging")), ("/0/data/0", json!({"event.vehicle.battery.level": 80})), ("/0/ts", json!("2026-01-02T03:04:05Z"))],
        ),
        ("GET", "/logbook/diagnostics/", r#"{"results":[],"count":0}"#.into(), vec![("", json!([]))]),
        (
            "GET",
            "/logbook/storage/raw/",
            r#"{"results":[{"ts":"2026-01-02T03:04:05.123Z","rec":"2026-01-02T03:04:06Z","t":"track.pos","data":{"loc":{"lat":56.1,"lon":10.2},"nsat":7}},
            {"ts":"2026-01-02T03:04:05","t":"obd.rpm","data":{"value":900,"unit":"rpm"},"@uid":"x","obd.rpm.value":900}],"count":2,"page":0,"page_size":200}"#
                .into(),
            vec![("/0/ts", json!("2026-01-02T03:04:05.123Z")), ("/0/data/loc/lat", json!(56.1)), ("/1/ts", json!("2026-01-02T03:04:05Z")), ("/1/data/value", json!(900))],
        ),
        (
            "GET",
            "/logbook/storage/read/",
            r#"[{"ts":"2026-01-02T03:04:05.000Z","max_ts":1767323045000,"value":12.5},{"ts":"2026-01-02T03:04:05.000Z","value":"on"},
            {"ts":"2026-01-02T03:04:05Z","location":{"lat":56.1,"lon":10.2,"cog":90}}]"#
                .into(),
            vec![("/0/max_ts", json!(1767323045000u64)), ("/0/value", json!(12.5)), ("/1/value", json!("on")), ("/2/location/cog", json!(90.0))],
        ),
        (
            "GET",
            "/logbook/storage/fields/",
            r#"[{"field":"obd.rpm.value","type":"float"},"x"]"#.into(),
            vec![("/0/field", json!("obd.rpm.value")), ("/0/type", json!("float")), ("/1", json!("x"))],
        ),
        (
            "GET",
            "/dongle/templates/",
            r#"{"count":1,"results":[{"id":1,"name":"n","parent":null,"hash":"h","device_count":2,"description":"","type":"mini"}]}"#.into(),
            vec![("/0/id", json!(1)), ("/0/device_count", json!(2)), ("/0/type", json!("mini")), ("/0/description", json!(""))],
        ),
        (
            "POST",
            "/dongle/devices/{id}/execute/",
            format!(r#"{{"jid":"20260102030405","minions":["{ID}"]}}"#),
            vec![("/jid", json!("20260102030405")), ("/minions/0", json!(ID)), ("/minions/1", Value::Null)],
        ),
        (
            "GET",
            "/dongle/devices/{id}/command_result/{jid}/",
            r#"{"_type":"rpm","value":900}"#.into(),
            vec![("", json!({"_type": "rpm", "value": 900}))],
        ),
        ("GET", "/dongle/devices/{id}/command_result/{jid}/", "12.5".into(), vec![("", json!(12.5))]),
        (
            "POST",
            "/auth/api_tokens/",
            r#"{"name":"n","id":1,"key":"0123","created_at":"2026-01-02T03:04:05Z","expires":null}"#.into(),
            vec![("/name", json!("n")), ("/id", json!(1)), ("/created_at", json!("2026-01-02T03:04:05Z"))],
        ),
        (
            "GET",
            "/auth/api_tokens/",
            r#"[{"name":"n","id":1,"created_at":"2026-01-02T03:04:05Z","expires":null,"hits":7,"is_expired":false}]"#.into(),
            vec![("/0/id", json!(1)), ("/0/hits", json!(7)), ("/0/is_expired", json!(false))],
        ),
        (
            "GET",
            "/tasks/",
            r#"[{"id":1,"task":"core.tasks.es_trip_export","args":["x",1],"kwargs":{"trip_id":"y"},"created_at":"2026-01-02T03:04:05Z","state":"SUCCESS"}]"#.into(),
            vec![("/0/task", json!("core.tasks.es_trip_export")), ("/0/args", json!(["x", 1])), ("/0/kwargs/trip_id", json!("y"))],
        ),
        (
            "GET",
            "/obd/loggers/",
            r#"[{"id":1,"enabled":true,"bus":null,"vehicle":null,"type":"t","name":"n","description":"d","logger_type":"pid","state":"ACTIVE","parent":null,
            "hash":"h","name_override":"o"}]"#
                .into(),
            vec![("/0/id", json!(1)), ("/0/enabled", json!(true)), ("/0/logger_type", json!("pid"))],
        ),
    ])
    .await;
}

#[tokio::test]
async fn nothing_that_an_account_lacks_loses_an_item() {
    let over = [
        "device",
        "fuel_used",
        "energy_used_kwh",
        "max_speed",
        "idle_time",
        "note",
        "driver",
        "events",
    ];
    let mut short = trip();
    over.iter()
        .for_each(|key| drop(short.as_object_mut().unwrap().shift_remove(*key)));
    all_decode(vec![
        (
            "GET",
            "/vehicle/v2/profile/",
            json!({"count": 1, "page_size": 20, "results": [{"id": 7, "vin": "WVWZZZ00000000001", "callName": "Van", "model": 3, "make": 4, "year": 2021,
                "busses": [], "type": "ICE", "devices": [ID], "battery_nominal_voltage": 12}]}).to_string(),
            vec![("/0/id", json!(7)), ("/0/callName", json!("Van")), ("/0/devices/0", json!(ID)), ("/0/groups", Value::Null)],
        ),
        (
            "GET",
            "/logbook/v2/trips/",
            json!({"count": 1, "page_size": 1, "results": [short]}).to_string(),
            vec![("/0/id", json!(ID)), ("/0/duration", json!("00:20:00")), ("/0/events", Value::Null)],
        ),
        (
            "GET",
            "/logbook/storage/data_fields/",
            json!([{"field_prefix": "obd.rpm", "field_name": "value", "frequency": 1.5, "type": "int", "title": "RPM", "last_value": 900}]).to_string(),
            vec![("/0/field_prefix", json!("obd.rpm")), ("/0/frequency", json!(1.5)), ("/0/field", Value::Null)],
        ),
        // A create responds without write-only members, a batch with a list.
        ("POST", "/fleet/templates/", r#"{"id":5,"name":"n"}"#.into(), vec![("", json!({"id": 5, "name": "n"}))]),
        ("POST", "/batch/", r#"[{"code":200},{"code":404}]"#.into(), vec![("", json!([{"code": 200}, {"code": 404}]))]),
    ])
    .await;
}

#[tokio::test]
async fn a_trip_that_is_not_over_and_fields_of_any_form_are_read() {
    let open = json!({"end_time_utc": null, "end_position_lat": null, "end_position_lng": null, "end_position_display": null, "duration": null});
    let trips = [
        trip_with(open),
        trip_with(json!({"end_time_utc": "", "distanceKm": null})),
        trip_with(json!({"end_time_utc": "9999-12-31T23:59:59Z"})),
        trip_with(json!({"distanceKm": "12.5", "duration": 1800})),
    ];
    let expected = vec![
        ("/0/id", json!(ID)),
        ("/0/end_position_lat", Value::Null),
        ("/1/end_time_utc", Value::Null),
        ("/2/end_time_utc", json!("9999-12-31T23:59:59Z")),
        ("/3/distanceKm", json!(12.5)),
        ("/3/duration", json!("1800")),
    ];
    let odd = device()
        .replace(
            r#""user_metadata":{"a":{"b":[1]}}"#,
            r#""user_metadata":"x""#,
        )
        .replace(r#""icc":"""#, r#""icc":89450100000000000123"#);
    all_decode(vec![
        (
            "GET",
            "/logbook/trips/",
            json!([trip_with(
                json!({"start_position_display": "Main 1", "end_position_display": [1, null]})
            )])
            .to_string(),
            vec![
                ("/0/id", json!(ID)),
                ("/0/start_position_display", json!("Main 1")),
                ("/0/end_position_display", json!([1, null])),
            ],
        ),
        (
            "GET",
            "/logbook/trips/",
            json!(trips).to_string(),
            expected.clone(),
        ),
        (
            "GET",
            "/logbook/v2/trips/",
            json!({"count": 4, "results": trips, "page_size": 20}).to_string(),
            expected,
        ),
        (
            "GET",
            "/dongle/devices/",
            format!(r#"{{"count":1,"results":[{odd}],"page_size":20}}"#),
            vec![
                ("/0/id", json!(ID)),
                ("/0/user_metadata", json!("x")),
                ("/0/icc", json!("89450100000000000123")),
            ],
        ),
        (
            "POST",
            "/dongle/devices/{device_pk}/accesstokens/{id}/decrypt/",
            r#"{"a": [NaN, 89450100000000000123, 1e-400, 1.5], "b": true}"#.into(),
            vec![
                ("/a/0", json!("NaN")),
                ("/a/1", json!("89450100000000000123")),
                ("/a/2", json!("1e-400")),
                ("/a/3", json!(1.5)),
                ("/b", json!(true)),
            ],
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_unusable_response_is_an_error_with_its_place() {
    let bad = device().replace(r#""is_updated":true"#, r#""is_updated":"perhaps""#);
    let error = decoded("GET", "/dongle/devices/{id}/", bad.clone())
        .await
        .unwrap_err();
    assert!(
        error.contains("`is_updated`") && error.contains("expected a boolean"),
        "{error}"
    );
    let error = decoded(
        "GET",
        "/dongle/devices/",
        format!(r#"{{"count":2,"results":[{},{bad}]}}"#, device()),
    )
    .await
    .unwrap_err();
    assert!(error.contains("`results[1].is_updated`"), "{error}");
}
