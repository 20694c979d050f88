//! The `convert` stage: Swagger 2.0 → OpenAPI 3.0.3, 3.1 → 3.0.3; 3.0 passes.
//!
//! What 3.0 cannot say is a warning with its JSON pointer.

mod down;
mod files;
mod forms;
pub(crate) mod origins;
mod pairs;
mod parameters;
mod references;
mod shared;

use autopi_codegen::contract;
use std::path::Path;

use serde_json::{Map, Value, json};

use origins::Origins;
use shared::Room;

use crate::{
    document::{METHODS, escape},
    report::{Failure, Report},
};

/// What Swagger 2.0 has beside a parameter and 3.0 has in its schema.
const SCHEMA_KEYS: [&str; 16] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
];

/// Converts a parsed document that has no files beside it.
///
/// # Errors
/// Those of [`prepared`] and [`to_30`].
pub fn convert(doc: Value, report: &mut Report) -> Result<Value, Failure> {
    to_30(
        prepared(doc, None, report, &mut Origins::default())?,
        report,
    )
}

/// [`convert`] of a document whose references lead to files beside it.
///
/// # Errors
/// Those of [`convert`].
pub fn convert_file(doc: Value, file: &Path) -> Result<Value, Failure> {
    let (mut report, mut origins) = (Report::default(), Origins::default());
    let doc = prepared(doc, Some(file), &mut report, &mut origins)?;
    to_30(doc, &mut report)
}

/// A document that stands for itself: references lead to what is in it, and every member is of the form that the specification gives it.
///
/// # Errors
/// Returns the first reference that names nothing, or the first member of no plain meaning.
pub fn prepared(
    mut doc: Value,
    file: Option<&Path>,
    report: &mut Report,
    origins: &mut Origins,
) -> Result<Value, Failure> {
    for (key, whole) in [("swagger", ".0"), ("openapi", ".0.0")] {
        // `2`, `2.0`, `3.0`: a number in YAML without quotes, or a version without its last part.
        let said = match doc.get(key) {
            Some(Value::Number(n)) => n.to_string(),
            Some(Value::String(v)) if v.len() < 4 && v != "2.0" => v.clone(),
            _ => continue,
        };
        let missing = if said.contains('.') {
            &whole[..whole.len() - 2]
        } else {
            whole
        };
        let version = format!("{said}{missing}");
        report.warn(format!("/{key}"), format!("taken for \"{version}\""));
        doc[key] = version.into();
    }
    references::followed(&mut doc, file, report, origins)?;
    forms::plain(&mut doc, report)?;
    Ok(doc)
}

/// Converts a document that is [`prepared`].
///
/// # Errors
/// Returns the first thing that the document must have, or must not have.
pub fn to_30(doc: Value, report: &mut Report) -> Result<Value, Failure> {
    let mut doc = written(doc, report)?;
    placed(&mut doc, report);
    Ok(doc)
}

/// The last step of [`to_30`]: what 3.0 can say, in the one form that the later stages read. Warnings have the places of the converted document.
pub(crate) fn placed(doc: &mut Value, report: &mut Report) {
    pairs::paired(doc, report);
    parameters::placed(doc, report);
}

/// [`to_30`] without its last step: warnings have the places of the prepared document.
pub(crate) fn written(doc: Value, report: &mut Report) -> Result<Value, Failure> {
    let mut doc = if doc.get("swagger").is_some() {
        from_2(&doc, report)?
    } else {
        shared::written_out(doc)?
    };
    let version = doc.get("openapi").and_then(Value::as_str);
    let newer = version.map(|v| (v.starts_with("3.2"), v.starts_with("3.1")));
    if let Some((true, _)) = newer {
        down::from_32(&mut doc, report);
    }
    if let Some((true, _) | (_, true)) = newer {
        down::from_31(&mut doc, report);
    }
    Ok(doc)
}

fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn from_2(doc: &Value, report: &mut Report) -> Result<Value, Failure> {
    let mut out = Map::new();
    out.insert("openapi".into(), "3.0.3".into());
    out.insert(
        "info".into(),
        doc.get("info")
            .cloned()
            .unwrap_or_else(|| json!({"title": "API", "version": "1"})),
    );
    if let Some(host) = doc.get("host").and_then(Value::as_str) {
        let base = doc
            .get("basePath")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim_end_matches('/');
        let schemes = list(doc, "schemes");
        let schemes = if schemes.is_empty() {
            vec!["https"]
        } else {
            schemes
        };
        out.insert(
            "servers".into(),
            schemes
                .iter()
                .map(|s| json!({"url": format!("{s}://{host}{base}")}))
                .collect(),
        );
    } else if let Some(base) = doc.get("basePath") {
        out.insert("servers".into(), json!([{ "url": base }]));
    }
    for key in ["tags", "externalDocs", "security"] {
        if let Some(value) = doc.get(key) {
            out.insert(key.into(), value.clone());
        }
    }
    let cx = Context {
        doc,
        consumes: list(doc, "consumes"),
        produces: list(doc, "produces"),
        room: Room::of(doc),
    };
    let paths = doc
        .get("paths")
        .and_then(Value::as_object)
        .ok_or_else(|| Failure::new("convert", "/paths", "missing, or no object"))?;
    let mut converted = Map::new();
    for (path, item) in paths {
        if path.starts_with("x-") {
            converted.insert(path.clone(), item.clone());
            continue;
        }
        let pointer = format!("/paths/{}", escape(path));
        let item = item
            .as_object()
            .ok_or_else(|| Failure::new("convert", &pointer, "a path item must be an object"))?;
        let mut new = Map::new();
        let shared = item
            .get("parameters")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for (key, value) in item {
            if METHODS.contains(&key.as_str()) {
                new.insert(
                    key.clone(),
                    cx.operation(value, &shared, &format!("{pointer}/{key}"), report)?,
                );
            } else if key != "parameters" {
                new.insert(key.clone(), value.clone());
            }
        }
        converted.insert(path.clone(), new.into());
    }
    out.insert("paths".into(), converted.into());
    let mut components = Map::new();
    let mut schemas = Map::new();
    for (name, schema) in doc
        .get("definitions")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        schemas.insert(
            name.clone(),
            schema_of(schema, &format!("/definitions/{}", escape(name)), report),
        );
    }
    components.insert("schemas".into(), schemas.into());
    let mut security = Map::new();
    for (name, old) in doc
        .get("securityDefinitions")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        security.insert(
            name.clone(),
            scheme(
                old,
                &format!("/securityDefinitions/{}/type", escape(name)),
                report,
            ),
        );
    }
    if !security.is_empty() {
        components.insert("securitySchemes".into(), security.into());
    }
    out.insert("components".into(), components.into());
    for (key, value) in doc.as_object().into_iter().flatten() {
        let known = [
            "swagger",
            "info",
            "host",
            "basePath",
            "schemes",
            "consumes",
            "produces",
            "paths",
            "definitions",
            "parameters",
            "responses",
            "securityDefinitions",
            "security",
            "tags",
            "externalDocs",
        ];
        if key.starts_with("x-") {
            out.insert(key.clone(), value.clone());
        } else if !known.contains(&key.as_str()) {
            report.warn(
                format!("/{}", escape(key)),
                "no member of a Swagger 2.0 document: left out",
            );
        }
    }
    Ok(out.into())
}

struct Context<'a> {
    doc: &'a Value,
    consumes: Vec<&'a str>,
    produces: Vec<&'a str>,
    room: Room,
}

