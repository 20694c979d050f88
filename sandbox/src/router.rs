//! Which path item of the document a request is for.

use serde_json::{Map, Value};

/// A path template's match; a literal segment beats a parameter.
pub struct Match<'a> {
    pub item: &'a Value,
    /// The value of the last parameter, if the template ends with one: the id of an item.
    pub id: Option<String>,
}

pub fn find<'a>(paths: &'a Map<String, Value>, path: &str) -> Option<Match<'a>> {
    let wanted: Vec<&str> = path.split('/').collect();
    let is_parameter = |s: &str| s.starts_with('{');
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == wanted.len() && parts.iter().zip(&wanted).all(|(t, w)| t == w || (is_parameter(t) && !w.is_empty()))
    };
    let (template, item) = paths.iter().filter(|(t, _)| fits(t)).min_by_key(|(t, _)| t.split('/').map(is_parameter).collect::<Vec<_>>())?;
    let last = template.trim_end_matches('/').rsplit('/').next().is_some_and(is_parameter);
    let id = last.then(|| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned());
    Some(Match { item, id })
}
