//! Detects servers that send the same page more than once: one that ignores the page number does so
//! forever.

use bytes::Bytes;
use serde_json::Value;

use crate::codec::decode;

/// The first page, the last one, and one that is replaced after twice as many pages each time (R.
/// P. Brent's cycle detection). Any cycle of pages is found eventually, and one that returns to the
/// first page at once.
#[derive(Default)]
pub(super) struct Repeats {
    pages: u64,
    first: Bytes,
    last: Bytes,
    kept: Bytes,
}

impl Repeats {
    /// Notes a page, and returns whether its items are those of an earlier one.
    pub fn is_repeat(&mut self, body: &Bytes) -> bool {
        let is_repeat = [&self.first, &self.last, &self.kept]
            .iter()
            .any(|before| same(before, body));
        self.pages += 1;
        if self.pages == 1 {
            self.first = body.clone();
        }
        if self.pages.is_power_of_two() {
            self.kept = body.clone();
        }
        self.last = body.clone();
        is_repeat
    }
}

/// Returns whether two pages have the same items. Different pages usually differ in their first
/// bytes, so most comparisons are short.
fn same(a: &[u8], b: &[u8]) -> bool {
    const LOOK: usize = 256;
    let (x, y) = (items(a), items(b));
    let equal = x.iter().zip(y).take(LOOK).take_while(|(x, y)| x == y);
    let common = x.get(..equal.count()).unwrap_or_default();
    if common.len() < LOOK.min(x.len().max(y.len())) {
        return is_whole_list(common);
    }
    a == b && !a.is_empty() || parsed(a).is_some_and(|page| Some(page) == parsed(b))
}

/// Returns whether the text is a list as a whole.
fn is_whole_list(text: &[u8]) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    text.iter().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => {
                depth = depth.saturating_sub(1);
                return depth == 0;
            }
            _ => {}
        }
        false
    })
}

/// Returns the body from its `results` on. If the name is found elsewhere, that does not matter:
/// the text is only compared.
fn items(body: &[u8]) -> &[u8] {
    const NAME: &[u8] = b"\"results\"";
    let start = body.windows(NAME.len()).position(|w| w == NAME);
    start.and_then(|at| body.get(at..)).unwrap_or(body)
}

fn parsed(body: &[u8]) -> Option<Value> {
    match decode::lossless(body) {
        Value::Object(mut envelope) => envelope.remove("results"),
        Value::String(_) | Value::Null => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the index of the page at which the list is found to repeat itself.
    fn found<'a>(pages: impl IntoIterator<Item = &'a str>) -> Option<usize> {
        let mut repeats = Repeats::default();
        let mut pages = pages.into_iter();
        pages.position(|page| repeats.is_repeat(&Bytes::copy_from_slice(page.as_bytes())))
    }

    #[test]
    fn a_repeated_page_is_found_whatever_its_envelope() {
        let linked = |n: u8, id: u8| {
            format!(r#"{{"next":"?page={n}","results":[{{"id":{id}}}],"page":{n}}}"#)
        };
        let cycle = |before: u8, length: u8| {
            let pages: Vec<_> = (0..200)
                .map(|n| {
                    linked(
                        n,
                        if n < before {
                            n
                        } else {
                            before + (n - before) % length
                        },
                    )
                })
                .collect();
            found(pages.iter().map(String::as_str))
        };
        assert_eq!(cycle(0, 1), Some(1));
        assert_eq!(cycle(0, 7), Some(7));
        assert_eq!(cycle(5, 1), Some(6));
        assert!((0..20).all(|before| (1..20).all(|length| cycle(before, length).is_some())));
        assert_eq!(cycle(0, 200), None);
        assert_eq!(found(["[[1],[2]]", "[[1],[2]]"]), Some(1));
        let quoted = |n: u8| format!(r#"{{"results":[{{"a":"]\"]"}}],"page":{n}}}"#);
        assert_eq!(found([quoted(1).as_str(), quoted(2).as_str()]), Some(1));
    }

    #[test]
    fn pages_that_begin_alike_are_not_the_same() {
        let long = "x".repeat(1000);
        let page = |id: u128| format!(r#"{{"results":[{{"note":"{long}","id":{id}}}]}}"#);
        assert_eq!(found([page(1).as_str(), page(2).as_str()]), None);
        let serial = |n: u128| page(89_450_100_000_000_000_120 + n);
        assert_eq!(found([serial(1).as_str(), serial(2).as_str()]), None);
        let sly = [
            r#"{"results":[{"a":"]}"},1],"page":1}"#,
            r#"{"results":[{"a":"]}"},2],"page":1}"#,
        ];
        assert_eq!(found(sly), None);
        assert_eq!(found(["[]", "[1]", "[1,2]", "", "[2]"]), None);
    }
    #[test]
    fn a_long_page_is_found_again_whatever_follows_it() {
        let long = "[{".repeat(500);
        let page = |id: u8, after: &str| format!(r#"{{"results":[{{"a":"{long}"}},{id}]{after}}}"#);
        let (one, next) = (page(1, ""), page(1, r#","page":2"#));
        assert_eq!(found([one.as_str(), one.as_str()]), Some(1));
        assert_eq!(found([one.as_str(), next.as_str()]), Some(1));
        assert_eq!(found([page(1, "").as_str(), page(2, "").as_str()]), None);
        let short = |n: u8| format!(r#"{{"results":[{{"a":"[{{"}}],"page":{n}}}"#);
        assert_eq!(found([short(1).as_str(), short(2).as_str()]), Some(1));
    }

    #[test]
    fn a_page_that_is_no_json_is_found_again_by_its_text() {
        let page = |id: u8| format!(r#"[oops,"{}",{id}]"#, "x".repeat(500));
        assert_eq!(found([page(1).as_str(), page(1).as_str()]), Some(1));
        assert_eq!(found([page(1).as_str(), page(2).as_str()]), None);
        assert_eq!(found(["[oops]", "[oops]"]), Some(1));
        assert_eq!(found(["", "[1]"]), None);
    }
}
