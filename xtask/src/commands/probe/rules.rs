//! The ordered list of what the probe finds, each with what it proposes. The table in docs/probe.md is made from it.

use autopi_codegen::contract;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    edit::Edit,
    evidence::{Evidence, SIZES},
};
use crate::document::escape;

pub struct Rule {
    pub name: &'static str,
    /// Rules of one family speak of the same fact, and a response is against one of them.
    pub family: &'static str,
    /// A response contradicts the document; else the document leaves open what all responses have in common.
    pub wrong: bool,
    pub proposes: &'static str,
    find: fn(&Look<'_>) -> Option<Said>,
}

/// A place, and what came there.
pub struct Look<'a> {
    root: &'a Value,
    at: &'a str,
    schema: Option<&'a Value>,
    evidence: &'a Evidence,
    required_at: &'a BTreeSet<String>,
}

pub struct Said {
    pub what: String,
    pub edits: Vec<Edit>,
}

const fn rule(
    name: &'static str,
    family: &'static str,
    proposes: &'static str,
    find: fn(&Look<'_>) -> Option<Said>,
) -> Rule {
    Rule {
        name,
        family,
        wrong: true,
        proposes,
        find,
    }
}

pub const RULES: [Rule; 11] = [
    rule(
        "undocumented member",
        "member",
        "a member that may be absent",
        undocumented,
    ),
    rule(
        "list for an object",
        "type",
        "a list of what is documented",
        |l| mismatch(l, "list for an object"),
    ),
    rule(
        "object for a list",
        "type",
        "the schema of the items",
        |l| mismatch(l, "object for a list"),
    ),
    rule(
        "scalar for an object",
        "type",
        "the type that came; any JSON if it is not one",
        |l| mismatch(l, "scalar for an object"),
    ),
    rule(
        "number as text",
        "type",
        "a decimal, which reads numbers and texts",
        |l| mismatch(l, "number as text"),
    ),
    rule(
        "another type",
        "type",
        "the type that came; any JSON if it is not one",
        |l| mismatch(l, "another type"),
    ),
    rule("null", "null", "`nullable: true`", null),
    rule(
        "required member absent",
        "required",
        "out of `required`",
        required,
    ),
    rule(
        "unknown enum value",
        "enum",
        "the value, in the enum",
        unknown,
    ),
    rule(
        "integer too large for its format",
        "size",
        "`format: int64`; any JSON beyond 63 bits",
        large,
    ),
    rule(
        "text of another format",
        "format",
        "the format that all texts have, or none",
        format,
    ),
];

/// What may be narrowed: no response contradicts it.
pub const OPEN: Rule = Rule {
    name: "any JSON, always of one type",
    family: "open",
    wrong: false,
    proposes: "the type, if all operations agree",
    find: open,
};

impl Rule {
    pub fn find(&self, look: &Look<'_>) -> Option<Said> {
        (self.find)(look)
    }
}

impl<'a> Look<'a> {
    pub fn new(
        root: &'a Value,
        at: &'a str,
        evidence: &'a Evidence,
        required_at: &'a BTreeSet<String>,
    ) -> Self {
        Self {
            root,
            at,
            schema: root.pointer(at),
            evidence,
            required_at,
        }
    }

    /// The object that this is a member of, and its name there.
    fn member(&self) -> Option<(&'a str, String)> {
        let (owner, key) = self.at.rsplit_once("/properties/")?;
        (!key.contains('/')).then(|| (owner, key.replace("~1", "/").replace("~0", "~")))
    }

    /// The schema, unless it takes any JSON.
    fn closed(&self) -> Option<&'a Value> {
        self.schema.filter(|s| kinds(self.root, s, 0).is_some())
    }
}

