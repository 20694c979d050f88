//! Compiles the schemas of a document: resolves references, `allOf` and alternatives.

use std::{collections::HashSet, sync::OnceLock};

use serde_json::{Value, json};

use crate::{
    spec::{
        schema::{Kind, Object, Property, Schema, SchemaRef, Schemas, Target},
        union::source::{self, ANNOTATIONS, is_null},
    },
    util::json::{follow, resolve},
};

/// The maximum depth of `allOf` across components.
const MAX_ALL_OF_DEPTH: usize = 256;

fn flag(schema: &Value, name: &str) -> bool {
    schema.get(name) == Some(&Value::Bool(true))
}

fn allows_null(doc: &Value, schema: &Value) -> bool {
    let own = |schema: &Value| {
        let values = schema.get("enum").and_then(Value::as_array);
        flag(schema, "nullable")
            || flag(schema, "x-nullable")
            || values.is_some_and(|v| v.contains(&Value::Null))
    };
    let part = |part: &Value| is_null(part) || own(resolve(doc, part));
    own(schema) || source::alternatives(schema).is_some_and(|list| list.iter().any(part))
}

impl SchemaRef {
    /// Adds what a schema says besides its type.
    fn apply_flags(&mut self, schema: &Value) {
        self.nullable |= flag(schema, "nullable") || flag(schema, "x-nullable");
        self.read_only |= flag(schema, "readOnly");
        self.write_only |= flag(schema, "writeOnly");
    }
}

impl Schemas {
    fn push(&mut self, schema: Schema) -> u32 {
        self.nodes.push(schema);
        (self.nodes.len() - 1) as u32
    }

    /// Adds an object with these properties.
    pub fn object(&mut self, properties: impl IntoIterator<Item = Property>) -> SchemaRef {
        let kind = Kind::Object(properties.into_iter().collect());
        self.push_node(kind)
    }

    pub fn push_node(&mut self, kind: Kind) -> SchemaRef {
        SchemaRef {
            id: self.push(Schema {
                kind,
                ..Schema::default()
            }),
            ..SchemaRef::default()
        }
    }

    pub fn compile(&mut self, doc: &Value, schema: &Value) -> SchemaRef {
        let place = self.compile_ref(doc, schema, false);
        while let Some((target, id)) = self.pending.pop() {
            self.fill(doc, &target, id);
        }
        place
    }

