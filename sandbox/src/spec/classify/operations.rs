//! The effect of an operation, and the collection that it concerns.

use std::collections::HashMap;

use crate::spec::{
    Kind, Operation, Spec, Target,
    classify::survey::{has, is_rows},
    names::{is_mfa, parent, subject},
};

pub fn parents(
    spec: &Spec,
    by_path: &HashMap<String, usize>,
    norm: &str,
    names: &[String],
) -> Vec<(usize, Target)> {
    let segments: Vec<&str> = norm.split('/').collect();
    let places = segments.iter().enumerate().filter(|(_, s)| **s == "{}");
    let mut out = Vec::new();
    for (n, (at, _)) in places.enumerate() {
        if at + 1 == segments.len() {
            break;
        }
        let above = segments.get(..at).unwrap_or_default().join("/");
        let known = by_path.get(&above).filter(|c| {
            spec.collection(**c)
                .is_some_and(|c| c.knows_ids && c.key.is_some())
        });
        if let Some(collection) = known {
            out.push((
                n,
                Target {
                    collection: *collection,
                    key: None,
                },
            ));
        } else if let Some(name) = names.get(n).filter(|n| n.ends_with("_id")) {
            out.extend(owner_by_property(spec, name).map(|target| (n, target)));
        }
    }
    out
}

/// Finds the collection whose items have a property of that name which is not a reference:
/// `unit_id`.
pub fn owner_by_property(spec: &Spec, name: &str) -> Option<Target> {
    if let Some((_, collection)) = spec
        .by_resource
        .iter()
        .find(|((resource, _), _)| *resource == subject(name))
    {
        return Some(Target {
            collection: *collection,
            key: None,
        });
    }
    let mut unique_fields: Vec<usize> = spec.by_resource.values().copied().collect();
    unique_fields.sort_by_key(|i| spec.collection(*i).map(|c| c.path.clone()));
    let collection = unique_fields
        .into_iter()
        .find(|i| spec.collection(*i).is_some_and(|c| has(spec, c.full, name)))?;
    Some(Target {
        collection,
        key: Some(name.to_owned()),
    })
}

pub fn kind(
    spec: &Spec,
    by_path: &HashMap<String, usize>,
    norm: &str,
    names: &[String],
    o: &Operation,
) -> Kind {
    let segments: Vec<&str> = norm.split('/').collect();
    let last = segments.last().copied().unwrap_or_default();
    let own = by_path.get(norm).copied();
    let response = |name: &str| o.response.is_some_and(|a| has(spec, a, name));
    match o.method.as_str() {
        "OPTIONS" => return Kind::Options,
        "POST"
            if last.contains("login")
                && o.body
                    .as_ref()
                    .is_some_and(|b| has(spec, b.schema, "password")) =>
        {
            return Kind::Login;
        }
        "POST" if is_mfa(norm) => return Kind::MfaVerify,
        "POST" if last.starts_with("execute") && response("jid") => return Kind::Execute,
        "GET" | "HEAD" if last == "{}" && names.last().is_some_and(|n| n == "jid") => {
            return Kind::CommandResult;
        }
        _ if o.response.is_some_and(|a| spec.schemas.at(a).is_file()) => return Kind::File,
        "GET" | "HEAD" => {
            if let Some(list) = &o.list {
                return if is_rows(spec, o, list) {
                    Kind::Rows
                } else {
                    own.map_or(Kind::Single, Kind::List)
                };
            }
        }
        _ => {}
    }
    let target = if last == "{}" {
        target(spec, by_path, norm, names, o)
    } else {
        None
    };
    match (o.method.as_str(), target, own) {
        ("GET" | "HEAD", Some(target), _) => Kind::Read(target),
        ("PUT" | "PATCH", Some(target), _) => Kind::Update(target),
        ("DELETE", Some(target), _) => Kind::Delete(target),
        ("DELETE", None, Some(own)) => Kind::DeleteMany(own),
        ("POST", None, Some(own)) if spec.collection(own).is_some_and(|c| c.base.is_none()) => {
            Kind::Create(own)
        }
        ("GET" | "HEAD" | "PUT" | "PATCH", None, _) if o.list.is_none() && last != "{}" => {
            Kind::Single
        }
        _ => Kind::Action,
    }
}

/// Returns the item that a path ends in: of the collection above, by its id or by another property
/// (`by_name/{name}`).
pub fn target(
    spec: &Spec,
    by_path: &HashMap<String, usize>,
    norm: &str,
    names: &[String],
    o: &Operation,
) -> Option<Target> {
    let above = parent(norm);
    let own = *by_path.get(above)?;
    if spec.collection(own).is_some_and(|c| c.knows_ids) {
        return Some(Target {
            collection: own,
            key: None,
        });
    }
    let name = names.last()?;
    let other = by_path.get(parent(above)).copied().filter(|other| {
        let Some(c) = spec.collection(*other) else {
            return false;
        };
        c.knows_ids
            && c.key.is_some()
            && has(spec, c.full, name)
            && o.response
                .is_some_and(|a| c.key.as_ref().is_some_and(|k| has(spec, a, k)))
    });
    Some(other.map_or(
        Target {
            collection: own,
            key: None,
        },
        |collection| Target {
            collection,
            key: Some(name.clone()),
        },
    ))
}
