//! A document, Swagger 2.0 or OpenAPI 3.0, compiled once: what a request needs to be judged, and what a response looks like.
//!
//! What an operation does is told from its path and its shapes in `classify`, never from its name.

pub mod classify;
pub mod compile;
pub mod formats;
pub mod names;
pub mod pattern;
pub mod router;
pub mod schema;
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
    /// The noun of a collection of its own, `device`, and how its ids look.
    pub by_resource: HashMap<(String, IdKind), usize>,
    /// Where the items of a noun can be had: at its own collection, and at those that share with it what tells its items apart.
    pub collections_of: HashMap<(String, IdKind), Vec<usize>>,
    /// Whose items a field tells apart: `unit_id` a device.
    pub unique_fields: HashMap<&'static str, (String, IdKind)>,
    router: Router,
    by_template: HashMap<String, usize>,
}

#[derive(Debug)]
pub struct Route {
    /// With the base path.
    pub template: String,
    /// Whose items the path's parameters name: place of the parameter, collection, and the property that is meant.
    pub parents: Vec<(usize, Target)>,
    pub operations: Vec<Operation>,
    /// Its methods, in Django's order.
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
    /// Documented errors.
    pub errors: Vec<(u16, SchemaRef)>,
    pub kind: Kind,
    /// No credentials are needed.
    pub public: bool,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub location: Location,
    pub required: bool,
    pub schema: SchemaRef,
    /// A list is repeated, not separated by commas.
    pub multi: bool,
    pub default: Option<u64>,
}

impl Parameter {
    /// Where a wrong value is a page that does not exist, or is passed over: no wrong request.
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

/// The response is a list.
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
    /// An array of such objects: what drf-yasg makes of some hand-made pages.
    Envelopes(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub collection: usize,
    /// The property that the parameter names, if it is not the id.
    pub key: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    List(usize),
    /// Records of a time, without ids: computed.
    Rows,
    Read(Target),
    Create(usize),
    Update(Target),
    Delete(Target),
    DeleteMany(usize),
    /// A thing of which there is one.
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

/// Things with ids at one path.
#[derive(Debug, Default)]
pub struct Collection {
    /// The path without base path and version, its parameters as `{}`: the state's key when they are filled in.
    pub path: String,
    pub resource: String,
    /// The property that holds the id.
    pub key: Option<String>,
    pub id: IdKind,
    /// Every property that any operation shows, in the words of the one that shows most.
    pub full: SchemaRef,
    /// Ids can be learned from a list or a creation; else every id is taken for one.
    pub knows_ids: bool,
    /// It shows the items of that one.
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

    /// Who holds a collection's items.
    pub fn base_of(&self, at: usize) -> usize {
        self.collection(at).and_then(|c| c.base).unwrap_or(at)
    }
}
