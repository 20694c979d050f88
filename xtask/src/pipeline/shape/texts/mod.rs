//! Gives types to parameters that are documented as plain strings but are not: drf-yasg gives none
//! to django-filter's filters and to the path parameters of drf-nested-routers.

mod ids;

use ids::Ids;

use std::collections::BTreeMap;

use autopi_codegen::contract;
use serde_json::{Map, Value};

use crate::document;
use crate::report::Failure;

/// Gives a plain string the type of what it names: of the path parameter in the same place of
/// another path, of the field that it filters, or of what its name says.
pub fn typed_texts(doc: &mut Value) -> Result<usize, Failure> {
    Ok(document::beside_schemas(doc, type_texts))
}

fn type_texts(doc: &mut Value, components: &Type) -> usize {
    let ids = Ids::of(doc);
    let items = listed_items(doc, components);
    let mut n = 0;
    document::parameters(doc, |path, method, parameter| {
        let text = |key| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (name, place) = (text("name").to_owned(), text("in").to_owned());
        if !parameter.get("schema").is_some_and(is_plain) {
            return;
        }
        let found = match place.as_str() {
            "path" => by_name(&name).or_else(|| ids.in_path(path, &name)),
            "query" => {
                let item = (method == "get").then(|| items.get(path)).flatten();
                filter(&name, item, components, &ids)
            }
            _ => None,
        };
        let Some(found) = found else {
            return;
        };
        if found.get("type").is_some_and(|t| t == "array") {
            parameter.insert("style".into(), "form".into());
            parameter.insert("explode".into(), false.into());
        }
        if let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut) {
            schema.extend(found);
            n += 1;
        }
    });
    n
}

type Type = Map<String, Value>;

/// Returns whether a string has no constraints: a `CharField` has a length, choices or a pattern.
fn is_plain(schema: &Value) -> bool {
    let said = [
        "format",
        "pattern",
        "enum",
        "minLength",
        "maxLength",
        contract::ID,
        "nullable",
    ];
    schema.get("type").is_some_and(|t| t == "string")
        && said.iter().all(|key| schema.get(key).is_none())
}

/// Returns the type, format and kind of id of a schema that is more than a string.
fn kind(schema: &Value) -> Option<Type> {
    let keys = ["type", "format", contract::ID];
    let kind: Type = keys
        .iter()
        .filter_map(|k| Some(((*k).to_owned(), schema.get(*k)?.clone())))
        .collect();
    let format = schema.get("format").and_then(Value::as_str);
    let says = match schema.get("type").and_then(Value::as_str)? {
        "integer" | "number" | "boolean" => true,
        "string" => {
            matches!(format, Some("date-time" | "date" | "uuid" | "decimal"))
                || kind.contains_key(contract::ID)
        }
        _ => false,
    };
    says.then_some(kind)
}

fn typed(ty: &str, format: &str) -> Option<Type> {
    let mut out = Map::new();
    out.insert("type".into(), ty.into());
    if !format.is_empty() {
        out.insert("format".into(), format.into());
    }
    Some(out)
}

/// Returns the type that a filter takes: `created__gte` has the type of `created`.
fn filter(name: &str, item: Option<&Type>, components: &Type, ids: &Ids) -> Option<Type> {
    let (field, lookup) = name.rsplit_once("__").unwrap_or((name, ""));
    let base = || {
        field_type(field, item, components)
            .or_else(|| ids.of_noun(field))
            .or_else(|| by_name(field))
    };
    match lookup {
        "isnull" => typed("boolean", ""),
        "date" => typed("string", "date"),
        "year" | "month" | "day" | "week" | "week_day" | "hour" | "minute" | "second" => {
            typed("integer", "")
        }
        "" | "exact" | "ne" | "gte" | "gt" | "lte" | "lt" => base(),
        "in" | "range" => {
            let item = base().or_else(|| typed("string", ""))?;
            let mut list = typed("array", "")?;
            list.insert("items".into(), item.into());
            Some(list)
        }
        // Through a relation; any other suffix searches in a text.
        "id" | "pk" => ids.of_noun(&format!("{field}_id")),
        _ => None,
    }
}

/// Returns the type of a field of an item; for an object that it refers to, that of its id.
fn field_type(field: &str, item: Option<&Type>, components: &Type) -> Option<Type> {
    let found = item?.get(field)?;
    let found = document::resolved(found, components);
    match found.pointer("/properties/id") {
        Some(id) => kind(id),
        None => kind(found),
    }
}

