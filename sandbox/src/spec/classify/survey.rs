//! A survey of the paths of a document.

use std::collections::HashMap;

use http::Method;

use crate::spec::{
    List, Location, Operation, Spec,
    names::{is_parameter, normalize_path, parent},
    router,
    schema::{Property, SchemaRef},
};

pub struct Survey {
    /// The routes of each normalised path; several if there are versions.
    pub routes: HashMap<String, Vec<usize>>,
    /// The name of the item's parameter by the normalised path of the collection.
    pub items: HashMap<String, String>,
    pub order: Vec<String>,
}

pub fn survey(spec: &Spec, base: &str) -> Survey {
    let mut seen = Survey {
        routes: HashMap::new(),
        items: HashMap::new(),
        order: Vec::new(),
    };
    for (i, route) in spec.routes.iter().enumerate() {
        let norm = normalize_path(&route.template, base);
        let last = route
            .template
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let is_item = |o: &Operation| match o.method.as_str() {
            "GET" => o.list.is_none() && !o.response.is_some_and(|a| spec.schemas.at(a).is_file()),
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

pub fn operations<'a>(
    spec: &'a Spec,
    seen: &'a Survey,
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

pub fn listed(spec: &Spec, seen: &Survey, norm: &str) -> bool {
    operations(spec, seen, norm, &Method::GET).any(|o| o.list.is_some())
}

/// Fields with unique values.
pub const UNIQUE: [&str; 4] = ["vin", "imei", "iccid", "unit_id"];

pub fn has(spec: &Spec, schema: SchemaRef, name: &str) -> bool {
    let members = spec.schemas.members(schema);
    members.is_some_and(|o| o.get(name).is_some())
}

/// Returns whether the items of a list are records: they have a time but no id, and a parameter
/// chooses them by time.
pub fn is_rows(spec: &Spec, operation: &Operation, list: &List) -> bool {
    let Some(item) = spec.schemas.members(list.item) else {
        return false;
    };
    let timed = |p: &Property| spec.schemas.at(p.of).format() == "date-time";
    let keyed = ["id", "uuid", "pk", "slug"]
        .iter()
        .any(|k| item.get(k).is_some());
    let asked = operation.parameters.iter().any(|p| {
        p.location == Location::Query
            && matches!(spec.schemas.at(p.schema).format(), "date-time" | "date")
    });
    !keyed && asked && item.properties.iter().any(timed)
}
