//! The document against responses of the sandbox, of recordings, and of servers with false
//! responses.

mod command;
mod live;
mod recorded;
mod things;

use std::{fs, time::Duration};

use autopi_sandbox::{API_TOKEN, Sandbox};
use serde_json::Value;
use xtask::{
    commands::probe::{Target, probe, table},
    pipeline::{fetch, normalize, overlay},
};

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap()
}

fn target(url: &str) -> Target {
    Target {
        url: url.into(),
        authorization: format!("APIToken {API_TOKEN}"),
        rate: 1000.0,
        max_calls: None,
        timeout: Duration::from_secs(20),
        skip: vec!["/tasks/".into()],
        parameters: vec![("from_utc".into(), "2026-01-01T00:00:00Z".into())],
        state: None,
        resume: false,
    }
}

#[tokio::test]
async fn the_proposals_of_the_probe_correct_the_document() {
    let (upstream, ours) = (
        read("../spec/upstream.json"),
        fetch::parse(&read("../spec/openapi.json")).unwrap(),
    );
    let sandbox = Sandbox::builder()
        .spec(fetch::parse(&upstream).unwrap())
        .response_spec(ours.clone())
        .start()
        .await
        .unwrap();
    let target = target(sandbox.url());

    // The probe finds the facts of the overlay by itself.
    let mut doc: Value = normalize(&upstream, None).unwrap().doc;
    let first = probe(&doc, &target).await.unwrap();
    assert!(first.judged > 200 && first.wrong(), "{}", first.text());
    assert!(
        first
            .text()
            .contains("['Trip'].properties['duration']: documented as number, observed as string"),
        "{}",
        first.text()
    );
    assert!(
        first.text().contains(
            "['User'].properties['has_devices']: any JSON in the document, always boolean"
        )
    );
    assert!(
        first.others.contains_key("may have an effect (`logout`)")
            && first.others.contains_key("skipped as asked")
    );

    let proposed = first.overlay().unwrap();
    overlay::apply(&mut doc, &proposed).unwrap();
    let second = probe(&doc, &target).await.unwrap();
    assert!(second.findings.is_empty(), "{}", second.text());
    assert_eq!(second.judged, first.judged);

    let with_overlay = probe(&ours, &target).await.unwrap();
    assert!(!with_overlay.wrong(), "{}", with_overlay.text());
}

#[test]
fn the_page_on_the_probe_has_the_rules() {
    assert!(read("../docs/probe.md").contains(&table()), "{}", table());
}
