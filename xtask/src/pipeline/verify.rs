//! The `verify` stage: checks that nothing is lost, that references and names are valid, and that
//! the generator can use the result.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    document::{
        self,
        members::{At, DOCUMENT, Is, each},
    },
    place,
    report::Failure,
};

/// Returns path and method of every operation.
pub fn operations(doc: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, item) in doc
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        // In OpenAPI 3, a path item may be elsewhere.
        let item = document::resolve(doc, item);
        found.extend(
            document::METHODS
                .iter()
                .filter(|m| item.get(**m).is_some())
                .map(|m| (path.clone(), (*m).to_owned())),
        );
    }
    found
}

/// Returns the names of the schemas, in 2.0 or 3.
pub fn schemas(doc: &Value) -> impl Iterator<Item = &String> {
    let named = doc
        .get("definitions")
        .or_else(|| doc.pointer("/components/schemas"));
    named
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
}

const BUG: &str = "this is a bug of the pipeline: report it with the document";

/// Checks `after`, made from `before`.
///
/// # Errors
/// Returns an error with the JSON pointer of the first fault.
pub fn verify(before: &Value, after: &Value) -> Result<(), Failure> {
    let fail = |pointer: String, message: String| Failure::new("verify", pointer, message);
    let (old, new) = (operations(before), operations(after));
    if old.is_empty() {
        return Err(fail(
            "/paths".into(),
            "the document has no operation".into(),
        ));
    }
    if let Some((path, method)) = old.symmetric_difference(&new).next() {
        let pointer = format!("/paths/{}/{method}", document::escape(path));
        return Err(fail(pointer, "was lost or invented".into()).help(BUG));
    }
    for name in schemas(before) {
        if after
            .pointer("/components/schemas")
            .and_then(|s| s.get(name))
            .is_none()
        {
            let pointer = format!("/components/schemas/{}", document::escape(name));
            return Err(fail(pointer, "was lost".into()).help(BUG));
        }
    }
    for (path, _) in &new {
        let fault = match place::fault(path) {
            None if !path.starts_with('/') => Some("does not begin with `/`"),
            None if path.contains("://") => Some("holds a URL"),
            fault => fault,
        };
        if let Some(fault) = fault {
            return Err(fail(
                format!("/paths/{}", document::escape(path)),
                format!("the path {fault}"),
            ));
        }
    }
    references(after)?;
    endless(after)?;
    let mut names = BTreeMap::new();
    for (path, method) in &new {
        let pointer = format!("/paths/{}/{method}", document::escape(path));
        let Some(op) = after.pointer(&pointer) else {
            continue;
        };
        let id = op
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if let Some(other) = names.insert(id.to_owned(), pointer.clone()) {
            return Err(fail(
                pointer,
                format!("operationId `{id}` is also that of {other}"),
            ));
        }
        let parameters = op.get("parameters").and_then(Value::as_array);
        let is_of_path = |p: &&Value| p.get("in").is_some_and(|place| place == "path");
        let of_path = parameters.into_iter().flatten().filter(is_of_path);
        let declared: BTreeSet<&str> = of_path.filter_map(|p| p.get("name")?.as_str()).collect();
        let wanted: BTreeSet<&str> = document::path_parameters(path).collect();
        if let Some(name) = declared.symmetric_difference(&wanted).next() {
            return Err(fail(
                pointer,
                format!(
                    "path parameter `{name}` is in the path or among the parameters, but not in \
                     both"
                ),
            ));
        }
    }
    Ok(())
}

/// Checks that the result is OpenAPI 3.0, and that the generator can use it. Both depend on the
/// result only.
///
/// # Errors
/// Returns an error with the JSON pointer of what is malformed, or of what the generator cannot
/// use.
pub fn generates(doc: &Value) -> Result<(), Failure> {
    well_formed(doc)?;
    autopi_codegen::prove(doc).map_err(|e| Failure::new("verify", e.pointer(), e.message()))
}

/// Checks that a document is valid in OpenAPI 3.0.
///
/// # Errors
/// Returns an error at the innermost object that is not valid in OpenAPI 3.0.
pub fn well_formed(doc: &Value) -> Result<(), Failure> {
    openapiv3::OpenAPI::deserialize(doc).map(drop).map_err(|e| {
        let message = format!("no OpenAPI 3.0 document: {e}");
        ill_formed(doc).unwrap_or_else(|| Failure::new("verify", "", message))
    })
}

/// Refuses a component that is only a reference to itself, directly or indirectly, which has no
/// meaning.
fn endless(doc: &Value) -> Result<(), Failure> {
    let schemas = doc
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    let mut ends = BTreeSet::new();
    for name in schemas.into_iter().flat_map(|s| s.keys()) {
        let mut seen = BTreeSet::new();
        let mut at = Some(name.as_str());
        while let Some(name) = at.filter(|n| !ends.contains(n)) {
            if !seen.insert(name) {
                return Err(Failure::new(
                    "verify",
                    format!("/components/schemas/{}", document::escape(name)),
                    "a $ref that leads to itself",
                ));
            }
            at = schemas
                .and_then(|s| s.get(name))
                .and_then(document::ref_name);
        }
        ends.extend(seen);
    }
    Ok(())
}

/// Checks that every reference leads to a place in the document. What looks like one in an example
/// or a default is data.
fn references(doc: &Value) -> Result<(), Failure> {
    each(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |_, at, value| match value.get("$ref").and_then(Value::as_str) {
            Some(target)
                if target
                    .strip_prefix('#')
                    .and_then(|p| doc.pointer(p))
                    .is_none() =>
            {
                let message = format!("$ref `{target}` points to nothing");
                Err(Failure::new("verify", format!("{at}/$ref"), message))
            }
            _ => Ok(()),
        },
    )
}

/// Returns an error at the innermost object that is not valid in OpenAPI 3.0.
fn ill_formed(doc: &Value) -> Option<Failure> {
    let mut found: Option<(String, String)> = None;
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, value| {
            let at = at.to_string();
            let inside = |outer: &String| {
                let rest = at.strip_prefix(outer.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if found.as_ref().is_none_or(|(outer, _)| inside(outer))
                && value.get("$ref").is_none()
                && let Err(e) = parses(kind.name, value)
            {
                found = Some((at, format!("no {} of OpenAPI 3.0: {e}", kind.name)));
            }
            Ok(())
        },
    );
    found.map(|(at, message)| Failure::new("verify", at, message))
}

fn parses(kind: &str, value: &Value) -> Result<(), serde_json::Error> {
    fn as_<T: serde::de::DeserializeOwned>(value: &Value) -> Result<(), serde_json::Error> {
        serde_json::from_value::<T>(value.clone()).map(drop)
    }
    match kind {
        "document" => as_::<openapiv3::OpenAPI>(value),
        "info" => as_::<openapiv3::Info>(value),
        "tag" => as_::<openapiv3::Tag>(value),
        "server" => as_::<openapiv3::Server>(value),
        "components" => as_::<openapiv3::Components>(value),
        "security scheme" => as_::<openapiv3::SecurityScheme>(value),
        "path item" => as_::<openapiv3::PathItem>(value),
        "operation" => as_::<openapiv3::Operation>(value),
        "parameter" => as_::<openapiv3::Parameter>(value),
        "header" => as_::<openapiv3::Header>(value),
        "request body" => as_::<openapiv3::RequestBody>(value),
        "response" => as_::<openapiv3::Response>(value),
        "media type" => as_::<openapiv3::MediaType>(value),
        "schema" => as_::<openapiv3::Schema>(value),
        _ => Ok(()),
    }
}
