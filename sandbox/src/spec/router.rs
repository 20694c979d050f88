//! A tree of path templates: a request only walks its own segments.
//!
//! Our own, because the router crates refuse documents with `{id}` and `{device_pk}` in the same
//! position, or `{name}.{ext}` in one segment.

use std::{borrow::Cow, collections::HashMap};

#[derive(Debug, Default)]
pub struct Router {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, usize>,
    /// Segments with text and parameters, such as `{name}.{ext}`, split at the parameters.
    mixed: Vec<(Vec<String>, usize)>,
    any: Option<usize>,
    route: Option<usize>,
}

/// A matched route, and the values of its parameters in order.
#[derive(Debug, PartialEq, Eq)]
pub struct Match {
    pub route: usize,
    pub values: Vec<String>,
}

/// Returns a template without the query or fragment by which some documents tell operations of one
/// path apart: the first of them has the path.
fn path_of(template: &str) -> &str {
    template
        .split_once(['?', '#'])
        .map_or(template, |(path, _)| path)
}

/// Returns the names of a template's parameters.
pub fn parameters(template: &str) -> Vec<String> {
    path_of(template)
        .split('{')
        .skip(1)
        .filter_map(|p| p.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// Returns the texts around the parameters of a segment; `None` if it has no parameters.
fn texts(segment: &str) -> Option<Vec<String>> {
    let mut parts = segment.split('{');
    let mut out = vec![parts.next()?.to_owned()];
    out.extend(parts.map(|p| p.split_once('}').map_or(p, |(_, rest)| rest).to_owned()));
    (out.len() > 1).then_some(out)
}

impl Router {
    pub fn add(&mut self, template: &str, route: usize) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for segment in path_of(template).split('/') {
            let new = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else {
                return;
            };
            at = match texts(segment) {
                None => *node.literals.entry(segment.to_owned()).or_insert(new),
                Some(texts) if texts.iter().all(String::is_empty) && texts.len() == 2 => {
                    *node.any.get_or_insert(new)
                }
                Some(texts) => match node.mixed.iter().find(|(known, _)| *known == texts) {
                    Some((_, next)) => *next,
                    None => {
                        node.mixed.push((texts, new));
                        new
                    }
                },
            };
            if at == new {
                self.nodes.push(Node::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.route.get_or_insert(route);
        }
    }

    /// Finds the route of a path; literal segments take precedence over mixed ones, and those over
    /// parameters.
    pub fn find(&self, path: &str) -> Option<Match> {
        // As in Django, an encoded slash ends a segment too.
        let path = decode(path);
        let segments: Vec<&str> = path.split('/').collect();
        let mut values = Vec::new();
        let route = self.walk(0, &segments, &mut values)?;
        Some(Match { route, values })
    }

    fn walk(&self, at: usize, segments: &[&str], values: &mut Vec<String>) -> Option<usize> {
        let node = self.nodes.get(at)?;
        let Some((segment, rest)) = segments.split_first() else {
            return node.route;
        };
        if let Some(found) = node
            .literals
            .get(*segment)
            .and_then(|next| self.walk(*next, rest, values))
        {
            return Some(found);
        }
        let before = values.len();
        for (texts, next) in &node.mixed {
            if let Some(found) = take(texts, segment) {
                values.extend(found);
                if let Some(route) = self.walk(*next, rest, values) {
                    return Some(route);
                }
                values.truncate(before);
            }
        }
        if segment.is_empty() {
            return None;
        }
        values.push((*segment).to_owned());
        let found = node.any.and_then(|next| self.walk(next, rest, values));
        if found.is_none() {
            values.truncate(before);
        }
        found
    }
}

/// Returns the parameters between the texts, each as short as possible.
fn take(texts: &[String], segment: &str) -> Option<Vec<String>> {
    let (first, rest) = texts.split_first()?;
    let mut left = segment.strip_prefix(first.as_str())?;
    let mut out = Vec::new();
    for (i, text) in rest.iter().enumerate() {
        let at = if i + 1 == rest.len() {
            left.len().checked_sub(text.len())?
        } else {
            left.find(text.as_str())?
        };
        let (value, tail) = left.split_at_checked(at)?;
        left = tail.strip_prefix(text.as_str())?;
        out.push(value.to_owned());
    }
    out.iter().all(|v| !v.is_empty()).then_some(out)
}

pub fn decode(text: &str) -> Cow<'_, str> {
    if text.contains('%') {
        percent_encoding::percent_decode_str(text).decode_utf8_lossy()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_segments_win_over_parameters() {
        let mut router = Router::default();
        let templates = [
            "/a/",
            "/a/{id}/",
            "/a/{id}/b/",
            "/a/x/",
            "/a/{pk}/c/{id}/",
            "/f/{name}.{ext}",
            "/a/x/y/z/",
            "/{any}/b/",
            "/q?of={of}",
            "/q#other",
        ];
        templates
            .iter()
            .enumerate()
            .for_each(|(i, t)| router.add(t, i));
        let found = |path: &str| router.find(path).map(|m| (m.route, m.values.join(",")));
        for (path, route, values) in [
            ("/a/", 0, ""),
            ("/a/x/", 3, ""),
            ("/a/1%202/", 1, "1 2"),
            ("/%61/1%2Fb/", 2, "1"),
            ("/a/x/b/", 2, "x"),
            ("/a/x/c/7/", 4, "x,7"),
            ("/f/p.q.png", 5, "p,q.png"),
            ("/q/b/", 7, "q"),
            ("/q", 8, ""),
        ] {
            assert_eq!(found(path), Some((route, values.to_owned())), "{path}");
        }
        for path in [
            "",
            "/",
            "/a",
            "/a//",
            "/f/.png",
            "/f/x.",
            "/a/x/y/",
            "/a/1%2F2/",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