/// Returns the families of the rules that a response breaks.
pub fn broken(look: &Look<'_>) -> BTreeSet<&'static str> {
    let all = RULES.iter().chain([&OPEN]);
    let broken = all.filter(|rule| rule.find(look).is_some());
    broken.map(|rule| rule.family).collect()
}

fn undocumented(look: &Look<'_>) -> Option<Said> {
    let (owner, name) = look.member().filter(|_| look.schema.is_none())?;
    let mut schema = typed(look.evidence);
    if look.evidence.has("null") {
        schema["nullable"] = true.into();
    }
    let (at, update) = match look.root.pointer(&format!("{owner}/properties")) {
        Some(_) => (format!("{owner}/properties"), json!({ name: schema })),
        None => (owner.to_owned(), json!({ "properties": { name: schema } })),
    };
    Some(Said {
        what: format!("undocumented, {}", came(look.evidence)),
        edits: vec![Edit::Update(at, update)],
    })
}

fn mismatch(look: &Look<'_>, name: &str) -> Option<Said> {
    let schema = look.schema?;
    let documented = kinds(look.root, schema, 0)?;
    let types = look.evidence.types();
    let odd: Vec<&str> = types
        .iter()
        .copied()
        .filter(|t| !documented.contains(t))
        .collect();
    if odd.is_empty() && items_fit(look.root, schema, look.evidence) {
        return None;
    }
    let texts_are = |form: &str| look.evidence.texts().all(|f| f == form);
    let is = match (documented.as_slice(), odd.as_slice()) {
        (["object"], ["array"]) => "list for an object",
        (["array"], ["object"]) => "object for a list",
        (["object"], odd) if !odd.contains(&"array") => "scalar for an object",
        (["integer"] | ["number", "integer"], ["string"]) if texts_are("number") => {
            "number as text"
        }
        _ => "another type",
    };
    if is != name {
        return None;
    }
    let one_object = |items: &Evidence| items.kinds.keys().eq(["object"]);
    let new = match (is, types.as_slice()) {
        ("list for an object", ["array"])
            if look.evidence.items.as_deref().is_none_or(one_object) && !is_any(schema) =>
        {
            let mut items = schema.clone();
            if let Some(items) = items.as_object_mut() {
                for key in ["nullable", "description", "readOnly", "title"] {
                    items.shift_remove(key);
                }
            }
            json!({ "type": "array", "items": items, contract::JSON: false })
        }
        ("object for a list", ["object"]) => schema["items"].clone(),
        ("number as text", _) => {
            json!({ "type": "string", "format": "decimal", contract::JSON: false })
        }
        _ => typed(look.evidence),
    };
    Some(Said {
        what: format!(
            "documented as {}, came as {}",
            documented
                .join(" or ")
                .replace("number or integer", "number"),
            came(look.evidence)
        ),
        edits: instead(look.at, schema, new),
    })
}

fn null(look: &Look<'_>) -> Option<Said> {
    let schema = look.closed().filter(|s| !is_any(s))?;
    if !look.evidence.has("null") || nullable(look.root, schema) {
        return None;
    }
    let at = look.at.to_owned();
    let edits = match schema.get("$ref") {
        // A reference has nothing beside it in 3.0.
        Some(target) => vec![
            Edit::Remove(format!("{at}/$ref")),
            Edit::Update(
                at,
                json!({ "allOf": [{ "$ref": target }], "nullable": true }),
            ),
        ],
        None => vec![Edit::Update(at, json!({ "nullable": true }))],
    };
    let what = "may be null".into();
    Some(Said { what, edits })
}

fn required(look: &Look<'_>) -> Option<Said> {
    let (_, name) = look.member()?;
    let lists = look.required_at.iter().filter(|at| {
        let list = look.root.pointer(&format!("{at}/required"));
        list.and_then(Value::as_array)
            .is_some_and(|l| l.iter().any(|k| *k == *name))
    });
    let edits: Vec<Edit> = lists
        .map(|at| Edit::Unrequire(at.clone(), name.clone()))
        .collect();
    (look.evidence.absent > 0 && !edits.is_empty()).then(|| Said {
        what: "required, and does not always come".into(),
        edits,
    })
}

fn unknown(look: &Look<'_>) -> Option<Said> {
    let listed = look.schema?.get("enum")?.as_array()?;
    let parsed = look
        .evidence
        .values
        .iter()
        .filter_map(|v| serde_json::from_str(v).ok());
    let values: Vec<Value> = parsed.filter(|v| !listed.contains(v)).collect();
    (!values.is_empty()).then(|| Said {
        what: format!(
            "values that are not listed: {}",
            Value::from(values.clone())
        ),
        edits: vec![Edit::Update(format!("{}/enum", look.at), values.into())],
    })
}

fn large(look: &Look<'_>) -> Option<Said> {
    let schema = look.closed()?;
    if schema.get("type")? != "integer" || schema.get("enum").is_some() {
        return None;
    }
    let holds = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => 0,
        Some("int64") => 2,
        _ => 1,
    };
    let came = (0..4)
        .rev()
        .find(|i| look.evidence.forms.contains(SIZES[*i]))?;
    (came > holds).then(|| Said {
        what: format!("integers of {}, more than documented", SIZES[came]),
        edits: match came {
            3 => instead(look.at, schema, json!({ contract::JSON: true })),
            _ => vec![Edit::Update(look.at.into(), json!({ "format": "int64" }))],
        },
    })
}

