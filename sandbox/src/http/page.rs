//! The envelopes of pages, and their JSON.

use std::sync::Arc;

use http::{HeaderMap, Uri, header};
use serde_json::{Map, Value};

use crate::handlers::{
    paginate::Paging,
    query::Query,
    shown::{self, Shown},
};

/// The member of an envelope that holds the items.
const RESULTS: &str = "results";

pub const ENVELOPE_MEMBERS: [&str; 6] = ["count", "next", "previous", RESULTS, "page", "page_size"];

/// Returns the envelope of a page without its `items`, which [`json`] writes. The live API's pages
/// have `page_size` in place of links; pages without a `count` keep them, because nothing else
/// leads to the next page.
pub fn envelope(
    keys: &[String],
    strict: bool,
    items: usize,
    (total, paging): (u64, Paging),
    (headers, uri): (&HeaderMap, &Uri),
) -> Map<String, Value> {
    let has = |key: &str| keys.iter().any(|k| k == key);
    let linked = strict || !has("count");
    let mut out = Map::new();
    let host = headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .unwrap_or("localhost");
    let (next, previous) = paging.links(&Query::parse(uri.query().unwrap_or_default()), total);
    let link = |query: Option<String>| {
        query.map_or(Value::Null, |q| {
            let mark = if q.is_empty() { "" } else { "?" };
            format!("http://{host}{}{mark}{q}", uri.path()).into()
        })
    };
    let size = if paging.is_whole() {
        items as u64
    } else {
        paging.size
    };
    if has("count") {
        out.insert("count".into(), total.into());
    }
    if linked && has("next") {
        out.insert("next".into(), link(next));
    }
    if linked && has("previous") {
        out.insert("previous".into(), link(previous));
    }
    out.insert(RESULTS.into(), Value::Null);
    if has("page") {
        out.insert("page".into(), paging.number().into());
    }
    if has("page_size") || !linked {
        out.insert("page_size".into(), size.into());
    }
    out
}

/// Returns the JSON of a list without an envelope.
pub fn array(items: &[Arc<Shown>]) -> String {
    let mut out = String::new();
    shown::write(&mut out, items);
    out
}

/// Returns the JSON of a page: its envelope with its items.
pub fn json(envelope: &Map<String, Value>, items: &[Arc<Shown>]) -> String {
    let mut out = String::from("{");
    for (key, value) in envelope {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&Value::from(key.as_str()).to_string());
        out.push(':');
        if key == RESULTS {
            shown::write(&mut out, items);
        } else {
            out.push_str(&value.to_string());
        }
    }
    out.push('}');
    out
}
