//! A document, Swagger 2.0 or OpenAPI 3.0, compiled once: what a request needs to be judged, and what an answer looks like.
//!
//! What an operation does is told from its path and its shapes in `classify`, never from its name.

pub mod classify;
pub mod formats;
pub mod pattern;
pub mod router;
pub mod schema;
pub mod union;
pub mod union_source;

use std::collections::HashMap;

use http::{HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};

use crate::spec::{
    router::Router,
    schema::{Kind as Type, Property, Schemas, Use},
};

#[derive(Debug, Default)]
pub struct Spec {
    pub schemas: Schemas,
    pub routes: Vec<Route>,
    pub collections: Vec<Collection>,
    /// The noun of a collection of its own, `device`, and how its ids look.
    pub nouns: HashMap<(String, IdKind), usize>,
    /// Where the items of a noun can be had: at its own collection, and at those that share with it what tells its items apart.
    pub holders: HashMap<(String, IdKind), Vec<usize>>,
    /// Whose items a field tells apart: `unit_id` a device.
    pub owners: HashMap<&'static str, (String, IdKind)>,
    router: Router,
    by_template: HashMap<String, usize>,
}

#[derive(Debug)]
pub struct Route {
    /// With the base path.
    pub template: String,
    /// Whose items the path's parameters name: place of the parameter, collection, and the property that is meant.
    pub parents: Vec<(usize, Target)>,
    pub operations: Vec<Operation>,
    /// Its methods, in Django's order.
    pub allow: HeaderValue,
}

#[derive(Debug)]
pub struct Operation {
    pub method: Method,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub status: StatusCode,
    pub answer: Option<Use>,
    pub list: Option<List>,
    pub produces: Vec<String>,
    /// Documented errors.
    pub errors: Vec<(u16, Use)>,
    pub kind: Kind,
    /// No credentials needed.
    pub public: bool,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub place: Place,
    pub required: bool,
    pub schema: Use,
    /// A list is repeated, not separated by commas.
    pub multi: bool,
    pub default: Option<u64>,
}

