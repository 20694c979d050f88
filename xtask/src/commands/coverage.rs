//! Counts what is typed in a document, what the overlay corrected, and what is left as any JSON and
//! why, for each area.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use autopi_codegen::{contract, escape::code};
use serde::Serialize;
use serde_json::Value;

use crate::{
    document,
    out::print,
    pipeline::{self, Input, Proof, fetch, write::write_file},
    report::Failure,
};

/// The counts of one area or of all. A schema that several areas use counts in each of them, and
/// once in the total.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Counts {
    pub operations: usize,
    /// Operations whose successful response the overlay corrected.
    pub operations_corrected: usize,
    /// Operations whose successful response has no schema: any JSON, text or nothing.
    pub operations_untyped: usize,
    pub schemas: usize,
    pub fields: usize,
    pub fields_corrected: usize,
    /// The number of untyped fields by reason.
    pub fields_untyped: BTreeMap<&'static str, usize>,
}

/// The whole table.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Coverage {
    pub areas: BTreeMap<String, Counts>,
    pub total: Counts,
    /// The reasons by `Schema.field`.
    pub untyped: BTreeMap<String, &'static str>,
}

/// Counts an upstream document, with the corrections if they belong to it.
///
/// # Errors
/// Returns the error of the stage that failed.
pub fn coverage(
    upstream: &str,
    file: Option<&Path>,
    corrections: Option<&str>,
) -> Result<Coverage, Failure> {
    let through = |overlay| {
        let text = upstream;
        Ok::<_, Failure>(
            pipeline::run(Input {
                text,
                file,
                overlay,
                proof: Proof::Unwanted,
            })?
            .strict()?
            .doc,
        )
    };
    let before = through(None)?;
    let after = through(corrections)?;
    let mut uses: BTreeMap<String, (Counts, BTreeSet<String>)> = BTreeMap::new();
    for (path, item) in after
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        for (method, op) in item
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(m, _)| document::METHODS.contains(&m.as_str()))
        {
            let (counts, schemas) = uses.entry(autopi_codegen::area(path, op)).or_default();
            counts.operations += 1;
            let success = success(op);
            let old = before.pointer(&format!("/paths/{}/{method}", document::escape(path)));
            counts.operations_corrected += usize::from(old.and_then(self::success) != success);
            let typed =
                success.is_some_and(|(status, s)| status == "204" || s.get("content").is_some());
            counts.operations_untyped += usize::from(!typed);
            let mut named = BTreeSet::new();
            references(op, &mut named);
            closure(&after, named, schemas);
        }
    }
    let mut untyped = BTreeMap::new();
    let mut total = Counts::default();
    let mut all = BTreeSet::new();
    let areas = uses.into_iter().map(|(area, (mut counts, schemas))| {
        total.operations += counts.operations;
        total.operations_corrected += counts.operations_corrected;
        total.operations_untyped += counts.operations_untyped;
        fields(&before, &after, &schemas, &mut counts, &mut untyped);
        all.extend(schemas);
        (area, counts)
    });
    let areas = areas.collect();
    fields(&before, &after, &all, &mut total, &mut untyped);
    Ok(Coverage {
        areas,
        total,
        untyped,
    })
}

fn success(op: &Value) -> Option<(&str, &Value)> {
    let responses = op.get("responses")?.as_object()?;
    responses
        .iter()
        .find(|(k, _)| k.starts_with('2') || *k == "default")
        .map(|(k, v)| (k.as_str(), v))
}

fn references(value: &Value, out: &mut BTreeSet<String>) {
    out.extend(document::ref_name(value).map(str::to_owned));
    match value {
        Value::Object(map) => map.values().for_each(|v| references(v, out)),
        Value::Array(list) => list.iter().for_each(|v| references(v, out)),
        _ => {}
    }
}

fn schema<'a>(doc: &'a Value, name: &str) -> Option<&'a Value> {
    doc.pointer("/components/schemas")?.get(name)
}

/// Adds everything that `named` leads to to `all`, which is already complete for its own names.
fn closure(doc: &Value, named: BTreeSet<String>, all: &mut BTreeSet<String>) {
    let mut todo: Vec<String> = named.into_iter().collect();
    while let Some(name) = todo.pop() {
        if all.insert(name.clone()) {
            let mut next = BTreeSet::new();
            schema(doc, &name)
                .into_iter()
                .for_each(|s| references(s, &mut next));
            todo.extend(next);
        }
    }
}

