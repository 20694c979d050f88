//! JSON nested 100,000 levels deep is an error without an overflow of the stack, and the data
//! beside it still decodes.

mod support;

use std::{fmt::Debug, thread};

use autopi::{Bytes, Json, Method, Page, rt};
use serde::{Deserialize, de::DeserializeOwned};
use support::{Server, ok, response, write};

const LEVELS: usize = 100_000;
/// Half of the stack of a tokio thread.
const STACK: usize = 1 << 20;

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Node {
    child: Option<Box<Node>>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Lists(Vec<Lists>);

fn nested(open: &str, close: &str) -> String {
    [open.repeat(LEVELS), "1".into(), close.repeat(LEVELS)].concat()
}

/// Objects in objects, lists in lists, both, and JSON in a text; each also with a number beyond 64
/// bits, so that it is decoded piece by piece.
fn deep() -> Vec<String> {
    let pairs = [
        (r#"{"child":"#, "}"),
        (r#"{"child":[{"child":"#, "}]}"),
        ("[", "]"),
    ];
    let mut all: Vec<String> = pairs.iter().map(|(o, c)| nested(o, c)).collect();
    all.push(serde_json::to_string(&all[0]).unwrap());
    all.push(format!("[89450100000000000123,NaN,{}]", all[0]));
    all
}

fn fails<T: DeserializeOwned + Debug>(body: &str) {
    rt::decode::<T>(Bytes::copy_from_slice(body.as_bytes())).unwrap_err();
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(STACK).spawn(work);
    thread.unwrap().join().unwrap();
}

#[test]
fn a_deep_response_of_any_type_is_an_error() {
    on_a_small_stack(|| {
        let unended = [nested(r#"{"child":"#, ""), nested("[", "")];
        for body in deep().into_iter().chain(unended) {
            fails::<Node>(&body);
            fails::<Lists>(&body);
            // A text decodes as a text.
            let any = rt::decode::<Json>(body.into());
            assert!(any.is_err() || any.is_ok_and(|json| json.as_str().is_some()));
        }
    });
}

#[test]
fn a_deep_item_of_a_page_is_a_bad_item() {
    on_a_small_stack(|| {
        for deep in deep() {
            let good = r#"{"child":{"child":null}}"#;
            let page = format!(r#"{{"count":3,"results":[{good},{deep},{good}],"more":{deep}}}"#);
            let page: Page<Node> = rt::decode(page.into()).unwrap();
            assert_eq!(
                (page.results.len(), page.errors.len()),
                (2, 1),
                "{}",
                &deep[..20]
            );
            assert_eq!(page.errors[0].raw, deep);
        }
    });
}

#[test]
fn a_deep_error_body_is_an_error_of_its_status() {
    on_a_small_stack(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let [objects, mixed, lists, ..] = &deep()[..] else {
                unreachable!()
            };
            let in_a_field = format!(r#"{{"name":{objects}}}"#);
            for body in [objects, mixed, lists, &in_a_field] {
                let sent = body.clone();
                let server =
                    Server::start(move |_, _| write(response("400 Bad Request", "", &sent))).await;
                let error = server.client().request(Method::GET, "/x/").send().await;
                let error = error.unwrap_err();
                assert_eq!((error.status(), error.detail()), (Some(400), None));
                assert!(error.to_string().contains("HTTP 400"), "{error}");
                assert!(body.as_bytes().starts_with(error.raw_body().unwrap()));
            }
            let server = Server::responses(vec![ok(&deep()[0])]).await;
            let call = server.client();
            let read = call.request(Method::GET, "/x/").send_json::<Node>().await;
            assert_eq!(read.unwrap_err().kind(), autopi::ErrorKind::Decode);
        });
    });
}