impl Context<'_> {
    /// Shared parameters and responses are written out where they are used.
    fn resolve(&self, value: &Value, pointer: &str) -> Result<Value, Failure> {
        let mut value = value;
        for _ in 0..32 {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else {
                return self.room.copy(value, pointer);
            };
            let found = target.strip_prefix('#').and_then(|p| self.doc.pointer(p));
            value = found.ok_or_else(|| {
                Failure::new(
                    "convert",
                    pointer,
                    format!("$ref `{target}` points to nothing"),
                )
            })?;
        }
        Err(Failure::new(
            "convert",
            pointer,
            "a $ref that leads to itself",
        ))
    }

    fn operation(
        &self,
        op: &Value,
        shared: &[Value],
        pointer: &str,
        report: &mut Report,
    ) -> Result<Value, Failure> {
        let old = op
            .as_object()
            .ok_or_else(|| Failure::new("convert", pointer, "an operation must be an object"))?;
        let mut new = Map::new();
        for (key, value) in old {
            if !["parameters", "responses", "consumes", "produces", "schemes"]
                .contains(&key.as_str())
            {
                new.insert(key.clone(), value.clone());
            }
        }
        if old.contains_key("schemes") {
            report.warn(
                format!("{pointer}/schemes"),
                "3.0 has no schemes of an operation: the servers of the document count",
            );
        }
        let own = op
            .get("parameters")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let mut all: Vec<(String, Value)> = Vec::new();
        for (i, parameter) in own.iter().chain(shared).enumerate() {
            let place = shared::parameter_place(pointer, i, own.len());
            let parameter = self.resolve(parameter, &place)?;
            let same = |(_, p): &(String, Value)| {
                p.get("name") == parameter.get("name") && p.get("in") == parameter.get("in")
            };
            if i >= own.len() && all.iter().any(same) {
                continue; // the operation's own wins
            }
            if all.iter().any(same) {
                return Err(Failure::new(
                    "convert",
                    place,
                    "a second parameter of this name and place",
                ));
            }
            all.push((place, parameter));
        }
        let consumes = if op.get("consumes").is_some() {
            list(op, "consumes")
        } else {
            self.consumes.clone()
        };
        let mut parameters = Vec::new();
        let (mut fields, mut needed, mut has_file) = (Map::new(), Vec::new(), false);
        for (place, parameter) in &all {
            let name = parameter
                .get("name")
                .and_then(Value::as_str)
                .ok_or_else(|| Failure::new("convert", place, "a parameter without a name"))?;
            let required = parameter.get("required") == Some(&Value::Bool(true));
            match parameter.get("in").and_then(Value::as_str) {
                Some("body") => {
                    let schema = schema_of(
                        parameter.get("schema").unwrap_or(&json!({})),
                        &format!("{place}/schema"),
                        report,
                    );
                    // DRF's FileUploadParser takes any media type, and drf-yasg lists none.
                    let raw = schema.get("format").is_some_and(|f| f == "binary");
                    let media: Vec<&str> = match (consumes.is_empty(), raw) {
                        (false, _) => consumes.clone(),
                        (_, true) => vec!["application/octet-stream"],
                        _ => vec!["application/json"],
                    };
                    let content: Map<String, Value> = media
                        .iter()
                        .map(|m| ((*m).to_owned(), json!({ "schema": schema })))
                        .collect();
                    if new.contains_key("requestBody") {
                        report.warn(place, "a second body: the last one counts");
                    }
                    let mut body = json!({ "content": content, "required": required });
                    for (key, value) in parameter.as_object().into_iter().flatten() {
                        if key == "description" || key.starts_with("x-") {
                            body[key.as_str()] = value.clone();
                        }
                    }
                    new.insert("requestBody".into(), body);
                }
                Some("formData") => {
                    has_file |= parameter.get("type").and_then(Value::as_str) == Some("file");
                    let mut field = schema_part(parameter);
                    for (key, value) in parameter.as_object().into_iter().flatten() {
                        if key == "description" || key.starts_with("x-") {
                            field.insert(key.clone(), value.clone());
                        }
                    }
                    if parameter.get("allowEmptyValue").is_some() {
                        let at = format!("{place}/allowEmptyValue");
                        report.warn(at, "3.0 cannot say this of a form's field: left out");
                    }
                    fields.insert(name.into(), schema_of(&field.into(), place, report));
                    if required {
                        needed.push(Value::from(name));
                    }
                }
                Some("query" | "path" | "header") => {
                    parameters.push(parameter_of(parameter, place, report))
                }
                other => {
                    return Err(Failure::new(
                        "convert",
                        format!("{place}/in"),
                        format!(
                            "`{}` is no place of a parameter",
                            other.unwrap_or("missing")
                        ),
                    ));
                }
            }
        }
        if !fields.is_empty() {
            let urlencoded = !has_file
                && (consumes.contains(&"application/x-www-form-urlencoded")
                    || !consumes.contains(&"multipart/form-data"));
            let media = if urlencoded {
                "application/x-www-form-urlencoded"
            } else {
                "multipart/form-data"
            };
            let mut schema = json!({ "type": "object", "properties": fields });
            if !needed.is_empty() {
                schema["required"] = needed.into();
            }
            new.insert("requestBody".into(), json!({ "content": { media: { "schema": schema } }, "required": schema.get("required").is_some() }));
        }
        new.insert("parameters".into(), parameters.into());
        let produces = Some(list(op, "produces"))
            .filter(|c| !c.is_empty())
            .unwrap_or_else(|| self.produces.clone());
        let mut responses = Map::new();
        for (status, response) in op
            .get("responses")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if status.starts_with("x-") {
                responses.insert(status.clone(), response.clone());
                continue;
            }
            let place = format!("{pointer}/responses/{status}");
            responses.insert(
                status.clone(),
                response_of(&self.resolve(response, &place)?, &produces, &place, report),
            );
        }
        new.insert("responses".into(), responses.into());
        Ok(new.into())
    }
}

