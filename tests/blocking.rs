//! The blocking client over sockets: calls, lists, transfers, commands, and calls from places where
//! blocking is not allowed.

mod support;

use std::{
    io::Read,
    thread,
    time::{Duration, Instant},
};

use autopi::{
    Command, DeviceId, Error, ErrorKind, Method, RetryPolicy, Upload, Uuid, blocking::Client,
};
use serde_json::{Value, json};
use support::{Server, Step, ok, response, write};
use tokio::{runtime::Runtime, task};

/// The server runs in its own runtime.
fn server(
    script: impl Fn(usize, &str) -> Vec<Step> + Send + Sync + 'static,
) -> (Runtime, Server, Client) {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(script));
    let client = client(&server.url);
    (runtime, server, client)
}

fn client(url: &str) -> Client {
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    Client::builder()
        .base_url(url)
        .api_token("canary-token")
        .retry(retry)
        .build()
        .unwrap()
}

fn get(client: &Client) -> Result<Value, Error> {
    client
        .request(Method::GET, "/x/")
        .send_json()
        .map(|r| r.value)
}

#[test]
fn calls_are_authorized_retried_and_fail_as_async_ones_do() {
    let (_runtime, server, client) = server(|n, _| {
        write(if n == 0 {
            response("503 Busy", "", "")
        } else {
            ok("7")
        })
    });
    assert_eq!(get(&client).unwrap(), 7);
    assert!(server.requests()[1].contains("authorization: APIToken canary-token\r\n"));
    assert!(!format!("{client:?}").contains("canary"));
    let error = get(&self::client(&format!("http://{}", support::closed()))).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
}

#[test]
fn many_threads_share_a_client() {
    let (_runtime, server, client) = server(|_, _| {
        vec![
            Step::Wait(Duration::from_millis(100)),
            Step::Write(ok("7").into()),
        ]
    });
    let started = Instant::now();
    thread::scope(|scope| (0..16).for_each(|_| drop(scope.spawn(|| get(&client).unwrap()))));
    assert_eq!(server.requests().len(), 16);
    assert!(
        started.elapsed() < Duration::from_millis(1200),
        "at the same time: {:?}",
        started.elapsed()
    );
}

