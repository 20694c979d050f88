//! A response that is sent back loses nothing: members unknown to the document are sent, read-only
//! ones are not.

use autopi::{
    Client, DeviceId, ErrorKind,
    serde_json::{Value, json},
    testing::{Stub, json as respond},
    types::{Device, DeviceRequest},
};

const ID: &str = "11111111-2222-3333-4444-555555555555";

fn device() -> Value {
    json!({
        "id": ID, "unit_id": ID, "callName": "Van 7", "imei": "only read", "last_communication": "2026-01-02T03:04:05Z",
        "vehicle": {"id": 7, "plate": "AB 12345", "learnt_later": {"a": [1.5, null]}},
        "learnt_later": [{"b": "c"}, 89_450_100_000_000_000_u64]
    })
}

#[tokio::test]
async fn a_put_made_from_a_get_keeps_members_unknown_to_the_document() {
    let (sender, mut sent) = tokio::sync::mpsc::unbounded_channel();
    let stub = Stub::new().json("dongle_devices_read", 200, device()).on(
        "dongle_devices_update",
        move |request| {
            let body = request.body().unwrap().as_bytes().unwrap();
            sender
                .send(serde_json::from_slice::<Value>(body).unwrap())
                .unwrap();
            respond(200, &device())
        },
    );
    let client = Client::builder().api_token("any").hooks(stub);
    let client = client.build().unwrap();
    let id: DeviceId = ID.parse().unwrap();

    let got = client.dongle_devices_read().id(id).send().await.unwrap();
    assert_eq!(got.extra["learnt_later"], device()["learnt_later"]);
    let mut request = DeviceRequest::try_from(&got).unwrap();
    request.call_name = Some("Van 8".into());
    request.extra.insert("new".into(), true.into());
    client
        .dongle_devices_update()
        .id(id)
        .body(&request)
        .send()
        .await
        .unwrap();

    let sent = sent.recv().await.unwrap();
    assert_eq!(sent["callName"], "Van 8");
    assert_eq!(sent["new"], true);
    assert_eq!(sent["learnt_later"], device()["learnt_later"]);
    assert_eq!(
        sent["vehicle"]["learnt_later"],
        device()["vehicle"]["learnt_later"]
    );
    for only_read in ["id", "unit_id", "imei", "last_communication"] {
        assert!(sent.get(only_read).is_none(), "{only_read} in {sent}");
    }
}

#[test]
fn a_required_member_that_the_response_lacks_is_an_error_with_its_name() {
    let device: Device = serde_json::from_value(json!({"id": ID, "unit_id": ID})).unwrap();
    let error = DeviceRequest::try_from(&device).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error.to_string().contains("missing field `vehicle`"),
        "{error}"
    );
}

#[test]
fn unknown_members_are_shown_without_secrets_and_only_if_there_are_any() {
    let device: Device = serde_json::from_value(json!({"id": ID, "unit_id": ID})).unwrap();
    assert!(!format!("{device:?}").contains("extra"));
    let device = json!({"id": ID, "unit_id": ID, "sim_token": "canary", "more": 1});
    let device: Device = serde_json::from_value(device).unwrap();
    let text = format!("{device:?}");
    assert!(
        text.contains(r#"extra: {"more": Number(1), "sim_token": ** redacted **}"#),
        "{text}"
    );
}

/// The same in lenient decoding, where numbers keep all digits.
#[test]
fn an_unknown_number_beyond_64_bits_is_kept_as_text() {
    let text = format!(
        r#"{{"id":"{ID}","unit_id":"{ID}","callName":7,"iccid_of_later":89450100000000000123,"odd":NaN}}"#
    );
    let device: Device = autopi::rt::decode(text.into_bytes().into()).unwrap();
    assert_eq!(device.call_name.as_deref(), Some("7"));
    assert_eq!(device.extra["iccid_of_later"], "89450100000000000123");
    assert_eq!(device.extra["odd"], "NaN");
}
