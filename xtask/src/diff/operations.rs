//! Operations: paths, parameters, bodies, answers, security.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{Answer, Error, Operation, media, schema::Document, select};
use serde_json::{Map, Value};

use super::{
    Change, Class, Side, change,
    schemas::{Schemas, rust},
    texts::short,
};
use crate::shape::walk::path_parameters;

/// Method and path; names of path parameters are no part of the wire.
type Key = (String, String);

pub fn compare<'a>(old: &'a Value, new: &'a Value) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    let mut schemas = Schemas::new(old, new);
    let (before, after) = (table(old)?, table(new)?);
    for (key, op) in &before {
        let name = format!("{} {}", key.0, op.path);
        match after.get(key) {
            None => changes.push(change(Class::Breaking, Side::Both, name, "is gone")),
            Some(now) => Both {
                name,
                before: op,
                after: now,
                roots: (old, new),
            }
            .compare(&mut schemas, &mut changes)?,
        }
    }
    for (key, op) in after.iter().filter(|(k, _)| !before.contains_key(*k)) {
        changes.push(change(
            Class::Additive,
            Side::Both,
            format!("{} {}", key.0, op.path),
            "is new",
        ));
    }
    if old.get("servers") != new.get("servers") {
        let url = |doc: &Value| {
            doc.pointer("/servers/0/url")
                .map_or_else(|| "nothing".into(), short)
        };
        changes.push(change(
            Class::Breaking,
            Side::Both,
            "/servers",
            format!("{} → {}", url(old), url(new)),
        ));
    }
    schemas.components(&mut changes)?;
    Ok(changes)
}

fn table(doc: &Value) -> Result<BTreeMap<Key, Operation<'_>>, Error> {
    Ok(select(doc, &|_| true)?
        .into_iter()
        .map(|op| ((op.method.to_uppercase(), unnamed(op.path)), op))
        .collect())
}

/// `/a/{id}/b/` → `/a/{}/b/`
fn unnamed(path: &str) -> String {
    path_parameters(path).fold(path.to_owned(), |path, name| {
        path.replace(&format!("{{{name}}}"), "{}")
    })
}

struct Both<'a, 'b> {
    name: String,
    before: &'b Operation<'a>,
    after: &'b Operation<'a>,
    roots: (&'a Value, &'a Value),
}

