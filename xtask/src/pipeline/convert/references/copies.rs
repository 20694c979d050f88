//! Puts the target of a reference in its place, or makes it a component.

use std::{path::PathBuf, rc::Rc};

use serde_json::{Map, Value, json};

use super::{
    DEEPEST, References, Site,
    names::{free, is_in, is_plain_object, name_of, size},
};
use crate::document::members::{Is, PATH_ITEM, SCHEMA};
use crate::{document::escape, report::Failure};

impl References<'_> {
    /// Replaces a reference by a value.
    pub(super) fn put(
        &mut self,
        site: &Site,
        file: Option<PathBuf>,
        value: Option<Value>,
        pointer: String,
    ) -> Result<(), Failure> {
        let place = (file.clone(), pointer.clone());
        if site.chain.contains(&place) || (file.is_none() && is_in(&site.at, &pointer)) {
            if site.kind == &PATH_ITEM {
                self.unfollowed(site, &format!("#{pointer}"), "it leads to itself");
                return Ok(());
            }
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
        // The siblings of a path item's reference take precedence over its target.
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

    pub(super) fn copied(&mut self, site: &Site, value: &Value) -> Result<(), Failure> {
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

    /// Makes the target of a schema's reference a component.
    pub(super) fn lift(
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
        // Within the document, the place itself refers to the component too, so that there is one
        // type and not two.
        if file.is_none() && is_plain_object(self.doc.pointer(&at)) {
            let reference = self.reference(&name);
            if let Some(place) = self.doc.pointer_mut(&pointer) {
                *place = reference;
            }
        }
        self.name(site, &name);
        Ok(())
    }

    pub(super) fn reference(&self, name: &str) -> Value {
        json!({ "$ref": format!("#{}/{name}", self.schemas) })
    }

    /// Makes a reference name a component.
    pub(super) fn name(&mut self, site: &Site, name: &str) {
        self.point(site, format!("#{}/{name}", self.schemas));
    }

    pub(super) fn point(&mut self, site: &Site, to: String) {
        if let Some(Value::Object(map)) = self.doc.pointer_mut(&site.at) {
            map.insert("$ref".into(), to.into());
        }
    }
}
