//! Responses as servers, proxies and gateways send them when they do not do what the document says:
//! each is read for what it is, or an error that says what it is.

mod support;

use std::time::Duration;

use autopi::{Client, Error, Json, Method, RetryPolicy, Upload};
use futures_util::StreamExt;
use support::{Server, Step, ok, response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn get(client: &Client) -> Result<Json, Error> {
    let request = client.request(Method::GET, "/x/");
    request.send_json().await.map(|r| r.value)
}

/// Returns the JSON of a GET that is responded to with these bytes, or its error.
async fn outcome(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    let server = Server::start(move |_, _| vec![Step::Write(bytes.clone())]).await;
    let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
    match get(&client).await {
        Ok(value) => value.to_string(),
        Err(error) => format!("{:?} {error}", error.kind()),
    }
}

fn raw(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").into_bytes();
    bytes.extend(body.as_ref());
    bytes
}

const JSON: &str = "200 OK\r\ncontent-type: application/json";

#[tokio::test]
async fn a_body_is_what_its_bytes_are_or_an_error() {
    let utf16: Vec<u8> = "\u{feff}{\"a\":1}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let page = "<!DOCTYPE html><title>Sign in</title>";
    for (bytes, expected) in [
        (raw("200 OK", ""), "null"),
        (raw("201 Created", ""), "null"),
        (raw("204 No Content", ""), "null"),
        (raw("205 Reset Content", ""), "null"),
        (raw("200 OK\r\ncontent-length: 0", ""), "null"),
        (raw("299 Odd", "7"), "7"),
        (raw("203 Non-Authoritative Information", "7"), "7"),
        (raw("200", "7"), "7"),
        (raw("200 \u{e9}", "7"), "7"),
        (b"HTTP/1.0 200 OK\r\n\r\n7".to_vec(), "7"),
        (raw(JSON, "\u{feff}{\"a\":1}"), r#"{"a":1}"#),
        (raw(JSON, " \r\n\t7\r\n\r\n"), "7"),
        (raw(JSON, " \r\n"), "Decode"),
        (raw(JSON, "7 8"), "Decode"),
        (raw(JSON, "{\"a\":1}{\"a\":2}"), "Decode"),
        (raw(JSON, ")]}',\n{\"a\":1}"), "not JSON"),
        (raw(JSON, "callback({\"a\":1})"), "not JSON"),
        (raw(JSON, "{'a':1}"), "Decode"),
        (raw(JSON, "{\"a\":1,}"), "Decode"),
        (raw(JSON, "{\"a\":1"), "Decode"),
        (raw(JSON, "{\"a\":1}\0"), "Decode"),
        (raw(JSON, utf16), "Decode"),
        (raw("200 OK\r\ncontent-type: application/json; charset=latin-1", b"{\"a\":\"\xe9\"}"), "Decode"),
        (raw("200 OK\r\ncontent-type: text/plain", "7"), "7"),
        (raw("200 OK\r\ncontent-type: nonsense\r\ncontent-type: text/html", "7"), "7"),
        (raw(JSON, page), "an HTML page"),
        (raw("200 OK\r\ncontent-type: text/html", page), "an HTML page"),
        (raw("403 Forbidden\r\ncontent-type: text/html", page), "Status raw (GET /x/): HTTP 403: the response is an HTML page of the server itself"),
        (raw(JSON, "{\"a\":{\"b\":[1,NaN]}}"), "a.b[1]"),
        (raw(JSON, "{\"a\":-Infinity}"), "at `a`"),
        (raw(JSON, "{\"a\":9223372036854775808}"), r#"{"a":9223372036854775808}"#),
        (raw(JSON, "{\"a\":18446744073709551616}"), "`18446744073709551616`"),
        (raw(JSON, "{\"a\":-9223372036854775809}"), "`-9223372036854775809`"),
        (raw(JSON, "{\"a\":1e400}"), "`1e400`"),
        (raw(JSON, "{\"a\":0.1e-400}"), "`0.1e-400`"),
        (raw(JSON, "{\"a\":1E+2}"), r#"{"a":100.0}"#),
        (raw(JSON, "{\"a\":01}"), "Decode"),
        (raw(JSON, "{\"a\":1,\"a\":2}"), r#"{"a":2}"#),
        (raw(JSON, "{\"a\":\"\\ud800\"}"), "Decode"),
        (raw(JSON, "{\"\\u0000number\":\"5\"}"), "{\"\\u0000number\":\"5\"}"),
        (raw(JSON, "{\"$serde_json::private::Number\":\"5\"}"), "{\"$serde_json::private::Number\":\"5\"}"),
        (raw(JSON, "{\"$serde_json::private::RawValue\":\"[5]\"}"), "{\"$serde_json::private::RawValue\":\"[5]\"}"),
        (raw(JSON, "{\"$autopi::raw\":[{\"$autopi::digits\":\"5\"}]}"), "{\"$autopi::raw\":[{\"$autopi::digits\":\"5\"}]}"),
        (raw("200 OK\r\ncontent-encoding: identity", "7"), "7"),
        (raw("200 OK\r\ncontent-encoding: ", "7"), "7"),
        (raw("200 OK\r\ncontent-encoding: gzip, gzip", "7"), "encoded as `gzip, gzip`"),
        (raw("200 OK\r\ncontent-encoding: identity\r\ncontent-encoding: br", "7"), "encoded as `br`"),
        (raw("200 OK\r\ncontent-encoding: x-gzip\r\ncontent-encoding: x-gzip", "7"), "encoded as `x-gzip, x-gzip`"),
        (raw("200 OK\r\ncontent-encoding: br\r\ncontent-length: 0", ""), "null"),
        (raw("206 Partial Content\r\ncontent-range: bytes 0-0/2", "7"), "a part of the response (206)"),
        (raw("207 Multi-Status", "7"), "7"),
        (raw("200 OK\r\ncontent-type: application/xml", "<a/>"), "is XML or a part of an HTML page"),
        (raw("200 OK\r\ncontent-type: application/xml", "\n <a/>"), "is XML or a part of an HTML page"),
        (raw("500 Busy\r\ncontent-type: text/html", "Busy"), "an HTML page of the server itself"),
        (raw("500 Busy", "<html>Busy"), "an HTML page"),
        (raw("200 OK\r\ncontent-encoding: aws-chunked", "7"), "encoded as `aws-chunked`"),
        (raw("200 OK\r\ncontent-encoding: gzip", "7"), "compressed body of the response is damaged"),
        (raw("200 OK\r\ncontent-length: 9", "7"), "Transport raw (GET /x/): the response broke off"),
        (raw("200 OK\r\ncontent-length: 3", "{\"a\":1}"), "Decode"),
        (raw("200 OK\r\ncontent-length: -1", "7"), "Transport"),
        (raw("200 OK\r\ncontent-length: 1\r\ncontent-length: 2", "7"), "Transport"),
        (raw("200 OK\r\ncontent-length: 1\r\ncontent-length: 1", "7"), "7"),
        (raw("200 OK\r\ntransfer-encoding: chunked", "5\r\n{\"a\":"), "the response broke off"),
        (raw("200 OK\r\ntransfer-encoding: chunked", "1\r\n7\r\n0\r\n\r\n"), "7"),
        (raw("200 OK\r\ntransfer-encoding: chunked", "zz\r\n7\r\n0\r\n\r\n"), "Transport"),
        (raw("200 OK\r\ntransfer-encoding: chunked", "1\r\n7\r\n"), "Transport"),
        (raw("200 OK\r\ntransfer-encoding: chunked", "1;x=y\r\n7\r\n0\r\nx: y\r\n\r\n"), "7"),
        (raw("200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 1", "1\r\n7\r\n0\r\n\r\n"), "7"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7".to_vec(), "7"),
        (b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7".to_vec(), "7"),
        (b"HTTP/2.0 200 OK\r\n\r\n7".to_vec(), "Transport"),
        (b"{\"a\":1}".to_vec(), "Transport"),
        (b"ICY 200 OK\r\n\r\n7".to_vec(), "Transport"),
        (raw(&format!("200 OK{}", "\r\nx: y".repeat(200)), "7"), "Transport"),
    ] {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let got = outcome(bytes).await;
        // A value is the whole of it, an error has this in its text.
        let is_error = got.starts_with(|c: char| c.is_ascii_uppercase());
        let fits = if is_error { got.contains(expected) } else { got == expected };
        assert!(fits, "{shown:?}: {got}, not {expected}");
    }
}

#[tokio::test]
async fn an_error_has_the_reason_that_the_server_gives() {
    for (status, body, reason, fields) in [
        (
            400,
            r#""The file is too large""#,
            "The file is too large",
            "",
        ),
        (
            400,
            r#"["Wrong.", "Worse."]"#,
            "Wrong. Worse.",
            "non_field_errors=Wrong.|Worse.",
        ),
        (
            400,
            r#"{"name": "may not be blank"}"#,
            "name: may not be blank",
            "name=may not be blank",
        ),
        (
            400,
            r#"{"non_field_errors": "no"}"#,
            "non_field_errors: no",
            "non_field_errors=no",
        ),
        (400, r#"{"a": "x", "b": ["y"]}"#, "a: x; b: y", "a=x b=y"),
        (
            400,
            r#"{"rows": [{}, {"at": ["bad"]}, {"at": "worse"}]}"#,
            "rows[1].at: bad; rows[2].at: worse",
            "rows[1].at=bad rows[2].at=worse",
        ),
        (400, r#"[{}, {"at": ["bad"]}]"#, "[1].at: bad", "[1].at=bad"),
        (
            400,
            r#"{"detail": [{"loc": ["body", "x"], "msg": "field required"}]}"#,
            "field required",
            "x=field required",
        ),
        (400, r#"{"detail": " ", "message": "why"}"#, "\"why\"", ""),
        (400, r#"{"detail": ""}"#, "HTTP 400: the API", ""),
        (400, "plain words", "plain words", ""),
        (400, "{\"a\":", "", ""),
        (400, "", "", ""),
        (400, "null", "", ""),
        (400, "7", "", ""),
        (400, "\u{feff}{\"detail\": \"marked\"}", "marked", ""),
        (
            401,
            r#"{"detail": "Given token not valid for any token type", "code": "token_not_valid", "messages": [{"token_class": "AccessToken", "message": "Token is expired"}]}"#,
            "Given token not valid",
            "messages[0].message=Token is expired messages[0].token_class=AccessToken",
        ),
        (
            403,
            r#"{"title": "Forbidden", "status": 403, "detail": "no rights", "instance": "/x"}"#,
            "no rights",
            "",
        ),
        (
            403,
            r#"{"error": "forbidden", "error_description": "no scope"}"#,
            "forbidden",
            "",
        ),
        (
            404,
            r#"{"message": "no Route matched with those values"}"#,
            "no Route matched",
            "",
        ),
        (
            405,
            r#"{"detail": "Method \"PUT\" not allowed."}"#,
            "not allowed",
            "",
        ),
        (
            406,
            r#"{"detail": "Could not satisfy the request Accept header."}"#,
            "Accept header",
            "",
        ),
        (
            409,
            r#"{"code": "conflict"}"#,
            "code: conflict",
            "code=conflict",
        ),
        (
            413,
            "Request Entity Too Large",
            "Request Entity Too Large",
            "",
        ),
        (
            415,
            r#"{"detail": "Unsupported media type \"text/csv\" in request."}"#,
            "Unsupported media type",
            "",
        ),
        (
            429,
            r#"{"detail": "Request was throttled. Expected available in 7 seconds."}"#,
            "Expected available in 7 seconds",
            "",
        ),
        (502, "\n<HTML><h1>502 Bad Gateway</h1></html>", "", ""),
        (
            503,
            "upstream connect error or disconnect/reset before headers",
            "upstream connect error",
            "",
        ),
        (521, "error code: 521", "error code: 521", ""),
    ] {
        let server = Server::responses(vec![response(&format!("{status} X"), "", body)]).await;
        let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
        let error = get(&client).await.unwrap_err();
        let found = error.field_errors();
        let found: Vec<_> = found
            .iter()
            .map(|(k, v)| format!("{k}={}", v.join("|")))
            .collect();
        assert!(error.to_string().contains(reason), "{body}: {error}");
        assert_eq!(found.join(" "), fields, "{body}");
    }
}

#[tokio::test]
async fn a_list_of_any_form_gives_its_items_or_an_error_after_them() {
    for (pages, ids, error) in [
        (vec![r#"{"count":0,"next":null,"results":null}"#], "", ""),
        (
            vec![r#"{"count":5,"next":null,"results":null}"#],
            "",
            "counts 5",
        ),
        (vec![r#"{"count":0,"results":[]}"#], "", ""),
        (vec![r#"{"count":0,"results":{ }}"#], "", ""),
        (
            vec![r#"{"count":2,"results":{"0":{"id":1},"4":{"id":2}}}"#],
            "1 2",
            "",
        ),
        (
            vec![r#"{"count":1,"next":null,"results":[{"id":1},{"id":2},{"id":3}]}"#],
            "1 2 3",
            "",
        ),
        (
            vec![r#"{"count":3,"next":null,"results":[null,{"id":1},[],{"id":2}]}"#],
            "1 2",
            "results[0]",
        ),
        (vec![r#"{"results":{"id":1}}"#], "1", ""),
        (
            vec![r#"{"next":{"href":"/x/?page=2"},"results":[{"id":1}]}"#],
            "1",
            "not a URL",
        ),
        (vec![r#"{"results":"[{\"id\":1}]"}"#], "1", ""),
        (
            vec![
                r#"{"count":2,"next":"?page=2","results":[{"id":1}]}"#,
                r#"{"count":2,"next":"?page=2","results":[{"id":2}]}"#,
            ],
            "1 2",
            "read before",
        ),
        (
            vec![
                r#"{"next":"/x/?page=2","results":[{"id":1}]}"#,
                r#"{"next":"/x/?page=1","results":[{"id":2}]}"#,
                r#"{"next":"/x/?page=2","results":[{"id":1}]}"#,
            ],
            "1 2",
            "repeats",
        ),
        (
            vec![r#"{"next":"?cursor=%FF","results":[{"id":1}]}"#],
            "1",
            "not UTF-8",
        ),
        (
            vec![
                r#"{"next":"?cursor=cD0yMDI2%2B%2F%3D%3D","results":[{"id":1}]}"#,
                r#"{"next":null,"results":[{"id":2}]}"#,
            ],
            "1 2",
            "",
        ),
        (
            vec![
                r#"{"next":"x/?page=2","results":[{"id":1}]}"#,
                r#"{"next":null,"results":[{"id":2}]}"#,
            ],
            "1 2",
            "",
        ),
        (
            vec![
                r#"{"next":"../x/?page=2","results":[{"id":1}]}"#,
                r#"{"next":null,"results":[{"id":2}]}"#,
            ],
            "1 2",
            "",
        ),
        (
            vec![
                r#"{"next":"http://127.0.0.1:9/x/?page=2","results":[{"id":1}]}"#,
                r#"{"next":null,"results":[{"id":2}]}"#,
            ],
            "1 2",
            "",
        ),
        (
            vec![
                r#"{"next":"https://user:p@127.0.0.1/x/?page=2","results":[{"id":1}]}"#,
                r#"{"next":null,"results":[{"id":2}]}"#,
            ],
            "1 2",
            "",
        ),
        (
            vec![r#"{"next":"http://localhost/x/?page=2","results":[{"id":1}]}"#],
            "1",
            "another host",
        ),
        (
            vec![r#"{"next":{"href":"?page=2"},"results":[{"id":1}]}"#],
            "1",
            "`next` link",
        ),
        (
            vec![r#"{"next":true,"results":[{"id":1}]}"#],
            "1",
            "`next` link",
        ),
        (vec![r#"{"next":"","results":[{"id":1}]}"#], "1", ""),
        (
            vec![r#"{"next":2.0,"results":[{"id":1}]}"#],
            "1",
            "`next` link",
        ),
        (
            vec![r#"{"next":null,"results":[{"id":1},{"id":NaN},{"id":2}]}"#],
            "1 2",
            "results[1]",
        ),
        (
            vec![r#"{"next":null,"results":[{"id":1},{"id":18446744073709551616}]}"#],
            "1",
            "results[1].id",
        ),
        (vec![r#"{"next":null,"results":[{"id":1}"#], "", "Decode"),
        (vec![r#"[{"id":1},{"id":2}]"#], "1 2", ""),
        (vec![r#"{"id":1}"#], "1", ""),
        (vec!["null"], "", "expected a page"),
        (vec!["\u{feff}[{\"id\":1}]"], "1", ""),
        (
            vec![r#"{"count":-1,"next":null,"results":[{"id":1}]}"#],
            "1",
            "",
        ),
        (
            vec![r#"{"count":1e3,"next":null,"results":[{"id":1}]}"#],
            "1",
            "counts 1000",
        ),
        (
            vec![r#"{"COUNT":1,"NEXT":null,"RESULTS":[{"id":1}]}"#],
            "",
            "results",
        ),
        (vec![r#"{"detail":"not now"}"#], "", "results"),
        (
            vec![r#"{"next":"?page=2","results":[{"id":1}]}"#, "<html>"],
            "1",
            "HTML page",
        ),
        (
            vec![r#"{"next":"?page=2","results":[{"id":1}]}"#, ""],
            "1",
            "empty",
        ),
    ] {
        let all: Vec<String> = pages.iter().map(|page| ok(page)).collect();
        let server = Server::responses(all).await;
        let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
        let mut found: Vec<u64> = Vec::new();
        let mut why = String::new();
        let mut stream = client.request(Method::GET, "/x/").pages::<Item>();
        while let Some(page) = stream.next().await {
            match page {
                Ok(page) => {
                    found.extend(page.results.iter().map(|i| i.id));
                    why.extend(page.errors.iter().map(|e| format!("{e} ")));
                }
                Err(e) => why.push_str(&format!("{:?} {e}", e.kind())),
            }
        }
        let found: Vec<String> = found.iter().map(u64::to_string).collect();
        let good = found.join(" ") == ids
            && (error.is_empty() && why.is_empty() || !error.is_empty() && why.contains(error));
        assert!(good, "{pages:?}: {} {why}", found.join(" "));
    }
}

#[derive(serde::Deserialize)]
struct Item {
    id: u64,
}

/// A server that closes idle connections, and one that is down at first, lose no call, whatever its
/// method, as long as nothing of it was sent.
#[tokio::test]
async fn what_was_never_sent_is_sent_again() {
    let kept_alive = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7";
    let server = Server::responses(vec![kept_alive.into()]).await;
    let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
    for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
        for _ in 0..3 {
            let sent = client.request(method.clone(), "/x/").send().await;
            assert_eq!(sent.unwrap().value, "7", "{method}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let address = support::closed();
    let client = Client::builder()
        .base_url(format!("http://{address}"))
        .api_token("t");
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(400));
    let client = client.retry(retry.max_attempts(9)).build().unwrap();
    let late = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut text = Vec::new();
        while !text.ends_with(b"0\r\n\r\n") {
            socket.read_buf(&mut text).await.unwrap();
        }
        socket.write_all(ok("7").as_bytes()).await.unwrap();
        String::from_utf8(text).unwrap()
    });
    let pieces = ["con", "tents"].map(Ok::<_, std::io::Error>);
    let body = autopi::reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let request = client.request(Method::POST, "/x/");
    let request = request.file("file", Upload::body("f.txt", body)).unwrap();
    assert_eq!(request.send().await.unwrap().value, "7");
    let sent = late.await.unwrap();
    assert!(
        sent.contains("con\r\n") && sent.contains("tents\r\n"),
        "{sent}"
    );
}
