//! The encodings of a body, as its headers name them. xtask compiles this file too.

use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// Returns the names of the encodings that change a body, which have no case, from all lists of
/// them (RFC 9110, 5.3 and 8.4).
pub fn encodings(headers: &HeaderMap) -> Vec<String> {
    let lists = headers.get_all(CONTENT_ENCODING).iter();
    let lists = lists.map(|list| String::from_utf8_lossy(list.as_bytes()).to_ascii_lowercase());
    let lists: Vec<_> = lists.collect();
    let names = lists.iter().flat_map(|list| list.split(',')).map(str::trim);
    let names = names.filter(|name| !matches!(*name, "" | "identity"));
    names.map(str::to_owned).collect()
}
