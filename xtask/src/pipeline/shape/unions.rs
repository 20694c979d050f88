//! `oneOf`, `anyOf` and inheritance in the one form that the generator reads: a component of alternatives, with every value of its tag
//! (docs/decisions/0006-unions.md).

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{
    contract,
    schema::{alternatives, is_open_enum},
};
use serde_json::{Map, Value, json};

use crate::document;
use crate::report::Failure;

type Schemas = Map<String, Value>;

/// Null is `nullable`; one alternative is itself; lists of values are one list, and with any text (or integer) beside them too, since lists are open.
pub fn simplified(doc: &mut Value) -> Result<usize, Failure> {
    let schemas = document::schemas(doc).cloned().unwrap_or_default();
    let mut n = 0;
    document::document_schemas(doc, &mut |map| {
        // A union that is the only alternative of another comes up.
        for _ in 0..16 {
            let one = simplify(map, &schemas);
            n += usize::from(one.is_some());
            if one != Some(true) {
                break;
            }
        }
    });
    Ok(n)
}

/// Whether something was done, and is to be looked at again.
fn simplify(map: &mut Schemas, schemas: &Schemas) -> Option<bool> {
    let key = match (map.get("oneOf"), map.get("anyOf")) {
        (Some(Value::Array(_)), None) => "oneOf",
        (None, Some(Value::Array(_))) => "anyOf",
        _ => return None,
    };
    let before = map.get(key)?.as_array()?.clone();
    let mut parts: Vec<Value> = Vec::new();
    let mut nullable = false;
    for part in &before {
        if document::is_null(part, schemas) {
            nullable = true;
            continue;
        }
        let mut part = part.clone();
        nullable |= says_null(&part, schemas);
        if let Some(part) = part.as_object_mut() {
            part.shift_remove("nullable");
        }
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    if nullable {
        map.insert("nullable".into(), true.into());
    }
    let tagged = map.get("discriminator").is_some();
    if let Some((kind, values)) = merged(&parts, schemas).filter(|_| !tagged && parts.len() > 1) {
        map.shift_remove(key);
        map.insert("type".into(), kind.into());
        map.insert("enum".into(), values.into());
        return Some(false);
    }
    match parts.as_slice() {
        [] => {
            map.shift_remove(key);
            map.insert(contract::JSON.into(), true.into());
            return Some(false);
        }
        [one] if !tagged => {
            map.shift_remove(key);
            match one.as_object() {
                Some(inline) if !inline.contains_key("$ref") => {
                    for (key, value) in inline {
                        map.entry(key.clone()).or_insert_with(|| value.clone());
                    }
                }
                _ => {
                    let all = map.entry("allOf").or_insert_with(|| json!([]));
                    all.as_array_mut()?.push(one.clone());
                }
            }
            return Some(true);
        }
        _ => {}
    }
    (parts != before).then(|| {
        map.insert(key.into(), parts.into());
        false
    })
}

fn says_null(schema: &Value, schemas: &Schemas) -> bool {
    [schema, document::resolved(schema, schemas)]
        .iter()
        .any(|s| {
            let listed = s.get("enum").and_then(Value::as_array);
            s.get("nullable") == Some(&Value::Bool(true))
                || listed.is_some_and(|l| l.contains(&Value::Null))
        })
}

/// The type and the values of alternatives that are lists of values, or any value of that type.
fn merged(parts: &[Value], schemas: &Schemas) -> Option<(String, Vec<Value>)> {
    let (mut kind, mut values) = (None, Vec::new());
    for part in parts {
        let known = document::resolved(part, schemas);
        let own = known.get("type").and_then(Value::as_str);
        let list = known.get("enum").and_then(Value::as_array);
        let own = match (own, list) {
            (Some(own @ ("string" | "integer")), None) if known.get("format").is_none() => own,
            (_, Some(list)) if is_open_enum(known) => {
                match list.iter().all(|v| v.is_string() || v.is_null()) {
                    true => "string",
                    false => "integer",
                }
            }
            _ => return None,
        };
        if kind.is_some_and(|k| k != own) {
            return None;
        }
        kind = Some(own);
        for value in list.into_iter().flatten().filter(|v| !v.is_null()) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
    }
    let kind = kind?.to_owned();
    (!values.is_empty()).then_some((kind, values))
}

/// Components of which a component is made by `allOf`.
fn parents(schema: &Value) -> impl Iterator<Item = &str> {
    let parts = schema.get("allOf").and_then(Value::as_array);
    parts.into_iter().flatten().filter_map(document::ref_name)
}

fn property(schema: &Value) -> Option<&str> {
    let name = schema.pointer("/discriminator/propertyName")?.as_str()?;
    Some(name).filter(|n| !n.is_empty())
}

fn any_discriminator(doc: &mut Value) -> bool {
    let mut all = document::schemas(doc).into_iter().flat_map(|s| s.values());
    all.any(|schema| property(schema).is_some())
}

/// A component with a discriminator that others are made of is one of those; its own members are those of `XBase`, of which they are made then.
pub fn inherited(doc: &mut Value) -> Result<usize, Failure> {
    if !any_discriminator(doc) {
        return Ok(0);
    }
    let schemas = document::schemas(doc).cloned().unwrap_or_default();
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, schema) in &schemas {
        for parent in parents(schema) {
            children.entry(parent).or_default().push(name);
        }
    }
    let mut names: Vec<(&str, String)> = Vec::new();
    for (base, schema) in &schemas {
        if property(schema).is_some() && children.contains_key(base.as_str()) {
            let taken =
                |n: &str| schemas.contains_key(n) || names.iter().any(|(_, made)| made == n);
            let name = document::free_name(&format!("{base}Base"), taken);
            names.push((base, name));
        }
    }
    let own = |name: &str| {
        names
            .iter()
            .find(|(b, _)| *b == name)
            .map(|(_, made)| made.as_str())
    };
    let mut made = Schemas::new();
    for (base, name) in &names {
        let Some(Value::Object(schema)) = schemas.get(*base) else {
            continue;
        };
        let (mut members, mut union) = (schema.clone(), schema.clone());
        for key in ["discriminator", "oneOf", "anyOf", "nullable"] {
            members.shift_remove(key);
        }
        members.insert(contract::VARIANT.into(), (*base).into());
        union.retain(|key, _| {
            matches!(
                key.as_str(),
                "discriminator" | "nullable" | "description" | "title"
            ) || key.starts_with("x-")
        });
        let listed = alternatives(&schemas[*base]);
        let listed = listed.into_iter().flatten().filter_map(document::ref_name);
        let mut found: Vec<&str> = Vec::new();
        let below = descendants(base, &children, &schemas);
        for child in listed.chain(below).filter(|c| c != base) {
            if !found.contains(&child) {
                found.push(child);
            }
        }
        // The base itself, if it says that a value may be no more than that.
        let said = property(&schemas[*base])
            .and_then(|p| {
                schemas[*base]
                    .get("properties")?
                    .get(p)?
                    .get("enum")?
                    .as_array()
            })
            .is_some_and(|l| l.iter().any(|v| v == base));
        let mapping = mapping(base, &schemas);
        if said || mapping.iter().any(|(_, to)| to == base) {
            found.push(base);
        }
        let tags = found.iter().flat_map(|child| {
            let tags = tags_of(
                child,
                &mapping,
                &schemas,
                property(&schemas[*base]).unwrap_or_default(),
            );
            let to = format!("#/components/schemas/{}", own(child).unwrap_or(child));
            tags.into_iter()
                .map(move |tag| (tag, Value::from(to.clone())))
        });
        let tags: Schemas = tags.collect();
        union["discriminator"]["mapping"] = tags.into();
        let refs = found
            .iter()
            .map(|child| document::reference(own(child).unwrap_or(child)));
        union.insert("oneOf".into(), refs.collect());
        made.insert((*base).to_owned(), union.into());
        made.insert(name.clone(), members.into());
    }
    if let Some(all) = document::schemas(doc) {
        all.extend(made);
        let components: BTreeSet<String> = all.keys().cloned().collect();
        for name in components {
            let Some(schema) = all.get_mut(&name) else {
                continue;
            };
            // What only wraps a reference is the union; what adds to it, or is a component, has the members.
            let mut top = true;
            document::each_schema(schema, &mut |map| {
                let parts = map.get_mut("allOf").and_then(Value::as_array_mut);
                for part in parts.filter(|p| top || p.len() > 1).into_iter().flatten() {
                    let new = document::ref_name(part)
                        .and_then(own)
                        .map(document::reference);
                    new.into_iter().for_each(|new| *part = new);
                }
                top = false;
            });
        }
    }
    Ok(names.len())
}