fn format(look: &Look<'_>) -> Option<Said> {
    const TIMES: [&str; 2] = ["date-time", "date-time without an offset"];
    let schema = look.closed()?;
    let format = schema.get("format")?.as_str()?;
    let fits: &[&str] = match format {
        "date" => &["date"],
        "date-time" => &TIMES,
        "uuid" => &["uuid"],
        "decimal" => &["number"],
        _ => return None,
    };
    let forms: Vec<&str> = look.evidence.texts().collect();
    if schema.get("enum").is_some() || forms.iter().all(|f| fits.contains(f)) {
        return None;
    }
    let at = look.at;
    let set = |format| Edit::Update(at.into(), json!({ "format": format }));
    let edit = match forms.as_slice() {
        ["date"] => set("date"),
        forms if forms.iter().all(|f| TIMES.contains(f)) => set("date-time"),
        _ => Edit::Remove(format!("{at}/format")),
    };
    Some(Said {
        what: format!("documented as {format}, came as {}", forms.join(" or ")),
        edits: vec![edit],
    })
}

fn open(look: &Look<'_>) -> Option<Said> {
    let schema = look.schema.filter(|s| is_any(s))?;
    // An object that is open is DRF's JSONField: whatever these are.
    if schema.get("type").is_some_and(|t| t == "object") || look.evidence.types().is_empty() {
        return None;
    }
    let mut new = typed(look.evidence);
    if is_any(&new) {
        return None;
    }
    if look.evidence.has("null") {
        new["nullable"] = true.into();
    }
    Some(Said {
        what: format!("any JSON in the document, always {}", came(look.evidence)),
        edits: instead(look.at, schema, new),
    })
}

fn came(evidence: &Evidence) -> String {
    match evidence.types().as_slice() {
        [] => "null".into(),
        types => types.join(" or "),
    }
}

/// The schema that takes all that came.
fn typed(evidence: &Evidence) -> Value {
    let of = |kind: &str| json!({ "type": kind, contract::JSON: false });
    let any = || json!({ contract::JSON: true });
    let texts_are_numbers = evidence.texts().all(|f| f == "number");
    match evidence.types().as_slice() {
        ["integer"] if evidence.forms.contains(SIZES[3]) => any(),
        ["integer"] if evidence.forms.contains(SIZES[2]) => {
            json!({ "type": "integer", "format": "int64", contract::JSON: false })
        }
        ["integer", "number"] => of("number"),
        ["integer" | "number", "string"] | ["integer", "number", "string"] if texts_are_numbers => {
            json!({ "type": "string", "format": "decimal", contract::JSON: false })
        }
        ["array"] => {
            let mut items = evidence.items.as_deref().map_or_else(any, typed);
            if evidence.items.as_ref().is_some_and(|i| i.has("null")) && !is_any(&items) {
                items["nullable"] = true.into();
            }
            json!({ "type": "array", "items": items, contract::JSON: false })
        }
        ["object"] => {
            json!({ "type": "object", "additionalProperties": true, contract::JSON: false })
        }
        [kind] => of(kind),
        _ => any(),
    }
}

