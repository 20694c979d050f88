//! Resolves references. After this stage each reference of a schema names a component, and all of
//! them stay inside the document.
//!
//! The target of a schema's reference elsewhere (in another schema's property, below `/paths`, in a
//! file beside the document) becomes a component, once; the target of any other reference out of
//! the document is put in its place. A reference that cannot be followed becomes any JSON, with a
//! warning.

mod anchors;
mod copies;
mod elsewhere;
mod lost;
mod names;
mod renamed;

use anchors::Anchors;
use lost::{NOTHING, lost_callbacks, may_be_schema};
pub use names::size;

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    rc::Rc,
};

use serde_json::{Map, Value, json};

use super::{files::Files, origins::Origins};
use crate::document::members::{At, DOCUMENT, Is, Kind, OPERATION, PATH_ITEM, SCHEMA, each};
use crate::{
    document::{self, decoded},
    report::{Failure, Report},
};

/// The limits of nesting and of copies: references to references must not grow without end.
const DEEPEST: usize = 16;
const MOST: usize = 50_000;
const LARGEST: usize = 2_000_000;

/// A place in a file, or in the document itself.
type Place = (Option<PathBuf>, String);

/// A reference in the document.
#[derive(Clone)]
struct Site {
    at: String,
    kind: &'static Kind,
    /// The file that it was written in; `None` for the document itself.
    file: Option<PathBuf>,
    /// The places that it was copied from, one after the other.
    chain: Rc<Vec<Place>>,
}

struct References<'a> {
    doc: &'a mut Value,
    files: Files,
    report: &'a mut Report,
    origins: &'a mut Origins,
    /// The place of schemas: `/definitions` or `/components/schemas`.
    schemas: &'static str,
    anchors: Anchors,
    /// The names of new components by the file and pointer of their origin.
    made: BTreeMap<Place, String>,
    /// How many more values may be copied, and how often.
    room: usize,
    copies: usize,
    /// Parameters and headers whose references lead nowhere.
    lost: Vec<String>,
    todo: VecDeque<Site>,
}

/// Resolves every reference of a document, which is this file if it is given.
///
/// # Errors
/// Returns an error at the first reference that names nothing in the document, or leads to itself.
pub fn resolve_all(
    doc: &mut Value,
    file: Option<&Path>,
    report: &mut Report,
    origins: &mut Origins,
) -> Result<(), Failure> {
    let schemas = if doc.get("swagger").is_some() {
        "/definitions"
    } else {
        "/components/schemas"
    };
    let mut all = References {
        anchors: Anchors::of(doc),
        doc,
        files: Files::beside(file),
        report,
        origins,
        schemas,
        made: BTreeMap::new(),
        room: LARGEST,
        copies: MOST,
        lost: Vec::new(),
        todo: VecDeque::new(),
    };
    all.settle_dynamic();
    all.rename();
    all.scan(DOCUMENT_IS, "", None, &Rc::default());
    while let Some(site) = all.todo.pop_front() {
        all.follow(&site)?;
    }
    all.mappings();
    all.drop_lost();
    all.drop_local_definitions();
    Ok(())
}

const DOCUMENT_IS: Is = Is::One(&DOCUMENT);