#[test]
fn a_download_is_read_and_an_upload_is_a_reader() {
    let (_runtime, server, client) = server(|_, request| {
        write(if request.starts_with("POST") {
            ok("{}")
        } else {
            response(
                "200 OK",
                "content-disposition: attachment; filename=\"a.csv\"\r\n",
                "1,2,3",
            )
        })
    });
    let mut download = client.request(Method::GET, "/x/").send_download().unwrap();
    assert_eq!(
        (download.status(), download.file_name().as_deref()),
        (200, Some("a.csv"))
    );
    let mut first = [0; 2];
    download.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"1,");
    assert_eq!(download.bytes().unwrap().as_ref(), b"2,3");
    let mut text = String::new();
    client
        .request(Method::GET, "/x/")
        .send_download()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "1,2,3");

    let file = Upload::read("a.txt", std::io::Cursor::new("contents ".repeat(20_000)));
    client
        .request(Method::POST, "/x/")
        .file("file", file)
        .unwrap()
        .send()
        .unwrap();
    let sent = server.requests().pop().unwrap();
    assert!(sent.contains(r#"filename="a.txt""#) && sent.matches("contents ").count() > 19_000);
}

#[test]
fn a_command_is_run_and_its_result_waited_for() {
    let (_runtime, server, client) = server(|n, request| {
        write(match request {
            r if r.starts_with("POST") => ok(r#"{"jid":"20260101"}"#),
            _ if n == 1 => ok("null"),
            _ => ok("12.4"),
        })
    });
    let (device, command) = (
        DeviceId::from(Uuid::nil()),
        Command::new("obd.query").arg("rpm"),
    );
    let outcome = client
        .run_command(device, &command, Duration::from_secs(5))
        .unwrap();
    assert_eq!(
        (outcome.jid.as_deref(), &outcome.value.0),
        (Some("20260101"), &json!(12.4))
    );
    let job = client.start_command(device, &command).unwrap();
    assert_eq!(job.poll().unwrap().unwrap().value.0, json!(12.4));
    let again = client
        .command_job(device, job.jid())
        .wait(Duration::from_secs(5))
        .unwrap();
    assert_eq!(again.value.0, json!(12.4));
    assert_eq!(server.count("POST"), 2);
}

fn refused(error: &Error) {
    assert!(
        error.kind() == ErrorKind::Configuration && error.to_string().contains("spawn_blocking"),
        "{error}"
    );
}

/// A blocking call inside a task is an error, not a panic or a blocked runtime; outside of tasks it
/// works.
async fn in_a_task() {
    let server = Server::responses(vec![ok("7")]).await;
    let client = client(&server.url);
    refused(&get(&client).unwrap_err());
    assert!(client.request(Method::GET, "/x/").send_download().is_err());
    let inner = client.clone();
    refused(
        &task::spawn(async move { get(&inner).unwrap_err() })
            .await
            .unwrap(),
    );
    assert_eq!(server.requests().len(), 0);
    let inner = client.clone();
    assert_eq!(
        task::spawn_blocking(move || get(&inner).unwrap())
            .await
            .unwrap(),
        7
    );
}

#[tokio::test]
async fn a_call_in_a_task_of_a_runtime_of_one_thread_is_an_error() {
    in_a_task().await;
    task::LocalSet::new()
        .run_until(async { task::spawn_local(in_a_task()).await.unwrap() })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_a_task_of_a_runtime_of_many_threads_is_an_error() {
    in_a_task().await;
    task::spawn(in_a_task()).await.unwrap();
    task::LocalSet::new().run_until(in_a_task()).await;
}

#[test]
fn a_call_beside_a_runtime_that_is_entered_works() {
    let (runtime, _server, client) = server(|_, _| write(ok("7")));
    let _inside = runtime.enter();
    assert_eq!(get(&client).unwrap(), 7);
}

/// Like the stream: bad items go to the handler or become the error at the end, after which the
/// iterator stays at its end.
#[test]
fn an_iterator_continues_after_a_bad_item_and_stays_at_its_end() {
    use autopi::{
        CallOptions,
        blocking::Iter,
        rt::{Call, Operation, PageParams},
    };

    static LIST: Operation = Operation {
        id: "rows_list",
        method: "GET",
        path: "/rows/",
        required: &[],
        accept: "",
        page: Some(PageParams {
            page: "page",
            size: "page_size",
        }),
        secrets: &[],
    };
    let (_runtime, server, _) = server(|n, _| {
        let next = (n % 2 == 0).then_some("?page=2");
        write(ok(
            &json!({ "next": next, "results": [n % 2 * 2, "bad", n % 2 * 2 + 1] }).to_string(),
        ))
    });
    let client = server.client();
    let told = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = told.clone();
    let handler = move |_: &autopi::ItemError| {
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    };
    let call = |options| {
        let mut call = Call::new(&client, &LIST);
        call.options(options);
        call
    };
    let mut rows = Iter::new(call(CallOptions::new()).stream::<u8>());
    let good: Vec<_> = rows.by_ref().take(4).map(Result::unwrap).collect();
    assert_eq!(good, [0, 1, 2, 3]);
    assert_eq!(rows.next().unwrap().unwrap_err().kind(), ErrorKind::Decode);
    assert!(rows.next().is_none() && rows.next().is_none());

    let rows = Iter::new(call(CallOptions::new().on_bad_item(handler)).stream::<u8>());
    assert!(rows.map(Result::unwrap).eq([0, 1, 2, 3]));
    assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 2);
    let both = Iter::new(call(CallOptions::new()).stream_results::<u8>());
    assert_eq!(both.filter(|row| row.as_ref().unwrap().is_err()).count(), 2);

    let mut pages = Iter::new(call(CallOptions::new()).pages::<u8>());
    assert_eq!(pages.by_ref().count(), 2);
    assert!(pages.next().is_none() && pages.next().is_none());
}