/// The edits that put one schema in the place of another; what is said beside the type (a description) stays.
fn instead(at: &str, old: &Value, new: Value) -> Vec<Edit> {
    const STAYS: [&str; 6] = [
        "description",
        "title",
        "readOnly",
        "writeOnly",
        "deprecated",
        "nullable",
    ];
    let mut edits = Vec::new();
    let mut new = new.as_object().cloned().unwrap_or_default();
    for (key, value) in old.as_object().unwrap_or(&Map::new()) {
        let ours = key.starts_with("x-") && !key.starts_with(contract::PREFIX);
        if STAYS.contains(&key.as_str()) || ours {
            continue;
        }
        match new.get(key) {
            Some(same) if same == value => drop(new.shift_remove(key)),
            Some(other) if !other.is_array() && !other.is_object() => {}
            _ => edits.push(Edit::Remove(format!("{at}/{}", escape(key)))),
        }
    }
    if !new.is_empty() {
        edits.push(Edit::Update(at.to_owned(), new.into()));
    }
    edits
}

/// Does the document leave the type open?
pub fn is_any(schema: &Value) -> bool {
    let says = [
        "type",
        "enum",
        "properties",
        "allOf",
        "oneOf",
        "anyOf",
        "$ref",
    ];
    schema.get(contract::JSON) == Some(&Value::Bool(true))
        || !says.iter().any(|k| schema.get(k).is_some())
}

/// The JSON types that a schema takes; none if it takes all.
pub fn kinds(root: &Value, schema: &Value, depth: u8) -> Option<Vec<&'static str>> {
    const TYPES: [&str; 5] = ["array", "boolean", "integer", "object", "string"];
    if depth > 16 {
        return None;
    }
    let target = schema.get("$ref").and_then(Value::as_str);
    if let Some(target) = target {
        return kinds(root, root.pointer(target.strip_prefix('#')?)?, depth + 1);
    }
    let documented = schema.get("type").and_then(Value::as_str);
    if schema.get(contract::JSON) == Some(&Value::Bool(true)) && documented != Some("object") {
        return None;
    }
    // DRF's COERCE_DECIMAL_TO_STRING decides which of both a decimal is.
    if schema.get("format").is_some_and(|f| f == "decimal") {
        return Some(vec!["number", "integer", "string"]);
    }
    if let Some(kind) = documented {
        return match kind {
            "number" => Some(vec!["number", "integer"]),
            _ => TYPES.into_iter().find(|t| *t == kind).map(|t| vec![t]),
        };
    }
    let list = |key| schema.get(key).and_then(Value::as_array);
    if let Some(parts) = list("allOf")
        && let Some(found) = parts.iter().find_map(|part| kinds(root, part, depth + 1))
    {
        return Some(found);
    }
    if schema.get("properties").is_some() {
        return Some(vec!["object"]);
    }
    let mut out = BTreeSet::new();
    if let Some(values) = list("enum") {
        out.extend(values.iter().map(super::evidence::kind));
    } else {
        for part in list("oneOf").or_else(|| list("anyOf"))? {
            out.extend(kinds(root, part, depth + 1)?);
        }
    }
    Some(out.into_iter().collect())
}

/// Lists that were looked into because the document had nothing to judge them by.
fn items_fit(root: &Value, schema: &Value, evidence: &Evidence) -> bool {
    let (Some(items), Some(came)) = (schema.get("items"), &evidence.items) else {
        return true;
    };
    (!came.has("null") || is_any(items) || nullable(root, items))
        && items_fit(root, items, came)
        && kinds(root, items, 0).is_none_or(|k| came.types().iter().all(|t| k.contains(t)))
}

fn nullable(root: &Value, schema: &Value) -> bool {
    let mut schema = schema;
    for _ in 0..16 {
        let listed = schema.get("enum").and_then(Value::as_array);
        if schema.get("nullable") == Some(&Value::Bool(true))
            || listed.is_some_and(|l| l.contains(&Value::Null))
        {
            return true;
        }
        let target = schema.get("$ref").and_then(Value::as_str);
        let parts = schema.get("allOf").and_then(Value::as_array);
        let next = match (target.and_then(|t| t.strip_prefix('#')), parts) {
            (Some(target), _) => root.pointer(target),
            (None, Some(parts)) if parts.len() == 1 => parts.first(),
            _ => None,
        };
        match next {
            Some(next) => schema = next,
            None => break,
        }
    }
    false
}
