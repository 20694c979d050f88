//! Operations with their parameters, bodies and responses.

use std::collections::BTreeSet;

use autopi::rt;
use serde_json::Value;

use super::{
    Entry, Index,
    body::Body,
    build::{contract, parameters::of_path},
    flags::name_flags,
    secrets::secrets,
    unsent::Unsent,
};

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// Its entry in the index.
    pub entry: Entry,
    /// The description, if it says more than the summary.
    pub description: Option<String>,
    /// Whether the document marks it as deprecated.
    pub deprecated: bool,
    /// The parameters in path, query and headers.
    pub parameters: Vec<Parameter>,
    /// Parameters of the document that no request can carry, such as cookies.
    pub unsent: Vec<Unsent>,
    /// The request body, if it has one.
    pub body: Option<Body>,
    /// The kind of the response.
    pub response: ResponseKind,
    /// The schema of the response, if it is JSON.
    pub schema: Option<Value>,
    item: Option<Value>,
    /// The form that generated code has.
    pub call: rt::Operation,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// The name in the request.
    pub name: &'static str,
    /// Its flag, without the hyphens.
    pub flag: String,
    /// Whether the unchanged name works as a flag too.
    pub has_alias: bool,
    /// The part of the request that it is in.
    pub place: Place,
    /// Whether the document requires the parameter.
    pub required: bool,
    /// Its description.
    pub description: String,
    /// The schema of its values.
    pub schema: Value,
    /// The way lists and objects are written.
    pub format: rt::Format,
}

pub use rt::Place;

/// The kind of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseKind {
    /// A list, maybe in pages.
    List,
    /// A single JSON text.
    Json,
    /// Bytes.
    Bytes,
    /// The document does not say.
    Any,
    /// Nothing.
    Nothing,
}

pub(super) fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}

impl Operation {
    pub(super) fn new(index: &Index, entry: Entry, details: Value) -> Self {
        let parameters = details.get("parameters").and_then(Value::as_array);
        let mut parameters: Vec<_> = parameters
            .into_iter()
            .flatten()
            .map(|value| Parameter::new(index, value))
            .collect();
        name_flags(&mut parameters);
        let unsent = details.get("unsent").and_then(Value::as_array);
        let unsent = unsent.into_iter().flatten().map(Unsent::new).collect();
        let body = details.get("body").map(Body::new);
        let empty = Value::Null;
        let response = details.get("response").unwrap_or(&empty);
        let schema = response.get("schema").filter(|s| !s.is_null()).cloned();
        let (is_list, item) = schema.as_ref().map_or((false, None), |s| list(index, s));
        let response_kind = match text(response, "kind") {
            "json" if is_list => ResponseKind::List,
            "json" => ResponseKind::Json,
            "bytes" => ResponseKind::Bytes,
            "nothing" => ResponseKind::Nothing,
            _ => ResponseKind::Any,
        };
        let accept = match text(response, "accept") {
            "" => "application/json",
            accept => leaked(accept),
        };
        let needed = parameters.iter().filter(|p| p.required);
        let needed = needed.filter_map(|p| match p.place {
            Place::Path => None,
            Place::Query => Some(rt::Argument::Query(p.name)),
            Place::Header => Some(rt::Argument::Header(p.name)),
        });
        let mut required: Vec<_> = needed.collect();
        if body.as_ref().is_some_and(|b| b.required) {
            required.push(rt::Argument::Body);
        }
        let call = rt::Operation {
            id: entry.id,
            method: entry.method,
            path: entry.path,
            required: Box::leak(required.into_boxed_slice()),
            accept,
            page: page(&parameters),
            secrets: secrets(index, &parameters, body.as_ref()),
        };
        Self {
            entry,
            description: details
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned),
            deprecated: flag(&details, "deprecated"),
            parameters,
            unsent,
            body,
            response: response_kind,
            schema,
            item,
            call,
        }
    }

    /// Returns the schema of the items of a list.
    pub fn item(&self) -> Option<&Value> {
        self.item.as_ref()
    }

    /// Returns the names of the path's parameters, in their order, each once.
    pub fn path_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let mut known = BTreeSet::new();
        of_path(self.entry.path).filter(move |name| known.insert(*name))
    }

    /// Returns the path's parameters, in the order of the path.
    pub fn in_path(&self) -> impl Iterator<Item = &Parameter> {
        let of_path = |name| move |p: &&Parameter| p.name == name && p.place == rt::Place::Path;
        self.path_names()
            .filter_map(move |name| self.parameters.iter().find(of_path(name)))
    }

    /// Returns whether the operation changes nothing.
    pub fn is_safe(&self) -> bool {
        is_safe(self.entry.method)
    }
}

