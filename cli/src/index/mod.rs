//! The document as commands see it: areas, operations, schemas. Only the requested parts are
//! parsed.

mod body;
pub mod build;
#[allow(dead_code)] // a file of the generator, not all of which is needed here
pub mod exact;
mod flags;
mod operation;
mod read;
mod schema;
mod secrets;
mod unsent;

use std::{
    borrow::Cow,
    collections::HashMap,
    fs,
    path::Path,
    sync::{Mutex, OnceLock},
};

use serde::Deserialize;
use serde_json::Value;

use crate::error::Failure;

pub use body::{Body, BodyKind, PartHeader};
pub use build::contract;
pub use operation::{Operation, Parameter, Place, ResponseKind, is_safe};
pub use schema::{alternatives, is_null, is_read_only, required, type_name};

/// The index of a document. It lives as long as the process, because the runtime requires names
/// that do, as generated code has them.
#[derive(Debug)]
pub struct Index {
    /// The title of the document.
    pub title: &'static str,
    /// The version of the API in the document.
    pub version: &'static str,
    /// The URL of its first server.
    pub server: Option<&'static str>,
    /// The areas by name.
    pub areas: Vec<Area>,
    /// Operations whose method no request can have.
    pub left_out: Vec<String>,
    schemas: HashMap<&'static str, (usize, usize)>,
    /// Operations and schemas, each parsed when it is requested.
    fragments: &'static [u8],
    operations: Mutex<HashMap<&'static str, &'static Operation>>,
    resolved: Mutex<HashMap<String, &'static Value>>,
}

/// The operations of a tag.
#[derive(Debug)]
pub struct Area {
    /// The name, as that of the crate's feature: `can_logging`.
    pub name: &'static str,
    /// The operations in the order of the document.
    pub entries: Vec<Entry>,
}

/// The parts of an operation that lists and searches need.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its id in the document.
    pub id: &'static str,
    /// Its command within the area.
    pub command: &'static str,
    /// The HTTP method in upper case.
    pub method: &'static str,
    /// Its path template.
    pub path: &'static str,
    /// A summary of one line.
    pub summary: &'static str,
    start: usize,
    length: usize,
}

type Text<'a> = Cow<'a, str>;

/// An entry in its stored form: a tuple, without names of members.
#[derive(Deserialize)]
struct Written<'a>(
    #[serde(borrow)] Text<'a>,
    #[serde(borrow)] Text<'a>,
    #[serde(borrow)] Text<'a>,
    #[serde(borrow)] Text<'a>,
    #[serde(borrow)] Text<'a>,
    usize,
    usize,
);

#[derive(Deserialize)]
struct WrittenArea<'a>(#[serde(borrow)] Text<'a>, #[serde(borrow)] Vec<Written<'a>>);

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    server: Option<String>,
    #[serde(borrow)]
    areas: Vec<WrittenArea<'a>>,
    schemas: HashMap<String, (usize, usize)>,
    left_out: Vec<String>,
}

/// Returns a text with the lifetime of the process: borrowed from the index, or leaked if it had to
/// be unescaped.
fn kept(text: Text<'static>) -> &'static str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => Box::leak(text.into_boxed_str()),
    }
}