fn fields(
    before: &Value,
    after: &Value,
    names: &BTreeSet<String>,
    counts: &mut Counts,
    untyped: &mut BTreeMap<String, &'static str>,
) {
    counts.schemas = names.len();
    for name in names {
        let properties = |doc| {
            schema(doc, name)
                .and_then(|s| s.get("properties"))
                .and_then(Value::as_object)
        };
        for (field, value) in properties(after).into_iter().flatten() {
            counts.fields += 1;
            counts.fields_corrected +=
                usize::from(properties(before).and_then(|p| p.get(field)) != Some(value));
            if let Some(reason) = reason(value) {
                *counts.fields_untyped.entry(reason).or_default() += 1;
                untyped.insert(format!("{name}.{field}"), reason);
            }
        }
    }
}

/// Returns why a field is any JSON; `None` if it has a type.
fn reason(schema: &Value) -> Option<&'static str> {
    let has = |key: &str| schema.get(key).is_some();
    if schema.get(contract::JSON) == Some(&Value::Bool(true)) {
        return Some(if has("type") {
            "object without properties: a JSONField"
        } else {
            "bare read-only string: a SerializerMethodField"
        });
    }
    if let Some(items) = schema.get("items") {
        return reason(items);
    }
    match schema.get("type").and_then(Value::as_str) {
        None if !["$ref", "allOf", "anyOf", "oneOf", "enum", "properties"]
            .iter()
            .any(|k| has(k)) =>
        {
            Some("no type in the document")
        }
        None if has("anyOf") || has("oneOf") => Some("one of several types"),
        _ => None,
    }
}

impl Coverage {
    /// Returns a table in Markdown.
    pub fn table(&self) -> String {
        let mut out = String::from(
            "| area | operations | corrected | no response schema | schemas | fields | typed by \
             the document | corrected | untyped |\n| --- | --: | --: | --: | --: | --: | --: | \
             --: | --: |\n",
        );
        for (area, c) in self
            .areas
            .iter()
            .map(|(a, c)| (a.as_str(), c))
            .chain([("**all**", &self.total)])
        {
            let left: usize = c.fields_untyped.values().sum();
            let typed = c.fields - c.fields_corrected - left;
            let _ = writeln!(
                out,
                "| {area} | {} | {} | {} | {} | {} | {typed} | {} | {left} |",
                c.operations,
                c.operations_corrected,
                c.operations_untyped,
                c.schemas,
                c.fields,
                c.fields_corrected
            );
        }
        out.push_str(
            "\nUntyped fields are any JSON, for these reasons:\n\n| reason | fields |\n| --- | \
             --: |\n",
        );
        for (reason, n) in &self.total.fields_untyped {
            let _ = writeln!(out, "| {reason} | {n} |");
        }
        out
    }

    /// Returns the page `docs/coverage.md`.
    pub fn page(&self) -> String {
        let mut out = format!(
            "# Coverage\n\nGenerated by `cargo xtask coverage --write`; a test checks that it is \
             current. A field of both `Device` and `DeviceRequest` counts twice.\n\n{}\nThe \
             untyped fields:\n\n",
            self.table()
        );
        let mut by_schema: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (schema, field) in self.untyped.keys().filter_map(|k| k.split_once('.')) {
            by_schema.entry(schema).or_default().push(field);
        }
        for (schema, fields) in by_schema {
            let _ = writeln!(
                out,
                "- {}: {}",
                code(schema),
                fields
                    .iter()
                    .map(|f| code(f))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
        }
        out
    }
}

/// Prints the coverage of our document, or of another without our overlay; with `write` also into
/// docs/coverage.md.
///
/// # Errors
/// Returns an error if a stage refuses a document.
pub fn run(
    root: &Path,
    from: Option<PathBuf>,
    format: &str,
    write: bool,
) -> anyhow::Result<ExitCode> {
    let spec = root.join("spec");
    let overlay = match &from {
        None if spec.join("overlay.yaml").exists() => {
            Some(fetch::read(&spec.join("overlay.yaml"))?)
        }
        _ => None,
    };
    let from = from.unwrap_or_else(|| spec.join("upstream.json"));
    let coverage = coverage(&fetch::read(&from)?, Some(&from), overlay.as_deref())
        .map_err(|e| e.or_at(from.display()))?;
    print(&if format == "json" {
        autopi_codegen::escape::json(&serde_json::to_string_pretty(&coverage)?).into_owned() + "\n"
    } else {
        coverage.table()
    })?;
    if write {
        write_file(&root.join("docs/coverage.md"), &coverage.page())?;
    }
    Ok(ExitCode::SUCCESS)
}
