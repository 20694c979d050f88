//! References. After this stage each one of a schema names a component, and all of them stay in the document.
//!
//! What a reference of a schema finds elsewhere (in another schema's property, below `/paths`, in a file beside the document) becomes a component of its own,
//! once; what any other reference finds outside of the document is put in its place. What can't be followed is any JSON, with a warning.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Path, PathBuf},
    rc::Rc,
};

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::{files::Files, origins::Origins};
use crate::document::members::{
    At, BODY, DOCUMENT, HEADER, Is, Kind, PARAMETER, PATH_ITEM, RESPONSE, SCHEMA, each,
};
use crate::{
    document::escape,
    report::{Failure, Report},
};

/// How deep, and how often in all, what is put in a reference's place may hold further ones; how many values may be copied: references to references
/// must not grow without end.
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
    /// The file that it was written in; none for the document itself.
    file: Option<PathBuf>,
    /// What it was copied from, and what the reference to that was copied from.
    chain: Rc<Vec<Place>>,
}

struct References<'a> {
    doc: &'a mut Value,
    files: Files,
    report: &'a mut Report,
    origins: &'a mut Origins,
    /// Where the schemas are: `/definitions` or `/components/schemas`.
    schemas: &'static str,
    /// File and pointer of what became a component, and its name.
    made: BTreeMap<Place, String>,
    /// How many values may still be copied, and how often.
    room: usize,
    copies: usize,
    /// Parameters and headers that are nowhere.
    lost: Vec<String>,
    todo: VecDeque<Site>,
}

