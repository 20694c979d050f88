//! Schemas compiled once: references resolved, one form for Swagger 2.0 and OpenAPI 3.0.

mod compile;
mod fits;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::spec::union::inheritance::Children;

/// A reference to a compiled schema, with the flags of the place that uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SchemaRef {
    pub(in crate::spec) id: u32,
    pub nullable: bool,
    pub read_only: bool,
    pub write_only: bool,
}

impl SchemaRef {
    /// Returns the number of its node.
    pub fn node(self) -> u32 {
        self.id
    }

    /// Returns whether the document says anything about the value.
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
    /// Whether items must be unique.
    pub unique: bool,
    pub pattern: Option<String>,
    pub(in crate::spec) regex: OnceLock<Option<regex_lite::Regex>>,
    /// Whether it is a read-only string without constraints, as DRF documents a method field,
    /// whatever its value. (Our pipeline marks those that it knows more about.)
    pub bare: bool,
}

#[derive(Debug, Default)]
pub enum Kind {
    #[default]
    Any,
    /// A string with its format, or an empty one.
    Text(String),
    Integer,
    Number,
    Boolean,
    List(SchemaRef),
    Object(Object),
    Union(Union),
    File,
}

#[derive(Clone, Debug, Default)]
pub struct Object {
    pub properties: Vec<Property>,
    /// The schema of other members, if they are allowed.
    pub others: Option<SchemaRef>,
    by_name: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
pub struct Property {
    pub name: String,
    pub of: SchemaRef,
    pub required: bool,
    /// The documented default.
    pub default: Option<Value>,
}

impl Object {
    pub fn get(&self, name: &str) -> Option<&Property> {
        self.properties.get(*self.by_name.get(name)?)
    }

    /// Returns whether it has no properties, which means any JSON: drf-yasg documents a JSONField
    /// like this.
    pub fn is_free_form(&self) -> bool {
        self.properties.is_empty()
    }

    pub fn add(&mut self, property: Property) {
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

    /// Returns the compiled pattern; `None` if it is unsupported or too large, and therefore not
    /// checked.
    pub fn regex(&self) -> Option<&regex_lite::Regex> {
        let compile = || {
            regex_lite::RegexBuilder::new(self.pattern.as_ref()?)
                .size_limit(1 << 16)
                .build()
                .ok()
        };
        self.regex.get_or_init(compile).as_ref()
    }

    /// Returns whether a text violates the pattern. A long text is not checked, because matching
    /// takes time in proportion to text times pattern.
    pub fn violates_pattern(&self, text: &str) -> bool {
        text.len() <= 1 << 14 && self.regex().is_some_and(|r| !r.is_match(text))
    }

    pub fn format(&self) -> &str {
        match &self.kind {
            Kind::Text(format) => format,
            _ => "",
        }
    }
}

/// All schemas of a document that are reachable from the compiled operations.
#[derive(Debug, Default)]
pub struct Schemas {
    pub(in crate::spec) nodes: Vec<Schema>,
    pub(in crate::spec) refs: HashMap<Target, SchemaRef>,
    /// References that have a node but are not compiled yet: documents are recursive, and deep.
    pub(in crate::spec) pending: Vec<(Target, u32)>,
    /// The components derived from a component by `allOf`.
    pub(in crate::spec) children: Option<Arc<Children>>,
    pub(in crate::spec) compiled: HashSet<u32>,
    pub(in crate::spec) depth: usize,
    /// A schema that consists of too many others.
    pub too_deep: Option<String>,
}

/// The target of a reference, and whether it means a base's own members instead of the union of the
/// components derived from it.
pub type Target = (String, bool);

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
    pub fn at(&self, place: SchemaRef) -> &Schema {
        self.nodes.get(place.id as usize).unwrap_or(&ANY)
    }
}

#[derive(Debug, Default)]
pub struct Union {
    /// The member that names the alternative.
    pub tag: Option<String>,
    pub alternatives: Vec<Alternative>,
    /// Whether a value must fit exactly one alternative (`oneOf`).
    pub one_of: bool,
    /// The alternative by the value of the tag.
    pub(in crate::spec) by_tag: HashMap<String, usize>,
    pub(in crate::spec) leaves: OnceLock<Leaves>,
    pub(in crate::spec) members: OnceLock<Object>,
}

#[derive(Clone, Debug)]
pub struct Alternative {
    pub of: SchemaRef,
    pub tags: Vec<String>,
}

/// The leaves of a union: alternatives that are not unions, or that have a tag of their own.
#[derive(Debug, Default)]
pub struct Leaves {
    pub(in crate::spec) all: Vec<SchemaRef>,
    /// A required member whose listed values distinguish all objects.
    pub(in crate::spec) implied: Option<String>,
}

impl Union {
    pub fn new(tag: Option<String>, alternatives: Vec<Alternative>) -> Self {
        let mut by_tag = HashMap::new();
        for (at, alternative) in alternatives.iter().enumerate() {
            for tag in &alternative.tags {
                by_tag.entry(tag.clone()).or_insert(at);
            }
        }
        Self {
            tag,
            alternatives,
            by_tag,
            ..Self::default()
        }
    }
}
