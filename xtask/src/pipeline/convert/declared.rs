//! Path parameters as the path has them. Hand-written ones are often wrong or missing; the server
//! routes by the path.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::document;

/// Makes the path parameters of an operation those of its path. One of another name is renamed if
/// it can only be meant for one place, or else it is read as a query parameter; one that is not
/// declared is a required text. `warn` gets the index of a parameter, if the operation has it.
pub fn declare(
    path: &str,
    op: &mut Map<String, Value>,
    mut warn: impl FnMut(Option<usize>, String),
) {
    let mut wanted: Vec<&str> = Vec::new();
    for name in document::path_parameters(path) {
        match wanted.contains(&name) {
            true => warn(
                None,
                format!("the path has `{name}` twice: both get one value; rename one of them"),
            ),
            false => wanted.push(name),
        }
    }
    let list = op.entry("parameters").or_insert_with(|| json!([]));
    let Some(parameters) = list.as_array_mut() else {
        return;
    };
    let mut odd = BTreeSet::new();
    for (i, parameter) in parameters
        .iter()
        .enumerate()
        .filter(|(_, p)| is_in(p, "path"))
    {
        match wanted.iter().position(|known| *known == name(parameter)) {
            Some(at) => drop(wanted.remove(at)),
            None => drop(odd.insert(i)),
        }
    }
    rename(parameters, &mut wanted, &mut odd, &mut warn);
    for i in odd {
        let own = name(&parameters[i]).trim();
        let taken = parameters
            .iter()
            .any(|p| is_in(p, "query") && name(p) == own);
        let message = match (own, taken) {
            ("", _) => "a parameter without a name: left out".to_owned(),
            (_, true) => format!("the path has no `{own}`: left out"),
            (_, false) => format!("the path has no `{own}`: read as a query parameter"),
        };
        let is_lost = own.is_empty() || taken;
        warn(Some(i), message);
        // Without a place it is removed with the others that cannot be sent.
        parameters[i]["in"] = if is_lost { Value::Null } else { "query".into() };
        parameters[i]["required"] = false.into();
    }
    for wanted in wanted {
        let same = |p: &Value| is_in(p, "query") && name(p) == wanted;
        if let Some(i) = parameters.iter().position(same) {
            let message = format!("the path has a `{wanted}`: read as a path parameter");
            warn(Some(i), message);
            parameters[i]["in"] = "path".into();
            parameters[i]["required"] = true.into();
            continue;
        }
        let message = format!("the path parameter `{wanted}` is not declared: read as a text");
        warn(None, message);
        let text = json!({ "type": "string" });
        parameters.push(json!({ "name": wanted, "in": "path", "required": true, "schema": text }));
    }
}

/// Renames parameters that are not in the path: to the place with the same letters, then the only
/// one to the only place.
fn rename(
    parameters: &mut [Value],
    wanted: &mut Vec<&str>,
    odd: &mut BTreeSet<usize>,
    warn: &mut impl FnMut(Option<usize>, String),
) {
    for by_letters in [true, false] {
        for i in odd.clone() {
            let own = name(&parameters[i]).to_owned();
            let only = odd.len() == 1 && wanted.len() == 1;
            let fits = |place: &&str| {
                if by_letters {
                    letters(place) == letters(&own)
                } else {
                    only
                }
            };
            let Some(at) = wanted.iter().position(fits) else {
                continue;
            };
            let real = wanted.remove(at);
            let message = match own.trim() {
                "" => format!("has no name: read as `{real}`, which is not declared"),
                _ => {
                    format!("the path has no `{own}`, but a `{real}` that is not declared: renamed")
                }
            };
            warn(Some(i), message);
            parameters[i]["name"] = real.into();
            odd.remove(&i);
        }
    }
}

fn is_in(parameter: &Value, place: &str) -> bool {
    parameter.get("in").is_some_and(|own| own == place)
}

pub(super) fn name(parameter: &Value) -> &str {
    let name = parameter.get("name").and_then(Value::as_str);
    name.unwrap_or_default()
}

fn letters(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.collect::<String>().to_lowercase()
}