/// Follows every reference of a document, which is this file if it is one.
///
/// # Errors
/// Returns the first reference that names nothing in the document, or leads to itself.
pub fn followed(
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
    /// Notes the references below a place. A schema that is a boolean there, as 3.1 has it, becomes an object: any JSON, or none at all.
    fn scan(&mut self, is: Is, at: &str, file: Option<&Path>, chain: &Rc<Vec<Place>>) {
        let Some(value) = self.doc.pointer(at) else {
            return;
        };
        let (todo, mut booleans) = (&mut self.todo, Vec::new());
        let _ = each::<()>(value, is, &At::Start(at), &mut |kind, at, value| {
            booleans.extend(value.as_bool().map(|any| (at.to_string(), any)));
            if value.get("$ref").is_some() {
                todo.push_back(Site {
                    at: at.to_string(),
                    kind,
                    file: file.map(Path::to_path_buf),
                    chain: chain.clone(),
                });
            }
            Ok(())
        });
        for (at, any) in booleans {
            if let Some(value) = self.doc.pointer_mut(&at) {
                *value = if any { json!({}) } else { json!({ "not": {} }) };
            }
        }
    }

    /// A name with a separator of JSON pointers in it can be named by none of the later stages.
    fn rename(&mut self) {
        let Some(Value::Object(map)) = self.doc.pointer_mut(self.schemas) else {
            return;
        };
        if !map.keys().any(|k| k.contains(ODD)) {
            return;
        }
        let old = std::mem::take(map);
        let mut taken: BTreeSet<String> = old.keys().cloned().collect();
        for (name, schema) in old {
            let new = if name.contains(ODD) {
                let plain = free(&name.replace(ODD, "_"), |n| taken.contains(n));
                taken.insert(plain.clone());
                let at = format!("{}/{}", self.schemas, escape(&name));
                let message = format!("`{name}` can't be named by a reference: renamed `{plain}`");
                self.report.warn(&at, message);
                self.origins
                    .moved(format!("{}/{plain}", self.schemas), None, at.clone());
                self.made.insert((None, at), plain.clone());
                plain
            } else {
                name
            };
            map.insert(new, schema);
        }
    }

    /// A discriminator's mapping names components too, by reference or bare.
    fn mappings(&mut self) {
        if self.made.is_empty() {
            return;
        }
        let mut found = Vec::new();
        let (made, schemas) = (&self.made, self.schemas);
        let _ = each::<()>(self.doc, DOCUMENT_IS, &At::ROOT, &mut |kind, at, value| {
            let mapping = value.pointer("/discriminator/mapping");
            let mapping = mapping
                .filter(|_| kind == &SCHEMA)
                .and_then(Value::as_object);
            for (tag, target) in mapping.into_iter().flatten() {
                let Some(text) = target.as_str() else {
                    continue;
                };
                let pointer = match text.split_once('#') {
                    Some(("", pointer)) => decoded(pointer),
                    Some(_) => continue,
                    None => format!("{schemas}/{}", escape(text)),
                };
                if let Some(name) = made.get(&(None, pointer)) {
                    let at = format!("{at}/discriminator/mapping/{}", escape(tag));
                    found.push((at, format!("#{schemas}/{name}")));
                }
            }
            Ok(())
        });
        for (at, reference) in found {
            if let Some(value) = self.doc.pointer_mut(&at) {
                *value = reference.into();
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
        let pointer = decoded(fragment);
        if path.is_empty() && site.file.is_none() {
            return self.inside(site, &reference, pointer);
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
            Err(why) => {
                self.unfollowed(site, &reference, &why);
                Ok(())
            }
            Ok((file, _)) if self.files.is_own(&file) => self.inside(site, &reference, pointer),
            Ok((file, value)) => self.outside(site, file, &value, pointer),
        }
    }

    /// In the document itself.
    fn inside(&mut self, site: &Site, reference: &str, pointer: String) -> Result<(), Failure> {
        if site.kind != &SCHEMA && site.kind != &PATH_ITEM {
            // Written out where it is used, by its pointer.
            if self.doc.pointer(&pointer).is_some() {
                self.point(site, format!("#{pointer}"));
            }
            return Ok(());
        }
        if pointer.is_empty() {
            let message = "a $ref to the whole document";
            return Err(Failure::new(
                "convert",
                format!("{}/$ref", site.at),
                message,
            ));
        }
        let mut pointer = pointer;
        let known = self.made.contains_key(&(None, pointer.clone()));
        if !known && self.doc.pointer(&pointer).is_none() {
            // pydantic's `#/$defs/X` means the schema that it stands in.
            let around = site
                .at
                .strip_prefix(self.schemas)
                .and_then(|s| s.split('/').nth(1));
            let near = around.map(|name| format!("{}/{name}{pointer}", self.schemas));
            match near.filter(|p| pointer.starts_with("/$defs/") && self.doc.pointer(p).is_some()) {
                Some(near) => {
                    let message = format!("`{reference}` is nowhere: taken for #{near}");
                    self.report.warn(format!("{}/$ref", site.at), message);
                    pointer = near;
                }
                None => {
                    let message = format!("$ref `{reference}` points to nothing");
                    return Err(Failure::new(
                        "convert",
                        format!("{}/$ref", site.at),
                        message,
                    ));
                }
            }
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
            let name = name.replace("~1", "/").replace("~0", "~");
            self.name(site, &name);
            return Ok(());
        }
        let value = self.doc.pointer(&pointer).cloned().unwrap_or_default();
        if let (Some(next), Some(1)) = (value.get("$ref"), value.as_object().map(Map::len)) {
            // On to where that one leads.
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

    /// In a file beside it.
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

    /// Puts a value in a reference's place.
    fn put(
        &mut self,
        site: &Site,
        file: Option<PathBuf>,
        value: Option<Value>,
        pointer: String,
    ) -> Result<(), Failure> {
        let place = (file.clone(), pointer.clone());
        if site.chain.contains(&place) || (file.is_none() && is_in(&site.at, &pointer)) {
            let message = "a $ref that leads to itself";
            return Err(Failure::new(
                "convert",
                format!("{}/$ref", site.at),
                message,
            ));
        }
        let mut chain = (*site.chain).clone();
        chain.push(place);
        let value = value.unwrap_or_default();
        self.copied(site, &value)?;
        let Some(place) = self.doc.pointer_mut(&site.at) else {
            return Ok(());
        };
        // What stands beside the reference of a path item counts before what it names.
        let beside = std::mem::replace(place, value);
        if let (Value::Object(map), Value::Object(mut beside)) = (place, beside) {
            beside.shift_remove("$ref");
            map.extend(beside);
        }
        self.origins.moved(site.at.clone(), file.clone(), pointer);
        self.scan(
            Is::One(site.kind),
            &site.at,
            file.as_deref(),
            &Rc::new(chain),
        );
        Ok(())
    }

    fn copied(&mut self, site: &Site, value: &Value) -> Result<(), Failure> {
        self.room = self.room.saturating_sub(size(value));
        self.copies = self.copies.saturating_sub(1);
        if self.room > 0 && self.copies > 0 && site.chain.len() < DEEPEST {
            return Ok(());
        }
        let message = "references make the document too large";
        Err(Failure::new(
            "convert",
            format!("{}/$ref", site.at),
            message,
        ))
    }

    /// Makes a component of what a reference of a schema finds.
    fn lift(
        &mut self,
        site: &Site,
        file: Option<PathBuf>,
        value: Value,
        pointer: String,
    ) -> Result<(), Failure> {
        self.copied(site, &value)?;
        let base = name_of(&pointer, file.as_deref());
        let taken = self.doc.pointer(self.schemas).and_then(Value::as_object);
        let name = free(&base, |n| taken.is_some_and(|map| map.contains_key(n)));
        let at = format!("{}/{}", self.schemas, escape(&name));
        let mut place = &mut *self.doc;
        for key in self.schemas.split('/').skip(1) {
            place = match place {
                Value::Object(map) => map.entry(key).or_insert_with(|| Map::new().into()),
                other => other,
            };
        }
        let Value::Object(map) = place else {
            return Err(Failure::new("convert", self.schemas, "must be an object"));
        };
        map.insert(name.clone(), value);
        self.made
            .insert((file.clone(), pointer.clone()), name.clone());
        self.origins
            .moved(at.clone(), file.clone(), pointer.clone());
        self.scan(Is::One(&SCHEMA), &at, file.as_deref(), &site.chain);
        // In the document the place itself becomes a use of the component, so that there is one type and not two.
        if file.is_none() && is_plain_object(self.doc.pointer(&at)) {
            let reference = self.reference(&name);
            if let Some(place) = self.doc.pointer_mut(&pointer) {
                *place = reference;
            }
        }
        self.name(site, &name);
        Ok(())
    }

    fn reference(&self, name: &str) -> Value {
        json!({ "$ref": format!("#{}/{name}", self.schemas) })
    }

    /// Lets a reference name a component.
    fn name(&mut self, site: &Site, name: &str) {
        self.point(site, format!("#{}/{name}", self.schemas));
    }

    fn point(&mut self, site: &Site, to: String) {
        if let Some(Value::Object(map)) = self.doc.pointer_mut(&site.at) {
            map.insert("$ref".into(), to.into());
        }
    }

    fn unfollowed(&mut self, site: &Site, reference: &str, why: &str) {
        let (instead, what) = match site.kind {
            k if k == &SCHEMA => (json!({}), "any JSON"),
            k if k == &RESPONSE => (json!({ "description": "" }), "a response of any content"),
            k if k == &BODY => (
                json!({ "content": { "application/json": { "schema": {} } } }),
                "a body of any JSON",
            ),
            k if k == &PARAMETER || k == &HEADER => {
                self.lost.push(site.at.clone());
                (Value::Null, "left out")
            }
            _ => (json!({}), "left out"),
        };
        let place = format!("{}/$ref", site.at);
        self.report.warn(
            place,
            format!("`{reference}` is not followed, {why}: {what}"),
        );
        let Some(value) = self.doc.pointer_mut(&site.at) else {
            return;
        };
        match (value, instead) {
            (Value::Object(map), Value::Object(instead)) => {
                map.shift_remove("$ref");
                for (key, default) in instead {
                    map.entry(key).or_insert(default);
                }
            }
            (value, instead) => *value = instead,
        }
    }

    /// Each that a reference names has become a component.
    fn drop_local_definitions(&mut self) {
        let mut found = Vec::new();
        let _ = each::<()>(self.doc, DOCUMENT_IS, &At::ROOT, &mut |kind, at, value| {
            if kind == &SCHEMA
                && (value.get("$defs").is_some() || value.get("definitions").is_some())
            {
                found.push(at.to_string());
            }
            Ok(())
        });
        for at in found {
            if let Some(Value::Object(map)) = self.doc.pointer_mut(&at) {
                map.shift_remove("$defs");
                map.shift_remove("definitions");
            }
        }
    }

    /// From the back, so that the index of what is still to be removed stays right.
    fn drop_lost(&mut self) {
        let mut lost = std::mem::take(&mut self.lost);
        lost.sort_by_key(|at| std::cmp::Reverse((at.len(), at.clone())));
        for at in lost {
            let Some((parent, key)) = at.rsplit_once('/') else {
                continue;
            };
            match self.doc.pointer_mut(parent) {
                Some(Value::Array(list)) => {
                    if let Ok(i) = key.parse::<usize>() {
                        list.remove(i);
                    }
                }
                Some(Value::Object(map)) => {
                    map.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
                }
                _ => {}
            }
        }
    }
}

fn is_in(at: &str, pointer: &str) -> bool {
    at.strip_prefix(pointer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub fn size(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        Value::Array(list) => 1 + list.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// What a reference to a name can't hold: it would have to be escaped.
const ODD: [char; 3] = ['/', '~', '%'];

/// An object with properties of which nothing is said that belongs to its place only.
fn is_plain_object(schema: Option<&Value>) -> bool {
    let has = |key: &str| schema.is_some_and(|s| s.get(key).is_some());
    let of_the_place = [
        "readOnly",
        "writeOnly",
        "nullable",
        "x-nullable",
        "description",
        "title",
    ];
    has("properties") && !of_the_place.into_iter().any(has)
}

/// `/definitions/Car/properties/owner` → `CarOwner`, `common.yaml` → `Common`, `common.yaml#/Car` → `Car`.
fn name_of(pointer: &str, file: Option<&Path>) -> String {
    let keys: Vec<String> = pointer.split('/').skip(1).map(str::to_owned).collect();
    // Only what has a name of its own: the keywords on the way say nothing.
    let silent = [
        "definitions",
        "components",
        "schemas",
        "properties",
        "$defs",
        "paths",
        "schema",
        "content",
        "responses",
        "parameters",
        "allOf",
        "anyOf",
        "oneOf",
    ];
    let mut name: String = keys
        .iter()
        .filter(|k| !silent.contains(&k.as_str()))
        .map(|k| {
            k.replace("~1", "/")
                .replace("~0", "~")
                .to_upper_camel_case()
        })
        .collect();
    if name.is_empty() {
        let stem = file.and_then(Path::file_stem).unwrap_or_default();
        name = stem.to_string_lossy().to_upper_camel_case();
    }
    name.retain(|c| !ODD.contains(&c));
    if name.is_empty() {
        "Schema".into()
    } else {
        name
    }
}

fn free(base: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(base) {
        return base.to_owned();
    }
    let numbered = |n| format!("{base}{n}");
    numbered(autopi_codegen::free(|n| taken(&numbered(n))))
}

/// Percent-decoding (RFC 3986, 2.1); what is no code stays.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let code = (bytes[i] == b'%')
            .then(|| bytes.get(i + 1..i + 3))
            .flatten()
            .filter(|c| c.iter().all(u8::is_ascii_hexdigit))
            .and_then(|c| u8::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok());
        out.push(code.unwrap_or(bytes[i]));
        i += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
