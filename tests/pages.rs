//! Lists: every family of page parameters, pages ahead, cursors, loops.

mod support;

use std::time::Duration;

use autopi::{
    CallOptions, Client, Cursor, Error, ErrorKind, RetryPolicy,
    rt::{Call, Operation, PageParams},
};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use support::{Server, answer, ok, write};

const fn operation(page: Option<PageParams>) -> Operation {
    Operation {
        id: "rows_list",
        method: "GET",
        path: "/rows/",
        required: &[],
        accept: "application/json",
        page,
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

/// Rows 0..total, three a page, as this family has them; `envelope` gets the count, the next page and the rows.
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
            return write(answer("404 Not Found", "", r#"{"detail":"Invalid page."}"#));
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
                // Without a count only a shorter page, or an empty one, is known to be the last.
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
                    pages + usize::from(total == 2 || total > 0 && total % 3 == 0),
                    "{what}"
                );
            }
        }
    }
    let server = Server::answers(vec![ok(r#"[{"id":0},{"id":1}]"#)]).await;
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
async fn a_cursor_is_stored_and_gone_on_from() {
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
async fn loops_and_other_hosts_are_errors() {
    let page = |next: &str| {
        ok(&json!({ "count": 99, "next": next, "results": [{ "id": 1 }] }).to_string())
    };
    for (next, what) in [
        ("?page=1&keep=1", "read before"),
        ("http://elsewhere.example/rows/?page=2", "another host"),
        ("http://[", "no URL"),
    ] {
        let server = Server::answers(vec![page(next)]).await;
        let error = ids(&server.client(), &PAGE, CallOptions::new())
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains(what) && error.attempts() == 1,
            "{error}"
        );
        assert_eq!(server.requests().len(), 1, "{next}");
    }
    // A → B → C → B.
    let server = Server::answers(vec![page("?page=2"), page("?page=3"), page("?page=2")]).await;
    assert!(
        ids(&server.client(), &PAGE, CallOptions::new())
            .await
            .unwrap_err()
            .to_string()
            .contains("read before")
    );
    assert_eq!(server.requests().len(), 3);
    // The page number is ignored.
    let server = Server::answers(vec![ok(r#"{"results":[{"id":1}],"page_size":1}"#)]).await;
    assert!(
        ids(&server.client(), &PAGE_NUM, CallOptions::new())
            .await
            .unwrap_err()
            .to_string()
            .contains("came twice")
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn rows_that_are_added_while_reading_come_twice_or_once() {
    // Between the first page and the second a row is added in front: row 2 is on both.
    let pages = || {
        let page = |ids: &[u64], next: Value| {
            ok(&json!({ "count": 4, "next": next, "results": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() }).to_string())
        };
        Server::answers(vec![
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
async fn one_bad_item_and_one_bad_page() {
    let body = r#"{"results":[{"id":1},{"id":"x"},{"id":3}],"count":3}"#;
    for dedup in [false, true] {
        let server = Server::answers(vec![ok(body)]).await;
        let client = server.client();
        let rows: Vec<_> = call(&client, &PAGE, CallOptions::new().dedup_by_id(dedup))
            .stream::<std::collections::BTreeMap<String, u64>>()
            .collect()
            .await;
        assert_eq!(rows.iter().filter(|r| r.is_ok()).count(), 2);
        let error = rows.into_iter().find_map(Result::err).unwrap();
        assert_eq!(
            (error.kind(), error.json_path(), error.raw_body()),
            (
                ErrorKind::Decode,
                Some("results[1].id"),
                Some(br#"{"id":"x"}"#.as_slice())
            )
        );
    }
    let page = ok(r#"{"count":9,"next":"?page=2","results":[{"id":1}]}"#);
    let server = Server::answers(vec![page, answer("503 Busy", "", "")]).await;
    let client = server
        .builder()
        .retry(RetryPolicy::default().base(Duration::from_millis(1)))
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
async fn a_page_that_is_shorter_than_was_foretold_loses_nothing() {
    // Offset 3 gives one row only, so that the request for offset 6, which was made meanwhile, was for nothing.
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
