//! Schemas compiled once: references resolved, one form for Swagger 2.0 and OpenAPI 3.0.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use serde_json::{Map, Value};

use crate::spec::{
    union::{Alternative, Chosen, Union},
    union_source::{self, NOTES, is_null},
};

/// Where a schema is used: its node, and what the place adds to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    id: u32,
    pub nullable: bool,
    pub read_only: bool,
    pub write_only: bool,
}

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
    let part = |part: &Value| is_null(part) || own(union_source::resolved(doc, part));
    own(schema) || union_source::alternatives(schema).is_some_and(|list| list.iter().any(part))
}

impl Use {
    /// Adds what a place says beside its type.
    fn note(&mut self, schema: &Value) {
        self.nullable |= flag(schema, "nullable") || flag(schema, "x-nullable");
        self.read_only |= flag(schema, "readOnly");
        self.write_only |= flag(schema, "writeOnly");
    }

    /// The number of its node.
    pub fn node(self) -> u32 {
        self.id
    }

    /// Is anything known of what is there?
    pub fn is_typed(self) -> bool {
        self.id != u32::MAX
    }
}

#[derive(Debug, Default)]
pub struct Schema {
    pub kind: Kind,
    pub values: Option<Vec<Value>>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub exclusive: (bool, bool),
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    pub items: (Option<usize>, Option<usize>),
    /// Each item once.
    pub unique: bool,
    pub pattern: Option<String>,
    regex: OnceLock<Option<regex_lite::Regex>>,
    /// A read-only string without any constraint: what DRF documents for a method field, whatever it holds. (Our pipeline marks those it knows better of.)
    pub bare: bool,
}

#[derive(Debug, Default)]
pub enum Kind {
    #[default]
    Any,
    /// With its format, or nothing.
    Text(String),
    Integer,
    Number,
    Boolean,
    List(Use),
    Object(Object),
    Union(Union),
    File,
}

#[derive(Clone, Debug, Default)]
pub struct Object {
    pub properties: Vec<Property>,
    /// Other members: what they are, if any are allowed.
    pub others: Option<Use>,
    by_name: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
pub struct Property {
    pub name: String,
    pub of: Use,
    pub required: bool,
    /// What it is if nobody says.
    pub default: Option<Value>,
}

impl Object {
    pub fn get(&self, name: &str) -> Option<&Property> {
        self.properties.get(*self.by_name.get(name)?)
    }

    /// No properties: any JSON goes, as drf-yasg documents a JSONField so.
    pub fn is_free(&self) -> bool {
        self.properties.is_empty()
    }

    fn add(&mut self, property: Property) {
        if !self.by_name.contains_key(&property.name) {
            self.by_name
                .insert(property.name.clone(), self.properties.len());
            self.properties.push(property);
        }
    }
}

impl FromIterator<Property> for Object {
    fn from_iter<I: IntoIterator<Item = Property>>(properties: I) -> Self {
        let mut object = Self::default();
        properties.into_iter().for_each(|p| object.add(p));
        object
    }
}

impl Schema {
    pub fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File)
    }

    pub fn object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Patterns that are no regular expression here, or huge ones, are not checked.
    pub fn regex(&self) -> Option<&regex_lite::Regex> {
        let compile = || {
            regex_lite::RegexBuilder::new(self.pattern.as_ref()?)
                .size_limit(1 << 16)
                .build()
                .ok()
        };
        self.regex.get_or_init(compile).as_ref()
    }

    /// Has it another form? A long text is not looked at: time grows with its product with the pattern.
    pub fn differs(&self, text: &str) -> bool {
        text.len() <= 1 << 14 && self.regex().is_some_and(|r| !r.is_match(text))
    }

    pub fn format(&self) -> &str {
        match &self.kind {
            Kind::Text(format) => format,
            _ => "",
        }
    }
}

