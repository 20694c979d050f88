//! Lists: every family of page parameters, prefetched pages, cursors, loops.

mod support;

use std::time::Duration;

use autopi::{
    CallOptions, Client, Cursor, Error, ErrorKind, Method, RetryPolicy,
    rt::{self, Call, Operation, PageParams},
};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use support::{Server, ok, response, write};

const fn operation(page: Option<PageParams>) -> Operation {
    Operation {
        page,
        ..support::LIST
    }
}

static PAGE: Operation = operation(Some(PageParams {
    page: "page",
    size: "page_size",
}));
static PAGE_NUM: Operation = operation(Some(PageParams {
    page: "page_num",
    size: "page_hits",
}));
static OFFSET: Operation = operation(Some(PageParams {
    page: "offset",
    size: "limit",
}));
static NONE: Operation = operation(None);

fn param(request: &str, name: &str) -> Option<usize> {
    let query = request
        .lines()
        .next()?
        .split(' ')
        .nth(1)?
        .split('?')
        .nth(1)?;
    query
        .split('&')
        .find_map(|p| p.strip_prefix(name)?.strip_prefix('='))?
        .parse()
        .ok()
}

/// Serves the rows 0..total, three on each page, with this family of page parameters; `envelope`
/// gets the count, the next link and the rows.
async fn rows(
    total: usize,
    name: &'static str,
    envelope: fn(usize, Option<String>, Vec<Value>) -> Value,
) -> Server {
    Server::start(move |_, request| {
        let given = param(request, name);
        let start = match name {
            "page" => (given.unwrap_or(1) - 1) * 3,
            "page_num" => given.unwrap_or(0) * 3,
            _ => given.unwrap_or(0),
        };
        if start > total {
            return write(response(
                "404 Not Found",
                "",
                r#"{"detail":"Invalid page."}"#,
            ));
        }
        let items = (start..total.min(start + 3))
            .map(|id| json!({ "id": id }))
            .collect();
        let next = (start + 3 < total).then(|| {
            format!(
                "/rows/?keep=1&{name}={}",
                if name == "offset" {
                    start + 3
                } else {
                    given.unwrap_or(1) + 1
                }
            )
        });
        write(ok(&envelope(total, next, items).to_string()))
    })
    .await
}

fn linked(count: usize, next: Option<String>, results: Vec<Value>) -> Value {
    json!({ "count": count, "next": next, "previous": null, "results": results })
}
fn counted(count: usize, _: Option<String>, results: Vec<Value>) -> Value {
    json!({ "count": count, "results": results, "page_size": 3 })
}
fn uncounted(_: usize, _: Option<String>, results: Vec<Value>) -> Value {
    json!({ "results": results, "page_size": 3 })
}

fn call<'a>(client: &'a Client, operation: &'static Operation, options: CallOptions) -> Call<'a> {
    let mut call = Call::new(client, operation);
    call.query("keep", 1);
    call.options(options);
    call
}

async fn ids(
    client: &Client,
    operation: &'static Operation,
    options: CallOptions,
) -> Result<Vec<u64>, Error> {
    call(client, operation, options)
        .stream::<Value>()
        .map_ok(|row| row["id"].as_u64().unwrap())
        .try_collect()
        .await
}

