//! The document as commands see it: areas, operations, schemas. Only what is asked for is parsed.

pub mod build;
mod flags;
mod operation;
mod schema;

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

pub use operation::{Body, BodyKind, Operation, Parameter, Place, ResponseKind};
pub use schema::type_name;

/// The index of a document. It lives as long as the process: the runtime of the crate takes names that do, as generated code has them.
#[derive(Debug)]
pub struct Index {
    /// The document's title.
    pub title: &'static str,
    /// The API's version, as the document says.
    pub version: &'static str,
    /// The URL of its first server.
    pub server: Option<&'static str>,
    /// By name.
    pub areas: Vec<Area>,
    schemas: HashMap<&'static str, (usize, usize)>,
    /// Operations and schemas, each parsed when it is asked for.
    fragments: &'static [u8],
    operations: Mutex<HashMap<&'static str, &'static Operation>>,
    resolved: Mutex<HashMap<String, &'static Value>>,
}

/// The operations of a tag.
#[derive(Debug)]
pub struct Area {
    /// As the feature of the crate: `can_logging`.
    pub name: &'static str,
    /// In the order of the document.
    pub entries: Vec<Entry>,
}

/// What lists and searches need of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its id in the document.
    pub id: &'static str,
    /// Its command within the area.
    pub command: &'static str,
    /// In capitals.
    pub method: &'static str,
    /// The template of its path.
    pub path: &'static str,
    /// One line.
    pub summary: &'static str,
    start: usize,
    length: usize,
}

type Text<'a> = Cow<'a, str>;

/// An entry as it is written: a tuple, without the names of its members.
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
}

/// What is borrowed from the index stays; what had to be unescaped is kept for as long.
fn kept(text: Text<'static>) -> &'static str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => Box::leak(text.into_boxed_str()),
    }
}

impl Index {
    /// The one of the document that this command was built with.
    ///
    /// # Errors
    /// The command was built wrong.
    pub fn embedded() -> Result<&'static Self, Failure> {
        static EMBEDDED: OnceLock<Option<Index>> = OnceLock::new();
        let read = || Self::read(include_bytes!(concat!(env!("OUT_DIR"), "/index"))).ok();
        EMBEDDED.get_or_init(read).as_ref().ok_or_else(|| {
            Failure::failed("the embedded index is damaged: install the command again")
        })
    }

    /// Of a document in a file: OpenAPI 3.
    ///
    /// # Errors
    /// The file can't be read, is no JSON, or no such document.
    pub fn of_file(path: &Path) -> Result<&'static Self, Failure> {
        let refuse = |why: String| {
            Failure::usage(format!("cannot use the document {}: {why}", path.display()))
        };
        let text = fs::read(path).map_err(|e| refuse(e.to_string()))?;
        let document: Value =
            serde_json::from_slice(&text).map_err(|e| refuse(format!("it is no JSON: {e}")))?;
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
            schemas: schemas
                .map(|(name, place)| (kept(name.into()), place))
                .collect(),
            fragments: rest.get(1..).unwrap_or_default(),
            operations: Mutex::default(),
            resolved: Mutex::default(),
        })
    }

    /// The area of this name, with hyphens or underscores.
    pub fn area(&self, name: &str) -> Option<&Area> {
        let name = name.replace('-', "_");
        self.areas.iter().find(|area| area.name == name)
    }

    /// All operations, area after area.
    pub fn entries(&self) -> impl Iterator<Item = (&Area, &Entry)> {
        self.areas
            .iter()
            .flat_map(|area| area.entries.iter().map(move |entry| (area, entry)))
    }

    /// The operation with this id.
    pub fn entry(&self, id: &str) -> Option<(&Area, &Entry)> {
        self.entries().find(|(_, entry)| entry.id == id)
    }

    /// The operation of this method and path, whatever its parameters are called.
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

    /// All of an operation.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn operation(&self, entry: &Entry) -> Result<&'static Operation, Failure> {
        let damaged = || Failure::failed(format!("the index of {} is damaged", entry.id));
        let mut known = self.operations.lock().map_err(|_| damaged())?;
        if let Some(operation) = known.get(entry.id) {
            return Ok(operation);
        }
        let details = self
            .fragment((entry.start, entry.length))
            .ok_or_else(damaged)?;
        let operation = &*Box::leak(Box::new(Operation::new(*entry, details)));
        known.insert(entry.id, operation);
        Ok(operation)
    }

    fn fragment(&self, (start, length): (usize, usize)) -> Option<Value> {
        serde_json::from_slice(self.fragments.get(start..start.checked_add(length)?)?).ok()
    }

    /// A component of this name.
    pub fn schema(&self, name: &str) -> Option<Value> {
        self.fragment(*self.schemas.get(name)?)
    }
}
