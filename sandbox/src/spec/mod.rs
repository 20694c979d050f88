//! A document (Swagger 2.0 or OpenAPI 3.0), compiled once: everything that is needed to validate
//! requests and to render responses.
//!
//! `classify` finds out what an operation does from its path and its shapes, never from its name.

pub mod classify;
pub mod compile;
pub mod formats;
pub mod names;
pub mod pattern;
pub mod router;
pub mod schema;
pub mod times;
pub mod union;

use std::collections::HashMap;

use http::{HeaderValue, Method, StatusCode};

use crate::spec::{
    router::Router,
    schema::{SchemaRef, Schemas},
};

#[derive(Debug, Default)]
pub struct Spec {
    pub schemas: Schemas,
    pub routes: Vec<Route>,
    pub collections: Vec<Collection>,
    /// Collections by their noun (`device`) and the kind of their ids.
    pub by_resource: HashMap<(String, IdKind), usize>,
    /// The collections that have the items of a noun: its own, and those that share its
    /// identifying field.
    pub collections_of: HashMap<(String, IdKind), Vec<usize>>,
    /// The resource that a unique field identifies: `unit_id` identifies a device.
    pub unique_fields: HashMap<&'static str, (String, IdKind)>,
    router: Router,
    by_template: HashMap<String, usize>,
}

#[derive(Debug)]
pub struct Route {
    /// The path template, with the base path.
    pub template: String,
    /// The items that the path's parameters name: index of the parameter, collection, and
    /// property.
    pub parents: Vec<(usize, Target)>,
    pub operations: Vec<Operation>,
    /// Its methods, in Django's order, for the `Allow` header.
    pub allow: HeaderValue,
}

#[derive(Debug)]
pub struct Operation {
    pub method: Method,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub status: StatusCode,
    pub response: Option<SchemaRef>,
    pub list: Option<List>,
    pub produces: Vec<String>,
    /// The documented errors.
    pub errors: Vec<(u16, SchemaRef)>,
    pub kind: Kind,
    /// Whether no credentials are needed.
    pub public: bool,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub location: Location,
    pub required: bool,
    pub schema: SchemaRef,
    /// Whether a list is sent by repeating the name, not with commas.
    pub multi: bool,
    pub default: Option<u64>,
}

impl Parameter {
    /// Returns whether it is a page parameter, where a wrong value means a missing page or is
    /// ignored, and is not an error of the request.
    pub fn is_page(&self) -> bool {
        self.location == Location::Query
            && matches!(
                self.name.as_str(),
                "page" | "page_size" | "limit" | "offset" | "cursor"
            )
            && !self.required
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Path,
    Query,
    Header,
}

#[derive(Debug)]
pub struct Body {
    pub media: Vec<String>,
    pub schema: SchemaRef,
    pub required: bool,
}

/// A list in a response.
#[derive(Clone, Debug)]
pub struct List {
    pub item: SchemaRef,
    pub form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Array,
    /// An object with these members, one of them `results`.
    Envelope(Vec<String>),
    /// An array of such objects, as drf-yasg documents some hand-written pages.
    Envelopes(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub collection: usize,
    /// The property that the parameter refers to, if it is not the id.
    pub key: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    List(usize),
    /// Records of a time without ids, which are computed.
    Rows,
    Read(Target),
    Create(usize),
    Update(Target),
    Delete(Target),
    DeleteMany(usize),
    /// A singleton.
    Single,
    File,
    Login,
    MfaVerify,
    Execute,
    CommandResult,
    Options,
    #[default]
    Action,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IdKind {
    #[default]
    Integer,
    Uuid,
    Text,
}

/// A collection of items with ids at one path.
#[derive(Debug, Default)]
pub struct Collection {
    /// The path without base path and version, with its parameters as `{}`: filled in, it is the
    /// key of the state.
    pub path: String,
    pub resource: String,
    /// The property that holds the id.
    pub key: Option<String>,
    pub id: IdKind,
    /// All properties that any operation shows, as the one with the most properties describes
    /// them.
    pub full: SchemaRef,
    /// Whether ids can be learned from a list or a creation; if not, every id counts as known.
    pub knows_ids: bool,
    /// The collection whose items it shows, if it has none of its own.
    pub base: Option<usize>,
}

impl Spec {
    pub fn find(&self, path: &str) -> Option<router::Match> {
        self.router.find(path)
    }

    pub fn route(&self, template: &str) -> Option<&Route> {
        self.routes.get(*self.by_template.get(template)?)
    }

    pub fn collection(&self, at: usize) -> Option<&Collection> {
        self.collections.get(at)
    }

    /// Returns the collection that holds the items.
    pub fn base_of(&self, at: usize) -> usize {
        self.collection(at).and_then(|c| c.base).unwrap_or(at)
    }
}
