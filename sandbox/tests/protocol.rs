//! HTTP and authentication as in Django REST framework.

mod support;

use std::time::{Duration, SystemTime};

use autopi_sandbox::{EMAIL, PASSWORD, Sandbox, Wire};
use serde_json::{Value, json};
use support::{Api, json_response};

#[tokio::test]
async fn missing_wrong_and_expired_credentials_are_401() {
    let api = Api::start(
        Sandbox::builder()
            .token_lifetime(Duration::from_secs(60))
            .clock_at(SystemTime::now()),
    )
    .await;
    let with = async |header: &str| {
        json_response(
            api.http
                .get(api.url("/dongle/devices/"))
                .header("Authorization", header)
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    let none = json_response(
        api.http
            .get(api.url("/dongle/devices/"))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (none.status, none.body),
        (
            401,
            json!({"detail": "Authentication credentials were not provided."})
        )
    );
    let wrong = with("APIToken 00").await;
    assert_eq!(
        (
            wrong.status,
            wrong.header("www-authenticate"),
            &wrong.body["detail"]
        ),
        (401, "APIToken", &json!("Invalid token."))
    );

    let login = json_response(
        api.http
            .post(api.url("/auth/login/"))
            .json(&json!({"email": EMAIL, "password": "x"}))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (login.status, login.body),
        (
            400,
            json!({"non_field_errors": ["Unable to log in with provided credentials."]})
        )
    );
    let login = json_response(
        api.http
            .post(api.url("/auth/login/"))
            .json(&json!({"email": EMAIL}))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (login.status, login.body),
        (400, json!({"password": ["This field is required."]}))
    );
    for form in [false, true] {
        let request = api.http.post(api.url("/auth/login/"));
        let fields = json!({"email": EMAIL, "password": PASSWORD});
        let login = json_response(
            if form {
                request
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(format!("email={EMAIL}&password={PASSWORD}"))
            } else {
                request.json(&fields)
            }
            .send()
            .await
            .unwrap(),
        )
        .await;
        assert_eq!(
            (login.status, &login.body["user"]["email"]),
            (200, &json!(EMAIL))
        );
        let token = login.body["token"].as_str().unwrap();
        assert_eq!(with(&format!("bearer {token}")).await.status, 200);
        api.sandbox.advance(Duration::from_secs(61));
        let old = with(&format!("Bearer {token}")).await;
        assert_eq!(
            (old.status, old.body),
            (401, json!({"detail": "Signature has expired."}))
        );
    }
}

#[tokio::test]
async fn a_login_asks_for_the_second_factor() {
    let api = Api::start(Sandbox::builder().mfa("123456")).await;
    let post = async |path: &str, body: Value| {
        json_response(
            api.http
                .post(api.url(path))
                .json(&body)
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    let first = post(
        "/auth/login/",
        json!({"email": EMAIL, "password": PASSWORD}),
    )
    .await;
    assert!(first.body.get("token").is_none());
    let token = first.body["mfa_token"].clone();
    assert_eq!(
        post(
            "/auth/mfa/verify/",
            json!({"mfa_token": token, "otp_token": "000000"})
        )
        .await
        .status,
        400
    );
    assert_eq!(
        post(
            "/auth/mfa/verify/",
            json!({"mfa_token": "x.y.z", "otp_token": "123456"})
        )
        .await
        .status,
        400
    );
    let second = post(
        "/auth/mfa/verify/",
        json!({"mfa_token": token, "otp_token": "123456"}),
    )
    .await;
    let header = format!("Bearer {}", second.body["token"].as_str().unwrap());
    assert_eq!(
        api.http
            .get(api.url("/auth/user/"))
            .header("Authorization", header)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    // The token of the first step gives no access.
    let header = format!("Bearer {}", token.as_str().unwrap());
    assert_eq!(
        api.http
            .get(api.url("/auth/user/"))
            .header("Authorization", header)
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
}

#[tokio::test]
async fn invalid_requests_are_refused_in_the_form_of_drf() {
    let api = Api::start(Sandbox::builder().forbidden("/billing/")).await;
    // Where no view is, Django itself responds.
    let page = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  \
                <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n\
                </html>\n";
    for path in ["/no/such/path/", "/nope", "//dongle/devices/"] {
        let nothing = api.get(path).await;
        assert_eq!(
            (nothing.status, &nothing.body),
            (404, &json!(page)),
            "{path}"
        );
        assert_eq!(nothing.header("content-type"), "text/html; charset=utf-8");
    }
    assert_eq!(
        api.get("/dongle/devices/11111111-1111-4111-8111-111111111111/")
            .await
            .status,
        404
    );
    assert_eq!(api.get("/dongle/devices/not-a-uuid/").await.status, 404);
    assert_eq!(api.get("/billing/settlements/").await.status, 403);
    let method = api.send("DELETE", "/dongle/devices/", &json!({})).await;
    assert_eq!(
        (
            method.status,
            method.header("allow"),
            &method.body["detail"]
        ),
        (
            405,
            "GET, HEAD, OPTIONS",
            &json!("Method \"DELETE\" not allowed.")
        )
    );
    let media = json_response(
        api.request("POST", "/vehicle/profile/")
            .header("content-type", "text/csv")
            .body("a,b")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (media.status, &media.body["detail"]),
        (
            415,
            &json!("Unsupported media type \"text/csv\" in request.")
        )
    );
    let accept = json_response(
        api.request("GET", "/dongle/devices/")
            .header("accept", "application/xml")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (accept.status, &accept.body["detail"]),
        (406, &json!("Could not satisfy the request Accept header."))
    );
    let broken = json_response(
        api.request("POST", "/vehicle/profile/")
            .header("content-type", "application/json")
            .body("{\"vin\": ")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert!(
        broken.status == 400
            && broken.body["detail"]
                .as_str()
                .unwrap()
                .starts_with("JSON parse error - "),
        "{}",
        broken.body
    );
    let fields = api
        .send(
            "POST",
            "/dongle/environment_variables/",
            &json!({"is_secret": "perhaps"}),
        )
        .await;
    assert_eq!(
        (fields.status, fields.body),
        (
            400,
            json!({"key": ["This field is required."], "is_secret": ["Must be a valid boolean."]})
        )
    );
    let query = api
        .get("/logbook/storage/read/?device_id=x&field_type=nothing")
        .await;
    assert_eq!(
        (query.status, &query.body["device_id"], &query.body["field"]),
        (
            400,
            &json!(["Must be a valid UUID."]),
            &json!(["This field is required."])
        )
    );
    assert_eq!(
        query.body["field_type"],
        json!(["\"nothing\" is not a valid choice."])
    );
    let page = api.get("/dongle/devices/?page=99").await;
    assert_eq!(
        (page.status, page.body),
        (404, json!({"detail": "Invalid page."}))
    );
    let options = json_response(
        api.request("OPTIONS", "/vehicle/profile/")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (options.status, &options.body["parses"]),
        (
            200,
            &json!([
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data"
            ])
        )
    );
    assert_eq!(
        api.request("HEAD", "/dongle/devices/")
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        ""
    );
}

#[tokio::test]
async fn requests_over_the_rate_limit_are_429() {
    let api = Api::start(
        Sandbox::builder()
            .rate_limit(3, Duration::from_secs(30))
            .clock_at(SystemTime::now()),
    )
    .await;
    let mut last = api.get("/vehicle/makes/").await;
    for _ in 0..3 {
        assert_eq!(last.status, 200);
        last = api.get("/vehicle/makes/").await;
    }
    assert_eq!(
        (
            last.status,
            last.header("retry-after"),
            &last.body["detail"]
        ),
        (
            429,
            "30",
            &json!("Request was throttled. Expected available in 30 seconds.")
        )
    );
    api.sandbox.advance(Duration::from_secs(31));
    assert_eq!(api.get("/vehicle/makes/").await.status, 200);
}

#[tokio::test]
async fn missing_slashes_redirect_known_etags_are_304_and_bodies_are_gzipped() {
    let api = Api::start(Sandbox::builder()).await;
    let moved = api.get("/dongle/devices?page=2").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, "/dongle/devices/?page=2")
    );
    for path in ["/?format=openapi", "/dongle/devices/"] {
        let first = api.get(path).await;
        let tag = first.header("etag").to_owned();
        let again = api
            .request("GET", path)
            .header("if-none-match", &tag)
            .send()
            .await
            .unwrap();
        assert_eq!(
            (
                again.status().as_u16(),
                again.text().await.unwrap().as_str()
            ),
            (304, ""),
            "{path}"
        );
        let packed = api
            .request("GET", path)
            .header("accept-encoding", "gzip")
            .send()
            .await
            .unwrap();
        assert_eq!(
            (
                packed.headers()["content-encoding"].to_str().unwrap(),
                &packed.headers()["etag"].to_str().unwrap()
            ),
            ("gzip", &tag.as_str())
        );
        let reader = reqwest::Client::new();
        let unpacked: Value = reader
            .get(api.url(path))
            .headers(api.request("GET", path).build().unwrap().headers().clone())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(unpacked, first.body);
    }
    let device = api.items("/dongle/devices/").await.swap_remove(0)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let tag = api.get("/dongle/devices/").await.header("etag").to_owned();
    api.send(
        "PATCH",
        &format!("/dongle/devices/{device}/"),
        &json!({"callName": "Renamed"}),
    )
    .await;
    assert_ne!(api.get("/dongle/devices/").await.header("etag"), tag);

    let document = api.get("/?format=openapi").await;
    assert_eq!(
        (document.header("content-type"), &document.body["swagger"]),
        ("application/openapi+json", &json!("2.0"))
    );
    let portal = json_response(
        api.http
            .get(api.url("/"))
            .header("accept", "text/html")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert!(portal.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn wire_modes_differ_where_the_api_departs_from_its_document() {
    let (real, spec) = (
        Api::start(Sandbox::builder()).await,
        Api::start(Sandbox::builder().wire(Wire::Spec)).await,
    );
    let (a, b) = (
        real.get("/dongle/devices/?page_size=2").await.body,
        spec.get("/dongle/devices/?page_size=2").await.body,
    );
    assert_eq!(
        a.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["count", "results", "page_size"]
    );
    assert_eq!((&a["count"], &b["count"]), (&json!(25), &json!(25)));
    assert_eq!(
        (&b["next"], &b["previous"]),
        (
            &json!(spec.url("/dongle/devices/?page=2&page_size=2")),
            &Value::Null
        )
    );
    // The same data, in the other wire mode.
    let (wire, letter) = (&a["results"][0], &b["results"][0]);
    assert_eq!(
        (&wire["id"], &wire["callName"]),
        (&letter["id"], &letter["callName"])
    );
    assert!(
        wire["is_updated"].is_boolean()
            && wire["open_alerts"].is_object()
            && wire["warnings"].is_array()
    );
    for key in ["is_updated", "open_alerts", "warnings"] {
        assert_eq!(
            letter[key]
                .as_str()
                .map(|t| serde_json::from_str::<Value>(t).unwrap())
                .as_ref(),
            Some(&wire[key]),
            "{key}"
        );
    }
    // Every page once, by its links.
    let (mut next, mut seen) = (Some(spec.url("/dongle/devices/?page_size=7")), Vec::new());
    while let Some(url) = next {
        let page = spec
            .get(url.strip_prefix(spec.sandbox.url()).unwrap())
            .await
            .body;
        seen.extend(
            page["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|d| d["id"].to_string()),
        );
        next = page["next"].as_str().map(str::to_owned);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25);
    let login = json_response(
        spec.http
            .post(spec.url("/auth/login/"))
            .json(&json!({"email": EMAIL, "password": PASSWORD}))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert!(
        login.status == 201
            && login.body["token"].is_string()
            && login.body["email"] == EMAIL
            && login.body["password"] != PASSWORD
    );
    let query = format!(
        "device_id={}&from_utc=2026-01-01T00:00:00Z&field=obd.speed&field_type=float",
        wire["id"].as_str().unwrap()
    );
    assert!(
        real.get(&format!("/logbook/storage/read/?{query}"))
            .await
            .body
            .is_array()
    );
    assert!(
        spec.get(&format!("/logbook/storage/read/?{query}"))
            .await
            .body
            .is_object()
    );
}

#[tokio::test]
async fn a_header_that_comes_twice_is_read_as_one_list() {
    let api = Api::start(Sandbox::builder()).await;
    let list = |names: [(&str, &str); 2]| {
        let request = api.request("GET", "/dongle/devices/");
        let request = names.iter().fold(request, |r, (k, v)| r.header(*k, *v));
        async { json_response(request.send().await.unwrap()).await }
    };
    let accepted = list([("Accept", "text/html"), ("Accept", "application/json")]).await;
    assert_eq!(accepted.status, 200);
    let token = "APIToken 0123456789abcdef0123456789abcdef01234567";
    let refused = list([("Authorization", token), ("x", "y")]).await;
    let text = "Invalid token header. Token string should not contain spaces.";
    assert_eq!(
        (refused.status, &refused.body["detail"]),
        (401, &json!(text))
    );
}
