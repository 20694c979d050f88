//! `schemars::JsonSchema` for every generated type and for the types of this crate. The schemas are
//! data, taken from the document.
//!
//! A schema says what the document says. This crate accepts more than that: enum values that are
//! not listed, times without an offset, numbers in place of decimals.

#![allow(dead_code)] // A client without areas has no types.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::{Date, Decimal, DeviceId, Json, Page, Timestamp, UnitId, UnknownMembers};

/// A schema of the document that has a type.
struct Component {
    name: &'static str,
    /// The schema as JSON; a `$ref` in it holds the name of another component.
    schema: &'static str,
    subschema: fn(&mut SchemaGenerator) -> Schema,
}

macro_rules! json_schemas {
    ($($ident:ident $name:literal $schema:literal)*) => {
        static COMPONENTS: &[Component] = &[$(Component {
            name: $name,
            schema: $schema,
            subschema: |generator| generator.subschema_for::<crate::types::$ident>(),
        }),*];
        $(impl JsonSchema for crate::types::$ident {
            fn schema_name() -> Cow<'static, str> {
                stringify!($ident).into()
            }
            fn schema_id() -> Cow<'static, str> {
                concat!("autopi::types::", stringify!($ident)).into()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                of_component($name, generator)
            }
        })*
    };
}

include!(concat!(env!("OUT_DIR"), "/json_schemas.rs"));

fn component(name: &str) -> Option<&'static Component> {
    let found = COMPONENTS.binary_search_by_key(&name, |component| component.name);
    found.ok().and_then(|i| COMPONENTS.get(i))
}

fn of_component(name: &str, generator: &mut SchemaGenerator) -> Schema {
    let text = component(name).map_or("true", |component| component.schema);
    let mut schema = serde_json::from_str(text).unwrap_or_default();
    refer(&mut schema, generator);
    Schema::try_from(schema).unwrap_or_default()
}

/// Replaces references to components by the generator's own, which knows the schemas it has
/// already: a type may contain itself.
fn refer(schema: &mut Value, generator: &mut SchemaGenerator) {
    match schema {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str);
            let name = target.and_then(|target| target.strip_prefix("#/components/schemas/"));
            if let Some(component) = name.and_then(component) {
                *schema = (component.subschema)(generator).to_value();
                return;
            }
            for (key, value) in map {
                match (key.as_str(), value) {
                    // Values, not schemas: what looks like a reference in them is none.
                    ("default" | "enum" | "examples", _) => {}
                    ("properties", Value::Object(members)) => members
                        .values_mut()
                        .for_each(|member| refer(member, generator)),
                    (_, value) => refer(value, generator),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| refer(value, generator)),
        _ => {}
    }
}

macro_rules! own {
    ($($ident:ident $schema:tt)*) => {
        $(impl JsonSchema for $ident {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($ident).into()
            }
            fn schema_id() -> Cow<'static, str> {
                concat!("autopi::", stringify!($ident)).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        })*
    };
}

own! {
    Date { "type": "string", "format": "date" }
    Decimal { "type": "string", "format": "decimal" }
    DeviceId { "type": "string", "format": "uuid" }
    Json {}
    Timestamp { "type": "string", "format": "date-time" }
    UnitId { "type": "string", "format": "uuid" }
    UnknownMembers { "type": "object" }
}

/// Describes the envelope; a page is also read from a bare array.
impl<T: JsonSchema> JsonSchema for Page<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("PageOf{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("autopi::Page<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let read = generator.contract().is_deserialize();
        let items = json_schema!({ "type": "array", "items": generator.subschema_for::<T>() });
        let envelope = json_schema!({
            "type": "object",
            "required": ["results"],
            "properties": {
                "count": { "type": ["integer", "null"], "minimum": 0 },
                "next": { "type": ["string", "null"] },
                "previous": { "type": ["string", "null"] },
                "results": items.clone(),
            },
        });
        match read {
            true => json_schema!({ "anyOf": [envelope, items] }),
            false => envelope,
        }
    }
}