/// All components that are made of this one, in their order.
fn descendants<'a>(
    base: &'a str,
    children: &BTreeMap<&'a str, Vec<&'a str>>,
    schemas: &'a Schemas,
) -> Vec<&'a str> {
    let (mut todo, mut found) = (vec![base], BTreeSet::new());
    while let Some(name) = todo.pop() {
        let new = children.get(name).into_iter().flatten();
        todo.extend(new.copied().filter(|n| found.insert(*n)));
    }
    let all = schemas.keys().map(String::as_str);
    all.filter(|n| found.contains(n)).collect()
}

/// Value of the tag → component, by the discriminator of a component and of what it is made of.
fn mapping(name: &str, schemas: &Schemas) -> Vec<(String, String)> {
    let (mut todo, mut seen, mut out) = (vec![name], BTreeSet::new(), Vec::new());
    while let Some(name) = todo.pop() {
        let Some(schema) = schemas.get(name).filter(|_| seen.insert(name)) else {
            continue;
        };
        out.extend(entries(schema, schemas));
        todo.extend(parents(schema));
    }
    out
}

fn entries(schema: &Value, schemas: &Schemas) -> Vec<(String, String)> {
    let mapping = schema
        .pointer("/discriminator/mapping")
        .and_then(Value::as_object);
    let entries = mapping.into_iter().flatten();
    entries
        .filter_map(|(tag, to)| Some((tag.clone(), document::mapped(to.as_str()?, schemas)?)))
        .collect()
}

