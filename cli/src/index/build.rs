//! Builds the index of a document: everything that commands, help and checks need, with each
//! operation and schema on its own, so that a start only reads what it shows.
//!
//! The build script compiles this file too, with `serde_json` and `std` alone.
//!
//! The format is one line of JSON, the header, followed by the operations and schemas, which the
//! header refers to by their positions after that line.

use serde_json::{Map, Value, json};

#[path = "contract.rs"]
#[allow(dead_code)] // the build script needs few of them
pub mod contract;
#[path = "drf.rs"]
mod drf;
#[path = "forms.rs"]
mod forms;
#[path = "links.rs"]
mod links;
#[path = "media.rs"]
mod media;
#[path = "methods.rs"]
mod methods;
#[path = "names.rs"]
mod names;
#[path = "parameters.rs"]
pub mod parameters;
#[path = "swagger.rs"]
mod swagger;
#[path = "trim.rs"]
mod trim;

pub use media::is_json;
use media::{is_multipart, is_urlencoded};
pub use names::kebab;
use names::{Taken, command};
use parameters::parameters;
use trim::{elsewhere, trimmed};

/// Builds the index of an OpenAPI 3 or Swagger 2.0 document.
///
/// # Errors
/// Returns an error that says what the document is, if it is neither.
pub fn build(document: &Value) -> Result<Vec<u8>, String> {
    // A number in YAML without quotes.
    let version = |key: &str| match document.get(key) {
        Some(Value::Number(number)) => number.to_string(),
        other => other.and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    let converted = match (version("openapi"), version("swagger").as_str()) {
        (version, _) if version == "3" || version.starts_with("3.") => None,
        (version, "2" | "2.0") if version.is_empty() => Some(swagger::convert(document)),
        _ => return Err("it is not a document of OpenAPI 3 or Swagger 2.0".into()),
    };
    if let Some((at, target)) = links::to_another_file(document, "") {
        return Err(format!(
            "{at} refers to another file, {target}: make one file of them first, as `cargo xtask \
             normalize --from FILE --out FILE` does"
        ));
    }
    let document = converted.as_ref().unwrap_or(document);
    let paths = document.get("paths").and_then(Value::as_object);
    let paths = paths.ok_or("it is not an OpenAPI document: the member `paths` is missing")?;
    let mut out = Builder {
        document,
        areas: Vec::new(),
        ids: Taken::default(),
        fragments: Vec::new(),
        elsewhere: Vec::new(),
        left_out: Vec::new(),
    };
    for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
        let item = out.resolve(item);
        for (method, operation) in methods::operations(item) {
            out.operation(path, method, item, operation);
        }
        let odd = methods::left_out(item);
        out.left_out
            .extend(odd.map(|method| format!("{method} {path}")));
    }
    Ok(out.finish())
}

/// An area, the names of its commands, and its operations.
struct Area {
    name: String,
    taken: Taken,
    operations: Vec<Value>,
}

struct Builder<'a> {
    document: &'a Value,
    areas: Vec<Area>,
    ids: Taken,
    fragments: Vec<u8>,
    /// Pointers of schemas that stand elsewhere than among the components.
    elsewhere: Vec<String>,
    /// Operations that no request can be sent for.
    left_out: Vec<String>,
}