/// All schemas of a document that are reachable from what was compiled.
#[derive(Debug, Default)]
pub struct Schemas {
    nodes: Vec<Schema>,
    refs: HashMap<Target, Use>,
    /// References that are known by their node and not compiled yet: documents are recursive, and deep.
    pending: Vec<(Target, u32)>,
    /// Which components are made of a component by `allOf`.
    children: Option<Arc<union_source::Children>>,
    begun: HashSet<u32>,
    depth: usize,
    /// A schema that is made of too many others.
    pub too_deep: Option<String>,
}

/// What a reference leads to; of a base that others are made of, its own members alone.
type Target = (String, bool);

/// How deep `allOf` may lead from component to component.
const DEEPEST: usize = 256;

/// How many members that stand beside alternatives are copied into them.
const MOST_COPIES: usize = 100_000;

static ANY: Schema = Schema {
    kind: Kind::Any,
    values: None,
    minimum: None,
    maximum: None,
    exclusive: (false, false),
    min_length: None,
    max_length: None,
    items: (None, None),
    unique: false,
    pattern: None,
    regex: OnceLock::new(),
    bare: false,
};

impl Schemas {
    pub fn at(&self, place: Use) -> &Schema {
        self.nodes.get(place.id as usize).unwrap_or(&ANY)
    }

    fn push(&mut self, schema: Schema) -> u32 {
        self.nodes.push(schema);
        (self.nodes.len() - 1) as u32
    }

    /// An object of these properties.
    pub fn object(&mut self, properties: impl IntoIterator<Item = Property>) -> Use {
        let kind = Kind::Object(properties.into_iter().collect());
        self.node(kind)
    }

    fn node(&mut self, kind: Kind) -> Use {
        Use {
            id: self.push(Schema {
                kind,
                ..Schema::default()
            }),
            ..Use::default()
        }
    }

    pub fn compile(&mut self, doc: &Value, schema: &Value) -> Use {
        let place = self.place(doc, schema, false);
        while let Some((target, id)) = self.pending.pop() {
            self.fill(doc, &target, id);
        }
        place
    }

