//! Follows a `next` link. Only its query is used: the request goes to the same place as the first
//! one, with the credentials.

use std::borrow::Cow;

use reqwest::{
    Url,
    header::{HeaderMap, LINK},
};

use crate::Error;

#[derive(Debug, PartialEq)]
pub(super) enum Link {
    /// A page number, if the API gives that instead of a link.
    Page(u64),
    Query(Vec<(Cow<'static, str>, String)>),
}

/// Follows a link that may be relative to `first`, the URL of the list without its query. Behind a
/// proxy that ends TLS or adds a prefix, Django's links have another scheme, another port or
/// another start of the path; another host or list is an error.
pub(super) fn follow(next: &str, first: &Url) -> Result<Link, Error> {
    let fail = |what| {
        Err(Error::pagination(format!(
            "the `next` link of a page {what}"
        )))
    };
    if let Ok(page) = next.trim().parse() {
        return Ok(Link::Page(page));
    }
    // An object or a list.
    if next.starts_with(['{', '[']) {
        return fail("is not a URL");
    }
    let Ok(link) = Url::parse(next).or_else(|_| first.join(next)) else {
        return fail("is not a URL");
    };
    if link.host_str() != first.host_str() {
        return fail("leads to another host: not followed");
    }
    if last_segment(&link) != last_segment(first) {
        return fail("leads to another list: not followed");
    }
    let query = link.query().unwrap_or_default();
    if percent_encoding::percent_decode_str(query)
        .decode_utf8()
        .is_err()
    {
        return fail("has a query that is not UTF-8, and would be sent changed");
    }
    Ok(Link::Query(
        link.query_pairs()
            .map(|(name, value)| (name.into_owned().into(), value.into_owned()))
            .collect(),
    ))
}

/// Returns the URL of the next page in the `Link` headers of a response (RFC 8288), which lists
/// without an envelope have in place of a member.
pub(super) fn in_headers(headers: &HeaderMap) -> Option<String> {
    let texts = headers.get_all(LINK).iter();
    let mut texts = texts.filter_map(|text| std::str::from_utf8(text.as_bytes()).ok());
    texts.find_map(|mut text| {
        while !text.is_empty() {
            let (url, rest) = match text.trim_start().strip_prefix('<') {
                Some(link) => link.split_once('>').map(|(url, rest)| (Some(url), rest))?,
                None => (None, text),
            };
            let (parameters, others) = cut(rest, ',');
            match url {
                Some(url) if is_next(parameters) => return Some(url.trim().to_owned()),
                _ => text = others,
            }
        }
        None
    })
}

/// Returns whether the parameters of a link say that it is the next page: its first `rel` counts.
fn is_next(mut parameters: &str) -> bool {
    while !parameters.is_empty() {
        let (parameter, others) = cut(parameters, ';');
        match parameter.split_once('=') {
            Some((name, rel)) if name.trim().eq_ignore_ascii_case("rel") => {
                let rel = rel.trim().trim_matches('"').replace('\\', "");
                let mut names = rel.split_ascii_whitespace();
                return names.any(|name| name.eq_ignore_ascii_case("next"));
            }
            _ => parameters = others,
        }
    }
    false
}

/// Returns the text before and after the first separator that is not in a quoted string (RFC 9110,
/// 5.6.4).
fn cut(text: &str, at: char) -> (&str, &str) {
    let (mut quoted, mut escaped) = (false, false);
    let is_end = |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == at && !quoted,
        }
        false
    };
    text.split_once(is_end).unwrap_or((text, ""))
}

fn last_segment(url: &Url) -> Vec<u8> {
    let path = url.path().trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    percent_encoding::percent_decode_str(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_may_be_in_a_header() {
        let next = |texts: &[&str]| {
            let mut headers = HeaderMap::new();
            for text in texts {
                headers.append(LINK, text.parse().unwrap());
            }
            in_headers(&headers)
        };
        for texts in [
            &[r#"<?page=2>; rel="next""#][..],
            &["<?page=2>;rel=next"],
            &[
                r#"</a/?b=1,2;3>; rel="prev", <?page=2>; title="a; b, c"; REL="last NEXT", <x>; rel=next"#,
            ],
            &[
                r#"<x>; rel="first""#,
                r#"< ?page=2 > ; title=x ; rel = next "#,
            ],
            // Text in quotes is none of the header's syntax, and there are no quotes in a URL.
            &[r#"<?page=2>; title="a<b"; rel=next"#],
            &[r#"<?page=2>; title="a<b>; rel=prev"; rel=next"#],
            &[r#"<?page=2>; title="\", <x>; rel=prev;"; rel="next""#],
            &[r#"<?page=1">; rel=prev, <?page=2>; rel=next; title=""""#],
            &[r#"x="<x>; rel=next", <?page=2>; rel="n\ext""#],
        ] {
            assert_eq!(next(texts).as_deref(), Some("?page=2"), "{texts:?}");
        }
        for texts in [
            &[][..],
            &["", "x", "<x", "<x>", "<x>; rel", "<x>; rel=prev"],
            &[r#"<x>; rel="prev"; rel="next""#],
            &[r#"<x>; title="x; rel=next"; rel=prev"#],
            &[r#"<?page=2>; title="a<b>; rel=next""#],
            &[r#"<x>; rev="next""#, r#"<x>; rel="nextpage""#],
        ] {
            assert_eq!(next(texts), None, "{texts:?}");
        }
    }

    #[test]
    fn only_the_query_of_a_link_to_the_same_list_is_used() {
        let first = Url::parse("https://api.example/v2/a%20b/").unwrap();
        for same in [
            "?page=2",
            "/v2/a%20b/?page=2",
            "https://api.example/v2/a b?page=2",
            "http://api.example/a%20b/?page=2",
            "//API.example/internal/%61%20b/?page=2#x",
            "https://api.example:8443/v2/a%20b/?page=2",
            "http://api.example:80/v2/a%20b/?page=2",
        ] {
            let link = follow(same, &first).unwrap();
            assert_eq!(
                link,
                Link::Query(vec![("page".into(), "2".into())]),
                "{same}"
            );
        }
        assert_eq!(follow("2", &first).unwrap(), Link::Page(2));
        for (bad, what) in [
            ("https://elsewhere.example/v2/a%20b/?page=2", "another host"),
            ("https://api.example.:443/v2/a%20b/?page=2", "another host"),
            ("?cursor=%FF", "not UTF-8"),
            (
                "https://api.example@elsewhere.example/v2/a%20b/?page=2",
                "another host",
            ),
            ("/v2/a%20b/2/", "another list"),
            ("/v2/a%2Fb/?page=2", "another list"),
            ("javascript:alert(1)", "another host"),
            ("http://[", "not a URL"),
            (r#"{"href":"/v2/a%20b/?page=2"}"#, "not a URL"),
            (r#"["/v2/a%20b/?page=2"]"#, "not a URL"),
            ("-1", "another list"),
            ("true", "another list"),
        ] {
            let error = follow(bad, &first).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Pagination, "{bad}");
            assert!(error.to_string().contains(what), "{bad}: {error}");
        }
    }
}
