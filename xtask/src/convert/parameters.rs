//! Parameters in places where they can't be. Hand-written `manual_parameters` of drf-yasg get path parameters wrong; the server routes by the path.

use std::collections::BTreeSet;

use serde_json::Value;

use super::escape;
use crate::{report::Report, shape::walk};

/// A path parameter of another name is renamed; one that the path has no place for can only be meant for the query. One that is not declared at all is left to the verify
/// stage, which refuses it.
pub fn placed(doc: &mut Value, report: &mut Report) {
    let mut cookies = Vec::new();
    walk::operations(doc, |path, method, op| {
        let mut wanted: BTreeSet<&str> = path.split('{').skip(1).filter_map(|s| Some(s.split_once('}')?.0)).collect();
        let parameters = op.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten().enumerate();
        let parameters = parameters.inspect(|(i, p)| {
            if p.get("in").and_then(Value::as_str) == Some("cookie") {
                let place = format!("/paths/{}/{method}/parameters/{i}", escape(path));
                cookies.push(place);
            }
        });
        let in_path = parameters.filter(|(_, p)| p.get("in").and_then(Value::as_str) == Some("path"));
        let mut odd: Vec<_> = in_path.filter(|(_, p)| !p.get("name").and_then(Value::as_str).is_some_and(|n| wanted.remove(n))).collect();
        let only = odd.len() == 1 && wanted.len() == 1;
        for (i, parameter) in &mut odd {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let place = format!("/paths/{}/{method}/parameters/{i}", escape(path));
            match wanted.first().filter(|_| only) {
                Some(real) => {
                    report.warn(place, format!("the path has no `{name}`, but a `{real}` that is not declared: renamed"));
                    parameter["name"] = (*real).into();
                }
                None => {
                    report.warn(place, format!("the path has no `{name}`: taken for a query parameter"));
                    parameter["in"] = "query".into();
                    parameter["required"] = false.into();
                }
            }
        }
    });
    for place in cookies {
        report.warn(place, "a cookie belongs to a browser's session: it has no setter");
    }
}