impl Parameter {
    /// Where a wrong value is a page that does not exist, or is passed over: no wrong request.
    pub fn is_page(&self) -> bool {
        self.place == Place::Query
            && matches!(
                self.name.as_str(),
                "page" | "page_size" | "limit" | "offset" | "cursor"
            )
            && !self.required
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

#[derive(Debug)]
pub struct Body {
    pub media: Vec<String>,
    pub schema: Use,
    pub required: bool,
}

/// The answer is a list.
#[derive(Clone, Debug)]
pub struct List {
    pub item: Use,
    pub form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Array,
    /// An object with these members, one of them `results`.
    Envelope(Vec<String>),
    /// An array of such objects: what drf-yasg makes of some hand-made pages.
    Envelopes(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub collection: usize,
    /// The property that the parameter names, if it is not the id.
    pub key: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    List(usize),
    /// Records of a time, without ids: computed.
    Rows,
    Read(Target),
    Create(usize),
    Update(Target),
    Delete(Target),
    DeleteMany(usize),
    /// A thing of which there is one.
    Single,
    File,
    Login,
    MfaVerify,
    Execute,
    CommandResult,
    Options,
    #[default]
    Action,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IdKind {
    #[default]
    Integer,
    Uuid,
    Text,
}

/// Things with ids at one path.
#[derive(Debug, Default)]
pub struct Collection {
    /// The path without base path and version, its parameters as `{}`: the state's key when they are filled in.
    pub norm: String,
    pub noun: String,
    /// The property that holds the id.
    pub key: Option<String>,
    pub id: IdKind,
    /// Every property that any operation shows, in the words of the one that shows most.
    pub full: Use,
    /// Ids can be learned from a list or a creation; else every id is taken for one.
    pub closed: bool,
    /// It shows the items of that one.
    pub base: Option<usize>,
}

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

impl Spec {
    pub fn compile(doc: &Value) -> Result<Self, String> {
        let version = doc
            .get("swagger")
            .or_else(|| doc.get("openapi"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !version.starts_with("2.") && !version.starts_with("3.") {
            return Err("it is no Swagger 2.0 or OpenAPI 3 document: neither `swagger` nor `openapi` says a version".into());
        }
        let Some(paths) = doc.get("paths").and_then(Value::as_object) else {
            return Err("the document has no `paths`".into());
        };
        let mut spec = Self::default();
        let base = base(doc);
        for (path, item) in paths {
            let template = format!("{base}{path}");
            let mut route = Route {
                template: template.clone(),
                parents: Vec::new(),
                operations: Vec::new(),
                allow: HeaderValue::from_static("OPTIONS"),
            };
            for name in METHODS {
                if let Some(operation) = item.get(name).filter(|o| o.is_object()) {
                    route
                        .operations
                        .push(spec.operation(doc, &template, name, item, operation));
                }
            }
            // DRF has HEAD wherever it has GET, and OPTIONS everywhere; they are answered without being documented.
            route.allow = allow(&route.operations);
            spec.router.add(&template, spec.routes.len());
            spec.by_template.insert(template, spec.routes.len());
            spec.routes.push(route);
        }
        if let Some(place) = &spec.schemas.too_deep {
            return Err(format!(
                "{place} is reached by too many `allOf` or alternatives with members beside them, one in the other: name fewer parts"
            ));
        }
        classify::classify(&mut spec, &base);
        Ok(spec)
    }

    pub fn find(&self, path: &str) -> Option<router::Match> {
        self.router.find(path)
    }

    pub fn route(&self, template: &str) -> Option<&Route> {
        self.routes.get(*self.by_template.get(template)?)
    }

    pub fn collection(&self, at: usize) -> Option<&Collection> {
        self.collections.get(at)
    }

    /// Who holds a collection's items.
    pub fn base_of(&self, at: usize) -> usize {
        self.collection(at).and_then(|c| c.base).unwrap_or(at)
    }

    fn operation(
        &mut self,
        doc: &Value,
        template: &str,
        method: &str,
        item: &Value,
        operation: &Value,
    ) -> Operation {
        let own = operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let shared = item
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut parameters: Vec<Parameter> = Vec::new();
        let (mut body, mut form) = (None, Vec::new());
        for parameter in own.chain(shared).map(|p| resolve(doc, p)) {
            let text = |key: &str| {
                parameter
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let required = parameter.get("required") == Some(&Value::Bool(true));
            let place = match text("in") {
                "path" => Place::Path,
                "query" => Place::Query,
                "header" => Place::Header,
                "body" => {
                    let schema = self
                        .schemas
                        .compile(doc, parameter.get("schema").unwrap_or(&Value::Null));
                    body = Some(Body {
                        media: media(doc, operation, "consumes"),
                        schema,
                        required,
                    });
                    continue;
                }
                "formData" => {
                    form.push(Property {
                        name: text("name").into(),
                        of: self.schemas.compile(doc, parameter),
                        required,
                        default: None,
                    });
                    continue;
                }
                _ => continue,
            };
            if parameters
                .iter()
                .any(|p| p.place == place && p.name == text("name"))
            {
                continue;
            }
            let schema = self
                .schemas
                .compile(doc, parameter.get("schema").unwrap_or(parameter));
            let multi = match (parameter.get("schema"), text("collectionFormat")) {
                (Some(_), _) => parameter
                    .get("explode")
                    .and_then(Value::as_bool)
                    .unwrap_or(true),
                // drf-yasg says nothing of the lists that DRF reads from repeated names; django-filter's `__in` has commas.
                (None, "") => place == Place::Query && !text("name").ends_with("__in"),
                (None, format) => format == "multi",
            };
            let default = parameter
                .get("default")
                .or_else(|| parameter.pointer("/schema/default"))
                .and_then(Value::as_u64);
            parameters.push(Parameter {
                name: text("name").into(),
                place,
                required,
                schema,
                multi,
                default,
            });
        }
        if !form.is_empty() {
            let required = form.iter().any(|p| p.required);
            let mut types = media(doc, operation, "consumes");
            types.retain(|t| t.contains("form"));
            if types.is_empty() {
                types = vec![
                    "multipart/form-data".into(),
                    "application/x-www-form-urlencoded".into(),
                ];
            }
            body = Some(Body {
                media: types,
                schema: self.schemas.object(form),
                required,
            });
        }
        if let Some(request) = operation.get("requestBody").map(|b| resolve(doc, b)) {
            let content = request.get("content").and_then(Value::as_object);
            let schema = content
                .and_then(|c| c.values().next()?.get("schema"))
                .unwrap_or(&Value::Null);
            body = Some(Body {
                media: content
                    .map(|c| c.keys().cloned().collect())
                    .unwrap_or_default(),
                schema: self.schemas.compile(doc, schema),
                required: request.get("required") == Some(&Value::Bool(true)),
            });
        }
        let empty = Map::new();
        let responses = operation
            .get("responses")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let success = responses
            .iter()
            .find(|(s, _)| s.starts_with('2'))
            .or_else(|| responses.iter().find(|(s, _)| *s == "default"));
        let (answer, types) = success.map_or((None, Vec::new()), |(_, r)| {
            self.response(doc, operation, r)
        });
        let status = success.map_or(StatusCode::NO_CONTENT, |(s, _)| {
            s.parse().unwrap_or(StatusCode::OK)
        });
        let errors = responses
            .iter()
            .filter_map(|(s, r)| {
                Some((
                    s.parse::<u16>().ok().filter(|s| *s >= 400)?,
                    self.response(doc, operation, r).0?,
                ))
            })
            .collect();
        let secured = operation
            .get("security")
            .or_else(|| doc.get("security"))
            .and_then(Value::as_array)
            .is_some_and(|s| !s.is_empty());
        Operation {
            method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap_or_default(),
            list: answer.and_then(|a| self.list(a)),
            parameters,
            body,
            status,
            answer,
            produces: types,
            errors,
            kind: Kind::default(),
            public: !secured || classify::is_public(method, template),
        }
    }

    fn response(
        &mut self,
        doc: &Value,
        operation: &Value,
        response: &Value,
    ) -> (Option<Use>, Vec<String>) {
        let response = resolve(doc, response);
        if let Some(content) = response.get("content").and_then(Value::as_object) {
            let json = content
                .get("application/json")
                .or_else(|| content.values().next());
            let schema = json
                .and_then(|m| m.get("schema"))
                .map(|s| self.schemas.compile(doc, s));
            return (schema, content.keys().cloned().collect());
        }
        let schema = response.get("schema").map(|s| self.schemas.compile(doc, s));
        (
            schema,
            if schema.is_some() {
                media(doc, operation, "produces")
            } else {
                Vec::new()
            },
        )
    }

    fn list(&self, answer: Use) -> Option<List> {
        if let Some(keys) = self.envelope(answer) {
            return self.results(answer).map(|item| List {
                item,
                form: Form::Envelope(keys),
            });
        }
        let Type::List(item) = self.schemas.at(answer).kind else {
            return None;
        };
        match self.envelope(item) {
            Some(keys) => self.results(item).map(|inner| List {
                item: inner,
                form: Form::Envelopes(keys),
            }),
            None => Some(List {
                item,
                form: Form::Array,
            }),
        }
    }

    /// The members of a page's envelope: `results` beside `count` or `next`.
    fn envelope(&self, schema: Use) -> Option<Vec<String>> {
        let object = self.schemas.at(schema).object()?;
        (object.get("count").is_some() || object.get("next").is_some()).then_some(())?;
        self.results(schema)?;
        Some(object.properties.iter().map(|p| p.name.clone()).collect())
    }

    fn results(&self, schema: Use) -> Option<Use> {
        match self
            .schemas
            .at(self.schemas.at(schema).object()?.get("results")?.of)
            .kind
        {
            Type::List(item) => Some(item),
            _ => None,
        }
    }
}

fn allow(operations: &[Operation]) -> HeaderValue {
    const ORDER: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let has = |method: &str| operations.iter().any(|o| o.method == *method);
    let can = |m: &&str| has(m) || *m == "OPTIONS" || (*m == "HEAD" && has("GET"));
    let methods: Vec<&str> = ORDER.into_iter().filter(can).collect();
    HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}

/// The base path, without a slash at its end.
fn base(doc: &Value) -> String {
    let server = doc
        .pointer("/servers/0/url")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let path = server.split_once("://").map_or(server, |(_, rest)| {
        rest.split_once('/').map_or("", |(_, path)| path)
    });
    let base = doc
        .get("basePath")
        .and_then(Value::as_str)
        .unwrap_or(path)
        .trim_matches('/');
    if base.is_empty() {
        String::new()
    } else {
        format!("/{base}")
    }
}

fn resolve<'a>(doc: &'a Value, value: &'a Value) -> &'a Value {
    value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|r| doc.pointer(r.strip_prefix('#')?))
        .unwrap_or(value)
}

fn media(doc: &Value, operation: &Value, key: &str) -> Vec<String> {
    let types = operation
        .get(key)
        .or_else(|| doc.get(key))
        .and_then(Value::as_array);
    let types: Vec<String> = types
        .into_iter()
        .flatten()
        .filter_map(|t| t.as_str().map(str::to_owned))
        .collect();
    if types.is_empty() {
        vec!["application/json".into()]
    } else {
        types
    }
}