impl References<'_> {
    /// Collects the references below a place. A boolean schema, as in 3.1, becomes an object: any
    /// JSON, or none.
    fn scan(&mut self, is: Is, at: &str, file: Option<&Path>, chain: &Rc<Vec<Place>>) {
        let Some(value) = self.doc.pointer(at) else {
            return;
        };
        // A reference to a component by its name is as it should be, unless an `$id` is around it.
        let schemas = self.doc.pointer(self.schemas).filter(|_| file.is_none());
        let prefix = self.schemas;
        let is_settled = |target: &str| {
            let name = target
                .strip_prefix('#')
                .and_then(|t| t.strip_prefix(prefix)?.strip_prefix('/'));
            let name = name.filter(|name| !name.contains(names::ODD));
            name.is_some_and(|name| schemas.is_some_and(|s| s.get(name).is_some()))
        };
        let plain = !self.anchors.has_ids();
        let (doc, todo) = (&*self.doc, &mut self.todo);
        let (mut booleans, mut callbacks) = (Vec::new(), Vec::new());
        let _ = each::<()>(value, is, &At::Start(at), &mut |kind, at, value| {
            booleans.extend(value.as_bool().map(|any| (at.to_string(), any)));
            if kind == &OPERATION || kind.name == "components" {
                callbacks.extend(lost_callbacks(doc, at, value));
            }
            let target = value.get("$ref");
            let text = target
                .and_then(Value::as_str)
                .filter(|_| plain && kind == &SCHEMA);
            if target.is_some() && !text.is_some_and(is_settled) {
                todo.push_back(Site {
                    at: at.to_string(),
                    kind,
                    file: file.map(Path::to_path_buf),
                    chain: chain.clone(),
                });
            }
            Ok(())
        });
        for (at, reference) in callbacks {
            self.leave_out(at, &reference, NOTHING);
        }
        for (at, any) in booleans {
            if let Some(value) = self.doc.pointer_mut(&at) {
                *value = if any { json!({}) } else { json!({ "not": {} }) };
            }
        }
    }

    fn follow(&mut self, site: &Site) -> Result<(), Failure> {
        let Some(reference) = self.doc.pointer(&site.at).and_then(|v| v.get("$ref")) else {
            return Ok(()); // what is around it was put elsewhere
        };
        let fail = |message: String| {
            Err(Failure::new(
                "convert",
                format!("{}/$ref", site.at),
                message,
            ))
        };
        let Some(reference) = reference.as_str().map(str::to_owned) else {
            return fail("a $ref must be a text".into());
        };
        let (path, fragment) = reference.split_once('#').unwrap_or((&reference, ""));
        let pointer = decoded(fragment).into_owned();
        if site.file.is_none() {
            let from = self.origins.find(&site.at).1;
            let named = self.anchors.find(&from, &reference);
            if let Some(named) = named.filter(|p| self.doc.pointer(p).is_some()) {
                return self.inside(site, &reference, named);
            }
            if path.is_empty() {
                return self.inside(site, &reference, pointer);
            }
        }
        let found = if path.is_empty() {
            let own = site.file.as_deref().and_then(Path::file_name);
            let own = own.unwrap_or_default().to_string_lossy().into_owned();
            self.files.get(site.file.as_deref(), &own)
        } else {
            self.files.get(site.file.as_deref(), &decoded(path))
        };
        let found = found.and_then(|(file, value)| match value.pointer(&pointer) {
            Some(_) => Ok((file, value)),
            None => Err(format!("nothing is at {pointer} in it")),
        });
        match found {
            // `Car`, as in Swagger 1.2.
            Err(_) if fragment.is_empty() && self.names_component(path) => {
                self.inside(site, &reference, reference.clone())
            }
            Err(why) => {
                self.unfollowed(site, &reference, &why);
                Ok(())
            }
            Ok((file, _)) if self.files.is_own(&file) => self.inside(site, &reference, pointer),
            Ok((file, value)) => self.outside(site, file, &value, pointer),
        }
    }

    /// Resolves a reference within the document.
    fn inside(&mut self, site: &Site, reference: &str, pointer: String) -> Result<(), Failure> {
        let known = |all: &Self, pointer: &str| {
            all.made.contains_key(&(None, pointer.to_owned())) || all.doc.pointer(pointer).is_some()
        };
        // Some tools do not encode what they write.
        let written = reference.strip_prefix('#').filter(|p| known(self, p));
        let pointer = match (known(self, &pointer), written) {
            (true, _) => pointer,
            (_, Some(written)) => written.to_owned(),
            _ => self.elsewhere(site, reference, &pointer).unwrap_or(pointer),
        };
        if pointer.is_empty() || !known(self, &pointer) {
            let why = match (pointer.starts_with('/'), pointer.is_empty()) {
                (_, true) => "it is the whole document",
                (true, _) => NOTHING,
                _ => "no schema has this anchor",
            };
            self.unfollowed(site, reference, why);
            return Ok(());
        }
        if site.kind == &SCHEMA && !may_be_schema(&pointer) {
            self.unfollowed(site, reference, "it leads to no schema");
            return Ok(());
        }
        if site.kind != &SCHEMA && site.kind != &PATH_ITEM {
            // It is written out later where it is used, by its pointer.
            self.point(site, format!("#{pointer}"));
            return Ok(());
        }
        if site.kind == &PATH_ITEM {
            return self.put(site, None, self.doc.pointer(&pointer).cloned(), pointer);
        }
        if let Some(name) = self.made.get(&(None, pointer.clone())).cloned() {
            self.name(site, &name);
            return Ok(());
        }
        let component = pointer
            .strip_prefix(self.schemas)
            .and_then(|rest| rest.strip_prefix('/'))
            .filter(|name| !name.contains('/'));
        if let Some(name) = component {
            self.name(site, &document::unescape(name));
            return Ok(());
        }
        let value = self.doc.pointer(&pointer).cloned().unwrap_or_default();
        if let (Some(next), Some(1)) = (value.get("$ref"), value.as_object().map(Map::len)) {
            // Follow that one too.
            self.copied(site, next)?;
            let here = (None, pointer.clone());
            if site.chain.contains(&here) {
                let message = "a $ref that leads to itself";
                let at = format!("{}/$ref", site.at);
                return Err(Failure::new("convert", at, message));
            }
            let mut site = site.clone();
            Rc::make_mut(&mut site.chain).push(here);
            let site = &site;
            self.point(site, next.as_str().unwrap_or_default().to_owned());
            self.todo.push_back(site.clone());
            return Ok(());
        }
        self.lift(site, None, value, pointer)
    }

    /// Resolves a reference to a file beside the document.
    fn outside(
        &mut self,
        site: &Site,
        file: PathBuf,
        value: &Rc<Value>,
        pointer: String,
    ) -> Result<(), Failure> {
        let found = value.pointer(&pointer).cloned();
        if site.kind != &SCHEMA {
            return self.put(site, Some(file), found, pointer);
        }
        match self.made.get(&(Some(file.clone()), pointer.clone())) {
            Some(name) => {
                let name = name.clone();
                self.name(site, &name);
                Ok(())
            }
            None => self.lift(site, Some(file), found.unwrap_or_default(), pointer),
        }
    }
}
