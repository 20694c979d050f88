//! Media types as they are compared.

use autopi_codegen::media::{split, unquoted};
use serde_json::Value;

use super::{
    meaning,
    values::{Maybe, get},
};
use crate::document::resolve;

/// Returns the media types of a part of a form: as its encoding says, or as its schema implies.
pub fn part_types<'a>(
    doc: &'a Value,
    media: Maybe<'a>,
    name: &str,
    encoding: Maybe<'a>,
) -> Vec<&'a str> {
    let schema = get(media, "schema").map(|s| resolve(doc, s));
    let part = get(get(schema, "properties"), name).map(|s| resolve(doc, s));
    let item = get(part, "items").map(|s| resolve(doc, s)).or(part);
    let implied = item.map_or("text/plain", meaning::part_type);
    let said = get(encoding, "contentType").and_then(Value::as_str);
    split(said.unwrap_or(implied), ',').map(str::trim).collect()
}

/// Returns the narrowest range in a list that a media type is in, but for itself.
pub fn range_of<'a>(list: &[&'a str], media: &str) -> Option<&'a str> {
    let media = media_type(media);
    let (kind, _) = media.split_once('/')?;
    let ranges = [format!("{kind}/*"), "*/*".to_owned()];
    let found = |range: &String| list.iter().find(|k| media_type(k) == *range).copied();
    ranges.iter().filter(|r| **r != media).find_map(found)
}

/// Returns a media type as it is compared: its names have no case, its parameters no order, and
/// JSON is UTF-8 without its saying so.
pub fn media_type(text: &str) -> String {
    let mut parts = split(text, ';').map(str::trim).filter(|p| !p.is_empty());
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameter = |text: &str| {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        let mut value = unquoted(value).unwrap_or_else(|| value.to_owned());
        if key == "charset" {
            value.make_ascii_lowercase();
        }
        format!("{key}={value}")
    };
    let utf8 = |p: &String| name.ends_with("json") && p == "charset=utf-8";
    let mut parameters: Vec<String> = parts.map(parameter).filter(|p| !utf8(p)).collect();
    parameters.sort_unstable();
    // A value may hold a `;`, but no NUL.
    std::iter::once(name.clone())
        .chain(parameters)
        .collect::<Vec<_>>()
        .join("\0")
}