/// The values of the tag that name a component: those of the mapping, those that it says itself, or its name.
fn tags_of(
    name: &str,
    mapping: &[(String, String)],
    schemas: &Schemas,
    property: &str,
) -> Vec<String> {
    let mapped = mapping.iter().filter(|(_, to)| to == name);
    let mapped: Vec<String> = mapped.map(|(tag, _)| tag.clone()).collect();
    if !mapped.is_empty() {
        return mapped;
    }
    let schema = schemas.get(name);
    let said = ["x-ms-discriminator-value", "x-discriminator-value"];
    let said = said.iter().find_map(|k| schema?.get(k)?.as_str());
    let fixed = || {
        let property = own_property(schema?, property, schemas)?;
        match document::resolved(property, schemas)
            .get("enum")?
            .as_array()?
            .as_slice()
        {
            [Value::String(one)] => Some(one.clone()),
            [one @ Value::Number(_)] => Some(one.to_string()),
            _ => None,
        }
    };
    vec![
        said.map(str::to_owned)
            .or_else(fixed)
            .unwrap_or_else(|| name.to_owned()),
    ]
}

/// A property of a schema or of what it is made of.
fn own_property<'a>(schema: &'a Value, name: &str, schemas: &'a Schemas) -> Option<&'a Value> {
    let (mut todo, mut seen) = (vec![schema], BTreeSet::new());
    while let Some(schema) = todo.pop() {
        if let Some(own) = schema.get("properties").and_then(|p| p.get(name)) {
            return Some(own);
        }
        let parts = schema.get("allOf").and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            match document::ref_name(part) {
                None => todo.push(part),
                Some(name) if seen.insert(name) => todo.extend(schemas.get(name)),
                Some(_) => {}
            }
        }
    }
    None
}

/// Members beside alternatives, or an `allOf` with alternatives in it: each alternative has them all.
pub fn spread(doc: &mut Value) -> Result<usize, Failure> {
    let (made, n) = document::beside_schemas(doc, |_, schemas| spread_schemas(schemas));
    if let Some(all) = document::schemas(doc) {
        all.extend(made);
    }
    Ok(n)
}