    /// Compiles a schema. `now` compiles the target of a reference too, instead of only giving it a
    /// number.
    pub fn compile_ref(&mut self, doc: &Value, schema: &Value, now: bool) -> SchemaRef {
        let only = source::single_part(schema);
        let wrapped = only.filter(|_| {
            schema.as_object().is_some_and(|m| {
                m.keys()
                    .all(|k| ANNOTATIONS.contains(&k.as_str()) || k.starts_with("x-"))
            })
        });
        let mut place = if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            self.reference(doc, reference, now, now)
        } else if let Some(inner) = wrapped {
            self.compile_ref(doc, inner, now)
        } else {
            let made = self.make(doc, schema, flag(schema, "readOnly"), None);
            SchemaRef {
                nullable: allows_null(doc, schema),
                id: self.push(made),
                ..SchemaRef::default()
            }
        };
        place.apply_flags(schema);
        place
    }

    /// Compiles a reference. With `members`, a reference to a base (a component with a
    /// discriminator that others are derived from) means the object of its own members, not the
    /// union of the derived components.
    pub fn reference(
        &mut self,
        doc: &Value,
        reference: &str,
        now: bool,
        members: bool,
    ) -> SchemaRef {
        let (mut reference, mut notes) = (reference, SchemaRef::default());
        // A component may be an alias of another one; one that ends in itself means any value.
        for _ in 0..MAX_ALL_OF_DEPTH {
            let target = follow(doc, reference);
            let Some(next) = target.and_then(|t| t.get("$ref")).and_then(Value::as_str) else {
                break;
            };
            target.into_iter().for_each(|t| notes.apply_flags(t));
            reference = next;
        }
        let members = members && self.is_base(doc, reference);
        let target = (reference.to_owned(), members);
        let mut place = match self.refs.get(&target) {
            Some(known) => *known,
            None => {
                let slot = SchemaRef {
                    id: self.push(Schema::default()),
                    nullable: follow(doc, reference).is_some_and(|t| allows_null(doc, t)),
                    ..SchemaRef::default()
                };
                self.refs.insert(target.clone(), slot);
                self.pending.push((target.clone(), slot.id));
                slot
            }
        };
        if now {
            self.fill(doc, &target, place.id);
        }
        place.nullable |= notes.nullable;
        place.read_only |= notes.read_only;
        place.write_only |= notes.write_only;
        place
    }

    /// Compiles the target of a reference, once.
    fn fill(&mut self, doc: &Value, at: &Target, id: u32) {
        let reference = at.0.as_str();
        let target =
            follow(doc, reference).filter(|t| t.get("$ref").is_none() && self.too_deep.is_none());
        let Some(target) = target else {
            return;
        };
        if self.depth > MAX_ALL_OF_DEPTH {
            self.too_deep.get_or_insert_with(|| reference.to_owned());
            return;
        }
        if !self.compiled.insert(id) {
            return;
        }
        self.depth += 1;
        let made = self.make(doc, target, false, Some(at));
        self.depth -= 1;
        if let Some(node) = self.nodes.get_mut(id as usize) {
            *node = made;
        }
    }

    fn make(
        &mut self,
        doc: &Value,
        schema: &Value,
        read_only: bool,
        at: Option<&Target>,
    ) -> Schema {
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let size = |key: &str| schema.get(key).and_then(Value::as_u64).map(|n| n as usize);
        let kind = self.kind(doc, schema, at);
        let bare = read_only
            && matches!(&kind, Kind::Text(format) if format.is_empty())
            && !["minLength", "maxLength", "pattern", "enum", "x-autopi-json"]
                .iter()
                .any(|k| schema.get(k).is_some());
        Schema {
            values: schema
                .get("enum")
                .and_then(Value::as_array)
                .filter(|v| !v.is_empty())
                .cloned(),
            minimum: number("minimum"),
            maximum: number("maximum"),
            exclusive: (
                flag(schema, "exclusiveMinimum"),
                flag(schema, "exclusiveMaximum"),
            ),
            min_length: size("minLength"),
            max_length: size("maxLength"),
            items: (size("minItems"), size("maxItems")),
            unique: flag(schema, "uniqueItems"),
            pattern: text("pattern").map(str::to_owned),
            regex: OnceLock::new(),
            bare,
            kind,
        }
    }

    /// Compiles the schema of the values of a list or an object. drf-yasg documents those of a
    /// field that takes any JSON as texts that may be null.
    fn values(&mut self, doc: &Value, schema: &Value) -> SchemaRef {
        let any = json!({ "x-nullable": true });
        let says = |key: &String| match key.as_str() {
            "type" => schema[key] == "string",
            "title" | "description" | "default" => true,
            key => key.starts_with("x-"),
        };
        let members = schema.as_object().filter(|_| flag(schema, "x-nullable"));
        let unvalidated = members.is_some_and(|m| m.contains_key("type") && m.keys().all(says));
        self.compile_ref(doc, if unvalidated { &any } else { schema }, false)
    }

    fn kind(&mut self, doc: &Value, schema: &Value, at: Option<&Target>) -> Kind {
        let format = schema
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match schema.get("type").and_then(Value::as_str) {
            Some("file") => return Kind::File,
            Some("string") if format == "binary" => return Kind::File,
            Some("string") => return Kind::Text(format.to_owned()),
            Some("integer") => return Kind::Integer,
            Some("number") => return Kind::Number,
            Some("boolean") => return Kind::Boolean,
            Some("array") => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                return Kind::List(self.values(doc, items));
            }
            _ => {}
        }
        let members = at.is_some_and(|(_, members)| *members);
        if let Some(kind) = (!members).then(|| self.union_of(doc, schema, at)).flatten() {
            return kind;
        }
        self.object_of(doc, schema, None)
            .map_or(Kind::Any, Kind::Object)
    }

    /// Returns the members of a schema and of its parts, except one part; `None` if it is not an
    /// object.
    pub fn object_of(&mut self, doc: &Value, schema: &Value, but: Option<usize>) -> Option<Object> {
        let parts = schema.get("allOf").and_then(Value::as_array);
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
        if !(is_object
            || properties.is_some()
            || parts.is_some()
            || others.is_some_and(|o| *o != Value::Bool(false)))
        {
            return None;
        }
        let mut object = Object::default();
        let names = schema.get("required").and_then(Value::as_array);
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        let required: HashSet<&str> = names.collect();
        for (name, property) in properties.into_iter().flatten() {
            let of = self.compile_ref(doc, property, false);
            object.add(Property {
                name: name.clone(),
                of,
                required: required.contains(name.as_str()),
                default: property.get("default").cloned(),
            });
        }
        let parts = parts.into_iter().flatten().enumerate();
        for (_, part) in parts.filter(|(n, _)| Some(*n) != but) {
            let inner = self.compile_ref(doc, part, true);
            match &self.at(inner).kind {
                Kind::Object(inner) => inner.properties.iter().cloned().for_each(|mut p| {
                    p.required |= required.contains(p.name.as_str());
                    object.add(p);
                }),
                // A part that is not an object, with constraints beside it.
                _ if object.is_free_form() && !is_object && but.is_none() => return None,
                _ => {}
            }
        }
        object.others = match others {
            Some(Value::Bool(false)) => None,
            Some(schema @ Value::Object(_)) => Some(self.values(doc, schema)),
            None if !object.is_free_form() => None,
            _ => Some(SchemaRef {
                id: u32::MAX,
                ..SchemaRef::default()
            }),
        };
        Some(object)
    }
}
