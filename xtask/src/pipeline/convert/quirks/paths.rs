//! Quirks of paths: a missing slash, and parameters that are not written as `{name}`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{super::origins::Origins, Note};
use crate::document::{METHODS, escape, path_parameters, resolve};
use crate::report::Report;

/// Writes each path with a slash at its beginning and `{name}` for each parameter.
pub(super) fn paths(doc: &mut Value, report: &mut Report, origins: &mut Origins) {
    let Some(Value::Object(paths)) = doc.get("paths") else {
        return;
    };
    let is_path = |path: &str| !path.starts_with('$') && !path.starts_with("x-");
    let meant = |(path, item): (&String, &Value)| {
        let new = written(path, || declared(doc, item));
        (path.clone(), new.filter(|_| is_path(path)))
    };
    let meant: Vec<(String, Option<(String, &str)>)> = paths.iter().map(meant).collect();
    if meant.iter().all(|(_, new)| new.is_none()) {
        return;
    }
    let mut known: BTreeSet<String> = paths.keys().cloned().collect();
    let Some(Value::Object(paths)) = doc.get_mut("paths") else {
        return;
    };
    let mut items = std::mem::take(paths);
    for (path, new) in meant {
        let Some(item) = items.get_mut(&path).map(Value::take) else {
            continue;
        };
        match new.filter(|(new, _)| known.insert(new.clone())) {
            Some((new, why)) => {
                let at = format!("/paths/{}", escape(&path));
                report.warn(&at, format!("{why}: read as `{new}`"));
                origins.moved(format!("/paths/{}", escape(&new)), None, at);
                paths.insert(new, item);
            }
            None => drop(paths.insert(path, item)),
        }
    }
}

/// Returns the path that is meant, if it is written in another way, and what is odd about it.
fn written(path: &str, declared: impl Fn() -> BTreeSet<String>) -> Option<(String, &'static str)> {
    let odd = [
        ":", "<", "{?", "{&", "{+", "{#", "{.", "{/", "{;", "{ ", " }", "*}",
    ];
    let slashed = match path.starts_with('/') || path.contains("://") {
        true => path.to_owned(),
        false => format!("/{path}"),
    };
    if odd.iter().any(|sign| path.contains(sign)) && !path.contains("://") {
        let new = templates(&slashed, &declared());
        if new != slashed {
            return Some((new, "its parameters are not written as `{name}`"));
        }
    }
    (slashed != path).then_some((slashed, "does not begin with `/`"))
}

/// Returns the names of the path parameters that a path item declares, for all or one operation.
fn declared(doc: &Value, item: &Value) -> BTreeSet<String> {
    let item = resolve(doc, item);
    let operations = METHODS.iter().filter_map(|method| item.get(*method));
    let lists = operations
        .chain([item])
        .filter_map(|o| o.get("parameters")?.as_array());
    let all = lists.flatten().map(|p| resolve(doc, p));
    let names = all.filter(|p| p.get("in").is_some_and(|place| place == "path"));
    names
        .filter_map(|p| Some(p.get("name")?.as_str()?.to_owned()))
        .collect()
}

/// Writes parameters as `{name}`: those of RFC 6570 (`{+name}`, `{name*}`; `{?name}` is no part of
/// the path), with a pattern (`{name:[0-9]{4}}`), and if they are declared `:name` and
/// `<int:name>`.
fn templates(path: &str, declared: &BTreeSet<String>) -> String {
    let (mut out, mut rest) = (String::new(), path);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some(end) = closing(after) else {
            rest = &rest[before.len()..];
            break;
        };
        let inside = &after[..end];
        rest = &after[end + 1..];
        let bare = inside.trim_start_matches(['+', '#', '.', '/', ';', '?', '&', '*', ' ']);
        let name = bare.split(':').next().unwrap_or_default();
        let name = name.trim_end_matches(['*', ' ']);
        if inside.starts_with(['?', '&']) && !declared.contains(name) {
            continue;
        }
        let name = if name.is_empty() || declared.contains(inside) {
            inside
        } else {
            name
        };
        out.push_str(&format!("{{{name}}}"));
    }
    out.push_str(rest);
    let segment = |segment: &str| {
        let angle = segment.strip_prefix('<').and_then(|s| s.strip_suffix('>'));
        let angle = angle.map(|s| s.rsplit(':').next().unwrap_or(s));
        let name = angle.or_else(|| segment.strip_prefix(':'));
        match name.filter(|name| declared.contains(*name)) {
            Some(name) => format!("{{{name}}}"),
            None => segment.to_owned(),
        }
    };
    out.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Returns where the brace is closed that was opened before this text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

/// Says where a path parameter is, if it does not say so itself.
pub(super) fn places(path: &str, item: &mut Map<String, Value>, note: &mut Note<'_>) {
    let lists = item
        .iter_mut()
        .filter_map(|(key, value)| match key.as_str() {
            "parameters" => Some(value),
            key if METHODS.contains(&key) => value.get_mut("parameters"),
            _ => None,
        });
    for parameter in lists.filter_map(Value::as_array_mut).flatten() {
        let Some(map) = parameter.as_object_mut().filter(|p| !p.contains_key("in")) else {
            continue;
        };
        let name = map.get("name").and_then(Value::as_str).unwrap_or_default();
        if !name.is_empty() && path_parameters(path).any(|known| known == name) {
            let message = format!("`{name}` does not say where it is: read as in the path");
            map.insert("in".into(), "path".into());
            note.warn("parameters", &message);
        }
    }
}
