//! Responses that the document describes elsewhere than in their schema, or not at all.

use futures_util::TryStreamExt;
use wire::{Client, ErrorKind, serde_json::json, testing::Stub};

/// Returns a client to whose `operation` the server responds with this status, media type and body.
fn client(operation: &str, status: u16, media: &'static str, body: &'static [u8]) -> Client {
    let respond = move |_: &wire::reqwest::Request| {
        let response = http::Response::builder().status(status);
        let response = response.header("content-type", media).body(body);
        response.unwrap().into()
    };
    let stub = Stub::new().on(operation, respond);
    let client = Client::builder().api_token("t").hooks(stub);
    client.build().unwrap()
}

const JSON: &str = "application/json";

#[tokio::test]
async fn json_without_a_schema_is_any_json() {
    let client = client("contents", 200, JSON, br#"{"a": [1, NaN]}"#);
    let value = client.contents().sizes(["1"]).send().await.unwrap();
    assert_eq!(value.0, json!({"a": [1, "NaN"]}));
}

#[tokio::test]
async fn a_response_to_head_has_no_body() {
    let client = client("contents_head", 200, JSON, b"");
    let response = client.contents_head().sizes("1").send_full().await.unwrap();
    assert_eq!(response.headers["content-type"], JSON);
}

#[tokio::test]
async fn a_response_that_may_have_no_content_may_be_none() {
    let none = client("contents_create", 204, "", b"");
    let read = none.contents_create().sizes("1").send().await.unwrap();
    assert!(read.is_none());
    let some = client("contents_create", 200, JSON, br#"{"lat": 1.5}"#);
    let read = some.contents_create().sizes("1").send().await.unwrap();
    assert_eq!(read.unwrap().lat, Some(1.5));
}

#[tokio::test]
async fn a_file_by_reference_is_bytes() {
    let client = client("files_file", 200, "image/png", b"\x89PNG");
    let file = client.files_file().send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), &b"\x89PNG"[..]);
}

/// Without the header, a part or an encoded body would be taken for the file.
#[tokio::test]
async fn what_a_documented_header_asks_for_is_not_refused() {
    let part = client("files_file", 206, "image/png", b"PN");
    let file = part.files_file().range("bytes=1-2").send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), &b"PN"[..]);
    let error = part.files_file().send().await.unwrap_err();
    assert!(error.to_string().contains("not asked for"), "{error}");

    let zipped = Stub::new().on("files_file", |_: &wire::reqwest::Request| {
        let response = http::Response::builder().header("content-encoding", "x-gzip");
        response.body(&b"zipped"[..]).unwrap().into()
    });
    let zipped = Client::builder().api_token("t").hooks(zipped);
    let zipped = zipped.build().unwrap();
    let call = zipped.files_file().accept_encoding("x-gzip");
    let file = call.send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), &b"zipped"[..]);
}

#[tokio::test]
async fn a_list_by_reference_and_a_page_of_several_parts_keep_bad_items_apart() {
    let list = br#"[{"lat": 1}, {"lat": "x"}, {"lat": 2}]"#;
    let page = br#"{"count": 3, "next": null, "results": [{"lat": 1}, {"lat": "x"}, {"lat": 2}]}"#;
    let lists = client("wheres_list", 200, JSON, list);
    let pages = client("files_list", 200, JSON, page);
    for stream in [
        lists.wheres_list().stream_results(),
        pages.files_list().stream_results(),
    ] {
        let items: Vec<_> = stream.try_collect().await.unwrap();
        let read: Vec<_> = items.iter().map(|i| i.as_ref().ok()?.lat).collect();
        assert_eq!(read, [Some(1.0), None, Some(2.0)]);
    }
}

/// The page of a proxy or of a sign-in has status 200 too.
#[tokio::test]
async fn a_page_of_html_is_no_success_of_an_operation_without_a_response() {
    let page = b"\xef\xbb\xbf<!-- a -->\n<!DOCTYPE html><title>Sign in</title>";
    let proxy = client("forms_parts", 200, "text/html", page);
    let error = proxy.forms_parts().note("n").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("HTML page"), "{error}");
    for (status, body) in [(204, &b""[..]), (200, b"OK"), (202, b"{}")] {
        let django = client("forms_parts", status, "text/html; charset=utf-8", body);
        django.forms_parts().note("n").send().await.unwrap();
    }
}

/// Nor is it the content of a file, unless the document, the call or the server says so.
#[tokio::test]
async fn a_page_of_html_is_no_file() {
    let page = " <!-- a -->\n<!DOCTYPE html><title>Sign in</title>";
    let respond = |headers: &'static [(&str, &str)], body: &'static str| {
        let respond = move |_: &wire::reqwest::Request| {
            let mut response = http::Response::builder();
            for (name, value) in headers {
                response = response.header(*name, *value);
            }
            // As it may arrive.
            let bytes = body.bytes().map(|b| Ok::<_, std::io::Error>(vec![b]));
            let body = wire::reqwest::Body::wrap_stream(futures_util::stream::iter(bytes));
            response.body(body).unwrap().into()
        };
        let stub = ["media_octets", "media_lines", "raw"];
        let stub = stub
            .iter()
            .fold(Stub::new(), |stub, of| stub.on(*of, respond));
        Client::builder()
            .api_token("t")
            .hooks(stub)
            .build()
            .unwrap()
    };
    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");
    for headers in [
        &[HTML][..],
        &[],
        &[("content-type", "application/xhtml+xml")],
    ] {
        let client = respond(headers, page);
        for sent in [
            client.media_octets().body("x").send().await,
            client.media_lines().body("x").send().await,
        ] {
            let error = sent.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.to_string().contains("HTML page"), "{error}");
        }
    }
    const NAME: (&str, &str) = ("content-disposition", "attachment; filename=report.html");
    for (headers, body) in [
        (&[HTML, NAME][..], page),
        (&[("content-type", "application/octet-stream")], page),
        // Django's media type of anything that has no other.
        (&[HTML], "a;b\n1;2\n"),
        (&[HTML], ""),
        (&[], "<svg/>"),
    ] {
        let client = respond(headers, body);
        let file = client.media_octets().body("x").send().await.unwrap();
        assert_eq!(file.bytes().await.unwrap(), body, "{headers:?}");
    }
    let client = respond(&[HTML], page);
    let raw = client.request(wire::Method::GET, "/page/").send_download();
    assert_eq!(raw.await.unwrap().bytes().await.unwrap(), page);
    let asked = wire::CallOptions::new()
        .header("Accept", "text/html")
        .unwrap();
    let asked = client.media_octets().body("x").options(asked).send();
    assert_eq!(asked.await.unwrap().bytes().await.unwrap(), page);
}
