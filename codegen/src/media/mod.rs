//! Media types (RFC 9110, 8.3.1): which are JSON, which are sent, which are accepted.

mod kinds;

pub use kinds::{
    accept, header_text, is_bytes, is_json, is_json_patch, is_media_type, is_multipart,
    is_part_header, is_token, is_urlencoded, json, may_be_json, only, sent, split, unquoted,
    usual_header,
};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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

    #[test]
    fn a_file_of_31_is_no_text() {
        let untyped = |schema: serde_json::Value| is_bytes(schema.as_object().unwrap());
        let is = |kind: serde_json::Value, media: &str, encoding: &str| {
            let schema =
                json!({"type": kind, "contentMediaType": media, "contentEncoding": encoding});
            is_bytes(schema.as_object().unwrap())
        };
        for media in [
            "application/octet-stream",
            "Image/PNG; x=y",
            "application/pdf",
            "audio/ogg",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Application/ZIP; q=1",
        ] {
            assert!(untyped(json!({"contentMediaType": media})), "{media}");
            assert!(is(json!(["string", "null"]), media, "Binary"), "{media}");
            assert!(!is(json!(["string", "null"]), media, "base64"), "{media}");
            assert!(!is(json!("object"), media, "binary"), "{media}");
            assert!(is(json!("string"), media, ""), "{media}");
            assert!(is(json!(["string", "null"]), media, "binary"), "{media}");
            assert!(!is(json!("string"), media, "base64"), "{media}");
            assert!(!is(json!(["string", "integer"]), media, ""), "{media}");
            assert!(!is(json!(["null"]), media, ""), "{media}");
        }
        for media in [
            "text/csv",
            "application/json",
            "application/vnd.api+json",
            "image/svg+xml",
            "",
        ] {
            assert!(!is(json!("string"), media, ""), "{media}");
            assert!(!untyped(json!({"contentMediaType": media})), "{media}");
        }
        assert!(!untyped(
            json!({"contentMediaType": "image/png", "$ref": "#/x"})
        ));
    }
}
