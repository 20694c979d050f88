//! Media types (RFC 9110, 8.3.1): which are JSON, which are sent, which are accepted.

mod kinds;

use serde_json::{Map, Value};

use kinds::{essence, is_range};
pub use kinds::{is_json, is_media_type, is_multipart, is_token, is_urlencoded, split, unquoted};

/// Returns the JSON of a body or a response: `application/json` first, then another JSON type, then
/// a media type range.
pub fn json(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    let rank = |media: &str| match essence(media).as_str() {
        "application/json" => Some(0),
        _ if is_json(media) => Some(1),
        "application/*" => Some(2),
        "*/*" => Some(3),
        _ => None,
    };
    let ranked = content.iter().filter_map(|c| Some((rank(c.0)?, c)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, c)| c)
}

/// Returns the media type to send: the document's, or `usual` if that is a range.
pub fn sent<'a>(media: &'a str, usual: &'a str) -> &'a str {
    let plain = media.bytes().all(|b| (b' '..0x7f).contains(&b)) && media.contains('/');
    if is_range(media) || !plain {
        usual
    } else {
        media.trim()
    }
}

/// Returns the media types to accept. A file is accepted in any form, so that a server that has it
/// in another one only is not an error.
pub fn accept(content: Option<&Map<String, Value>>, is_file: bool) -> String {
    let Some(content) = content else {
        return "application/json".into();
    };
    if let (false, Some((media, _))) = (is_file, json(content)) {
        return sent(media, "application/json").into();
    }
    let known = content.keys().map(|media| sent(media, "*/*"));
    let mut known: Vec<&str> = known.filter(|media| *media != "*/*").collect();
    known.push(if known.is_empty() { "*/*" } else { "*/*;q=0.1" });
    known.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{operations::json_schema, schema::Document};

    #[test]
    fn json_media_types_are_recognised_by_their_structure() {
        for (media, is) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("application/vnd.api+json", true),
            ("application/*+json", true),
            ("text/json", true),
            ("application/x-ndjson", false),
            ("application/jsonl", false),
            ("application/json-seq", false),
            ("application/jsonlines+zip", false),
            ("text/csv; header=json", false),
            ("*/*", false),
        ] {
            assert_eq!(is_json(media), is, "{media}");
        }
    }

    #[test]
    fn a_media_type_is_what_rfc_9110_says() {
        for one in [
            "a/b",
            "a/b; c=d",
            "a/b;c=d ; e=\"f\";",
            r#"a/b; x="1;2""#,
            r#"a/b; x="1,2/3=4 5"; y=6"#,
            r#"a/b; x="1\";\\""#,
            r#"a/b; x="""#,
            "application/vnd.a+json;\tv=1",
        ] {
            assert!(is_media_type(one), "{one}");
        }
        for other in [
            "",
            "a",
            "a/",
            "/b",
            "a/b/c",
            "a/b c",
            "a/b, c/d",
            "a/*",
            "a/b; c",
            "a/b; c=",
            "a/b; c =d",
            "a/b; c= d",
            "a/b; c=d e",
            "a/b; =d",
            r#"a/b; x="1"#,
            r#"a/b; x="1"2""#,
            r#"a/b; x="1\""#,
            r#"a/b; x="1"; "y"=2"#,
            "a/b; x=\"\u{7f}\"",
            "a/b\n",
        ] {
            assert!(!is_media_type(other), "{other}");
        }
        let parts: Vec<_> = split(r#"a/b; x="1;\";2"; y"#, ';').collect();
        assert_eq!(parts, ["a/b", r#" x="1;\";2""#, " y"]);
    }

    #[test]
    fn documented_media_types_are_accepted() {
        let schema = json!({"schema": {"type": "object"}});
        let file = json!({"schema": {"type": "string", "format": "binary"}});
        for (content, asked) in [
            (json!({"application/json": schema}), "application/json"),
            (
                json!({"text/csv": schema, "application/vnd.api+json": schema}),
                "application/vnd.api+json",
            ),
            (
                json!({"application/vnd.api+json": schema, "application/json": schema}),
                "application/json",
            ),
            (
                json!({"application/json; charset=utf-8": schema}),
                "application/json; charset=utf-8",
            ),
            (json!({"*/*": schema}), "application/json"),
            (json!({"application/*+json": schema}), "application/json"),
            (
                json!({"application/x-ndjson": schema}),
                "application/x-ndjson, */*;q=0.1",
            ),
            (
                json!({"text/csv": file, "application/pdf": file}),
                "text/csv, application/pdf, */*;q=0.1",
            ),
            (json!({"*/*": file}), "*/*"),
            (
                json!({"application/json": file}),
                "application/json, */*;q=0.1",
            ),
        ] {
            let content = content.as_object().unwrap();
            let is_file = json_schema(&Document::new(&Value::Null), content).is_none();
            assert_eq!(accept(Some(content), is_file), asked, "{content:?}");
        }
    }
}
