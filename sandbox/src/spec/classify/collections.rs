//! The collections of a document, whose items have ids, and collections that show the items of
//! another.

use std::collections::HashMap;

use http::Method;

use crate::spec::{
    Collection, IdKind, Location, Spec,
    classify::survey::{Survey, UNIQUE, has, is_rows, listed, operations},
    names::{parent, resource},
    schema::{Kind as Type, Property, SchemaRef},
};

pub fn collection(spec: &mut Spec, seen: &Survey, norm: &str) -> Option<Collection> {
    let list = operations(spec, seen, norm, &Method::GET)
        .find(|o| o.list.as_ref().is_some_and(|l| !is_rows(spec, o, l)))
        .is_some();
    let item = seen.items.get(norm).cloned();
    let created = item.is_some() && operations(spec, seen, norm, &Method::POST).next().is_some();
    if !list && item.is_none() {
        return None;
    }
    let item_path = format!("{norm}/{{}}");
    let responses = |path: &str, method: &'static Method| {
        operations(spec, seen, path, method)
            .filter_map(|o| o.response)
            .collect::<Vec<_>>()
    };
    let items = operations(spec, seen, norm, &Method::GET)
        .filter_map(|o| Some(o.list.as_ref()?.item))
        .collect();
    let shapes = [
        responses(&item_path, &Method::GET),
        items,
        responses(&item_path, &Method::PUT),
        responses(norm, &Method::POST),
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
                .find(|p| p.location == Location::Path && Some(&p.name) == item.as_ref())
        })
        .map(|p| p.schema);
    let of_key = key.as_deref().and_then(scalar);
    let schemas = of_key.into_iter().chain(in_path);
    let kinds: Vec<IdKind> = schemas.map(|schema| id_kind(spec, schema)).collect();
    let id = if kinds.contains(&IdKind::Uuid) {
        IdKind::Uuid
    } else {
        kinds.first().copied().unwrap_or_default()
    };
    let full = spec.schemas.object(properties);
    Some(Collection {
        path: norm.to_owned(),
        resource: resource(norm),
        key,
        id,
        full,
        knows_ids: list || created,
        base: None,
    })
}

pub fn id_kind(spec: &Spec, schema: SchemaRef) -> IdKind {
    match &spec.schemas.at(schema).kind {
        Type::Text(format) if format == "uuid" => IdKind::Uuid,
        Type::Text(_) => IdKind::Text,
        _ => IdKind::Integer,
    }
}

/// Finds the collection whose items a list without item paths shows: that of its noun, or the one
/// that it is below.
pub fn shows_items_of(
    spec: &Spec,
    seen: &Survey,
    by_path: &HashMap<String, usize>,
    at: usize,
) -> Option<usize> {
    let c = spec.collection(at)?;
    if seen.items.contains_key(&c.path)
        || c.key.is_none()
        || operations(spec, seen, &c.path, &Method::POST)
            .next()
            .is_some()
    {
        return None;
    }
    let own = spec.by_resource.get(&(c.resource.clone(), c.id)).copied();
    let below = || {
        let above = *by_path.get(parent(&c.path))?;
        let over = spec.collection(above)?;
        (over.id == c.id && over.knows_ids && spec.by_resource.values().any(|n| *n == above))
            .then_some(above)
    };
    let same = || {
        let name = UNIQUE.iter().find(|n| has(spec, c.full, n))?;
        let owner = *spec.by_resource.get(spec.unique_fields.get(name)?)?;
        spec.collection(owner).filter(|o| o.id == c.id)?;
        Some(owner)
    };
    own.filter(|o| *o != at)
        .or_else(below)
        .or_else(|| same().filter(|o| *o != at))
}

pub fn identities(spec: &mut Spec) {
    let tells = |at: usize, name: &str| {
        let collection = spec.collection(at);
        collection.is_some_and(|c| has(spec, c.full, name))
    };
    let mut by_resource: Vec<_> = spec.by_resource.iter().collect();
    by_resource
        .sort_by_key(|(key, at)| (spec.collection(**at).map(|c| c.path.len()), key.0.clone()));
    let owner = |name: &&'static str| {
        let (key, _) = by_resource.iter().find(|(_, at)| tells(**at, name))?;
        Some((*name, (*key).clone()))
    };
    let unique_fields = UNIQUE.iter().filter_map(owner).collect();
    let collections_of = |at: usize, kind: IdKind| {
        let shares = |other: usize| UNIQUE.iter().any(|n| tells(at, n) && tells(other, n));
        let open = |c: &Collection| !c.path.contains("{}") && c.id == kind && c.knows_ids;
        let all = spec.collections.iter().enumerate();
        all.filter(|(other, c)| *other == at || (open(c) && shares(*other)))
            .map(|(other, _)| other)
            .collect()
    };
    let collections_of = by_resource
        .iter()
        .map(|(key, at)| ((*key).clone(), collections_of(**at, key.1)))
        .collect();
    (spec.unique_fields, spec.collections_of) = (unique_fields, collections_of);
}

/// Makes collections of resources that can only be listed: `/vehicle/makes/`.
pub fn only_listed(spec: &mut Spec, seen: &Survey) {
    let mut lists: Vec<usize> = (0..spec.collections.len()).collect();
    lists.sort_by_key(|i| spec.collections.get(*i).map(|c| c.path.len()));
    for i in lists {
        let own = |c: &&Collection| c.knows_ids && c.base.is_none() && !c.path.contains("{}");
        let Some(c) = spec.collection(i).filter(own) else {
            continue;
        };
        let keyed = c.key.is_some() && !c.path.ends_with(&c.resource);
        let resource = (c.resource.clone(), c.id);
        if keyed && listed(spec, seen, &c.path) && !spec.by_resource.contains_key(&resource) {
            spec.by_resource.insert(resource.clone(), i);
            spec.collections_of.insert(resource, vec![i]);
        }
    }
}
