//! Tags of a discriminator that name no component.

use serde_json::{Map, Value};

use crate::{
    document::{
        escape, mapped,
        members::{At, DOCUMENT, Is, Kind, SCHEMA, each},
    },
    report::Report,
};

/// Warns of each tag whose alternative is not in the document.
pub fn find_lost(doc: &Value, report: &mut Report) {
    let none = Map::new();
    let schemas = doc.pointer("/components/schemas");
    let schemas = schemas.and_then(Value::as_object).unwrap_or(&none);
    let mut look = |kind: &'static Kind, at: &At<'_>, schema: &Value| {
        let mapping = schema.pointer("/discriminator/mapping");
        let mapping = mapping
            .filter(|_| kind == &SCHEMA)
            .and_then(Value::as_object);
        for (tag, to) in mapping.into_iter().flatten() {
            let to = to.as_str().unwrap_or_default();
            if mapped(to, schemas).is_none() {
                let message = format!(
                    "`{to}` is no schema of the document: a value with this tag is any JSON"
                );
                report.warn(
                    format!("{at}/discriminator/mapping/{}", escape(tag)),
                    message,
                );
            }
        }
        Ok::<(), ()>(())
    };
    let _ = each(doc, Is::One(&DOCUMENT), &At::ROOT, &mut look);
}
