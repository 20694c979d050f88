//! The response to OPTIONS: DRF's SimpleMetadata.

use serde_json::{Map, Value, json};

use crate::spec::{
    self, IdKind, Operation, Route, Spec, names,
    schema::{Kind, Schema, SchemaRef},
};

const PARSERS: [&str; 3] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
];

/// Returns the metadata of a view. `there` tells whether the item in the path exists: only then can
/// it be changed, and has the metadata `actions`.
pub fn of(spec: &Spec, route: &Route, there: bool) -> Value {
    let media = route.operations.iter().find_map(|o| o.body.as_ref());
    let parses = match media.map(|b| &b.media) {
        Some(media) if !media.iter().any(|m| m.ends_with("json")) => json!(media),
        _ => json!(PARSERS),
    };
    let list = |o: &Operation| matches!(o.kind, spec::Kind::List(_) | spec::Kind::Create(_));
    let item = |o: &Operation| matches!(o.kind, spec::Kind::Read(_) | spec::Kind::Update(_));
    let mut segments = route.template.trim_end_matches('/').rsplit('/');
    let last = segments.find(|s| !s.contains('{')).unwrap_or_default();
    let suffix = match () {
        () if route.operations.iter().any(list) => " List",
        () if route.operations.iter().any(item) => " Instance",
        () => "",
    };
    let mut out = Map::from_iter([
        (
            "name".to_owned(),
            format!("{}{suffix}", title(&names::singular(last))).into(),
        ),
        ("description".to_owned(), "".into()),
        ("renders".to_owned(), json!(["application/json"])),
        ("parses".to_owned(), parses),
    ]);
    let mut actions = Map::new();
    for method in ["PUT", "POST"] {
        let Some(operation) = route.operations.iter().find(|o| o.method == *method) else {
            continue;
        };
        if let Some(body) = operation.body.as_ref().filter(|_| there) {
            let mut known = fields(spec, body.schema);
            let shown = operation.response.map(|a| fields(spec, a));
            for (name, mut field) in shown.into_iter().flatten() {
                if let (None, Some(map)) = (known.get(&name), field.as_object_mut()) {
                    map.insert("required".into(), false.into());
                    map.insert("read_only".into(), true.into());
                    known.insert(name, field);
                }
            }
            if !known.is_empty() {
                actions.insert(method.to_owned(), known.into());
            }
        }
    }
    if !actions.is_empty() {
        out.insert("actions".into(), actions.into());
    }
    out.into()
}

fn fields(spec: &Spec, place: SchemaRef) -> Map<String, Value> {
    describe_members(spec, place, &mut Progress::default())
}

/// The state of a description.
#[derive(Default)]
struct Progress {
    /// The schemas being described: a recursive one is not entered again.
    places: Vec<SchemaRef>,
    fields: usize,
}

impl Progress {
    /// Returns whether a schema is entered. The limits are beyond any view of DRF; schemas that are
    /// deeper, or double at each level, are left out.
    fn may_enter(&self, place: SchemaRef) -> bool {
        self.places.len() < 32 && self.fields < 2000 && !self.places.contains(&place)
    }
}

fn describe_members(spec: &Spec, place: SchemaRef, progress: &mut Progress) -> Map<String, Value> {
    let mut out = Map::new();
    let object = spec.schemas.members(place);
    let Some(object) = object.filter(|_| progress.may_enter(place)) else {
        return out;
    };
    progress.places.push(place);
    progress.fields += object.properties.len();
    for property in &object.properties {
        let required = property.required && !property.of.read_only;
        let mut field = field(spec, &property.name, (property.of, required), progress);
        field.insert("required".into(), required.into());
        field.insert("read_only".into(), property.of.read_only.into());
        field.insert("label".into(), label(&property.name).into());
        out.insert(property.name.clone(), field.into());
    }
    progress.places.pop();
    out
}

fn is_serializer(spec: &Spec, of: SchemaRef) -> bool {
    spec.schemas
        .at(of)
        .object()
        .is_some_and(|o| !o.is_free_form())
}

