//! Answers as they were really seen (with made-up values), through the generated client: each must decode, though the document says otherwise.

use autopi::{Client, RetryPolicy};
use axum::{Router, http::header::CONTENT_TYPE};
use serde_json::Value;

const ID: &str = "0189d7a5-0000-7000-8000-000000000001";

/// The body as an answer to the operation, decoded: `Err` says why not.
async fn decoded(method: &str, path: &str, body: String) -> Result<(), String> {
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

#[tokio::test]
async fn answers_that_depart_from_the_document_decode() {
    let trip = format!(
        r#"{{"id":"{ID}","start_time_utc":"2026-01-02T03:04:05Z","end_time_utc":"2026-01-02T03:24:05Z","start_position_lat":"56.1","start_position_lng":"10.2",
        "start_position_display":{{"road":"Main","country":null}},"end_position_lat":"56.2","end_position_lng":"10.3","end_position_display":{{}},
        "device":"{ID}","duration":"00:20:00","distanceKm":12.5,"tag":"personal"}}"#
    );
    let cases = [
        ("GET", "/dongle/devices/", format!(r#"{{"count":1,"results":[{}],"page_size":20}}"#, device())),
        ("GET", "/dongle/devices/", format!("[{}]", device())),
        ("GET", "/dongle/devices/{id}/", device()),
        (
            "POST",
            "/auth/login/",
            format!(
                r#"{{"token":"a.b.c","user":{{"pk":1,"username":"u","email":"a@b.c","first_name":"","last_name":"","is_verified":true,"has_devices":true,
                "has_pending_terms":false,"devices":[{}],"groups":[3],"addons":[{{"slug":"s","settings":{{"a":1}}}}],"timezone":"Europe/Copenhagen",
                "dashboards":[{{"id":1,"default":true}}]}}}}"#,
                device()
            ),
        ),
        ("GET", "/logbook/trips/", format!("[{trip}]")),
        ("GET", "/logbook/trips/", format!("[{}]", trip.replace(r#""00:20:00""#, "null"))),
        (
            "GET",
            "/logbook/events/",
            r#"{"count":1,"page_size":50,"results":[{"ts":"2026-01-02T03:04:05Z","event":"charging","tag":"vehicle/battery/charging","area":"vehicle/battery",
            "data":[{"event.vehicle.battery.level":80},{"x":true}]}]}"#
                .into(),
        ),
        ("GET", "/logbook/diagnostics/", r#"{"results":[],"count":0}"#.into()),
        (
            "GET",
            "/logbook/storage/raw/",
            r#"{"results":[{"ts":"2026-01-02T03:04:05.123Z","rec":"2026-01-02T03:04:06Z","t":"track.pos","data":{"loc":{"lat":56.1,"lon":10.2},"nsat":7}},
            {"ts":"2026-01-02T03:04:05","t":"obd.rpm","data":{"value":900,"unit":"rpm"},"@uid":"x","obd.rpm.value":900}],"count":2,"page":0,"page_size":200}"#
                .into(),
        ),
        (
            "GET",
            "/logbook/storage/read/",
            r#"[{"ts":"2026-01-02T03:04:05.000Z","max_ts":1767323045000,"value":12.5},{"ts":"2026-01-02T03:04:05.000Z","value":"on"},
            {"ts":"2026-01-02T03:04:05Z","location":{"lat":56.1,"lon":10.2,"cog":90}}]"#
                .into(),
        ),
        ("GET", "/logbook/storage/fields/", r#"[{"field":"obd.rpm.value","type":"float"},"x"]"#.into()),
        (
            "GET",
            "/dongle/templates/",
            r#"{"count":1,"results":[{"id":1,"name":"n","parent":null,"hash":"h","device_count":2,"description":"","type":"mini"}]}"#.into(),
        ),
        ("POST", "/dongle/devices/{id}/execute/", format!(r#"{{"jid":"20260102030405","minions":["{ID}"]}}"#)),
        ("GET", "/dongle/devices/{id}/command_result/{jid}/", r#"{"_type":"rpm","value":900}"#.into()),
        ("GET", "/dongle/devices/{id}/command_result/{jid}/", "12.5".into()),
        ("POST", "/auth/api_tokens/", r#"{"name":"n","id":1,"key":"0123","created_at":"2026-01-02T03:04:05Z","expires":null}"#.into()),
        ("GET", "/auth/api_tokens/", r#"[{"name":"n","id":1,"created_at":"2026-01-02T03:04:05Z","expires":null,"hits":7,"is_expired":false}]"#.into()),
        ("GET", "/tasks/", r#"[{"id":1,"task":"core.tasks.es_trip_export","args":["x",1],"kwargs":{"trip_id":"y"},"created_at":"2026-01-02T03:04:05Z","state":"SUCCESS"}]"#.into()),
        (
            "GET",
            "/obd/loggers/",
            r#"[{"id":1,"enabled":true,"bus":null,"vehicle":null,"type":"t","name":"n","description":"d","logger_type":"pid","state":"ACTIVE","parent":null,
            "hash":"h","name_override":"o"}]"#
                .into(),
        ),
    ];
    let mut failures = Vec::new();
    for (method, path, body) in &cases {
        if let Err(e) = decoded(method, path, body.clone()).await {
            failures.push(format!("{method} {path}: {e}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} failed\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[tokio::test]
async fn what_is_of_no_use_is_an_error_with_its_place() {
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
