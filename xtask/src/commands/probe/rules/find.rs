//! What each rule looks for.

use autopi_codegen::contract;
use serde_json::{Value, json};

use super::{
    Look, Said,
    kinds::{came, instead, is_any, items_fit, kinds, nullable, typed},
};
use crate::commands::probe::{
    edit::Edit,
    evidence::{Evidence, SIZES},
};

pub(super) fn undocumented(look: &Look<'_>) -> Option<Said> {
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

pub(super) fn mismatch(look: &Look<'_>, name: &str) -> Option<Said> {
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

pub(super) fn null(look: &Look<'_>) -> Option<Said> {
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

pub(super) fn required(look: &Look<'_>) -> Option<Said> {
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

pub(super) fn unknown(look: &Look<'_>) -> Option<Said> {
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

pub(super) fn large(look: &Look<'_>) -> Option<Said> {
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

pub(super) fn format(look: &Look<'_>) -> Option<Said> {
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

pub(super) fn open(look: &Look<'_>) -> Option<Said> {
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
