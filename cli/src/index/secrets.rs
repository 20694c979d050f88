//! What the document marks as secrets.

use std::collections::BTreeSet;

use autopi::rt;
use serde_json::Value;

use super::{
    Index,
    body::{Body, BodyKind},
    contract,
    operation::{Parameter, flag, leaked},
};

/// The limits of the depth, and of the schemas that are looked at: for one value, for an operation,
/// and for each value when there are none left.
const DEPTH: u32 = 7;
const SCHEMAS: u32 = 2000;
const ALL_SCHEMAS: u32 = 20_000;
const FEW_SCHEMAS: u32 = 32;

/// Returns the parameters, and the members and headers of the body, that the document marks as
/// secrets.
pub(super) fn secrets(
    index: &Index,
    parameters: &[Parameter],
    body: Option<&Body>,
) -> &'static [(&'static str, bool)] {
    let (mut names, mut total) = (BTreeSet::new(), ALL_SCHEMAS);
    let mut add = |name: Option<&str>, schema: &Value, is_apart: bool| {
        let mut own = BTreeSet::new();
        let most = total.clamp(FEW_SCHEMAS, SCHEMAS);
        let mut left = most;
        index.add_secrets(schema, name, &mut own, DEPTH, &mut left);
        total = total.saturating_sub(most - left);
        if !own.is_empty() && !is_apart {
            own.extend(name.map(str::to_owned));
        }
        names.append(&mut own);
    };
    for p in parameters {
        add(Some(p.name), &p.schema, is_apart(p.format));
    }
    if let Some(body) = body {
        add(None, &body.schema, true);
        let schema = index.resolved(&body.schema);
        let members = schema.get("properties").and_then(Value::as_object);
        let is_multipart = body.kind == BodyKind::Multipart;
        let members = members.filter(|_| is_multipart || body.kind == BodyKind::Form);
        for (name, of) in members.into_iter().flatten() {
            // The JSON of a part is masked by its members.
            let is_apart = body.style(name).map_or(is_multipart, is_apart);
            add(Some(name), of, is_apart);
        }
        let headers = body.headers.iter().filter(|header| header.secret);
        names.extend(headers.map(|header| header.name.to_owned()));
    }
    let all: Vec<_> = names.iter().map(|name| (leaked(name), true)).collect();
    Box::leak(all.into_boxed_slice())
}

/// Returns whether the members of an object have their names in the request. Otherwise they are in
/// one text.
fn is_apart(format: rt::Format) -> bool {
    match format.style {
        rt::Style::Form => format.explode,
        style => style == rt::Style::Deep,
    }
}

impl Index {
    /// Adds the names that the document marks as secrets, down to `depth`. What has no name of its
    /// own, such as the items of a list, goes by `name`, which is the nearest one around it.
    pub(super) fn add_secrets(
        &self,
        schema: &Value,
        name: Option<&str>,
        names: &mut BTreeSet<String>,
        depth: u32,
        left: &mut u32,
    ) {
        if depth == 0 || *left == 0 {
            return;
        }
        *left -= 1;
        let schema = self.resolved(schema);
        if flag(&schema, contract::SECRET) {
            names.extend(name.map(str::to_owned));
        }
        let within = |key: &str| schema.get(key).and_then(Value::as_object);
        let members = within("properties").into_iter().flatten();
        let members = members.map(|(name, of)| (Some(name.as_str()), of));
        let lists = ["oneOf", "anyOf", "prefixItems"].iter();
        let lists = lists.filter_map(|key| schema.get(*key)?.as_array());
        let values = ["items", "additionalProperties"].iter();
        let values = values.filter_map(|key| schema.get(*key));
        let patterns = within("patternProperties").into_iter().flatten();
        let unnamed = lists
            .flatten()
            .chain(values)
            .chain(patterns.map(|(_, of)| of));
        for (name, of) in members.chain(unnamed.map(|of| (name, of))) {
            self.add_secrets(of, name, names, depth - 1, left);
        }
    }
}