/// Returns the type that a name alone implies.
fn by_name(name: &str) -> Option<Type> {
    let ends = |ends: &[&str]| ends.iter().any(|e| name == &e[1..] || name.ends_with(e));
    if ends(&["_utc", "_time", "_timestamp", "_datetime"])
        || matches!(name, "start" | "end")
        || name.ends_with("_at")
    {
        return typed("string", "date-time");
    }
    if ends(&["_uuid"]) {
        return typed("string", "uuid");
    }
    if ends(&[
        "_page",
        "_page_size",
        "_page_num",
        "_page_hits",
        "_limit",
        "_offset",
    ]) {
        return typed("integer", "");
    }
    if ["is_", "has_"].iter().any(|start| name.starts_with(start)) {
        return typed("boolean", "");
    }
    None
}

/// Returns the properties of the items of each list, by its path.
fn listed_items(doc: &mut Value, components: &Type) -> BTreeMap<String, Type> {
    let mut out = BTreeMap::new();
    document::operations(doc, |path, method, op| {
        if method != "get" {
            return;
        }
        document::bodies(op, |is_request, _, schema| {
            if is_request {
                return;
            }
            let schema = document::resolved(schema, components);
            let item = schema
                .get("items")
                .or_else(|| schema.pointer("/properties/results/items"))
                .map(|item| document::resolved(item, components));
            let properties = item.and_then(|i| i.get("properties")?.as_object());
            if let Some(properties) = properties {
                out.entry(path.to_owned())
                    .or_insert_with(|| properties.clone());
            }
        });
    });
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shaped(name: &str, place: &str, path: &str) -> Value {
        let mut doc = json!({
            "paths": {
                "/fleet/vehicles/": { "get": {
                    "parameters": [],
                    "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Vehicle"}}}}}},
                } },
                "/fleet/vehicles/{id}/": { "get": { "parameters": [{"name": "id", "in": "path", "schema": {"type": "integer"}}] } },
                "/hub/tags/{id}/": { "get": { "parameters": [{"name": "id", "in": "path", "schema": {"type": "integer"}}] } },
                "/can/tags/{id}/": { "get": { "parameters": [{"name": "id", "in": "path", "schema": {"type": "string", "format": "uuid"}}] } },
                "/fleet/vehicles/{vehicle_pk}/trips/": { "get": { "parameters": [] } },
                "/fleet/vehicles/{uuid}/": { "get": { "parameters": [] } },
                "/logbook/{x}/": { "get": { "parameters": [] } },
            },
            "components": { "schemas": {
                "Vehicle": {"type": "object", "properties": {
                    "driver": {"allOf": [{"$ref": "#/components/schemas/Driver"}]},
                    "start_time": {"type": "string", "format": "date-time"},
                    "plate": {"type": "string", "maxLength": 9},
                    "is_text": {"type": "boolean"},
                    "day": {"type": "string", "format": "date"},
                }},
                "Driver": {"type": "object", "properties": {"id": {"type": "integer"}}},
            } },
        });
        doc["paths"][path]["get"]["parameters"] =
            json!([{"name": name, "in": place, "schema": {"type": "string"}}]);
        typed_texts(&mut doc).unwrap();
        doc["paths"][path]["get"]["parameters"][0].clone()
    }

    #[test]
    fn a_plain_text_gets_the_type_of_what_it_names() {
        let list = "/fleet/vehicles/";
        for (name, place, path, ty, format) in [
            (
                "vehicle_pk",
                "path",
                "/fleet/vehicles/{vehicle_pk}/trips/",
                "integer",
                "",
            ),
            ("fleetvehicle_pk", "query", "/logbook/{x}/", "integer", ""),
            // There are two kinds of tags, which cannot be distinguished.
            ("tag_id", "query", "/logbook/{x}/", "string", ""),
            ("driver", "query", list, "integer", ""),
            ("start_time__gte", "query", list, "string", "date-time"),
            ("start_time__isnull", "query", list, "boolean", ""),
            ("start_time__date", "query", list, "string", "date"),
            ("start_time__contains", "query", list, "string", ""),
            ("day__lt", "query", list, "string", "date"),
            ("plate", "query", list, "string", ""),
            ("plate__icontains", "query", list, "string", ""),
            ("search", "query", list, "string", ""),
            ("end_time_utc__lte", "query", list, "string", "date-time"),
            ("is_active", "query", list, "boolean", ""),
            ("page_size", "query", list, "integer", ""),
            ("homepage", "query", list, "string", ""),
            ("downtime", "query", list, "string", ""),
            ("trip_uuid", "query", list, "string", "uuid"),
            ("uuid", "path", "/fleet/vehicles/{uuid}/", "string", "uuid"),
        ] {
            let schema = shaped(name, place, path)["schema"].clone();
            let found = (
                schema["type"].as_str().unwrap(),
                schema["format"].as_str().unwrap_or_default(),
            );
            assert_eq!(found, (ty, format), "{name}");
        }
        let parameter = shaped("driver__in", "query", list);
        assert_eq!(
            parameter["schema"],
            json!({"type": "array", "items": {"type": "integer"}})
        );
        assert_eq!(
            (&parameter["style"], &parameter["explode"]),
            (&json!("form"), &json!(false))
        );
    }
}
