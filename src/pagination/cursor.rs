//! Cursors: places between two pages, and checks that they belong to a call.

use std::{collections::BTreeMap, fmt};

use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::{
    Error, codec::sha256::sha256, pagination::params::PageParams, privacy::shown,
    transport::request::RequestSpec,
};

/// A place in a list, between two pages. It can be stored, and given to the same call later with
/// [`CallOptions::resume`](crate::CallOptions::resume).
///
/// It holds the path and the query of the call, but no credentials. Only the call that it comes
/// from can be resumed: the base URL, operation, path, query and header parameters must be the
/// same, apart from those that choose the page. The account is not compared, because its
/// credentials may change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub(super) operation: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) index: u64,
    pub(super) seen: u64,
    pub(super) size: Option<u64>,
    pub(super) linked: bool,
    #[serde(default)]
    pub(super) whole: bool,
    #[serde(default)]
    pub(super) promised: bool,
    /// The parameters of the call. Cursors that older versions stored have none.
    #[serde(default)]
    pub(super) asked: Option<Digests>,
}

/// Shows no values of the query.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor")
            .field("operation", &self.operation)
            .field("path", &self.path)
            .field("query", &shown::Query(&self.query))
            .field("index", &self.index)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

/// The name of each parameter of a call, with a digest of its values: a stored cursor can be
/// compared, but reveals no values.
pub(super) type Digests = BTreeMap<String, String>;

/// Returns the base URL, and all parameters except those that choose the page.
pub(super) fn digests(params: Option<PageParams>, spec: &RequestSpec, base: &Url) -> Digests {
    let is_page = |name: &str| params.is_some_and(|p| p.page == name || p.size == name);
    let mut values = BTreeMap::<&str, Vec<u8>>::new();
    let mut add = |name, value: &[u8]| {
        let all = values.entry(name).or_default();
        all.extend((value.len() as u64).to_be_bytes());
        all.extend(value);
    };
    add("base URL", base.as_str().trim_end_matches('/').as_bytes());
    for (name, value) in spec.query.iter().filter(|(name, _)| !is_page(name)) {
        add(name, value.as_bytes());
    }
    for (name, value) in &spec.encoded_query {
        add(name, value.as_bytes());
    }
    for (name, value) in &spec.headers {
        add(name.as_str(), value.as_bytes());
    }
    let short = |all: Vec<u8>| {
        let digest = sha256(&all);
        let first = digest.as_ref().iter().take(8);
        first.map(|b| format!("{b:02x}")).collect()
    };
    values
        .into_iter()
        .map(|(name, all)| (name.to_owned(), short(all)))
        .collect()
}

impl Cursor {
    /// Returns an error unless the cursor is one of this call.
    pub(super) fn fits(&self, spec: &RequestSpec, now: &Digests) -> Result<(), Error> {
        if self.operation != spec.operation || self.path != spec.path {
            return Err(Error::invalid(format!(
                "the cursor is one of `{}` {}, not of this call",
                self.operation.escape_debug(),
                self.path.escape_debug()
            )));
        }
        let Some(then) = &self.asked else {
            return Err(Error::invalid(
                "the cursor was stored by an older version without the parameters of its call: \
                 read the list from its start",
            ));
        };
        let differs = then
            .keys()
            .chain(now.keys())
            .find(|name| then.get(*name) != now.get(*name));
        differs.map_or(Ok(()), |name| {
            Err(Error::invalid(format!(
                "the cursor is one of a call with another `{}`: resume the call that it comes from",
                name.escape_debug()
            )))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_queries_have_different_fingerprints() {
        let of = |values: &[&str]| {
            let mut spec = RequestSpec::new("x", reqwest::Method::GET, "/".into());
            let pairs = values.iter().map(|v| ("a".into(), (*v).to_owned()));
            spec.query = pairs.collect();
            digests(None, &spec, &Url::parse("https://api.example").unwrap())
        };
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        for other in [&["a", "bc"] as &[_], &["abc"], &["c", "ab"], &["ab"]] {
            assert_ne!(of(&["ab", "c"]), of(other), "{other:?}");
        }
    }
    #[test]
    fn only_the_call_that_a_cursor_comes_from_fits() {
        const PAGE: PageParams = PageParams {
            page: "page",
            size: "page_size",
        };
        type Change = fn(&mut RequestSpec);
        let spec = |change: Change| {
            let mut spec = RequestSpec::new("x", reqwest::Method::GET, "/x/".into());
            spec.query.push(("a".into(), "1".into()));
            change(&mut spec);
            spec
        };
        let of =
            |spec: &RequestSpec, base: &str| digests(Some(PAGE), spec, &Url::parse(base).unwrap());
        let same = spec(|_| {});
        let now = of(&same, "https://api.example/v2");
        let cursor = Cursor {
            operation: "x".into(),
            path: "/x/".into(),
            query: Vec::new(),
            index: 1,
            seen: 0,
            size: None,
            linked: false,
            whole: false,
            promised: false,
            asked: Some(now.clone()),
        };
        assert!(cursor.fits(&same, &now).is_ok());
        assert!(
            cursor
                .fits(&same, &of(&same, "https://api.example/v2/"))
                .is_ok()
        );
        assert!(
            cursor
                .fits(&same, &of(&same, "https://api.example/"))
                .is_err()
        );
        let fits = |change: Change| {
            let spec = spec(change);
            cursor
                .fits(&spec, &of(&spec, "https://api.example/v2"))
                .is_ok()
        };
        assert!(fits(|spec| spec.query.push(("page".into(), "2".into()))));
        assert!(fits(|spec| spec
            .query
            .push(("page_size".into(), "9".into()))));
        for change in [
            (|spec| spec.operation = "y") as Change,
            |spec| spec.path.push('y'),
            |spec| spec.query.clear(),
            |spec| spec.query.push(("b".into(), "1".into())),
            |spec| spec.encoded_query.push(("c", "c=1".into())),
            |spec| {
                drop(
                    spec.headers
                        .insert("x-d", reqwest::header::HeaderValue::from_static("1")),
                )
            },
        ] {
            assert!(!fits(change));
        }
    }
}
