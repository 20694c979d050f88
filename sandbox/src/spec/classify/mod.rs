//! What each operation does, told from the paths and the shapes of a document.

mod collections;
mod operations;
mod survey;

use std::collections::HashMap;

use self::{
    collections::{collection, identities, only_listed, view},
    operations::{kind, parents},
    survey::{listed, survey},
};
use crate::spec::{Kind, Spec, names::norm, router};

pub use survey::{UNIQUE, has};

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
    let mut unique_fields: Vec<usize> = (0..spec.collections.len()).collect();
    unique_fields.sort_by_key(|i| spec.collections.get(*i).map(|c| c.norm.len()));
    for i in unique_fields {
        let Some(c) = spec.collections.get(i) else {
            continue;
        };
        if c.closed
            && seen.items.contains_key(&c.norm)
            && !c.norm.contains("{}")
            && listed(spec, &seen, &c.norm)
        {
            let key = (c.resource.clone(), c.id);
            spec.by_resource.entry(key).or_insert(i);
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
