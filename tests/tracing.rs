//! The client's tracing events. This is a separate test binary, because a test without a subscriber
//! in another thread may disable events for all.

#[path = "support/log.rs"]
mod log;
mod support;

use autopi::{
    CallOptions, Method, RetryPolicy,
    rt::{Call, Operation},
};
use futures_util::StreamExt;
use log::Log;
use support::{Server, ok, response, write};
use tracing::{Level, subscriber};
use tracing_subscriber::fmt::format::FmtSpan;

static LIST: Operation = Operation {
    page: None,
    ..support::LIST
};

/// Without a handler each bad item is a warning that shows none of its values.
#[tokio::test]
async fn a_bad_item_is_a_warning_without_its_values() {
    let log = Log::default();
    let _logged = log.follow(Level::INFO);
    let page = ok(r#"{"results":["canary",1,"canary"],"next":null}"#);
    let server = Server::responses(vec![page]).await;
    let client = server.client();
    let rows: Vec<_> = Call::new(&client, &LIST).stream::<u8>().collect().await;
    assert_eq!(rows.len(), 2);
    let log = log.text();
    let warnings: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert!(warnings.len() == 2 && !log.contains("canary"), "{log}");
    assert!(
        warnings.iter().all(|w| w.contains("rows_list")) && warnings[1].contains("results[2]"),
        "{log}"
    );
}

#[tokio::test]
async fn bodies_are_in_the_log_only_if_they_were_asked_for() {
    for asked in [false, true] {
        let log = Log::default();
        let _logged = log.follow(Level::TRACE);
        let server = Server::responses(vec![ok(r#"{"b":"responded"}"#)]).await;
        let client = server.builder().trace_bodies(asked).build().unwrap();
        let call = client.request(Method::POST, "/x/");
        call.json(&["requested"]).unwrap().send().await.unwrap();
        for text in ["requested", "responded"] {
            assert_eq!(log.text().contains(text), asked, "{text}");
        }
    }
}

/// The attempts are counted when the call ends, whether by a response, an error or a drop.
#[tokio::test]
async fn a_span_counts_the_attempts_of_its_call() {
    for (faults, ends, attempts) in [(0, "200", 1), (1, "200", 2), (9, "503", 3)] {
        let log = Log::default();
        let writer = log.clone();
        let spans = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_span_events(FmtSpan::CLOSE)
            .with_writer(move || writer.clone())
            .finish();
        let _logged = subscriber::set_default(spans);
        let server = Server::start(move |n, _| {
            write(if n < faults {
                response("503 Busy", "", "")
            } else {
                ok("7")
            })
        })
        .await;
        drop(server.client().request(Method::GET, "/x/").send().await);
        let text = log.text();
        assert!(
            text.contains(&format!("response.status_code={ends}")),
            "{text}"
        );
        assert!(text.contains(&format!(" attempts={attempts} ")), "{text}");
        let again = text.contains(&format!("resend_count={}", attempts - 1));
        assert_eq!(again, attempts > 1, "{text}");
        let stalled = server.builder().retry(RetryPolicy::none()).build().unwrap();
        let options = CallOptions::new().timeout(std::time::Duration::ZERO);
        let call = stalled.request(Method::GET, "/x/").options(options);
        drop(call.send().await);
        assert!(log.text().contains("error.type=Timeout"), "{}", log.text());
    }
}
