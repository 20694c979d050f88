//! Compiles a document.

mod response;

use http::{HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};

use crate::{
    spec::{
        Body, Kind, Location, Operation, Parameter, Route, Spec, classify, names,
        schema::{Kind as ValueKind, Property},
    },
    util::json::resolve,
};

/// The methods of a path item that the sandbox serves: all but TRACE, which sends a request back
/// with its credentials and which Django REST framework has no handler for.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "patch", "head", "options", "query",
];

const FORMS: [&str; 2] = ["multipart/form-data", "application/x-www-form-urlencoded"];

impl Spec {
    pub fn compile(doc: &Value) -> Result<Self, String> {
        let version = doc
            .get("swagger")
            .or_else(|| doc.get("openapi"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !version.starts_with("2.") && !version.starts_with("3.") {
            return Err(
                "it is not a Swagger 2.0 or OpenAPI 3 document: neither `swagger` nor `openapi` \
                 has a version"
                    .into(),
            );
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
            // DRF supports HEAD wherever it supports GET, and OPTIONS everywhere, without
            // documenting them.
            route.allow = allow(&route.operations);
            spec.router.add(&template, spec.routes.len());
            spec.by_template.insert(template, spec.routes.len());
            spec.routes.push(route);
        }
        if let Some(place) = &spec.schemas.too_deep {
            return Err(format!(
                "{place} is reached by too many `allOf` or alternatives with members beside them, \
                 one in the other: name fewer parts"
            ));
        }
        classify::classify(&mut spec, &base);
        Ok(spec)
    }

    fn operation(
        &mut self,
        doc: &Value,
        template: &str,
        method: &str,
        item: &Value,
        operation: &Value,
    ) -> Operation {
        let (parameters, mut body) = self.parameters(doc, item, operation);
        if let Some(request) = operation.get("requestBody").map(|b| resolve(doc, b)) {
            let content = request.get("content").and_then(Value::as_object);
            let schema = content.and_then(|c| c.values().next()?.get("schema"));
            body = Some(Body {
                media: content
                    .map(|c| c.keys().cloned().collect())
                    .unwrap_or_default(),
                schema: self.schemas.compile(doc, schema.unwrap_or(&Value::Null)),
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
        let (response, types) = success.map_or((None, Vec::new()), |(_, r)| {
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
            list: response.and_then(|a| self.list(a)),
            parameters,
            body,
            status,
            response,
            produces: types,
            errors,
            kind: Kind::default(),
            public: !secured || names::is_public(method, template),
        }
    }

    /// Returns the parameters, and the body that they are in Swagger 2.0. Those of the operation
    /// come first and override those of its path.
    fn parameters(
        &mut self,
        doc: &Value,
        item: &Value,
        operation: &Value,
    ) -> (Vec<Parameter>, Option<Body>) {
        let lists = [operation, item].map(|of| of.get("parameters").and_then(Value::as_array));
        let mut parameters: Vec<Parameter> = Vec::new();
        let (mut body, mut form) = (None, Vec::new());
        for parameter in lists.into_iter().flatten().flatten() {
            let parameter = resolve(doc, parameter);
            let (name, required) = (text(parameter, "name"), parameter.get("required"));
            let required = required == Some(&Value::Bool(true));
            let location = match text(parameter, "in") {
                "path" => Location::Path,
                "query" => Location::Query,
                "header" => Location::Header,
                "body" => {
                    let schema = parameter.get("schema").unwrap_or(&Value::Null);
                    body = Some(Body {
                        media: media(doc, operation, "consumes"),
                        schema: self.schemas.compile(doc, schema),
                        required,
                    });
                    continue;
                }
                "formData" => {
                    form.push(Property {
                        name: name.into(),
                        of: self.schemas.compile(doc, parameter),
                        required,
                        default: None,
                    });
                    continue;
                }
                _ => continue,
            };
            let same = |p: &Parameter| p.location == location && p.name == name;
            if !parameters.iter().any(same) {
                parameters.push(self.parameter(doc, parameter, location, required));
            }
        }
        if !form.is_empty() {
            let required = form.iter().any(|p| p.required);
            let mut types = media(doc, operation, "consumes");
            types.retain(|t| t.contains("form"));
            if types.is_empty() {
                types = FORMS.map(str::to_owned).into();
            }
            body = Some(Body {
                media: types,
                schema: self.schemas.object(form),
                required,
            });
        }
        (parameters, body)
    }

    fn parameter(
        &mut self,
        doc: &Value,
        parameter: &Value,
        location: Location,
        required: bool,
    ) -> Parameter {
        let (name, own) = (text(parameter, "name"), parameter.get("schema"));
        let schema = self.schemas.compile(doc, own.unwrap_or(parameter));
        let is_list = matches!(self.schemas.at(schema).kind, ValueKind::List(_));
        let repeats = match (own, text(parameter, "collectionFormat")) {
            (Some(_), _) => parameter.get("explode").and_then(Value::as_bool) != Some(false),
            // drf-yasg gives no collectionFormat for lists that DRF reads from repeated names;
            // django-filter's `__in` takes commas.
            (None, "") => location == Location::Query && !name.ends_with("__in"),
            (None, format) => format == "multi",
        };
        let default = parameter.get("default");
        let default = default.or_else(|| parameter.pointer("/schema/default"));
        Parameter {
            name: name.into(),
            location,
            required,
            schema,
            multi: repeats && is_list,
            default: default.and_then(Value::as_u64),
        }
    }
}

fn text<'a>(parameter: &'a Value, key: &str) -> &'a str {
    parameter
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn allow(operations: &[Operation]) -> HeaderValue {
    const ORDER: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let has = |method: &str| operations.iter().any(|o| o.method == *method);
    let can = |m: &&str| has(m) || *m == "OPTIONS" || (*m == "HEAD" && has("GET"));
    let methods: Vec<&str> = ORDER.into_iter().filter(can).collect();
    HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}

/// Returns the base path without a trailing slash.
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