/// What replaces components, and what they need; how many there are.
fn spread_schemas(schemas: &Schemas) -> (Schemas, usize) {
    let (mut made, mut n) = (Schemas::new(), 0);
    for (name, schema) in schemas {
        let Some((base, mut union)) = parted(name, schema) else {
            continue;
        };
        let list = alternatives(&union).cloned().unwrap_or_default();
        let objects = |part: &Value| {
            let known = document::resolved(part, schemas);
            document::ref_name(part).is_some()
                && alternatives(known).is_none()
                && (known.get("properties").is_some() || known.get("allOf").is_some())
        };
        if list.is_empty() || !list.iter().all(objects) {
            continue;
        }
        let free = |base: String, made: &Schemas| {
            document::free_name(&base, |n| schemas.contains_key(n) || made.contains_key(n))
        };
        let members = free(format!("{name}Base"), &made);
        made.insert(members.clone(), base);
        let mapping = entries(&union, schemas);
        let tag = property(&union).unwrap_or_default().to_owned();
        let (mut refs, mut tags) = (Vec::new(), Schemas::new());
        for target in list.iter().filter_map(document::ref_name) {
            let variant = schemas.get(target).and_then(|s| s.get(contract::VARIANT));
            let variant = variant.cloned().unwrap_or(target.into());
            let both = free(
                format!("{name}With{}", variant.as_str().unwrap_or_default()),
                &made,
            );
            made.insert(
                both.clone(),
                json!({"allOf": [document::reference(&members), document::reference(target)], contract::VARIANT: variant}),
            );
            let to = document::reference(&both);
            for tag in tags_of(target, &mapping, schemas, &tag) {
                tags.insert(tag, to["$ref"].clone());
            }
            refs.push(to);
        }
        for key in ["oneOf", "anyOf"] {
            if union.get(key).is_some() {
                union[key] = refs.clone().into();
            }
        }
        if !tag.is_empty() {
            union["discriminator"]["mapping"] = tags.into();
        }
        made.insert(name.clone(), union);
        n += 1;
    }
    (made, n)
}

/// What stands beside the alternatives of a schema, and the alternatives alone.
fn parted(name: &str, schema: &Value) -> Option<(Value, Value)> {
    if schema.get("properties").is_none() && schema.get("allOf").is_none() {
        return None;
    }
    let parts = schema.get("allOf").and_then(Value::as_array);
    let holds = |part: &Value| part.get("$ref").is_none() && alternatives(part).is_some();
    if alternatives(schema).is_none() && !parts.is_some_and(|p| p.iter().any(holds)) {
        return None;
    }
    let mut base = schema.as_object()?.clone();
    let mut union = base.clone();
    union.retain(|key, _| {
        matches!(key.as_str(), "nullable" | "description" | "title") || key.starts_with("x-")
    });
    if alternatives(schema).is_some() {
        for key in ["oneOf", "anyOf", "discriminator"] {
            union.extend(base.shift_remove(key).map(|v| (key.to_owned(), v)));
        }
    } else {
        let parts = base.get_mut("allOf")?.as_array_mut()?;
        let at = parts.iter().position(holds)?;
        let Value::Object(part) = parts.remove(at) else {
            return None;
        };
        if parts.iter().any(holds) || part.contains_key("properties") {
            return None;
        }
        for (key, value) in part {
            union.entry(key).or_insert(value);
        }
        union.shift_remove("type");
    }
    base.shift_remove("nullable");
    base.insert(contract::VARIANT.into(), name.into());
    Some((base.into(), union.into()))
}

/// Every alternative of a union with a discriminator has the values of its tag in the mapping, by its pointer; what only the mapping names is an alternative too.
pub fn tags(doc: &mut Value) -> Result<usize, Failure> {
    if !any_discriminator(doc) {
        return Ok(0);
    }
    let schemas = document::schemas(doc).cloned().unwrap_or_default();
    let mut n = 0;
    for schema in document::schemas(doc)
        .into_iter()
        .flat_map(|s| s.values_mut())
    {
        let Some(property) = property(schema).map(str::to_owned) else {
            continue;
        };
        let mapping = entries(schema, &schemas);
        let key = if schema.get("oneOf").is_some() {
            "oneOf"
        } else {
            "anyOf"
        };
        let Some(parts) = schema.get_mut(key).and_then(Value::as_array_mut) else {
            continue;
        };
        for (_, to) in &mapping {
            if !parts.iter().any(|p| document::ref_name(p) == Some(to)) {
                parts.push(document::reference(to));
            }
        }
        let mut tags = Schemas::new();
        for name in parts.iter().filter_map(document::ref_name) {
            for tag in tags_of(name, &mapping, &schemas, &property) {
                tags.entry(tag)
                    .or_insert(format!("#/components/schemas/{name}").into());
            }
        }
        n += 1;
        schema["discriminator"]["mapping"] = tags.into();
    }
    Ok(n)
}
