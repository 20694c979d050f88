//! A request that is made from a response loses nothing of what the response holds
//! (docs/decisions/0011).

use wire::{
    serde_json::{from_value, json, to_value},
    types,
};

#[test]
fn a_request_made_from_a_response_of_odd_members_loses_nothing() {
    // Names of marks too, of serde_json and of earlier versions of ours.
    let later = json!({
        "$serde_json::private::RawValue": "[5]", "\0autopi\0x": {"\0autopi\0": 1},
        "a": [{"b": null}], "": 18_446_744_073_709_551_615_u64,
    });
    let stop = json!({"name": "Aarhus", "later": later});
    let load = json!({"kilos": 1.5, "stop": stop, "later": later});
    let sent = json!({
        "driver": null, "plate": "AB 12345", "later": later,
        "load": load, "stops": [stop, {"later": 1}], "by_name": {"first": stop},
        "pets": [{"kind": "cat", "name": "Tom", "later": later}, {"kind": "zebra", "stripes": [3]}],
        // Objects of known form in the response, and of any form in the request.
        "settings": load, "options": load,
    });
    let mut response = sent.clone();
    for (at, name) in [("", "id"), ("/load/stop", "seen"), ("/stops/0", "seen")] {
        let read_only = response.pointer_mut(at).unwrap().as_object_mut().unwrap();
        read_only.insert(name.into(), "2026-01-02T03:04:05Z".into());
    }
    let van: types::Van = from_value(response).unwrap();
    let request = types::VanRequest::try_from(&van).unwrap();
    assert_eq!(to_value(&request).unwrap(), sent);
}

#[test]
fn a_request_that_is_read_keeps_the_null_of_any_json() {
    let sent = json!({"flag": true, "step": 0.5, "mixed": 1, "five": 5, "more": null});
    let request: types::CarRequest = from_value(sent.clone()).unwrap();
    assert_eq!(to_value(&request).unwrap(), sent);
}

#[test]
fn a_value_that_the_request_cannot_take_is_an_error_with_its_path() {
    let van: types::Van = from_value(json!({"id": "1", "plate": null})).unwrap();
    // Null and absent are one in a response; a request that must name its driver sends null.
    let request = types::VanRequest::try_from(&van).unwrap();
    assert_eq!(to_value(&request).unwrap(), json!({"driver": null}));
    let error = from_value::<types::VanRequest>(json!({"plate": null})).unwrap_err();
    assert!(
        error.to_string().contains("missing field `driver`"),
        "{error}"
    );
}