impl<'a> Both<'a, '_> {
    fn change(&self, class: Class, side: Side, what: impl Into<String>) -> Change {
        change(class, side, &self.name, what)
    }

    fn compare(&self, schemas: &mut Schemas<'a>, changes: &mut Vec<Change>) -> Result<(), Error> {
        let id = |op: &Operation<'a>| {
            op.value
                .get("operationId")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        for (what, was, is) in [
            ("method", id(self.before), id(self.after)),
            ("feature", self.before.area.clone(), self.after.area.clone()),
        ] {
            if was != is {
                changes.push(self.change(
                    Class::Breaking,
                    Side::Both,
                    format!("the {what} `{was}` is `{is}` now"),
                ));
            }
        }
        let (was, is) = (
            security(self.roots.0, self.before),
            security(self.roots.1, self.after),
        );
        if was != is {
            let class = if is.is_empty() {
                Class::Additive
            } else {
                Class::Breaking
            };
            let name = |s: &BTreeSet<String>| {
                if s.is_empty() {
                    "none".to_owned()
                } else {
                    s.iter().cloned().collect::<Vec<_>>().join(" or ")
                }
            };
            changes.push(self.change(
                class,
                Side::Request,
                format!("security: {} → {}", name(&was), name(&is)),
            ));
        }
        self.parameters(schemas, changes)?;
        self.body(schemas, changes)?;
        self.answer(schemas, changes)
    }

    fn parameters(
        &self,
        schemas: &mut Schemas<'a>,
        changes: &mut Vec<Change>,
    ) -> Result<(), Error> {
        let (before, after) = (
            parameters(&schemas.old, self.before)?,
            parameters(&schemas.new, self.after)?,
        );
        let must = |p: &Value| p.get("required") == Some(&Value::Bool(true));
        for (key, parameter) in &before {
            let what = format!("{} parameter `{}`", key.0, key.1);
            let Some(now) = after.get(key) else {
                changes.push(self.change(
                    Class::Breaking,
                    Side::Request,
                    format!("{what} is gone"),
                ));
                continue;
            };
            match (must(parameter), must(now)) {
                (false, true) => changes.push(self.change(
                    Class::Breaking,
                    Side::Request,
                    format!("{what} must be given now"),
                )),
                (true, false) => changes.push(self.change(
                    Class::Additive,
                    Side::Request,
                    format!("{what} need not be given now"),
                )),
                _ => {}
            }
            // The name of a path parameter is that of its setter.
            for form in ["name", "style", "explode", "allowReserved", "content"] {
                let (was, is) = (parameter.get(form), now.get(form));
                if was != is {
                    let text = format!(
                        "{what}: `{form}`: {} → {}",
                        short(was.unwrap_or(&Value::Null)),
                        short(is.unwrap_or(&Value::Null))
                    );
                    changes.push(self.change(Class::Breaking, Side::Request, text));
                }
            }
            schemas.value(
                Side::Request,
                &self.name,
                &what,
                schema_of(parameter),
                schema_of(now),
                changes,
            )?;
        }
        for (key, parameter) in after.iter().filter(|(k, _)| !before.contains_key(*k)) {
            let (class, why) = if must(parameter) {
                (Class::Breaking, ", and must be given")
            } else {
                (Class::Additive, "")
            };
            changes.push(self.change(
                class,
                Side::Request,
                format!("{} parameter `{}` is new{why}", key.0, key.1),
            ));
        }
        Ok(())
    }

    fn body(&self, schemas: &mut Schemas<'a>, changes: &mut Vec<Change>) -> Result<(), Error> {
        let mut say = |class, what: &str| changes.push(self.change(class, Side::Request, what));
        let (before, after) = (
            body(&schemas.old, self.before)?,
            body(&schemas.new, self.after)?,
        );
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => (before, after),
            (before, after) => {
                match after {
                    Some(now) if now.required => say(Class::Breaking, "must get a body now"),
                    Some(_) => say(Class::Additive, "takes a body now"),
                    None if before.is_some() => say(Class::Breaking, "takes no body now"),
                    None => {}
                }
                return Ok(());
            }
        };
        match (before.required, after.required) {
            (false, true) => say(Class::Breaking, "must get a body now"),
            (true, false) => say(Class::Additive, "need not get a body now"),
            _ => {}
        }
        for media in before
            .content
            .keys()
            .filter(|m| !after.content.contains_key(*m))
        {
            say(Class::Breaking, &format!("takes no {media} now"));
        }
        for media in after
            .content
            .keys()
            .filter(|m| !before.content.contains_key(*m))
        {
            say(Class::Additive, &format!("takes {media} now"));
        }
        for (media, was) in before.content {
            if let Some(is) = after.content.get(media) {
                let what = if media::json(before.content).is_some_and(|(json, _)| json == media) {
                    "body".into()
                } else {
                    format!("body as {media}")
                };
                schemas.value(
                    Side::Request,
                    &self.name,
                    &what,
                    schema_of(was),
                    schema_of(is),
                    changes,
                )?;
            }
        }
        Ok(())
    }

    fn answer(&self, schemas: &mut Schemas<'a>, changes: &mut Vec<Change>) -> Result<(), Error> {
        let (before, after) = (
            Answer::of(&schemas.old, self.before)?,
            Answer::of(&schemas.new, self.after)?,
        );
        match (&before, &after) {
            (Answer::One(was), Answer::One(is)) => {
                schemas.value(Side::Response, &self.name, "answer", was, is, changes)?
            }
            (Answer::Page(was), Answer::Page(is)) => {
                schemas.value(Side::Response, &self.name, "items", was, is, changes)?
            }
            _ => {
                let (was, is) = (
                    answer_type(&schemas.old, &before)?,
                    answer_type(&schemas.new, &after)?,
                );
                if was != is {
                    changes.push(self.change(
                        Class::Breaking,
                        Side::Response,
                        format!("the answer was {was}, and is {is} now"),
                    ));
                }
            }
        }
        let statuses = |op: &Operation<'a>| -> BTreeSet<String> {
            op.value
                .get("responses")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(status, _)| status.clone())
                .collect()
        };
        let (was, is) = (statuses(self.before), statuses(self.after));
        if was != is {
            let list = |s: BTreeSet<String>| s.into_iter().collect::<Vec<_>>().join(", ");
            // Any 2xx answer decodes, and every other one is DRF's error.
            changes.push(self.change(
                Class::Cosmetic,
                Side::Response,
                format!("documented statuses: {} → {}", list(was), list(is)),
            ));
        }
        Ok(())
    }
}

fn answer_type(doc: &Document<'_>, answer: &Answer<'_>) -> Result<String, Error> {
    Ok(match answer {
        Answer::Empty => "empty".into(),
        Answer::Any => "any JSON".into(),
        Answer::File => "a file".into(),
        Answer::Page(items) => format!("`Page<{}>`", rust(doc, items)?),
        Answer::One(schema) => format!("`{}`", rust(doc, schema)?),
    })
}

fn schema_of(holder: &Value) -> &Value {
    holder.get("schema").unwrap_or(&Value::Null)
}

/// By place and name; path parameters by their order, for their names are no part of the wire.
fn parameters<'a>(
    doc: &Document<'a>,
    op: &Operation<'a>,
) -> Result<BTreeMap<(String, String), &'a Value>, Error> {
    let mut out = BTreeMap::new();
    for parameter in &op.parameters {
        let parameter = doc.resolve(parameter)?;
        let text = |key| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let name = match path_parameters(op.path).position(|name| name == text("name")) {
            Some(position) if text("in") == "path" => format!("#{}", position + 1),
            _ => text("name").to_owned(),
        };
        out.insert((text("in").to_owned(), name), parameter);
    }
    Ok(out)
}

struct Body<'a> {
    required: bool,
    content: &'a Map<String, Value>,
}

fn body<'a>(doc: &Document<'a>, op: &Operation<'a>) -> Result<Option<Body<'a>>, Error> {
    let Some(body) = op.value.get("requestBody") else {
        return Ok(None);
    };
    let body = doc.resolve(body)?;
    let required = body.get("required") == Some(&Value::Bool(true));
    Ok(body
        .get("content")
        .and_then(Value::as_object)
        .map(|content| Body { required, content }))
}

/// The names of the schemes that an operation accepts; its own list overrides the document's (OpenAPI 3.0.3, Operation Object).
fn security(root: &Value, op: &Operation<'_>) -> BTreeSet<String> {
    let list = op
        .value
        .get("security")
        .or_else(|| root.get("security"))
        .and_then(Value::as_array);
    let names = |requirement: &Value| {
        requirement
            .as_object()
            .map(|m| m.keys().cloned().collect::<Vec<_>>().join(" with "))
    };
    list.into_iter().flatten().filter_map(names).collect()
}