/// Returns whether requests of this method change nothing.
pub fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY")
}

/// Returns whether the schema is a list of items, or the envelope of a page of them, and the schema
/// of the items. Each part may be a reference, as tools write envelopes.
fn list(index: &Index, schema: &Value) -> (bool, Option<Value>) {
    let schema = index.resolved(schema);
    let of = |name: &str| schema.pointer(&format!("/properties/{name}"));
    let results = of("results").map(|results| index.resolved(results));
    let results = results.filter(|results| text(results, "type") == "array");
    let is_page = flag(&schema, contract::PAGE)
        || (results.is_some() && (of("count").is_some() || of("next").is_some()));
    match is_page {
        true => (true, results.and_then(|r| r.get("items").cloned())),
        false => (
            text(&schema, "type") == "array",
            schema.get("items").cloned(),
        ),
    }
}

/// Returns the parameters that choose a page, by the same rule as the generator.
fn page(parameters: &[Parameter]) -> Option<rt::PageParams> {
    let find = |name: &str| {
        let mut queries = parameters.iter().filter(|p| p.place == Place::Query);
        queries.find(|p| p.name == name).map(|p| p.name)
    };
    let pair = |page: &str, sizes: &[&str]| {
        let size = sizes.iter().find_map(|s| find(s)).unwrap_or_default();
        find(page).map(|page| rt::PageParams { page, size })
    };
    let sizes = ["page_size", "page_hits"];
    pair("page_num", &sizes)
        .or_else(|| pair("page", &sizes))
        .or_else(|| pair("offset", &["limit"]))
}

pub(super) fn style_of_query(style: &str) -> rt::Style {
    match style {
        "spaceDelimited" => rt::Style::Space,
        "pipeDelimited" => rt::Style::Pipe,
        "deepObject" => rt::Style::Deep,
        _ => rt::Style::Form,
    }
}

/// Returns whether the values of a schema are neither lists nor objects.
fn is_scalar(index: &Index, schema: &Value) -> bool {
    let schema = index.resolved(schema);
    matches!(
        text(&schema, "type"),
        "string" | "integer" | "number" | "boolean"
    )
}

impl Parameter {
    fn new(index: &Index, value: &Value) -> Self {
        let place = match text(value, "in") {
            "path" => Place::Path,
            "header" => Place::Header,
            _ => Place::Query,
        };
        let style = match (text(value, "style"), place) {
            ("json", _) => rt::Style::Json,
            ("label", Place::Path) => rt::Style::Label,
            ("matrix", Place::Path) => rt::Style::Matrix,
            (style, Place::Query) => style_of_query(style),
            _ => rt::Style::Simple,
        };
        let explode = value.get("explode").and_then(Value::as_bool);
        let reserved = place == Place::Query && flag(value, "allowReserved");
        // Of another media type than JSON: a text, which the caller writes.
        let schema = value.get("schema");
        let schema = schema.filter(|s| !flag(value, "written") || is_scalar(index, s));
        Self {
            name: leaked(text(value, "name")),
            flag: String::new(),
            has_alias: false,
            place,
            required: flag(value, "required") || place == Place::Path,
            description: text(value, "description").trim().to_owned(),
            schema: schema.cloned().unwrap_or_default(),
            format: rt::Format {
                place,
                style,
                explode: explode.unwrap_or(style == rt::Style::Form),
                reserved,
            },
        }
    }
}
