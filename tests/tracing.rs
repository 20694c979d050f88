//! The client's tracing events. This is a separate test binary, because a test without a subscriber
//! in another thread may disable events for all.

#[path = "support/log.rs"]
mod log;
mod support;

use autopi::{
    Method,
    rt::{Call, Operation},
};
use futures_util::StreamExt;
use log::Log;
use support::{Server, ok};
use tracing::Level;

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