impl Index {
    /// Returns the index of the document that this command was built with.
    ///
    /// # Errors
    /// Returns an error if the command was built incorrectly.
    pub fn embedded() -> Result<&'static Self, Failure> {
        static EMBEDDED: OnceLock<Option<Index>> = OnceLock::new();
        let read = || Self::read(include_bytes!(concat!(env!("OUT_DIR"), "/index"))).ok();
        EMBEDDED.get_or_init(read).as_ref().ok_or_else(|| {
            Failure::failed("the embedded index is damaged: install the command again")
        })
    }

    /// Returns the index of a document in a file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is not JSON, or is not an OpenAPI document.
    pub fn of_file(path: &Path) -> Result<&'static Self, Failure> {
        let refuse = |why: String| {
            Failure::usage(format!("cannot use the document {}: {why}", path.display()))
        };
        let text = fs::File::open(path).and_then(crate::call::limited);
        let text = text.map_err(|e| {
            let failure = refuse(e.to_string());
            match path.to_str().filter(|p| p.contains("://")) {
                Some(url) => failure.hint(format!("save it first: curl -o api.json '{url}'")),
                None => failure,
            }
        })?;
        let text = String::from_utf8(text);
        let text = text.map_err(|_| refuse("it is not a text in UTF-8".into()))?;
        let document = read::parse(&text).map_err(refuse)?;
        let index = build::build(&document).map_err(refuse)?;
        let index = Self::read(Box::leak(index.into_boxed_slice()));
        index
            .map(|index| &*Box::leak(Box::new(index)))
            .map_err(refuse)
    }

    fn read(bytes: &'static [u8]) -> Result<Self, String> {
        let end = bytes
            .iter()
            .position(|b| *b == b'\n')
            .unwrap_or(bytes.len());
        let (header, rest) = bytes.split_at(end);
        let header: Header<'static> = serde_json::from_slice(header).map_err(|e| e.to_string())?;
        let areas = header
            .areas
            .into_iter()
            .map(|WrittenArea(name, operations)| Area {
                name: kept(name),
                entries: operations
                    .into_iter()
                    .map(
                        |Written(id, command, method, path, summary, start, length)| Entry {
                            id: kept(id),
                            command: kept(command),
                            method: kept(method),
                            path: kept(path),
                            summary: kept(summary),
                            start,
                            length,
                        },
                    )
                    .collect(),
            });
        let schemas = header.schemas.into_iter();
        Ok(Self {
            title: kept(header.title),
            version: kept(header.version),
            server: header.server.map(|s| kept(s.into())),
            areas: areas.collect(),
            left_out: header.left_out,
            schemas: schemas
                .map(|(name, place)| (kept(name.into()), place))
                .collect(),
            fragments: rest.get(1..).unwrap_or_default(),
            operations: Mutex::default(),
            resolved: Mutex::default(),
        })
    }

    /// Returns the area of this name, written with hyphens or underscores.
    pub fn area(&self, name: &str) -> Option<&Area> {
        let name = name.replace('-', "_");
        self.areas.iter().find(|area| area.name == name)
    }

    /// Returns all operations, area by area.
    pub fn entries(&self) -> impl Iterator<Item = (&Area, &Entry)> {
        self.areas
            .iter()
            .flat_map(|area| area.entries.iter().map(move |entry| (area, entry)))
    }

    /// Returns the operation with this id.
    pub fn entry(&self, id: &str) -> Option<(&Area, &Entry)> {
        self.entries().find(|(_, entry)| entry.id == id)
    }

    /// Returns the operation of this method and path, whatever its parameters are called.
    pub fn at(&self, method: &str, path: &str) -> Option<&Entry> {
        let same = |template: &str| {
            let is_parameter = |s: &str| s.starts_with('{');
            let (mut a, mut b) = (template.split('/'), path.split('/'));
            template.split('/').count() == path.split('/').count()
                && a.by_ref()
                    .zip(b.by_ref())
                    .all(|(a, b)| a == b || (is_parameter(a) && is_parameter(b)))
        };
        let mut entries = self.entries().map(|(_, entry)| entry);
        entries.find(|entry| entry.method == method && same(entry.path))
    }

    /// Returns the complete operation of an entry.
    ///
    /// # Errors
    /// Returns an error if the index is damaged.
    pub fn operation(&self, entry: &Entry) -> Result<&'static Operation, Failure> {
        let damaged = || Failure::failed(format!("the index of {} is damaged", entry.id));
        let mut known = self.operations.lock().map_err(|_| damaged())?;
        if let Some(operation) = known.get(entry.id) {
            return Ok(operation);
        }
        let details = self
            .fragment((entry.start, entry.length))
            .ok_or_else(damaged)?;
        let operation = &*Box::leak(Box::new(Operation::new(self, *entry, details)));
        known.insert(entry.id, operation);
        Ok(operation)
    }

    fn fragment(&self, (start, length): (usize, usize)) -> Option<Value> {
        serde_json::from_slice(self.fragments.get(start..start.checked_add(length)?)?).ok()
    }

    /// Returns the component of this name, or a schema inside of one: `Car/properties/owner`.
    pub fn schema(&self, name: &str) -> Option<Value> {
        if let Some(place) = self.schemas.get(name) {
            return self.fragment(*place);
        }
        let (name, inner) = name.split_once('/')?;
        let whole = self.fragment(*self.schemas.get(name)?)?;
        whole.pointer(&format!("/{inner}")).cloned()
    }
}
