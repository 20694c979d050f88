//! Commands, and the webhooks with their results.

mod support;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use autopi_sandbox::{API_TOKEN, Sandbox, Wire};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use support::Api;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

async fn first_device(api: &Api) -> Value {
    api.items("/dongle/devices/").await.swap_remove(0)
}

#[tokio::test]
async fn a_command_is_pending_then_done() {
    for wire in [Wire::Real, Wire::Spec] {
        let api = Api::start(
            Sandbox::builder()
                .wire(wire)
                .clock_at(SystemTime::now())
                .command_delay(Duration::from_secs(2))
                .command_result("my.module", json!([7])),
        )
        .await;
        let device = first_device(&api).await;
        let (id, unit) = (
            device["id"].as_str().unwrap(),
            device["unit_id"].as_str().unwrap(),
        );
        let started = api
            .send(
                "POST",
                &format!("/dongle/devices/{id}/execute/"),
                &json!({"command": "obd.query", "arg": ["rpm"]}),
            )
            .await;
        assert_eq!(
            (started.status, &started.body["minions"]),
            (200, &json!([unit])),
            "{}",
            started.body
        );
        let jid = started.body["jid"].as_str().unwrap();
        assert!(
            jid.len() == 20 && jid.bytes().all(|b| b.is_ascii_digit()),
            "{jid}"
        );
        let result = format!("/dongle/devices/{id}/command_result/{jid}/");
        let pending = api.get(&result).await;
        assert!(
            if wire == Wire::Real {
                pending.body["state"] == "PENDING"
            } else {
                pending.status == 404
            },
            "{}",
            pending.body
        );
        api.sandbox.advance(Duration::from_secs(3));
        let done = api.get(&result).await.body;
        let returned = if wire == Wire::Real {
            &done
        } else {
            &done["return"]
        };
        assert_eq!(*returned, json!({"_type": "rpm", "value": 900}));
        // Also by the unit id.
        let started = api
            .send(
                "POST",
                &format!("/dongle/{unit}/execute_raw/"),
                &json!({"command": "my.module 1"}),
            )
            .await;
        let jid = started.body["jid"].as_str().unwrap();
        api.sandbox.advance(Duration::from_secs(3));
        let done = api
            .get(&format!("/dongle/{unit}/retrieve_job/{jid}/"))
            .await
            .body;
        assert_eq!(
            if wire == Wire::Real {
                &done
            } else {
                &done["return"]
            },
            &json!([7])
        );
        assert_eq!(
            api.get(&format!("/dongle/devices/{id}/command_result/1/"))
                .await
                .status,
            404
        );
        let wrong = api
            .send(
                "POST",
                &format!("/dongle/devices/{id}/execute/"),
                &json!({}),
            )
            .await;
        assert_eq!(
            (wrong.status, &wrong.body["command"]),
            (400, &json!(["This field is required."]))
        );
        // The two ids must not be confused.
        assert_eq!(
            api.send(
                "POST",
                &format!("/dongle/devices/{unit}/execute/"),
                &json!({"command": "test.ping"})
            )
            .await
            .status,
            404
        );
    }
}

#[tokio::test]
async fn webhooks_are_signed_and_retried_until_accepted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/hook?x=1", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::<String>::new()));
    let seen = requests.clone();
    tokio::spawn(async move {
        for n in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut text = Vec::new();
            // The body is JSON and ends with its last brace.
            while !text.ends_with(b"}") {
                let mut buffer = [0; 4096];
                match socket.read(&mut buffer).await {
                    Ok(read) if read > 0 => text.extend_from_slice(&buffer[..read]),
                    _ => break,
                }
            }
            seen.lock().unwrap().push(String::from_utf8(text).unwrap());
            let status = if n < 2 { "503 Busy" } else { "204 No Content" };
            socket
                .write_all(
                    format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                        .as_bytes(),
                )
                .await
                .unwrap();
        }
    });
    let api = Api::start(Sandbox::builder().command_delay(Duration::from_millis(20))).await;
    let device = first_device(&api).await;
    let execute = format!(
        "/dongle/devices/{}/execute/",
        device["id"].as_str().unwrap()
    );
    let started = api
        .send(
            "POST",
            &execute,
            &json!({"command": "test.ping", "callback_url": hook}),
        )
        .await;
    assert_eq!(started.status, 200, "{}", started.body);
    for _ in 0..500 {
        if requests.lock().unwrap().len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    let requests = requests.lock().unwrap().clone();
    assert_eq!(
        requests.len(),
        3,
        "taken at the third try, and not sent again"
    );
    let (head, body) = requests[2].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?x=1 HTTP/1.1"), "{head}");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(API_TOKEN.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert!(
        head.to_lowercase()
            .contains(&format!("x-request-signature: {signature}")),
        "{head}"
    );
    let event: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&event["state"], &event["success"], &event["jid"]),
        (
            &json!("COMMAND_EXECUTED"),
            &json!(true),
            &started.body["jid"]
        )
    );
    assert_eq!(
        (&event["device_id"], &event["response"]["data"]["return"]),
        (&device["id"], &json!(true))
    );
    for url in [
        "http://192.0.2.1/x",
        "https://127.0.0.1/x",
        "http://no.such.host.invalid/",
    ] {
        let refused = api
            .send(
                "POST",
                &execute,
                &json!({"command": "test.ping", "callback_url": url}),
            )
            .await;
        assert!(
            refused.status == 400 && refused.body["callback_url"].is_array(),
            "{url}: {}",
            refused.body
        );
    }
}
