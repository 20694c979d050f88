//! Which requests can be made: path and query parameters are filled from answers that came before.

use std::collections::BTreeMap;

use autopi_codegen::{Operation, schema::Document};
use serde_json::Value;

use crate::place;

/// What earlier answers gave.
#[derive(Default)]
pub struct Known {
    /// Path template of a list → the path that was asked, and the first item.
    lists: BTreeMap<String, (String, Value)>,
    /// Scalar members of any item, by name; the first that came.
    members: BTreeMap<String, String>,
}

impl Known {
    pub fn new(parameters: &[(String, String)]) -> Self {
        Self {
            members: parameters.iter().cloned().collect(),
            ..Self::default()
        }
    }

    /// Remembers an answer to `path`, an instance of `template`.
    pub fn learn(&mut self, template: &str, path: &str, answer: &Value) {
        let list = answer.get("results").unwrap_or(answer);
        let first = list.as_array().map_or(Some(answer), |l| l.first());
        let Some(Value::Object(item)) = first else {
            return;
        };
        for (name, value) in item {
            if let Some(text) = scalar(value) {
                self.members.entry(name.clone()).or_insert(text);
            }
        }
        // The items of `/dongle/devices/` have an `id` that others call `device_id`.
        if let (Some(id), Some(name)) = (
            item.get("id").and_then(scalar),
            template.trim_end_matches('/').rsplit('/').next(),
        ) {
            self.members
                .entry(format!("{}_id", name.trim_end_matches('s')))
                .or_insert(id);
        }
        self.lists
            .insert(template.to_owned(), (path.to_owned(), item.clone().into()));
    }

    /// The path and the query of a request.
    ///
    /// # Errors
    /// What it needs, and no answer gave.
    pub fn request(
        &self,
        doc: &Document<'_>,
        op: &Operation<'_>,
    ) -> Result<(String, Vec<(String, String)>), String> {
        let path = self.path(op.path)?;
        let mut query = Vec::new();
        for parameter in &op.parameters {
            let parameter = doc.resolve(parameter).map_err(|e| e.to_string())?;
            let text = |key| {
                parameter
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            if text("in") == "path" || parameter.get("required") != Some(&Value::Bool(true)) {
                continue;
            }
            let name = text("name");
            let schema = parameter
                .get("schema")
                .map_or(&Value::Null, |s| doc.written_out(s));
            let example = ["default", "example"]
                .iter()
                .find_map(|k| schema.get(k))
                .or_else(|| schema.pointer("/enum/0"));
            let value = self
                .members
                .get(name)
                .cloned()
                .or_else(|| example.and_then(scalar));
            query.push((
                name.to_owned(),
                value
                    .filter(|_| text("in") == "query")
                    .ok_or_else(|| format!("needs `{name}`, which no answer gave"))?,
            ));
        }
        Ok((path, query))
    }

    /// `/a/{id}/b/` → `/a/7/b/`, 7 being the `id` of the first item of `/a/`.
    fn path(&self, template: &str) -> Result<String, String> {
        let Some((before, rest)) = template.rsplit_once('{') else {
            return Ok(template.to_owned());
        };
        let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
        let list = self.lists.get(before);
        let of_list = list.and_then(|(_, item)| {
            [name, "id", "uuid", "pk"]
                .iter()
                .find_map(|key| item.get(key))
                .and_then(scalar)
        });
        let value = of_list
            .or_else(|| self.members.get(name).cloned())
            .ok_or_else(|| format!("needs `{name}`, which no answer gave"))?;
        let before = list.map_or_else(|| self.path(before), |(path, _)| Ok(path.clone()))?;
        let value = place::segment(&value).map_err(|why| format!("`{name}` {why}"))?;
        Ok(format!("{before}{value}{after}"))
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}
