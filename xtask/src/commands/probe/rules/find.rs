//! The functions of the rules.

use autopi_codegen::contract;
use serde_json::{Value, json};

use super::{
    Observation, Proposal,
    kinds::{came, instead, is_any, items_fit, kinds, nullable, typed},
};
use crate::commands::probe::{
    edit::Edit,
    evidence::{Evidence, SIZES},
};

pub(super) fn undocumented(observation: &Observation<'_>) -> Option<Proposal> {
    let (owner, name) = observation
        .member()
        .filter(|_| observation.schema.is_none())?;
    let mut schema = typed(observation.evidence);
    if observation.evidence.has("null") {
        schema["nullable"] = true.into();
    }
    let (at, update) = match observation.root.pointer(&format!("{owner}/properties")) {
        Some(_) => (format!("{owner}/properties"), json!({ name: schema })),
        None => (owner.to_owned(), json!({ "properties": { name: schema } })),
    };
    Some(Proposal {
        what: format!("undocumented, {}", came(observation.evidence)),
        edits: vec![Edit::Update(at, update)],
    })
}

pub(super) fn mismatch(observation: &Observation<'_>, name: &str) -> Option<Proposal> {
    let schema = observation.schema?;
    let documented = kinds(observation.root, schema, 0)?;
    let types = observation.evidence.types();
    let odd: Vec<&str> = types
        .iter()
        .copied()
        .filter(|t| !documented.contains(t))
        .collect();
    if odd.is_empty() && items_fit(observation.root, schema, observation.evidence) {
        return None;
    }
    let texts_are = |form: &str| observation.evidence.texts().all(|f| f == form);
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
            if observation.evidence.items.as_deref().is_none_or(one_object) && !is_any(schema) =>
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
        _ => typed(observation.evidence),
    };
    Some(Proposal {
        what: format!(
            "documented as {}, observed as {}",
            documented
                .join(" or ")
                .replace("number or integer", "number"),
            came(observation.evidence)
        ),
        edits: instead(observation.at, schema, new),
    })
}

pub(super) fn null(observation: &Observation<'_>) -> Option<Proposal> {
    let schema = observation.closed().filter(|s| !is_any(s))?;
    if !observation.evidence.has("null") || nullable(observation.root, schema) {
        return None;
    }
    let at = observation.at.to_owned();
    let edits = match schema.get("$ref") {
        // In 3.0 a reference has no siblings.
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
    Some(Proposal { what, edits })
}

pub(super) fn required(observation: &Observation<'_>) -> Option<Proposal> {
    let (_, name) = observation.member()?;
    let lists = observation.required_at.iter().filter(|at| {
        let list = observation.root.pointer(&format!("{at}/required"));
        list.and_then(Value::as_array)
            .is_some_and(|l| l.iter().any(|k| *k == *name))
    });
    let edits: Vec<Edit> = lists
        .map(|at| Edit::Unrequire(at.clone(), name.clone()))
        .collect();
    (observation.evidence.absent > 0 && !edits.is_empty()).then(|| Proposal {
        what: "required, and does not always come".into(),
        edits,
    })
}

pub(super) fn unknown(observation: &Observation<'_>) -> Option<Proposal> {
    let listed = observation.schema?.get("enum")?.as_array()?;
    let parsed = observation
        .evidence
        .values
        .iter()
        .filter_map(|v| serde_json::from_str(v).ok());
    let values: Vec<Value> = parsed.filter(|v| !listed.contains(v)).collect();
    (!values.is_empty()).then(|| Proposal {
        what: format!(
            "values that are not listed: {}",
            Value::from(values.clone())
        ),
        edits: vec![Edit::Update(
            format!("{}/enum", observation.at),
            values.into(),
        )],
    })
}

pub(super) fn large(observation: &Observation<'_>) -> Option<Proposal> {
    let schema = observation.closed()?;
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
        .find(|i| observation.evidence.forms.contains(SIZES[*i]))?;
    (came > holds).then(|| Proposal {
        what: format!("integers of {}, more than documented", SIZES[came]),
        edits: match came {
            3 => instead(observation.at, schema, json!({ contract::JSON: true })),
            _ => vec![Edit::Update(
                observation.at.into(),
                json!({ "format": "int64" }),
            )],
        },
    })
}

pub(super) fn format(observation: &Observation<'_>) -> Option<Proposal> {
    const TIMES: [&str; 2] = ["date-time", "date-time without an offset"];
    let schema = observation.closed()?;
    let format = schema.get("format")?.as_str()?;
    let fits: &[&str] = match format {
        "date" => &["date"],
        "date-time" => &TIMES,
        "uuid" => &["uuid"],
        "decimal" => &["number"],
        _ => return None,
    };
    let forms: Vec<&str> = observation.evidence.texts().collect();
    if schema.get("enum").is_some() || forms.iter().all(|f| fits.contains(f)) {
        return None;
    }
    let at = observation.at;
    let set = |format| Edit::Update(at.into(), json!({ "format": format }));
    let edit = match forms.as_slice() {
        ["date"] => set("date"),
        forms if forms.iter().all(|f| TIMES.contains(f)) => set("date-time"),
        _ => Edit::Remove(format!("{at}/format")),
    };
    Some(Proposal {
        what: format!("documented as {format}, observed as {}", forms.join(" or ")),
        edits: vec![edit],
    })
}

pub(super) fn open(observation: &Observation<'_>) -> Option<Proposal> {
    let schema = observation.schema.filter(|s| is_any(s))?;
    // An open object is DRF's JSONField, whatever its members are.
    if schema.get("type").is_some_and(|t| t == "object") || observation.evidence.types().is_empty()
    {
        return None;
    }
    let mut new = typed(observation.evidence);
    if is_any(&new) {
        return None;
    }
    if observation.evidence.has("null") {
        new["nullable"] = true.into();
    }
    Some(Proposal {
        what: format!(
            "any JSON in the document, always {}",
            came(observation.evidence)
        ),
        edits: instead(observation.at, schema, new),
    })
}
