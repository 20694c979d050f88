//! Plans requests: fills path and query parameters from earlier responses.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{Operation, schema::Document};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::place;

const IDS: [&str; 3] = ["id", "uuid", "pk"];

/// Values from earlier responses.
#[derive(Default, Serialize, Deserialize)]
pub struct KnownValues {
    /// The names of parameters; nothing else is remembered.
    wanted: BTreeSet<String>,
    /// The requested path and the first item of each list, by its path template.
    lists: BTreeMap<String, (String, Value)>,
    /// The first value of each scalar member of any item, by name.
    members: BTreeMap<String, String>,
}

impl KnownValues {
    pub fn new(doc: &Document<'_>, operations: &[Operation<'_>]) -> Self {
        let mut wanted: BTreeSet<String> = IDS.map(str::to_owned).into();
        for op in operations {
            let names = op
                .path
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next());
            wanted.extend(names.map(str::to_owned));
            let parameters = op.parameters.iter().filter_map(|p| doc.resolve(p).ok());
            wanted.extend(parameters.filter_map(|p| p.get("name")?.as_str().map(str::to_owned)));
        }
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Sets the parameters that the user gave.
    pub fn set(&mut self, parameters: &[(String, String)]) {
        self.members.extend(parameters.iter().cloned());
    }

    /// Learns from a response to `path`, an instance of `template`.
    pub fn learn(&mut self, template: &str, path: &str, response: &Value) {
        let list = response.get("results").unwrap_or(response);
        let first = list.as_array().map_or(Some(response), |l| l.first());
        let Some(Value::Object(item)) = first else {
            return;
        };
        for (name, value) in item {
            if let Some(text) = scalar(value).filter(|_| self.wanted.contains(name)) {
                self.members.entry(name.clone()).or_insert(text);
            }
        }
        // The items of `/dongle/devices/` have an `id`, which other operations call `device_id`.
        if let (Some(id), Some(name)) = (
            item.get("id").and_then(scalar),
            template.trim_end_matches('/').rsplit('/').next(),
        ) {
            self.members
                .entry(format!("{}_id", name.trim_end_matches('s')))
                .or_insert(id);
        }
        let kept = item
            .iter()
            .filter(|(name, value)| self.wanted.contains(*name) && scalar(value).is_some());
        let kept: Map<String, Value> = kept.map(|(k, v)| (k.clone(), v.clone())).collect();
        self.lists
            .insert(template.to_owned(), (path.to_owned(), kept.into()));
    }

    /// Returns the path and the query of a request.
    ///
    /// # Errors
    /// Returns the names of required parameters that no response gave.
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
            if text("in") != "query" {
                let place = text("in");
                return Err(format!("needs the {place} `{name}`, which no probe sends"));
            }
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
            query.push((name.to_owned(), value.ok_or_else(|| unknown(name))?));
        }
        Ok((path, query))
    }

    /// Fills in a path: `/a/{id}/b/` becomes `/a/7/b/` if 7 is the `id` of the first item of `/a/`.
    fn path(&self, template: &str) -> Result<String, String> {
        let Some((before, rest)) = template.rsplit_once('{') else {
            return Ok(template.to_owned());
        };
        let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
        let list = self.lists.get(before);
        let of_list = list.and_then(|(_, item)| {
            std::iter::once(name)
                .chain(IDS)
                .find_map(|key| item.get(key))
                .and_then(scalar)
        });
        let value = of_list
            .or_else(|| self.members.get(name).cloned())
            .ok_or_else(|| unknown(name))?;
        let before = list.map_or_else(|| self.path(before), |(path, _)| Ok(path.clone()))?;
        let value = place::segment(&value).map_err(|why| format!("`{name}` {why}"))?;
        Ok(format!("{before}{value}{after}"))
    }
}

fn unknown(name: &str) -> String {
    format!("needs `{name}`, which no response had: give it by `--param {name}=VALUE`")
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}
