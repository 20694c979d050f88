//! What each operation does, told from the paths and the shapes of a document.

use std::collections::HashMap;

use http::Method;

use crate::spec::{
    Collection, IdKind, Kind, List, Operation, Place, Spec, Target, router,
    schema::{Kind as Type, Property, Use},
};

/// Without base path, version segments and slash at the end; parameters are `{}`.
pub fn norm(template: &str, base: &str) -> String {
    let path = template
        .strip_prefix(base)
        .unwrap_or(template)
        .trim_end_matches('/');
    let is_version = |s: &&str| {
        s.strip_prefix('v')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let segments = path.split('/').filter(|s| !is_version(s));
    segments
        .map(|s| if is_parameter(s) { "{}" } else { s })
        .collect::<Vec<_>>()
        .join("/")
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}') && segment.matches('{').count() == 1
}

fn parent(norm: &str) -> &str {
    norm.rsplit_once('/').map_or("", |(p, _)| p)
}

/// `vehicles` → `vehicle`.
pub fn singular(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    let cut = |n: usize| {
        word.get(..word.len().saturating_sub(n))
            .unwrap_or_default()
            .to_owned()
    };
    match word.as_str() {
        "busses" => "bus".into(),
        w if w.ends_with("ies") => cut(3) + "y",
        w if ["sses", "xes", "ches", "shes", "uses"]
            .iter()
            .any(|e| w.ends_with(e)) =>
        {
            cut(2)
        }
        w if w.ends_with('s') && !w.ends_with("ss") && !w.ends_with("us") => cut(1),
        _ => word,
    }
}

/// What a field or parameter speaks of: `device_id` and `devicePk` of a device.
pub fn subject(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let cut = ["_id", "_pk", "_uuid", "_ids"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))
        .or_else(|| lower.strip_suffix("pk"));
    singular(cut.filter(|c| !c.is_empty()).unwrap_or(&lower))
}

/// Needs no credentials: logging in, registering, resetting a password.
pub fn is_public(method: &str, template: &str) -> bool {
    let open = |s: &str| {
        matches!(
            s,
            "login" | "register" | "signup" | "verify-email" | "resend-confirm-email"
        )
    };
    // Other things than passwords are reset too.
    method == "post"
        && (template.split('/').any(open)
            || template.contains("/password/reset/")
            || is_mfa(template))
}

fn is_mfa(template: &str) -> bool {
    template.trim_end_matches('/').ends_with("/mfa/verify")
}

/// The literal that a path is about: its last one.
fn noun(norm: &str) -> String {
    singular(norm.rsplit('/').find(|s| *s != "{}").unwrap_or_default())
}

struct Seen {
    /// Route by normalised path; several when there are versions.
    routes: HashMap<String, Vec<usize>>,
    /// Normalised path of a collection whose items have a path → the parameter's name.
    items: HashMap<String, String>,
    order: Vec<String>,
}

pub fn classify(spec: &mut Spec, base: &str) {
    let seen = survey(spec, base);
    for norm in &seen.order {
        if let Some(made) = collection(spec, &seen, norm) {
            spec.collections.push(made);
        }
    }
    let by_norm: HashMap<String, usize> = spec
        .collections
        .iter()
        .enumerate()
        .map(|(i, c)| (c.norm.clone(), i))
        .collect();
    // The shortest path that has items of its own speaks for a noun.
    let mut owners: Vec<usize> = (0..spec.collections.len()).collect();
    owners.sort_by_key(|i| spec.collections.get(*i).map(|c| c.norm.len()));
    for i in owners {
        let Some(c) = spec.collections.get(i) else {
            continue;
        };
        if c.closed
            && seen.items.contains_key(&c.norm)
            && !c.norm.contains("{}")
            && listed(spec, &seen, &c.norm)
        {
            let key = (c.noun.clone(), c.id);
            spec.nouns.entry(key).or_insert(i);
        }
    }
    identities(spec);
    for i in 0..spec.collections.len() {
        let base = view(spec, &seen, &by_norm, i);
        if let Some(c) = spec.collections.get_mut(i) {
            c.base = base;
        }
    }
    only_listed(spec, &seen);
    for i in 0..spec.routes.len() {
        let Some(route) = spec.routes.get(i) else {
            continue;
        };
        let norm = norm(&route.template, base);
        let names = router::parameters(&route.template);
        let parents = parents(spec, &by_norm, &norm, &names);
        let kinds: Vec<Kind> = route
            .operations
            .iter()
            .map(|o| kind(spec, &by_norm, &norm, &names, o))
            .collect();
        if let Some(route) = spec.routes.get_mut(i) {
            route.parents = parents;
            route
                .operations
                .iter_mut()
                .zip(kinds)
                .for_each(|(o, kind)| o.kind = kind);
        }
    }
}

