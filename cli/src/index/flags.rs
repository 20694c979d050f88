//! The names of the options of an operation.

use std::collections::{HashMap, HashSet};

use super::{Parameter, Place};

/// A flag each: the name in kebab-case. One that is taken, by an option of every command or by another parameter, has its place before it. The name as it is
/// works too, where nothing else has it.
pub fn name_flags(parameters: &mut [Parameter]) {
    let mut taken: HashSet<String> = crate::tree::GLOBAL
        .iter()
        .map(|s| (*s).to_owned())
        .collect();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for parameter in &mut *parameters {
        let plain = match super::build::kebab(parameter.name) {
            plain if plain.is_empty() => "parameter".into(),
            plain => plain,
        };
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        let placed = format!("{place}-{plain}");
        let flag = [&plain, &placed]
            .into_iter()
            .find(|name| !taken.contains(*name))
            .cloned();
        parameter.flag = flag.unwrap_or_else(|| {
            let number = numbers.entry(placed.clone()).or_insert(1);
            loop {
                *number += 1;
                let name = format!("{placed}-{number}");
                if !taken.contains(&name) {
                    return name;
                }
            }
        });
        taken.insert(parameter.flag.clone());
    }
    let is_plain = |name: &str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
            && !name.starts_with('-')
    };
    for parameter in parameters {
        parameter.has_alias = is_plain(parameter.name) && taken.insert(parameter.name.to_owned());
    }
}