/// Returns DRF's name of a field's type (`SimpleMetadata.label_lookup`).
fn type_name(spec: &Spec, of: SchemaRef) -> &str {
    let schemas = &spec.schemas;
    let schema = schemas.at(of);
    match &schema.kind {
        _ if schema.values.is_some() => "choice",
        Kind::Any => "field",
        Kind::Union(_) if schemas.is_of_objects(of) => "nested object",
        Kind::Union(_) => "field",
        Kind::Text(format) => match format.as_str() {
            "date-time" => "datetime",
            "uri" => "url",
            "date" | "email" | "slug" | "decimal" => format,
            "" if schema.pattern.is_some() => "regex",
            _ => "string",
        },
        Kind::Integer => "integer",
        Kind::Number => "float",
        Kind::Boolean => "boolean",
        Kind::File => "file upload",
        Kind::List(item) if schemas.at(*item).values.is_some() => "multiple choice",
        // DRF describes a list serializer (`many=True`) as `field`.
        Kind::List(item) if is_serializer(spec, *item) => "field",
        Kind::List(_) => "list",
        Kind::Object(object)
            if object.is_free_form() && !object.others.is_some_and(SchemaRef::is_typed) =>
        {
            "field"
        }
        Kind::Object(_) => "nested object",
    }
}

/// Returns whether a field is a relation, or a list of them.
fn is_relation(spec: &Spec, name: &str, of: SchemaRef) -> bool {
    let related = |of: SchemaRef| {
        let kind = match &spec.schemas.at(of).kind {
            Kind::Integer => IdKind::Integer,
            Kind::Text(format) if format == "uuid" => IdKind::Uuid,
            _ => return false,
        };
        spec.by_resource.contains_key(&(names::subject(name), kind))
    };
    let schema = spec.schemas.at(of);
    match &schema.kind {
        Kind::List(item) => schema.unique || related(*item),
        _ => related(of),
    }
}

fn limits(schema: &Schema) -> impl Iterator<Item = (String, Value)> {
    let lengths = [
        ("min_length", schema.min_length.or(schema.items.0)),
        ("max_length", schema.max_length.or(schema.items.1)),
    ];
    // drf-yasg documents `allow_blank=False` as a minimum length of 1; DRF shows no such limit.
    let lengths = lengths.map(|(key, n)| (key, n.filter(|n| *n > 1).map(Value::from)));
    let values = [("min_value", schema.minimum), ("max_value", schema.maximum)];
    let values = values.map(|(key, n)| (key, n.map(whole)));
    let all = lengths.into_iter().chain(values);
    all.filter_map(|(key, limit)| Some((key.to_owned(), limit?)))
}

fn choices(values: &[Value]) -> Value {
    let values = values.iter().filter(|v| !v.is_null());
    values
        .map(|v| json!({"value": v, "display_name": crate::util::json::text(v)}))
        .collect()
}

fn field(
    spec: &Spec,
    name: &str,
    (of, required): (SchemaRef, bool),
    progress: &mut Progress,
) -> Map<String, Value> {
    let schemas = &spec.schemas;
    let schema = schemas.at(of);
    let mut out = Map::new();
    if is_relation(spec, name, of) {
        out.insert("type".into(), "field".into());
        return out;
    }
    out.insert("type".into(), type_name(spec, of).into());
    out.extend(limits(schema));
    match &schema.kind {
        _ if schema.values.is_some() => {
            let values = schema.values.as_deref().unwrap_or_default();
            out.insert("choices".into(), choices(values));
        }
        Kind::List(item) => match &schemas.at(*item).values {
            Some(values) => drop(out.insert("choices".into(), choices(values))),
            None if !progress.may_enter(of) => {}
            None => {
                progress.places.push(of);
                let mut child = field(spec, name, (*item, required), progress);
                progress.places.pop();
                child.insert(
                    "required".into(),
                    (required || !is_serializer(spec, *item)).into(),
                );
                child.insert("read_only".into(), false.into());
                out.insert("child".into(), child.into());
            }
        },
        Kind::Object(object) if object.is_free_form() => {
            let other = object.others.filter(|o| o.is_typed());
            if let Some(other) = other.filter(|_| progress.may_enter(of)) {
                progress.places.push(of);
                let mut child = field(spec, name, (other, true), progress);
                progress.places.pop();
                child.insert("required".into(), true.into());
                child.insert("read_only".into(), false.into());
                out.insert("child".into(), child.into());
            }
        }
        Kind::Object(_) => {
            out.insert(
                "children".into(),
                describe_members(spec, of, progress).into(),
            );
        }
        _ => {}
    }
    out
}

fn whole(n: f64) -> Value {
    if n.fract() == 0.0 && n.abs() < 1e19 {
        (n as i64).into()
    } else {
        n.into()
    }
}

/// `device_id` → `Device id`.
fn label(name: &str) -> String {
    if name == "id" {
        return "ID".into();
    }
    let words = name.replace('_', " ").to_lowercase();
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// `environment_variable` → `Environment Variable`.
fn title(name: &str) -> String {
    let words: Vec<String> = name.split(['_', '-']).map(label).collect();
    words.join(" ")
}