/// Fields whose values no two things share.
pub const UNIQUE: [&str; 4] = ["vin", "imei", "iccid", "unit_id"];

fn identities(spec: &mut Spec) {
    let tells = |at: usize, name: &str| {
        let collection = spec.collection(at);
        collection.is_some_and(|c| has(spec, c.full, name))
    };
    let mut nouns: Vec<_> = spec.nouns.iter().collect();
    nouns.sort_by_key(|(key, at)| (spec.collection(**at).map(|c| c.norm.len()), key.0.clone()));
    let owner = |name: &&'static str| {
        let (key, _) = nouns.iter().find(|(_, at)| tells(**at, name))?;
        Some((*name, (*key).clone()))
    };
    let owners = UNIQUE.iter().filter_map(owner).collect();
    let holders = |at: usize, kind: IdKind| {
        let shares = |other: usize| UNIQUE.iter().any(|n| tells(at, n) && tells(other, n));
        let open = |c: &Collection| !c.norm.contains("{}") && c.id == kind && c.closed;
        let all = spec.collections.iter().enumerate();
        all.filter(|(other, c)| *other == at || (open(c) && shares(*other)))
            .map(|(other, _)| other)
            .collect()
    };
    let holders = nouns
        .iter()
        .map(|(key, at)| ((*key).clone(), holders(**at, key.1)))
        .collect();
    (spec.owners, spec.holders) = (owners, holders);
}

/// Nobody else speaks for the noun of what can only be listed: `/vehicle/makes/`.
fn only_listed(spec: &mut Spec, seen: &Seen) {
    let mut lists: Vec<usize> = (0..spec.collections.len()).collect();
    lists.sort_by_key(|i| spec.collections.get(*i).map(|c| c.norm.len()));
    for i in lists {
        let own = |c: &&Collection| c.closed && c.base.is_none() && !c.norm.contains("{}");
        let Some(c) = spec.collection(i).filter(own) else {
            continue;
        };
        let keyed = c.key.is_some() && !c.norm.ends_with(&c.noun);
        let noun = (c.noun.clone(), c.id);
        if keyed && listed(spec, seen, &c.norm) && !spec.nouns.contains_key(&noun) {
            spec.nouns.insert(noun.clone(), i);
            spec.holders.insert(noun, vec![i]);
        }
    }
}

fn survey(spec: &Spec, base: &str) -> Seen {
    let mut seen = Seen {
        routes: HashMap::new(),
        items: HashMap::new(),
        order: Vec::new(),
    };
    for (i, route) in spec.routes.iter().enumerate() {
        let norm = norm(&route.template, base);
        let last = route
            .template
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let is_item = |o: &Operation| match o.method.as_str() {
            "GET" => o.list.is_none() && !o.answer.is_some_and(|a| spec.schemas.at(a).is_file()),
            method => matches!(method, "PUT" | "PATCH" | "DELETE"),
        };
        if is_parameter(last) && route.operations.iter().any(is_item) {
            let name = router::parameters(last).pop().unwrap_or_default();
            seen.items.entry(parent(&norm).to_owned()).or_insert(name);
            if !seen.order.iter().any(|n| n == parent(&norm)) {
                seen.order.push(parent(&norm).to_owned());
            }
        }
        if !seen.order.contains(&norm) {
            seen.order.push(norm.clone());
        }
        seen.routes.entry(norm).or_default().push(i);
    }
    seen
}

fn operations<'a>(
    spec: &'a Spec,
    seen: &'a Seen,
    norm: &str,
    method: &'a Method,
) -> impl Iterator<Item = &'a Operation> + use<'a> {
    let routes = seen
        .routes
        .get(norm)
        .into_iter()
        .flatten()
        .filter_map(|r| spec.routes.get(*r));
    routes
        .flat_map(|r| &r.operations)
        .filter(move |o| o.method == *method)
}

fn listed(spec: &Spec, seen: &Seen, norm: &str) -> bool {
    operations(spec, seen, norm, &Method::GET).any(|o| o.list.is_some())
}