impl<'a> Builder<'a> {
    fn resolve(&self, value: &'a Value) -> &'a Value {
        links::resolved(self.document, value)
    }

    /// Appends a fragment; returns its position and length.
    fn add(&mut self, fragment: &Value) -> (usize, usize) {
        let (start, text) = (self.fragments.len(), fragment.to_string());
        self.fragments.extend_from_slice(text.as_bytes());
        self.fragments.push(b'\n');
        elsewhere(fragment, &mut self.elsewhere);
        (start, text.len())
    }

    fn operation(&mut self, path: &str, method: &str, item: &'a Value, operation: &'a Value) {
        let text = |key| operation.get(key).and_then(Value::as_str);
        let lower = method.to_ascii_lowercase();
        let id = text("operationId").map(str::to_owned);
        let id = id.unwrap_or_else(|| kebab(&format!("{lower} {path}")).replace('-', "_"));
        let id = self.ids.take([id.clone(), format!("{id}_{lower}")]);
        let tag = operation.pointer("/tags/0").and_then(Value::as_str);
        let first = || {
            path.split('/')
                .find(|s| !s.is_empty() && !s.starts_with('{'))
        };
        let area = kebab(tag.or_else(first).unwrap_or_default()).replace('-', "_");
        let area = if area.is_empty() { "root" } else { &area };
        let mut details = self.details(path, item, operation);
        let is_json_patch = details.get("body").is_some_and(|body| {
            let media = body.get("media").and_then(Value::as_str);
            media.is_some_and(media::is_json_patch)
                || drf::is_json_patch(&body["schema"], |s| links::resolved(self.document, s))
        });
        let is_subset = lower == "patch" && !is_json_patch;
        let body = details.pointer_mut("/body/schema");
        if let Some(schema) = body.filter(|of| of.is_object() && is_subset) {
            // Django REST framework takes any subset of the members that it requires for PUT.
            *schema = json!({ "allOf": [schema.take()], contract::PARTIAL: true });
        }
        let (start, length) = self.add(&details);
        let place = self.areas.iter().position(|a| a.name == area);
        let place = place.unwrap_or_else(|| {
            self.areas.push(Area {
                name: area.to_owned(),
                taken: Taken::default(),
                operations: Vec::new(),
            });
            self.areas.len() - 1
        });
        let Some(home) = self.areas.get_mut(place) else {
            return;
        };
        let command = command(names::short(&id, path, &lower), area);
        let names = [command.clone(), format!("{command}-{lower}"), kebab(&id)];
        let command = home.taken.take(names);
        let summary = text("summary")
            .or(text("description"))
            .unwrap_or_default()
            .trim();
        let summary = summary.lines().next().unwrap_or_default();
        home.operations
            .push(json!([id, command, method, path, summary, start, length]));
    }

    fn details(&self, path: &str, item: &'a Value, operation: &'a Value) -> Value {
        let list = |of: &'a Value| {
            let list = of.get("parameters").and_then(Value::as_array);
            list.into_iter().flatten().map(|p| self.resolve(p))
        };
        let key = |p: &Value| (p.get("name").cloned(), p.get("in").cloned());
        let own: Vec<_> = list(operation).collect();
        let shared = list(item).filter(|p| !own.iter().any(|o| key(o) == key(p)));
        let all = shared.chain(own.iter().copied());
        let (parameters, unsent) = parameters(path, all);
        let mut details = json!({ "parameters": parameters });
        let mut set = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                details[key] = value;
            }
        };
        let description = operation.get("description").and_then(Value::as_str);
        set(
            "description",
            description
                .filter(|d| !d.trim().is_empty())
                .map(Value::from),
        );
        set("unsent", (!unsent.is_empty()).then(|| unsent.into()));
        let deprecated = operation.get("deprecated") == Some(&Value::Bool(true));
        set("deprecated", deprecated.then_some(Value::Bool(true)));
        set(
            "body",
            operation.get("requestBody").and_then(|b| self.body(b)),
        );
        set("response", self.response(operation));
        details
    }

    /// Returns the body that the client of the generator sends: a form, if that has to hold a file,
    /// is preferred to JSON.
    fn body(&self, body: &'a Value) -> Option<Value> {
        let body = self.resolve(body);
        let content = body.get("content")?.as_object()?;
        let schema = |value: &'a Value| value.get("schema").unwrap_or(&Value::Null);
        let find = |is: fn(&str) -> bool| content.iter().find(|(media, _)| is(media));
        let has_file = |value| forms::has_file(self.document, schema(value));
        let is_file = |value| forms::is_file(self.document, schema(value));
        let (multipart, urlencoded) = (find(is_multipart), find(is_urlencoded));
        // FastAPI names each form that is a model urlencoded; only the other kind holds a file.
        let mut forms = multipart.into_iter().chain(urlencoded);
        let with_file = forms.find(|(_, value)| has_file(value));
        let json = || media::json(content).filter(|(_, value)| !is_file(value));
        let multipart_media = "multipart/form-data".to_owned();
        let (kind, (media, value)) = if let Some((_, value)) = with_file {
            ("multipart", (&multipart_media, value))
        } else if let Some(found) = json() {
            ("json", found)
        } else if let Some(found) = urlencoded {
            ("form", found)
        } else if let Some(found) = multipart {
            ("multipart", found)
        } else {
            ("raw", content.iter().next()?)
        };
        let required = body.get("required") == Some(&Value::Bool(true));
        let schema = value.get("schema").map(trimmed);
        let mut out =
            json!({ "kind": kind, "media": media, "required": required, "schema": schema });
        if let Some(encoding) = value.get("encoding") {
            out["encoding"] = forms::sendable(self.document, encoding);
        }
        Some(out)
    }

    /// Returns the kind of the successful response, by the same rule as the generator: JSON, bytes
    /// of a media type, or nothing.
    fn response(&self, operation: &'a Value) -> Option<Value> {
        let responses = operation.get("responses")?.as_object()?;
        let find = |is: fn(&str) -> bool| responses.iter().find(|(status, _)| is(status));
        let found = find(|s| s.starts_with('2')).or_else(|| find(|s| s == "default"));
        let (status, response) = found?;
        let content = self.resolve(response).get("content");
        let content = content.and_then(Value::as_object).filter(|c| !c.is_empty());
        let Some(content) = content else {
            let kind = if status == "204" { "nothing" } else { "any" };
            return Some(json!({ "kind": kind }));
        };
        let json = media::json(content).filter(|(media, value)| match value.get("schema") {
            Some(schema) => !forms::is_file(self.document, schema),
            None => is_json(media),
        });
        let accept = media::accept(Some(content), json.is_none());
        Some(match json {
            Some((_, value)) => {
                json!({ "kind": "json", "accept": accept, "schema": value.get("schema").map(trimmed) })
            }
            None => json!({ "kind": "bytes", "accept": accept }),
        })
    }

    fn finish(mut self) -> Vec<u8> {
        let empty = Map::new();
        let schemas = self.document.pointer("/components/schemas");
        let schemas = schemas.and_then(Value::as_object).unwrap_or(&empty);
        let mut places: Map<String, Value> = schemas
            .iter()
            .map(|(name, schema)| (name.clone(), json!(self.add(&trimmed(schema)))))
            .collect();
        while let Some(pointer) = self.elsewhere.pop() {
            let schema = self.document.pointer(pointer.trim_start_matches('#'));
            if let Some(schema) = schema.filter(|_| !places.contains_key(&pointer)) {
                let place = json!(self.add(&trimmed(schema)));
                places.insert(pointer, place);
            }
        }
        self.areas.sort_by(|a, b| a.name.cmp(&b.name));
        let areas: Vec<_> = self
            .areas
            .iter()
            .map(|a| json!([a.name, a.operations]))
            .collect();
        let text = |at| self.document.pointer(at).and_then(Value::as_str);
        let header = json!({
            "title": text("/info/title").unwrap_or_default(),
            "version": text("/info/version").unwrap_or_default(),
            "server": text("/servers/0/url"),
            "areas": areas,
            "schemas": places,
            "left_out": self.left_out,
        });
        let mut out = header.to_string().into_bytes();
        out.push(b'\n');
        out.append(&mut self.fragments);
        out
    }
}