    /// `now`: with the node behind a reference, not only its number.
    fn place(&mut self, doc: &Value, schema: &Value, now: bool) -> Use {
        let only = union_source::only(schema);
        let wrapped = only.filter(|_| {
            schema.as_object().is_some_and(|m| {
                m.keys()
                    .all(|k| NOTES.contains(&k.as_str()) || k.starts_with("x-"))
            })
        });
        let mut place = if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            self.reference(doc, reference, now, now)
        } else if let Some(inner) = wrapped {
            self.place(doc, inner, now)
        } else {
            let made = self.make(doc, schema, flag(schema, "readOnly"), None);
            Use {
                nullable: allows_null(doc, schema),
                id: self.push(made),
                ..Use::default()
            }
        };
        place.note(schema);
        place
    }

    /// `members`: of a base that others are made of, not one of those.
    fn reference(&mut self, doc: &Value, reference: &str, now: bool, members: bool) -> Use {
        let (mut reference, mut notes) = (reference, Use::default());
        let find = |reference: &str| doc.pointer(reference.strip_prefix('#')?);
        // A name for another component; one for itself is anything.
        for _ in 0..DEEPEST {
            let target = find(reference);
            let Some(next) = target.and_then(|t| t.get("$ref")).and_then(Value::as_str) else {
                break;
            };
            target.into_iter().for_each(|t| notes.note(t));
            reference = next;
        }
        let members = members && self.is_base(doc, reference);
        let target = (reference.to_owned(), members);
        let mut place = match self.refs.get(&target) {
            Some(known) => *known,
            None => {
                let slot = Use {
                    id: self.push(Schema::default()),
                    nullable: find(reference).is_some_and(|t| allows_null(doc, t)),
                    ..Use::default()
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

    /// Compiles what a reference points to, once.
    fn fill(&mut self, doc: &Value, at: &Target, id: u32) {
        let reference = at.0.as_str();
        let target = reference.strip_prefix('#').and_then(|p| doc.pointer(p));
        let target = target.filter(|t| t.get("$ref").is_none() && self.too_deep.is_none());
        let Some(target) = target else {
            return;
        };
        if self.depth > DEEPEST {
            self.too_deep.get_or_insert_with(|| reference.to_owned());
            return;
        }
        if !self.begun.insert(id) {
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
                return Kind::List(self.place(
                    doc,
                    schema.get("items").unwrap_or(&Value::Null),
                    false,
                ));
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

    /// The members that a schema says itself and has of its parts, but for those of one; `None` if it is no object.
    fn object_of(&mut self, doc: &Value, schema: &Value, but: Option<usize>) -> Option<Object> {
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
        let required: HashSet<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (name, property) in properties.into_iter().flatten() {
            let of = self.place(doc, property, false);
            object.add(Property {
                name: name.clone(),
                of,
                required: required.contains(name.as_str()),
                default: property.get("default").cloned(),
            });
        }
        let parts = parts.into_iter().flatten().enumerate();
        for (_, part) in parts.filter(|(n, _)| Some(*n) != but) {
            let inner = self.place(doc, part, true);
            match &self.at(inner).kind {
                Kind::Object(inner) => inner.properties.iter().cloned().for_each(|mut p| {
                    p.required |= required.contains(p.name.as_str());
                    object.add(p);
                }),
                // One that is no object, with constraints beside it.
                _ if object.is_free() && !is_object && but.is_none() => return None,
                _ => {}
            }
        }
        object.others = match others {
            Some(Value::Bool(false)) => None,
            Some(schema @ Value::Object(_)) => Some(self.place(doc, schema, false)),
            None if !object.is_free() => None,
            _ => Some(Use {
                id: u32::MAX,
                ..Use::default()
            }),
        };
        Some(object)
    }

    fn children(&mut self, doc: &Value) -> Arc<union_source::Children> {
        let made = self
            .children
            .get_or_insert_with(|| Arc::new(union_source::children(doc)));
        made.clone()
    }

    /// A component with a discriminator that others are made of is one of those.
    fn is_base(&mut self, doc: &Value, reference: &str) -> bool {
        let target = reference.strip_prefix('#').and_then(|p| doc.pointer(p));
        target.is_some_and(|t| union_source::tag(t).is_some()) && self.children(doc).has(reference)
    }

    /// The union that a schema is, if it is one: any JSON where it can't be told of what.
    fn union_of(&mut self, doc: &Value, schema: &Value, at: Option<&Target>) -> Option<Kind> {
        let base = at.map(|(reference, _)| reference.as_str());
        if let Some(base) = base.filter(|b| self.is_base(doc, b)) {
            let (tag, alternatives) =
                union_source::inherited(doc, base, schema, &self.children(doc));
            let alternatives = alternatives.into_iter().map(|(to, tags)| Alternative {
                of: self.reference(doc, &to, false, true),
                tags,
            });
            return Some(Kind::Union(Union::new(tag, alternatives.collect())));
        }
        if schema.get("oneOf").is_some() && schema.get("anyOf").is_some() {
            return Some(Kind::Any);
        }
        let found = union_source::union(doc, schema, &self.children(doc))?;
        let listed = found.alternatives.iter();
        let mut alternatives: Vec<Alternative> = listed
            .map(|(part, tags)| Alternative {
                of: self.place(doc, part, found.beside),
                tags: tags.clone(),
            })
            .collect();
        if found.beside {
            let base = self.object_of(doc, found.base, found.part)?;
            if base.properties.len() * alternatives.len() > MOST_COPIES {
                return Some(Kind::Any);
            }
            for alternative in &mut alternatives {
                let Kind::Object(own) = &self.at(alternative.of).kind else {
                    return Some(Kind::Any);
                };
                let mut both = base.clone();
                own.properties.iter().cloned().for_each(|p| both.add(p));
                both.others = both.others.or(own.others);
                alternative.of = self.node(Kind::Object(both));
            }
        }
        Some(Kind::Union(Union::new(found.tag, alternatives)))
    }

    /// Could this value come from (or go to) that place? Limits of size are not asked.
    pub fn fits(&self, place: Use, value: &Value) -> bool {
        self.fits_here(place, value, &[], false)
    }

    /// `tags`: members beside those of the object. `passing`: whatever is where a union is fits.
    fn fits_here(
        &self,
        place: Use,
        value: &Value,
        tags: &[(String, Value)],
        passing: bool,
    ) -> bool {
        let schema = self.at(place);
        if value.is_null() {
            return place.nullable || matches!(schema.kind, Kind::Any);
        }
        if schema.values.as_ref().is_some_and(|v| !v.contains(value)) {
            return false;
        }
        match &schema.kind {
            Kind::Any => true,
            Kind::Text(format) => value
                .as_str()
                .is_some_and(|t| crate::spec::formats::fits(format, t)),
            Kind::File => value.is_string(),
            Kind::Integer => value.is_i64() || value.is_u64(),
            Kind::Number => value.is_number(),
            Kind::Boolean => value.is_boolean(),
            Kind::List(item) => value
                .as_array()
                .is_some_and(|list| list.iter().all(|v| self.fits_here(*item, v, &[], passing))),
            Kind::Object(object) => value
                .as_object()
                .is_some_and(|map| self.fits_object(object, map, tags, passing)),
            Kind::Union(_) if passing => true,
            Kind::Union(_) => {
                let found = self.alternatives(place, value, false).unwrap_or_default();
                let fits = |c: &Chosen, passing| self.fits_here(c.of, value, &c.tags, passing);
                let first = found.iter().find(|c| found.len() == 1 || fits(c, true));
                first.is_some_and(|c| fits(c, false))
            }
        }
    }

    /// Has a text the length and the form that are asked for there?
    pub fn within(&self, place: Use, text: &str) -> bool {
        let schema = self.at(place);
        let long = text.chars().count();
        schema.min_length.is_none_or(|n| long >= n)
            && schema.max_length.is_none_or(|n| long <= n)
            && !schema.differs(text)
    }

    fn fits_object(
        &self,
        object: &Object,
        map: &Map<String, Value>,
        tags: &[(String, Value)],
        passing: bool,
    ) -> bool {
        let missing = object
            .properties
            .iter()
            .any(|p| p.required && !map.contains_key(&p.name));
        !missing
            && map
                .iter()
                .all(|(key, value)| match (object.get(key), object.others) {
                    (Some(property), _) => self.fits_here(property.of, value, &[], passing),
                    (None, Some(other)) => self.fits_here(other, value, &[], passing),
                    (None, None) => tags.iter().any(|(tag, _)| tag == key),
                })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn recursive_and_wrapped_schemas() {
        let doc = json!({"definitions": {
            "Tree": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/definitions/Tree"}},
                "parent": {"allOf": [{"$ref": "#/definitions/Tree"}], "nullable": true, "readOnly": true}}},
            "Alias": {"$ref": "#/definitions/Tree"}, "Loop": {"$ref": "#/definitions/Loop"},
        }});
        let mut schemas = Schemas::default();
        let tree = schemas.compile(&doc, &json!({"$ref": "#/definitions/Alias"}));
        assert!(schemas.fits(
            tree,
            &json!({"name": "a", "children": [{"name": "b", "parent": null}]})
        ));
        assert!(!schemas.fits(tree, &json!({"name": "a", "children": [{}]})));
        let parent = schemas.at(tree).object().unwrap().get("parent").unwrap().of;
        assert!(parent.nullable && parent.read_only && schemas.at(parent).object().is_some());
        let looped = schemas.compile(&doc, &json!({"$ref": "#/definitions/Loop"}));
        assert!(schemas.fits(looped, &json!(1)));
    }
}