/// Records of a time that have no id and are asked for by time.
fn is_rows(spec: &Spec, operation: &Operation, list: &List) -> bool {
    let Some(item) = spec.schemas.members(list.item) else {
        return false;
    };
    let timed = |p: &Property| spec.schemas.at(p.of).format() == "date-time";
    let keyed = ["id", "uuid", "pk", "slug"]
        .iter()
        .any(|k| item.get(k).is_some());
    let asked = operation.parameters.iter().any(|p| {
        p.place == Place::Query
            && matches!(spec.schemas.at(p.schema).format(), "date-time" | "date")
    });
    !keyed && asked && item.properties.iter().any(timed)
}

fn collection(spec: &mut Spec, seen: &Seen, norm: &str) -> Option<Collection> {
    let list = operations(spec, seen, norm, &Method::GET)
        .find(|o| o.list.as_ref().is_some_and(|l| !is_rows(spec, o, l)))
        .is_some();
    let item = seen.items.get(norm).cloned();
    let created = item.is_some() && operations(spec, seen, norm, &Method::POST).next().is_some();
    if !list && item.is_none() {
        return None;
    }
    let item_path = format!("{norm}/{{}}");
    let answers = |path: &str, method: &'static Method| {
        operations(spec, seen, path, method)
            .filter_map(|o| o.answer)
            .collect::<Vec<_>>()
    };
    let items = operations(spec, seen, norm, &Method::GET)
        .filter_map(|o| Some(o.list.as_ref()?.item))
        .collect();
    let shapes = [
        answers(&item_path, &Method::GET),
        items,
        answers(&item_path, &Method::PUT),
        answers(norm, &Method::POST),
    ]
    .concat();
    let properties: Vec<Property> = shapes
        .iter()
        .filter_map(|s| spec.schemas.members(*s))
        .flat_map(|o| o.properties.clone())
        .collect();
    let scalar = |name: &str| {
        let of = properties.iter().find(|p| p.name == name)?.of;
        matches!(
            spec.schemas.at(of).kind,
            Type::Integer | Type::Text(_) | Type::Any
        )
        .then_some(of)
    };
    let names = item
        .iter()
        .map(String::as_str)
        .chain(["id", "uuid", "pk", "slug"]);
    let key = names
        .into_iter()
        .find(|n| scalar(n).is_some())
        .map(str::to_owned);
    let in_path = operations(spec, seen, &item_path, &Method::GET)
        .chain(operations(spec, seen, &item_path, &Method::PUT))
        .chain(operations(spec, seen, &item_path, &Method::DELETE))
        .find_map(|o| {
            o.parameters
                .iter()
                .find(|p| p.place == Place::Path && Some(&p.name) == item.as_ref())
        })
        .map(|p| p.schema);
    let kinds: Vec<IdKind> = key
        .as_deref()
        .and_then(scalar)
        .into_iter()
        .chain(in_path)
        .map(|u| id_kind(spec, u))
        .collect();
    let id = if kinds.contains(&IdKind::Uuid) {
        IdKind::Uuid
    } else {
        kinds.first().copied().unwrap_or_default()
    };
    let full = spec.schemas.object(properties);
    Some(Collection {
        norm: norm.to_owned(),
        noun: noun(norm),
        key,
        id,
        full,
        closed: list || created,
        base: None,
    })
}

fn id_kind(spec: &Spec, schema: Use) -> IdKind {
    match &spec.schemas.at(schema).kind {
        Type::Text(format) if format == "uuid" => IdKind::Uuid,
        Type::Text(_) => IdKind::Text,
        _ => IdKind::Integer,
    }
}

/// A list without paths for its items shows the items of another: of the noun's own collection, or of the one that it stands below.
fn view(spec: &Spec, seen: &Seen, by_norm: &HashMap<String, usize>, at: usize) -> Option<usize> {
    let c = spec.collection(at)?;
    if seen.items.contains_key(&c.norm)
        || c.key.is_none()
        || operations(spec, seen, &c.norm, &Method::POST)
            .next()
            .is_some()
    {
        return None;
    }
    let own = spec.nouns.get(&(c.noun.clone(), c.id)).copied();
    let below = || {
        let above = *by_norm.get(parent(&c.norm))?;
        let over = spec.collection(above)?;
        (over.id == c.id && over.closed && spec.nouns.values().any(|n| *n == above))
            .then_some(above)
    };
    let same = || {
        let name = UNIQUE.iter().find(|n| has(spec, c.full, n))?;
        let owner = *spec.nouns.get(spec.owners.get(name)?)?;
        spec.collection(owner).filter(|o| o.id == c.id)?;
        Some(owner)
    };
    own.filter(|o| *o != at)
        .or_else(below)
        .or_else(|| same().filter(|o| *o != at))
}