#[tokio::test]
async fn every_family_is_read_to_its_end_and_no_further() {
    let families = [
        (&PAGE, "page"),
        (&PAGE_NUM, "page_num"),
        (&OFFSET, "offset"),
    ];
    for (operation, name) in families {
        for prefetch in [0, 1, 5] {
            for (total, pages) in [(0, 1), (2, 1), (3, 1), (7, 3), (9, 3)] {
                let what = format!("{name}, {total} rows, {prefetch} ahead");
                let wanted: Vec<u64> = (0..total as u64).collect();
                for envelope in [linked as fn(_, _, _) -> _, counted] {
                    let server = rows(total, name, envelope).await;
                    assert_eq!(
                        ids(
                            &server.client(),
                            operation,
                            CallOptions::new().prefetch(prefetch)
                        )
                        .await
                        .unwrap(),
                        wanted,
                        "{what}"
                    );
                    assert_eq!(server.requests().len(), pages, "{what}");
                    assert!(
                        server.requests().iter().all(|r| r.contains("keep=1")),
                        "{what}"
                    );
                }
                // Without a count the list ends with an empty page, or without a `next` link.
                let server = rows(total, name, uncounted).await;
                assert_eq!(
                    ids(
                        &server.client(),
                        operation,
                        CallOptions::new().prefetch(prefetch)
                    )
                    .await
                    .unwrap(),
                    wanted,
                    "{what}"
                );
                assert_eq!(
                    server.requests().len(),
                    pages + usize::from(total > 0),
                    "{what}"
                );
            }
        }
    }
    let server = Server::responses(vec![ok(r#"[{"id":0},{"id":1}]"#)]).await;
    assert_eq!(
        ids(&server.client(), &NONE, CallOptions::new())
            .await
            .unwrap(),
        [0, 1]
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn no_more_pages_are_ahead_than_allowed_and_none_after_a_drop() {
    for prefetch in [0, 1, 3] {
        let server = rows(3000, "page", linked).await;
        let client = server.client();
        let mut pages =
            call(&client, &PAGE, CallOptions::new().prefetch(prefetch)).pages::<Value>();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(server.requests().len(), 0, "nothing before it is asked for");
        pages.next().await.unwrap().unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(server.requests().len(), 1 + prefetch);
        pages.next().await.unwrap().unwrap();
        drop(pages);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let after = server.requests().len();
        assert!(after <= 3 + prefetch, "{after}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(server.requests().len(), after);
    }
}

#[tokio::test]
async fn a_stored_cursor_resumes_the_list() {
    for (operation, name) in [
        (&PAGE, "page"),
        (&PAGE_NUM, "page_num"),
        (&OFFSET, "offset"),
    ] {
        for envelope in [linked as fn(_, _, _) -> _, counted] {
            let server = rows(7, name, envelope).await;
            let client = server.client();
            let first = call(&client, operation, CallOptions::new())
                .pages::<Value>()
                .next()
                .await
                .unwrap()
                .unwrap();
            let stored = serde_json::to_string(first.cursor().unwrap()).unwrap();
            assert!(!stored.contains("canary"));
            let cursor: Cursor = serde_json::from_str(&stored).unwrap();
            let rest: Vec<_> = call(&client, operation, CallOptions::new().resume(cursor))
                .pages::<Value>()
                .try_collect()
                .await
                .unwrap();
            let ids: Vec<_> = rest
                .iter()
                .flat_map(|p| &p.results)
                .map(|r| r["id"].as_u64().unwrap())
                .collect();
            assert_eq!(ids, [3, 4, 5, 6], "{name}");
            assert_eq!(rest.last().unwrap().cursor(), None, "the end");
        }
    }
    static OTHER: Operation = Operation {
        id: "other_list",
        method: "GET",
        path: "/rows/",
        required: &[],
        accept: "",
        page: None,
        secrets: &[],
    };
    let server = rows(7, "page", linked).await;
    let client = server.client();
    let first = call(&client, &PAGE, CallOptions::new())
        .pages::<Value>()
        .next()
        .await
        .unwrap()
        .unwrap();
    let error = ids(
        &client,
        &OTHER,
        CallOptions::new().resume(first.cursor().unwrap().clone()),
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_cursor_is_refused_by_any_call_but_its_own() {
    let server = rows(7, "page", counted).await;
    let client = server.client();
    let of = |device: &str, size: u64| {
        let mut call = Call::new(&client, &PAGE);
        call.query("device_id", device);
        call.query("page_size", size);
        call.header("X-Account", device);
        call
    };
    let first = of("canary-a", 3)
        .pages::<Value>()
        .next()
        .await
        .unwrap()
        .unwrap();
    let stored = serde_json::to_value(first.cursor().unwrap()).unwrap();
    fn resume<'a>(mut call: Call<'a>, stored: &Value) -> Call<'a> {
        let cursor: Cursor = serde_json::from_value(stored.clone()).unwrap();
        call.options(CallOptions::new().resume(cursor));
        call
    }
    async fn all(call: Call<'_>) -> Result<Vec<Value>, autopi::Error> {
        call.stream().try_collect().await
    }
    let sent = server.requests().len();
    for (call, differs) in [
        (of("canary-b", 3), "device_id"),
        (Call::new(&client, &PAGE), "device_id"),
    ] {
        let e = all(resume(call, &stored)).await.unwrap_err();
        assert!(
            e.to_string().contains(differs) && !e.to_string().contains("canary"),
            "{e}"
        );
    }
    let other = server.builder().base_url(format!("{}/v2", server.url));
    let other = other.build().unwrap();
    let mut elsewhere = Call::new(&other, &PAGE);
    elsewhere.query("device_id", "canary-a");
    elsewhere.header("X-Account", "canary-a");
    let e = all(resume(elsewhere, &stored)).await.unwrap_err();
    assert!(e.to_string().contains("`base URL`"), "{e}");
    let mut old = stored.clone();
    old.as_object_mut().unwrap().remove("asked");
    let e = all(resume(of("canary-a", 3), &old)).await.unwrap_err();
    assert!(e.to_string().contains("older version"), "{e}");
    let e = resume(of("canary-a", 3), &stored)
        .send::<Value>()
        .await
        .unwrap_err();
    assert!(e.to_string().contains("`stream` or `pages`"), "{e}");
    assert_eq!(e.kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.requests().len(), sent, "nothing was sent");
    assert_eq!(
        all(resume(of("canary-a", 2), &stored)).await.unwrap().len(),
        4
    );
    assert!(!stored["asked"].to_string().contains("canary"), "{stored}");
}

#[tokio::test]
async fn a_styled_parameter_is_sent_once_whether_by_the_call_or_by_a_link() {
    let server = Server::start(|_, request| {
        let page = param(request, "page").unwrap_or(1);
        let next = (page < 4).then(|| format!("/rows/?tags=a,b&page={}", page + 1));
        write(ok(&linked(4, next, vec![json!({ "id": page })]).to_string()))
    })
    .await;
    let client = server.client();
    let of = |options: CallOptions| {
        let mut call = Call::new(&client, &PAGE);
        let (place, style) = (rt::Place::Query, rt::Style::Form);
        let format = rt::Format {
            place,
            style,
            explode: false,
            reserved: false,
        };
        call.styled("tags", &["a", "b"], format);
        call.options(options);
        call
    };
    let mut pages = of(CallOptions::new()).pages::<Value>();
    pages.next().await.unwrap().unwrap();
    let second = pages.next().await.unwrap().unwrap();
    let resumed = of(CallOptions::new().resume(second.cursor().unwrap().clone()));
    assert_eq!(resumed.stream::<Value>().count().await, 2);
    for request in server.requests() {
        assert_eq!(request.matches("tags=").count(), 1, "{request}");
    }
}

#[tokio::test]
async fn loops_and_other_hosts_are_errors() {
    let page = |next: &str| {
        ok(&json!({ "count": 99, "next": next, "results": [{ "id": 1 }] }).to_string())
    };
    for (next, what) in [
        ("?page=1&keep=1", "read before"),
        ("http://elsewhere.example/rows/?page=2", "another host"),
        ("http://[", "not a URL"),
    ] {
        let server = Server::responses(vec![page(next)]).await;
        let error = ids(&server.client(), &PAGE, CallOptions::new())
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains(what) && error.attempts() == 1,
            "{error}"
        );
        assert_eq!(
            (error.kind(), error.operation()),
            (ErrorKind::Pagination, Some("rows_list"))
        );
        assert_eq!(server.requests().len(), 1, "{next}");
    }
    // A → B → C → B.
    let page = |id: u8, next: &str| {
        ok(&json!({ "count": 99, "next": next, "results": [{ "id": id }] }).to_string())
    };
    let server = Server::responses(vec![
        page(1, "?page=2"),
        page(2, "?page=3"),
        page(3, "?page=2"),
    ])
    .await;
    let error = ids(&server.client(), &PAGE, CallOptions::new())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("read before"), "{error}");
    assert_eq!(server.requests().len(), 3);
    // The page number is ignored.
    let server = Server::responses(vec![ok(r#"{"results":[{"id":1}],"page_size":1}"#)]).await;
    assert!(
        ids(&server.client(), &PAGE_NUM, CallOptions::new())
            .await
            .unwrap_err()
            .to_string()
            .contains("repeats the items of an earlier one")
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn rows_that_are_added_while_reading_come_twice_or_once() {
    // A row is added in front between the first two pages, so row 2 is on both.
    let pages = || {
        let page = |ids: &[u64], next: Value| {
            ok(&json!({ "count": 4, "next": next, "results": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() }).to_string())
        };
        Server::responses(vec![
            page(&[0, 1, 2], json!("?page=2")),
            page(&[2, 3], Value::Null),
        ])
    };
    assert_eq!(
        ids(&pages().await.client(), &PAGE, CallOptions::new())
            .await
            .unwrap(),
        [0, 1, 2, 2, 3]
    );
    assert_eq!(
        ids(
            &pages().await.client(),
            &PAGE,
            CallOptions::new().dedup_by_id(true)
        )
        .await
        .unwrap(),
        [0, 1, 2, 3]
    );
}

#[tokio::test]
async fn a_bad_item_is_kept_out_and_a_bad_page_is_an_error() {
    let body = r#"{"results":[{"id":1},{"id":"x"},{"id":3}],"count":3}"#;
    type Row = std::collections::BTreeMap<String, u64>;
    for dedup in [false, true] {
        let server = Server::responses(vec![ok(body)]).await;
        let client = server.client();
        let options = CallOptions::new().dedup_by_id(dedup);
        let rows: Vec<_> = call(&client, &PAGE, options.clone())
            .stream_results::<Row>()
            .try_collect()
            .await
            .unwrap();
        assert!(rows[0].is_ok() && rows[2].is_ok() && rows.len() == 3);
        let bad = rows[1].as_ref().unwrap_err();
        assert_eq!(
            (
                bad.operation,
                bad.index,
                bad.path.as_str(),
                bad.raw.to_string().as_str()
            ),
            (Some("rows_list"), 1, "results[1].id", r#"{"id":"x"}"#)
        );
        assert!(
            bad.to_string().starts_with("rows_list: `results[1].id`: "),
            "{bad}"
        );

        let rows: Vec<_> = call(&client, &PAGE, options)
            .stream::<Row>()
            .collect()
            .await;
        assert!(
            rows[0].is_ok() && rows[1].is_ok() && rows.len() == 3,
            "the error is the end"
        );
        let error = rows[2].as_ref().unwrap_err();
        assert_eq!(
            (
                error.kind(),
                error.operation(),
                error.json_path(),
                error.raw_body()
            ),
            (
                ErrorKind::Decode,
                Some("rows_list"),
                Some("results[1].id"),
                Some(br#"{"id":"x"}"#.as_slice())
            )
        );
    }
    let page = ok(r#"{"count":9,"next":"?page=2","results":[{"id":1}]}"#);
    let server = Server::responses(vec![page, response("503 Busy", "", "")]).await;
    let client = server
        .builder()
        .retry(RetryPolicy::default().initial_backoff(Duration::from_millis(1)))
        .build()
        .unwrap();
    let rows: Vec<_> = call(&client, &PAGE, CallOptions::new())
        .stream::<Value>()
        .collect()
        .await;
    assert!(rows[0].is_ok() && rows.len() == 2);
    let error = rows[1].as_ref().unwrap_err();
    assert_eq!(
        (error.status(), error.attempts(), server.requests().len()),
        (Some(503), 3, 4)
    );
}

#[tokio::test]
async fn a_short_page_loses_no_items() {
    // Offset 3 returns only one row, so the early request for offset 6 is not used.
    let server = Server::start(|_, request| {
        let start = param(request, "offset").unwrap_or(0);
        let length = if start == 3 { 1 } else { 3 };
        let items: Vec<_> = (start..12.min(start + length))
            .map(|id| json!({ "id": id }))
            .collect();
        write(ok(&json!({ "count": 12, "results": items }).to_string()))
    })
    .await;
    for prefetch in [0, 1, 2, 5] {
        let all = ids(
            &server.client(),
            &OFFSET,
            CallOptions::new().prefetch(prefetch),
        )
        .await
        .unwrap();
        assert_eq!(all, (0..12).collect::<Vec<_>>(), "{prefetch} ahead");
    }
}

#[tokio::test]
async fn a_counted_list_is_requested_each_page_once() {
    for (operation, name) in [
        (&PAGE, "page"),
        (&PAGE_NUM, "page_num"),
        (&OFFSET, "offset"),
    ] {
        for prefetch in [0, 1, 3] {
            let server = rows(20, name, counted).await;
            assert_eq!(
                ids(
                    &server.client(),
                    operation,
                    CallOptions::new().prefetch(prefetch)
                )
                .await
                .unwrap(),
                (0..20).collect::<Vec<_>>()
            );
            assert_eq!(
                server.requests().len(),
                7,
                "each page once: {name}, {prefetch} ahead"
            );
        }
    }
}

/// Returns the items of a list, and the text of the error at its end.
async fn read(operation: &'static Operation, server: &Server) -> (Vec<u64>, String) {
    let (mut ids, mut end) = (Vec::new(), String::new());
    let client = server.client();
    let mut rows = Call::new(&client, operation).stream::<Value>();
    while let Some(row) = rows.next().await {
        match row {
            Ok(row) => ids.push(row["id"].as_u64().unwrap()),
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::Pagination, "{e}");
                end = e.to_string();
            }
        }
    }
    (ids, end)
}

/// Serves 25 rows in pages of ten; `envelope` gets the number of the page and its rows.
async fn pages_of(
    name: &'static str,
    envelope: impl Fn(usize, Vec<Value>) -> Value + Send + Sync + 'static,
) -> Server {
    Server::start(move |_, request| {
        let page = param(request, name).unwrap_or(1);
        let at = |n: usize| (n * 10).min(25);
        let start = at(if name == "page" {
            page.saturating_sub(1)
        } else {
            page
        });
        let rows = (start..(start + 10).min(25))
            .map(|id| json!({ "id": id }))
            .collect();
        write(ok(&envelope(page, rows).to_string()))
    })
    .await
}

#[tokio::test]
async fn a_count_of_any_form_is_read_or_done_without() {
    let all: Vec<u64> = (0..25).collect();
    for (count, requests) in [
        (json!("25"), 3),
        (json!(" 25 "), 3),
        (json!(25.0), 3),
        (json!("25.0"), 3),
        (json!(null), 4),
        (json!("many"), 4),
        (json!(-1), 4),
        (json!({ "value": 25 }), 4),
        (json!(0), 4),
        (json!(7), 4),
    ] {
        for (operation, name) in [(&PAGE, "page"), (&PAGE_NUM, "page_num")] {
            let sent = count.clone();
            let server = pages_of(
                name,
                move |_, rows| json!({ "count": sent, "results": rows }),
            )
            .await;
            assert_eq!(
                read(operation, &server).await,
                (all.clone(), String::new()),
                "{count}"
            );
            assert_eq!(server.requests().len(), requests, "{count}");
        }
    }
    // A bare array, and an envelope with only items.
    let server = pages_of("page", |_, rows| json!(rows)).await;
    assert_eq!(read(&PAGE, &server).await, (all.clone(), String::new()));
    let server = pages_of("page", |_, rows| json!({ "results": rows })).await;
    assert_eq!(read(&PAGE, &server).await, (all, String::new()));
    // A list without pages returns the same items for every page number, which is not an error.
    let server = Server::responses(vec![ok(r#"[{"id":0},{"id":1}]"#)]).await;
    assert_eq!(read(&PAGE, &server).await, (vec![0, 1], String::new()));
    assert_eq!(server.requests().len(), 2);
    // An object is the only item, also if it names the page.
    let server = pages_of("page", |page, _| json!({ "id": 7, "page": page })).await;
    assert_eq!(read(&PAGE, &server).await, (vec![7], String::new()));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_list_that_repeats_a_page_or_ends_too_early_is_an_error_after_its_items() {
    let first: Vec<u64> = (0..10).collect();
    let rows = || (0..10).map(|id| json!({ "id": id })).collect::<Vec<_>>();
    let most: Vec<u64> = (0..20).collect();
    type Envelope = Box<dyn Fn(usize, Vec<Value>) -> Value + Send + Sync>;
    let cases: Vec<(Envelope, &Vec<u64>, &str)> = vec![
        // The server ignores the page number: with a count, and with endless `next` links.
        (
            Box::new(move |_, _| json!({ "count": 25, "results": rows(), "page_size": 10 })),
            &first,
            "repeats the items of an earlier one",
        ),
        (
            Box::new(
                move |page, _| json!({ "next": format!("?page={}", page + 1), "results": rows() }),
            ),
            &first,
            "repeats the items of an earlier one",
        ),
        // Fewer items than the count.
        (
            Box::new(|_, rows| json!({ "count": 25, "next": null, "results": rows })),
            &first,
            "ended after 10 items, and the server counts 25",
        ),
        (
            Box::new(
                |page, rows| json!({ "count": 25, "results": if page < 3 { rows } else { vec![] } }),
            ),
            &most,
            "ended after 20 items, and the server counts 25",
        ),
        // A `next` that is not a link.
        (
            Box::new(|_, rows| json!({ "next": { "page": 2 }, "results": rows })),
            &first,
            "`next` link",
        ),
        (
            Box::new(|_, rows| json!({ "next": "/other/?page=2", "results": rows })),
            &first,
            "another list",
        ),
    ];
    for (n, (envelope, ids, text)) in cases.into_iter().enumerate() {
        let server = pages_of("page", envelope).await;
        let (came, end) = read(&PAGE, &server).await;
        assert!(came == *ids && end.contains(text), "{n}: {came:?} {end}");
    }
    // The operation has no parameter for further pages.
    let server = pages_of("page", |_, rows| json!({ "count": 25, "results": rows })).await;
    let (came, end) = read(&NONE, &server).await;
    assert!(came == first && end.contains("counts 25"), "{end}");
    // An announced page does not exist, also when resuming from a cursor.
    for next in [json!(null), json!("?page=2")] {
        let one = json!({ "count": 25, "next": next, "results": [{ "id": 1 }] });
        let one = if next.is_null() {
            json!({ "count": 25, "results": [{ "id": 1 }] })
        } else {
            one
        };
        let gone = response("404 Not Found", "", r#"{"detail":"Invalid page."}"#);
        let server = Server::responses(vec![ok(&one.to_string()), gone]).await;
        let (came, end) = read(&PAGE, &server).await;
        assert!(
            came == [1] && end.contains("after 1 items does not exist (404)"),
            "{end}"
        );
        let gone = response("404 Not Found", "", "");
        let server = Server::responses(vec![ok(&one.to_string()), gone]).await;
        let client = server.client();
        let options = CallOptions::new().prefetch(0);
        let mut first = call(&client, &PAGE, options).pages::<Value>();
        let cursor = first
            .next()
            .await
            .unwrap()
            .unwrap()
            .cursor()
            .cloned()
            .unwrap();
        let error = ids(&client, &PAGE, CallOptions::new().resume(cursor)).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Pagination);
    }
}

#[tokio::test]
async fn pages_without_items_are_bounded() {
    let server = Server::start(|n, _| {
        write(ok(
            &json!({ "next": format!("?cursor={n}"), "results": [] }).to_string(),
        ))
    })
    .await;
    let (ids, end) = read(&PAGE, &server).await;
    assert!(
        ids.is_empty() && end.contains("10 pages in a row had no items"),
        "{end}"
    );
    assert_eq!(server.requests().len(), 10);
    // A few empty pages do not end the list.
    let server = Server::start(|n, _| {
        let rows: Vec<_> = (n % 6 == 0)
            .then(|| json!({ "id": n }))
            .into_iter()
            .collect();
        let next = (n < 30).then(|| format!("?cursor={n}"));
        write(ok(&json!({ "next": next, "results": rows }).to_string()))
    })
    .await;
    assert_eq!(
        read(&PAGE, &server).await,
        (vec![0, 6, 12, 18, 24, 30], String::new())
    );
}

/// Reads a list that has 40 rows at first, and `later` from the second page on.
async fn changing(later: usize) -> (Vec<Option<u64>>, usize) {
    let server = Server::start(move |n, request| {
        let (page, total) = (
            param(request, "page").unwrap_or(1),
            if n == 0 { 40 } else { later },
        );
        let ids = ((page - 1) * 10).min(total)..(page * 10).min(total);
        let rows: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
        write(ok(&json!({ "count": total, "results": rows }).to_string()))
    })
    .await;
    let client = server.client();
    let pages: Vec<_> = Call::new(&client, &PAGE)
        .pages::<Value>()
        .try_collect()
        .await
        .unwrap();
    (
        pages.iter().map(|p| p.count).collect(),
        pages.iter().map(|p| p.results.len()).sum(),
    )
}

#[tokio::test]
async fn a_count_that_changes_is_seen_and_followed() {
    assert_eq!(changing(25).await, (vec![Some(40), Some(25), Some(25)], 25));
    let (counts, items) = changing(52).await;
    assert_eq!((counts[0], counts[5], items), (Some(40), Some(52), 52));
}

#[tokio::test]
async fn a_list_that_is_not_read_from_its_start_has_fewer_items_than_its_count() {
    let server = pages_of(
        "page",
        |_, rows| json!({ "count": 25, "results": rows, "page_size": 10 }),
    )
    .await;
    let client = server.client();
    for (name, value) in [("page", 2), ("limit", 5)] {
        let mut call = Call::new(&client, if name == "page" { &PAGE } else { &NONE });
        call.query(name, value);
        let rows: Vec<Value> = call.stream().try_collect().await.unwrap();
        assert_eq!(rows.len(), if name == "page" { 15 } else { 10 });
    }
}

/// The first page would take its place.
#[tokio::test]
async fn a_page_that_is_no_number_is_refused() {
    let server = pages_of("page", |_, rows| json!({ "results": rows })).await;
    let client = server.client();
    for value in ["-1", "", "last", "99999999999999999999"] {
        let mut call = Call::new(&client, &PAGE);
        call.query("page", value);
        let rows: Result<Vec<Value>, Error> = call.stream().try_collect().await;
        let error = rows.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(
            error.to_string().contains(&format!("is `{value}`")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn next_links_of_every_form_are_followed_with_their_query_only() {
    for form in [
        "/rows/?page={n}",
        "?page={n}",
        "/api/rows?page={n}#top",
        "{n}",
    ] {
        let server = pages_of("page", move |page, rows| {
            let next = (page < 3).then(|| form.replace("{n}", &(page + 1).to_string()));
            let next = next.map(|n| n.parse::<u64>().map_or_else(|_| json!(n), |n| json!(n)));
            json!({ "count": 25, "next": next, "results": rows })
        })
        .await;
        let (ids, end) = read(&PAGE, &server).await;
        assert_eq!((ids.len(), end.as_str()), (25, ""), "{form}");
        assert!(
            server
                .requests()
                .iter()
                .all(|r| r.starts_with("GET /rows/?page=")),
            "{form}"
        );
    }
}

/// RFC 8288: a list without an envelope names its next page in a header.
#[tokio::test]
async fn a_list_is_read_to_the_end_by_its_link_headers() {
    static BARE: Operation = Operation {
        page: None,
        ..support::LIST
    };
    for operation in [&BARE, &PAGE] {
        let server = Server::start(|_, request| {
            let page = param(request, "page").unwrap_or(1);
            let first = format!("link: <{}/rows/?page=1>; rel=\"first\"", "http://127.0.0.1");
            let link = match page {
                3 => first,
                _ => format!("{first}, <?page={}&page_size=2>; rel=\"next\"", page + 1),
            };
            let rows = (page * 2..page * 2 + 2).map(|id| json!({ "id": id }));
            let rows = Value::from(rows.take(if page > 3 { 0 } else { 2 }).collect::<Vec<_>>());
            write(response(
                "200 OK",
                &format!("{link}\r\n"),
                &rows.to_string(),
            ))
        })
        .await;
        let (ids, end) = read(operation, &server).await;
        assert_eq!((ids, end.as_str()), ((2..8).collect(), ""));
        assert_eq!(server.requests().len(), 3);
    }
    // A short token is in many a word.
    let server = self::rows(7, "page", linked).await;
    let client = server.builder().api_token("page").build().unwrap();
    let rows = Call::new(&client, &PAGE).stream::<Value>();
    assert_eq!(rows.try_collect::<Vec<_>>().await.unwrap().len(), 7);
    let elsewhere = "link: <http://other.example/rows/?page=2>; rel=next\r\n";
    let server = Server::responses(vec![response("200 OK", elsewhere, r#"[{"id":1}]"#)]).await;
    let (ids, end) = read(&BARE, &server).await;
    assert_eq!(ids, [1]);
    assert!(end.contains("leads to another host"), "{end}");
}

/// The loop of the README over the sandbox's devices, one of which is malformed on each page.
#[cfg(feature = "dongle")]
#[tokio::test]
async fn the_loop_of_the_readme_prints_every_good_device() {
    use std::sync::{Arc, Mutex};

    let api = autopi_sandbox::Sandbox::start().await.unwrap();
    let real = Client::builder()
        .base_url(api.url())
        .api_token(autopi_sandbox::API_TOKEN)
        .build()
        .unwrap();
    let page = real
        .request(autopi::Method::GET, "/dongle/devices/")
        .query("page_size", 3);
    let page: Value = page.send_json().await.unwrap().value;
    let device = page["results"][0].clone();
    let broken = Server::start(move |_, request| {
        let number = param(request, "page").unwrap();
        let rows: Vec<_> = (0..3)
            .map(|n| {
                let mut device = device.clone();
                device["id"] = match n {
                    1 => json!(true),
                    _ => json!(autopi::Uuid::from_u128((number * 3 + n) as u128)),
                };
                device
            })
            .collect();
        let next = (number < 3).then(|| format!("?page={}", number + 1));
        write(ok(
            &json!({ "count": 9, "next": next, "results": rows }).to_string()
        ))
    })
    .await;

    async fn print(client: Client, out: &mut Vec<String>) -> Result<(), Error> {
        let mut devices = client.dongle_devices_list().page_size(100).stream();
        while let Some(device) = devices.try_next().await? {
            out.push(format!("{} {:?}", device.id, device.call_name));
        }
        Ok(())
    }
    let mut out = Vec::new();
    let error = print(broken.client(), &mut out).await.unwrap_err();
    assert_eq!(out.len(), 6, "{error}");
    assert_eq!(
        (error.kind(), error.operation(), error.json_path()),
        (
            ErrorKind::Decode,
            Some("dongle_devices_list"),
            Some("results[1].id")
        )
    );
    assert!(error.to_string().contains("3 items in all"), "{error}");

    let told = Arc::<Mutex<Vec<String>>>::default();
    let seen = told.clone();
    let handler = move |bad: &autopi::ItemError| seen.lock().unwrap().push(bad.to_string());
    let client = broken.builder().on_bad_item(handler).build().unwrap();
    out.clear();
    print(client, &mut out).await.unwrap();
    let told = told.lock().unwrap();
    assert_eq!((out.len(), told.len()), (6, 3));
    assert!(
        told[0].starts_with("dongle_devices_list: `results[1].id`: "),
        "{told:?}"
    );
}

/// A stream owns its client: it can be returned, and moved to a task.
#[tokio::test]
async fn a_stream_outlives_the_client_it_came_from() {
    fn rows(server: &Server) -> autopi::ItemStream<'static, Value> {
        Call::new(&server.client(), &PAGE).stream()
    }
    let server = self::rows(7, "page", linked).await;
    let rows = rows(&server);
    let task = tokio::spawn(async move { rows.try_collect::<Vec<_>>().await });
    assert_eq!(task.await.unwrap().unwrap().len(), 7);
}

#[tokio::test]
async fn a_list_at_any_path_is_read_by_links_or_by_the_parameter_that_it_is_asked_with() {
    use autopi_sandbox::{API_TOKEN, Sandbox, Wire};
    for (wire, path) in [
        (Wire::Spec, "/dongle/devices/?page_size=10"),
        (Wire::Real, "/dongle/devices/?page_size=10&page=1"),
    ] {
        let api = Sandbox::builder().wire(wire).start().await.unwrap();
        let client = Client::builder().base_url(api.url()).api_token(API_TOKEN);
        let client = client.build().unwrap();
        let request = client.request(autopi::Method::GET, path);
        let items: Vec<Value> = request.stream().try_collect().await.unwrap();
        assert_eq!(items.len(), 25, "{path}");
        api.expect("GET", "/dongle/devices/", 3).unwrap();
    }
    // Without either, the list ends before its count, which is an error.
    let api = Sandbox::start().await.unwrap();
    let client = Client::builder().base_url(api.url()).api_token(API_TOKEN);
    let client = client.build().unwrap();
    let request = client.request(autopi::Method::GET, "/dongle/devices/?page_size=10");
    let ended = request.stream::<Value>().try_collect::<Vec<_>>().await;
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::Pagination);
}

#[tokio::test]
async fn a_list_ends_where_its_pages_say_and_errors_are_no_end() {
    let missing = || response("404 Not Found", "", r#"{"detail":"Invalid page."}"#);
    let refused = || response("403 Forbidden", "", "{}");
    let page = |text: &str| ok(text);
    for (first, responses, items, kind, requests) in [
        // The last page of a list with links has none.
        (
            1,
            vec![
                page(r#"{"next":"/rows/?page=2","results":[1]}"#),
                page(r#"{"results":[2]}"#),
            ],
            vec![1, 2],
            None,
            2,
        ),
        // A list that is read from its middle ends before its count.
        (
            2,
            vec![page(r#"{"count":4,"results":[2]}"#), missing()],
            vec![2],
            None,
            2,
        ),
        (
            2,
            vec![page(r#"{"count":1,"results":[2,3]}"#)],
            vec![2, 3],
            None,
            1,
        ),
        // A count that is too small announces nothing.
        (
            1,
            vec![page(r#"{"count":1,"results":[1,2]}"#), missing()],
            vec![1, 2],
            None,
            2,
        ),
        (
            1,
            vec![page(r#"{"count":2,"results":[1]}"#)],
            vec![1],
            Some(ErrorKind::Pagination),
            2,
        ),
        (1, vec![missing()], vec![], Some(ErrorKind::Status), 1),
        (
            1,
            vec![page(r#"{"results":[1]}"#), refused()],
            vec![1],
            Some(ErrorKind::Status),
            2,
        ),
    ] {
        let server = Server::responses(responses.clone()).await;
        let client = server.client();
        let request = client.request(Method::GET, &format!("/rows/?page={first}"));
        let mut rows = request
            .options(CallOptions::new().prefetch(0))
            .stream::<i64>();
        let (mut seen, mut error) = (Vec::new(), None);
        while let Some(row) = rows.next().await {
            match row {
                Ok(row) => seen.push(row),
                Err(e) => error = Some(e.kind()),
            }
        }
        let found = (seen, error, server.requests().len());
        assert_eq!(found, (items, kind, requests), "{responses:?}");
    }
}