fn schema_part(parameter: &Value) -> Map<String, Value> {
    let all = parameter.as_object().into_iter().flatten();
    all.filter(|(k, _)| SCHEMA_KEYS.contains(&k.as_str()) || *k == "x-nullable")
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

fn parameter_of(old: &Value, pointer: &str, report: &mut Report) -> Value {
    let mut new = Map::new();
    for (key, value) in old.as_object().into_iter().flatten() {
        if !SCHEMA_KEYS.contains(&key.as_str())
            && !["collectionFormat", "x-nullable"].contains(&key.as_str())
        {
            new.insert(key.clone(), value.clone());
        }
    }
    if old.get("type").and_then(Value::as_str) == Some("array") {
        let query = old.get("in").and_then(Value::as_str) == Some("query");
        let (style, explode) = match old
            .get("collectionFormat")
            .and_then(Value::as_str)
            .unwrap_or("csv")
        {
            "multi" => ("form", true),
            "ssv" if query => ("spaceDelimited", false),
            "pipes" if query => ("pipeDelimited", false),
            "csv" => (if query { "form" } else { "simple" }, false),
            other => {
                report.warn(
                    format!("{pointer}/collectionFormat"),
                    format!("3.0 cannot say `{other}` here: values are separated by commas"),
                );
                (if query { "form" } else { "simple" }, false)
            }
        };
        new.insert("style".into(), style.into());
        new.insert("explode".into(), explode.into());
        if query && old.get("collectionFormat").is_none() {
            // For the shape stage, which knows what DRF means by it.
            new.insert(contract::COLLECTION_FORMAT_LEFT_OUT.into(), true.into());
        }
    }
    new.insert(
        "schema".into(),
        schema_of(&Value::Object(schema_part(old)), pointer, report),
    );
    new.into()
}

fn response_of(old: &Value, produces: &[&str], pointer: &str, report: &mut Report) -> Value {
    let mut new = Map::new();
    for (key, value) in old.as_object().into_iter().flatten() {
        match key.as_str() {
            "schema" => {
                let schema = schema_of(value, &format!("{pointer}/schema"), report);
                let media = if produces.is_empty() {
                    vec!["application/json"]
                } else {
                    produces.to_vec()
                };
                let content: Map<String, Value> = media
                    .iter()
                    .map(|m| {
                        let mut body = json!({ "schema": schema });
                        if let Some(example) = old.get("examples").and_then(|e| e.get(*m)) {
                            body["example"] = example.clone();
                        }
                        ((*m).to_owned(), body)
                    })
                    .collect();
                new.insert("content".into(), content.into());
            }
            "headers" => {
                let mut headers = Map::new();
                for (name, old) in value.as_object().into_iter().flatten() {
                    let at = format!("{pointer}/headers/{}", escape(name));
                    let mut header = json!({ "description": "", "schema": schema_of(&schema_part(old).into(), &at, report) });
                    for (key, value) in old.as_object().into_iter().flatten() {
                        if key == "description" || (key.starts_with("x-") && key != "x-nullable") {
                            header[key.as_str()] = value.clone();
                        }
                    }
                    headers.insert(name.clone(), header);
                }
                new.insert(key.clone(), headers.into());
            }
            "examples" => {}
            _ => drop(new.insert(key.clone(), value.clone())),
        }
    }
    // In 3.0 an example belongs to a schema of its media type.
    let examples = old.get("examples").and_then(Value::as_object);
    let placed = new.get("content").and_then(Value::as_object).cloned();
    let is_placed = |media: &String| placed.as_ref().is_some_and(|c| c.contains_key(media));
    let rest: Map<String, Value> = examples
        .into_iter()
        .flatten()
        .filter(|(media, _)| !is_placed(media))
        .map(|(media, example)| (media.clone(), example.clone()))
        .collect();
    if !rest.is_empty() {
        let message = "examples of a media type without a schema: kept as x-examples";
        report.warn(format!("{pointer}/examples"), message);
        new.insert("x-examples".into(), rest.into());
    }
    new.entry("description").or_insert_with(|| "".into());
    new.into()
}

fn schema_of(old: &Value, pointer: &str, report: &mut Report) -> Value {
    let Some(old) = old.as_object() else {
        return old.clone();
    };
    if let Some(target) = old.get("$ref").and_then(Value::as_str) {
        let reference =
            json!({ "$ref": target.replacen("#/definitions/", "#/components/schemas/", 1) });
        // 3.0 ignores what stands beside a $ref.
        let beside: Map<String, Value> = old
            .iter()
            .filter(|(k, _)| *k != "$ref")
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if beside.is_empty() {
            return reference;
        }
        let mut new = schema_of(&Value::Object(beside), pointer, report);
        new["allOf"] = json!([reference]);
        return new;
    }
    let mut new = Map::new();
    for (key, value) in old {
        match key.as_str() {
            "x-nullable" => drop(new.insert("nullable".into(), value.clone())),
            "type" if value == "file" => {
                new.insert("type".into(), "string".into());
                new.insert("format".into(), "binary".into());
            }
            "discriminator" if value.is_string() => {
                drop(new.insert(key.clone(), json!({ "propertyName": value })))
            }
            "items" | "additionalProperties" | "not" => drop(new.insert(
                key.clone(),
                schema_of(value, &format!("{pointer}/{key}"), report),
            )),
            "properties" => {
                let each = |(k, v): (&String, &Value)| {
                    (
                        k.clone(),
                        schema_of(v, &format!("{pointer}/properties/{}", escape(k)), report),
                    )
                };
                new.insert(
                    key.clone(),
                    value
                        .as_object()
                        .into_iter()
                        .flatten()
                        .map(each)
                        .collect::<Map<_, _>>()
                        .into(),
                );
            }
            "allOf" | "anyOf" | "oneOf" => {
                let each = |v: &Value| schema_of(v, &format!("{pointer}/{key}"), report);
                new.insert(
                    key.clone(),
                    value.as_array().into_iter().flatten().map(each).collect(),
                );
            }
            // The draft 3 way, which drf-yasg lets pass from hand-written schemas.
            "required" if !value.is_array() => report.warn(
                format!("{pointer}/required"),
                "must be a list of names: left out",
            ),
            "collectionFormat" => report.warn(
                format!("{pointer}/{key}"),
                "3.0 cannot say how an inner array is separated",
            ),
            _ => drop(new.insert(key.clone(), value.clone())),
        }
    }
    new.into()
}

fn scheme(old: &Value, pointer: &str, report: &mut Report) -> Value {
    let mut new = old.clone();
    match old.get("type").and_then(Value::as_str) {
        Some("basic") => {
            new["type"] = "http".into();
            new["scheme"] = "basic".into();
        }
        Some("oauth2") => {
            let flow = match old.get("flow").and_then(Value::as_str) {
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                Some(other) => other,
                None => "implicit",
            };
            let keys = ["authorizationUrl", "tokenUrl", "scopes"];
            let inner: Map<String, Value> = keys
                .iter()
                .filter_map(|k| Some(((*k).to_owned(), old.get(k)?.clone())))
                .collect();
            new = json!({ "type": "oauth2", "flows": { flow: inner } });
            for (key, value) in old.as_object().into_iter().flatten() {
                if key == "description" || key.starts_with("x-") {
                    new[key.as_str()] = value.clone();
                }
            }
        }
        Some("apiKey") => {}
        other => {
            report.warn(
                pointer,
                format!(
                    "`{}` is no type of Swagger 2.0: taken for an apiKey",
                    other.unwrap_or("missing")
                ),
            );
            let text = |key: &str, default: &str| {
                old.get(key)
                    .and_then(Value::as_str)
                    .unwrap_or(default)
                    .to_owned()
            };
            new = json!({ "type": "apiKey", "in": text("in", "header"), "name": text("name", "Authorization") });
        }
    }
    new
}