fn parents(
    spec: &Spec,
    by_norm: &HashMap<String, usize>,
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
        let known = by_norm.get(&above).filter(|c| {
            spec.collection(**c)
                .is_some_and(|c| c.closed && c.key.is_some())
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
            out.extend(holder(spec, name).map(|target| (n, target)));
        }
    }
    out
}

/// Whose items have a property of that name which is no reference: `unit_id`.
fn holder(spec: &Spec, name: &str) -> Option<Target> {
    if let Some((_, collection)) = spec
        .nouns
        .iter()
        .find(|((noun, _), _)| *noun == subject(name))
    {
        return Some(Target {
            collection: *collection,
            key: None,
        });
    }
    let mut owners: Vec<usize> = spec.nouns.values().copied().collect();
    owners.sort_by_key(|i| spec.collection(*i).map(|c| c.norm.clone()));
    let collection = owners
        .into_iter()
        .find(|i| spec.collection(*i).is_some_and(|c| has(spec, c.full, name)))?;
    Some(Target {
        collection,
        key: Some(name.to_owned()),
    })
}

pub fn has(spec: &Spec, schema: Use, name: &str) -> bool {
    let members = spec.schemas.members(schema);
    members.is_some_and(|o| o.get(name).is_some())
}

fn kind(
    spec: &Spec,
    by_norm: &HashMap<String, usize>,
    norm: &str,
    names: &[String],
    o: &Operation,
) -> Kind {
    let segments: Vec<&str> = norm.split('/').collect();
    let last = segments.last().copied().unwrap_or_default();
    let own = by_norm.get(norm).copied();
    let answer = |name: &str| o.answer.is_some_and(|a| has(spec, a, name));
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
        "POST" if last.starts_with("execute") && answer("jid") => return Kind::Execute,
        "GET" | "HEAD" if last == "{}" && names.last().is_some_and(|n| n == "jid") => {
            return Kind::CommandResult;
        }
        _ if o.answer.is_some_and(|a| spec.schemas.at(a).is_file()) => return Kind::File,
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
        target(spec, by_norm, norm, names, o)
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

/// The item that a path ends in: of the collection above, or found there by another property (`by_name/{name}`).
fn target(
    spec: &Spec,
    by_norm: &HashMap<String, usize>,
    norm: &str,
    names: &[String],
    o: &Operation,
) -> Option<Target> {
    let above = parent(norm);
    let own = *by_norm.get(above)?;
    if spec.collection(own).is_some_and(|c| c.closed) {
        return Some(Target {
            collection: own,
            key: None,
        });
    }
    let name = names.last()?;
    let other = by_norm.get(parent(above)).copied().filter(|other| {
        let Some(c) = spec.collection(*other) else {
            return false;
        };
        c.closed
            && c.key.is_some()
            && has(spec, c.full, name)
            && o.answer
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_before_a_session_is_public() {
        assert!(
            [
                "/auth/login/",
                "/auth/password/reset/confirm/",
                "/auth/mfa/verify/"
            ]
            .iter()
            .all(|t| is_public("post", t))
        );
        assert!(!is_public("post", "/channels/{id}/reset/") && !is_public("get", "/auth/login/"));
    }

    #[test]
    fn nouns() {
        for (plural, one) in [
            ("devices", "device"),
            ("busses", "bus"),
            ("statuses", "status"),
            ("summaries", "summary"),
            ("address", "address"),
            ("status", "status"),
            ("Boxes", "box"),
        ] {
            assert_eq!(singular(plural), one);
        }
        assert_eq!(
            (
                subject("device_id").as_str(),
                subject("vehicles").as_str(),
                subject("device_pk").as_str()
            ),
            ("device", "vehicle", "device")
        );
        assert_eq!(norm("/api/v2/books/{id}/", "/api/v2"), "/books/{}");
        assert_eq!(norm("/logbook/v2/trips/", ""), "/logbook/trips");
    }
}
