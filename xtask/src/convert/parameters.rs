//! Parameters in places where they can't be. Hand-written `manual_parameters` of drf-yasg get path parameters wrong; the server routes by the path.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    report::Report,
    shape::walk::{self, escape},
};

/// What the client says itself (OpenAPI 3.0.3, Parameter Object: such headers are ignored).
const OWN_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// Puts every parameter where it can be, with a warning for each that was not.
pub fn placed(doc: &mut Value, report: &mut Report) {
    walk::operations(doc, |path, method, op| {
        let place = |i: usize| format!("/paths/{}/{method}/parameters/{i}", escape(path));
        path_parameters(path, op, |i, message| report.warn(place(i), message));
        let Some(parameters) = op.get_mut("parameters").and_then(Value::as_array_mut) else {
            return;
        };
        let mut i = 0..;
        parameters.retain(|parameter| {
            let (i, name) = (
                i.next().unwrap_or_default(),
                name(parameter).to_ascii_lowercase(),
            );
            match parameter.get("in").and_then(Value::as_str) {
                Some("header") if OWN_HEADERS.contains(&name.as_str()) => {
                    report.warn(
                        place(i),
                        format!("the client sends `{name}` itself: left out"),
                    );
                    false
                }
                Some("cookie") => {
                    report.warn(
                        place(i),
                        "a cookie belongs to a browser's session: it has no setter",
                    );
                    true
                }
                _ => true,
            }
        });
    });
}

fn name(parameter: &Value) -> &str {
    parameter
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A path parameter of another name than the path's is renamed; one that the path has no place for can only be meant for the query. One that is not declared
/// at all is left to the verify stage, which refuses it.
fn path_parameters(path: &str, op: &mut Map<String, Value>, mut warn: impl FnMut(usize, String)) {
    let mut wanted: BTreeSet<&str> = walk::path_parameters(path).collect();
    let parameters = op
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .enumerate();
    let in_path = parameters.filter(|(_, p)| p.get("in").and_then(Value::as_str) == Some("path"));
    let mut odd: Vec<_> = in_path.filter(|(_, p)| !wanted.remove(name(p))).collect();
    let only = odd.len() == 1 && wanted.len() == 1;
    for (i, parameter) in &mut odd {
        let name = name(parameter).to_owned();
        match wanted.first().filter(|_| only) {
            Some(real) => {
                warn(
                    *i,
                    format!(
                        "the path has no `{name}`, but a `{real}` that is not declared: renamed"
                    ),
                );
                parameter["name"] = (*real).into();
            }
            None => {
                warn(
                    *i,
                    format!("the path has no `{name}`: taken for a query parameter"),
                );
                parameter["in"] = "query".into();
                parameter["required"] = false.into();
            }
        }
    }
}
