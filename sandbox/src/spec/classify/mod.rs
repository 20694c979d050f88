//! Finds out what each operation does from the paths and shapes of a document.

mod collections;
mod operations;
mod survey;

use std::collections::HashMap;

use self::{
    collections::{collection, identities, only_listed, shows_items_of},
    operations::{kind, parents},
    survey::{listed, survey},
};
use crate::spec::{Kind, Spec, names::normalize_path, router};

pub use survey::{UNIQUE, has};

pub fn classify(spec: &mut Spec, base: &str) {
    let seen = survey(spec, base);
    for norm in &seen.order {
        if let Some(made) = collection(spec, &seen, norm) {
            spec.collections.push(made);
        }
    }
    let by_path: HashMap<String, usize> = spec
        .collections
        .iter()
        .enumerate()
        .map(|(i, c)| (c.path.clone(), i))
        .collect();
    // The shortest path with items of its own represents a noun.
    let mut unique_fields: Vec<usize> = (0..spec.collections.len()).collect();
    unique_fields.sort_by_key(|i| spec.collections.get(*i).map(|c| c.path.len()));
    for i in unique_fields {
        let Some(c) = spec.collections.get(i) else {
            continue;
        };
        if c.knows_ids
            && seen.items.contains_key(&c.path)
            && !c.path.contains("{}")
            && listed(spec, &seen, &c.path)
        {
            let key = (c.resource.clone(), c.id);
            spec.by_resource.entry(key).or_insert(i);
        }
    }
    identities(spec);
    for i in 0..spec.collections.len() {
        let base = shows_items_of(spec, &seen, &by_path, i);
        if let Some(c) = spec.collections.get_mut(i) {
            c.base = base;
        }
    }
    only_listed(spec, &seen);
    for i in 0..spec.routes.len() {
        let Some(route) = spec.routes.get(i) else {
            continue;
        };
        let norm = normalize_path(&route.template, base);
        let names = router::parameters(&route.template);
        let parents = parents(spec, &by_path, &norm, &names);
        let kinds: Vec<Kind> = route
            .operations
            .iter()
            .map(|o| kind(spec, &by_path, &norm, &names, o))
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
