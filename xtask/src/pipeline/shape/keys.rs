//! Finds members of responses that are always present. A document says `required` for what a
//! serializer declares, but views leave out what an account lacks; `required` alone therefore
//! proves nothing.

use autopi_codegen::contract;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::document;
use crate::report::Failure;

/// Marks the key of a resource that is addressed by it (`/things/{id}/` returns a thing, `/things/`
/// lists them) with `x-autopi-always`: without the key it could not be fetched.
pub fn ids_in_paths(doc: &mut Value) -> Result<usize, Failure> {
    let paths = doc.get("paths").and_then(Value::as_object);
    let keyed: Vec<(String, String)> = paths
        .into_iter()
        .flat_map(|p| p.keys())
        .filter_map(|path| {
            let (list, key) = path.trim_end_matches('/').rsplit_once('/')?;
            let key = key.strip_prefix('{')?.strip_suffix('}')?;
            Some((list.to_owned(), key.to_owned()))
        })
        .collect();
    let mut found = BTreeSet::new();
    document::beside_schemas(doc, |doc, schemas| {
        document::operations(doc, |path, method, op| {
            let path = path.trim_end_matches('/');
            let is_item = |rest: &str, key: &str| {
                let rest = rest.strip_prefix("/{").and_then(|r| r.strip_suffix('}'));
                rest == Some(key)
            };
            let here = keyed.iter().find(|(list, key)| {
                let rest = path.strip_prefix(list.as_str());
                rest.is_some_and(|rest| rest.is_empty() || is_item(rest, key))
            });
            let Some((_, key)) = here.filter(|_| method != "delete") else {
                return;
            };
            document::bodies(op, |request, _, schema| {
                let page = document::ref_name(schema)
                    .and_then(|n| schemas.get(n))
                    .unwrap_or(schema);
                let items = page
                    .pointer("/properties/results/items")
                    .or(schema.get("items"));
                let name = document::ref_name(items.unwrap_or(schema));
                if let Some(name) = name.filter(|_| !request) {
                    found.insert((name.to_owned(), key.clone()));
                }
            });
        });
    });
    let mut n = 0;
    for (name, key) in found {
        let properties = document::schemas(doc)
            .and_then(|s| s.get_mut(&name)?.get_mut("properties")?.as_object_mut());
        let Some(properties) = properties else {
            continue;
        };
        let key = [key.as_str(), "id", "pk"]
            .into_iter()
            .find(|k| properties.contains_key(*k));
        let property = key.and_then(|k| properties.get_mut(k)?.as_object_mut());
        if let Some(property) = property.filter(|p| !p.contains_key("nullable")) {
            n += usize::from(
                property
                    .insert(contract::ALWAYS.into(), true.into())
                    .is_none(),
            );
        }
    }
    Ok(n)
}
