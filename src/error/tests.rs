//! What an error says, and what it hides.

use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::{
    codec::validate::Violation,
    privacy::{repeated::Repeated, secret},
};

fn status(status: u16, body: &'static str) -> Error {
    Error::status_of(
        status,
        None,
        None,
        false,
        None,
        Bytes::from_static(body.as_bytes()),
    )
}

#[test]
fn the_text_says_what_a_status_means() {
    for (code, shown) in [
        (307, "a redirect that is not followed"),
        (308, "a redirect that is not followed"),
        (302, "a redirect that is not followed"),
        (300, "not a response of this API"),
        (304, "not modified"),
        (401, "check the token"),
        (403, "may not do this"),
        (404, "not found for this account"),
        (429, "slow down"),
        (500, "the server failed"),
        (400, "the API refused the request"),
    ] {
        let text = status(code, "").to_string();
        assert!(text.contains(shown), "{text}");
    }
    let of = |template, html| Error::status_of(404, None, None, html, template, Bytes::new());
    assert!(of(None, true).to_string().contains("no such path"));
    for template in ["/x/{unit_id}/", "/x/{device_id}/", "/devices/{id}/"] {
        assert!(
            of(Some(template), false).to_string().contains("unit id"),
            "{template}"
        );
    }
}

#[test]
fn a_twin_keeps_what_tells_when_to_retry_and_long_bodies_are_cut() {
    let wait = Some(Duration::from_secs(7));
    let error = Error::status_of(503, Some("id".into()), wait, false, None, Bytes::new());
    let twin = error.twin();
    assert_eq!((twin.retry_after(), twin.request_id()), (wait, Some("id")));
    assert!(twin.status() == Some(503) && twin.is_retryable());
    let long = || Bytes::from(vec![b'x'; 2 << 20]);
    for error in [
        Error::command(200, long()),
        Error::decode(200, ".", "x", long()),
    ] {
        assert_eq!(error.raw_body().map(<[u8]>::len), Some(1 << 20));
    }
}

#[test]
fn a_session_is_expired_if_a_403_says_so() {
    for (code, detail, yes) in [
        (403, r#"{"detail":"Signature has expired."}"#, true),
        (403, r#"{"detail":"Token is EXPIRED"}"#, true),
        (403, r#"{"detail":"JWT expired"}"#, true),
        (403, r#"{"detail":"session_expired"}"#, true),
        (403, r#"{"detail":"Your subscription has expired."}"#, false),
        (403, r#"{"detail":"no token"}"#, false),
        (401, r#"{"detail":"Token expired"}"#, false),
    ] {
        assert_eq!(status(code, detail).is_expired_session(), yes, "{detail}");
    }
    for code in 400..600 {
        let again = [408, 425, 429, 500, 502, 503, 504].contains(&code);
        assert_eq!(status(code, "").is_retryable(), again, "{code}");
    }
}

#[test]
fn the_detail_is_the_best_of_what_a_server_says() {
    for (body, detail) in [
        (r#"{"error":"b","detail":"a"}"#, Some("a")),
        (r#"{"message":"c","error":"b"}"#, Some("b")),
        (r#"{"status":"d","message":"c"}"#, Some("c")),
        (r#"{"detail":" ","status":"d"}"#, Some("d")),
        ("Busy", Some("Busy")),
        ("{broken", None),
        ("[broken", None),
        ("<broken", None),
        ("  ", None),
    ] {
        assert_eq!(status(400, body).detail().as_deref(), detail, "{body}");
    }
}

#[test]
fn many_violations_are_counted_and_all_are_kept() {
    let all = |n: usize| {
        let one = |n| Violation {
            field: if n == 0 {
                String::new()
            } else {
                format!("f{n}")
            },
            fault: "x".into(),
        };
        Error::violations((0..n).map(one).collect())
    };
    assert!(all(8).to_string().ends_with("f7: x"));
    assert!(all(9).to_string().ends_with("f7: x; and 1 more"));
    assert_eq!(all(9).field_errors().len(), 9);
    assert_eq!(all(1).field_errors()["non_field_errors"], ["x"]);
}

#[test]
fn a_secret_is_masked_wherever_an_error_holds_it() {
    let mut secrets = Repeated::default();
    secrets.note("canary-17");
    let body = Bytes::from_static(br#"{"detail":"is canary-17"}"#);
    let id = Some("canary-17".to_owned());
    let error = Error::status_of(400, id, None, false, None, body);
    let error = error
        .because("canary-17")
        .on(&reqwest::Method::GET, Some("/canary-17".to_owned()));
    let place = Error::decode(200, "a.canary-17", "x", Bytes::new());
    let field = Violation {
        field: "canary-17".into(),
        fault: "is canary-17".into(),
    };
    for error in [error, place, Error::violations(vec![field])] {
        let error = error.of("x", 1, Duration::ZERO).masking(&secrets);
        let (id, path) = (error.request_id(), error.json_path());
        let body = error.raw_body().map(String::from_utf8_lossy);
        let all = format!(
            "{error} {id:?} {path:?} {body:?} {:?}",
            error.field_errors()
        );
        assert!(
            !all.contains("canary-17") && all.contains(secret::MASK),
            "{all}"
        );
    }
    let refused = status(400, r#"{"canary-17":["is canary-17"]}"#).reason(&["canary-17"]);
    assert_eq!(refused, " ** redacted **: ** redacted **");
    let long = Error::decode(200, "a".repeat(9000), "x", Bytes::new()).to_string();
    assert!(long.len() < 1200, "{long}");
}
