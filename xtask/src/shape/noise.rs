//! drf-yasg renders callables: `default=timezone.now` and `default=uuid4` come out as those of the download, so two downloads differ.

use serde_json::Value;

use super::walk;
use crate::report::Failure;

/// Drops a `default` that is a time, a date or a UUID: no caller may rely on it.
pub fn rendering_time_defaults(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    walk::document_schemas(doc, &mut |map| {
        let made = matches!(
            map.get("format").and_then(Value::as_str),
            Some("date-time" | "date" | "uuid")
        );
        if map
            .get("default")
            .and_then(Value::as_str)
            .is_some_and(|text| made || is_moment(text))
        {
            map.shift_remove("default");
            n += 1;
        }
    });
    Ok(n)
}

/// `2026-01-02T03:04:05`, and whatever follows: a serializer field without a format may hold a time too.
fn is_moment(text: &str) -> bool {
    let form = "0000-00-00 00:00:00".bytes();
    let fits = |(c, f): (u8, u8)| {
        if f == b'0' {
            c.is_ascii_digit()
        } else {
            c == f || (f == b' ' && c == b'T')
        }
    };
    text.len() >= form.len() && text.bytes().zip(form).all(fits)
}
