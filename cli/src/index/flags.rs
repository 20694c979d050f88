//! Names the options of an operation.

use std::collections::{HashMap, HashSet};

use super::{Parameter, Place};

/// Gives each parameter a flag: its name in kebab-case. If a global option or another parameter has
/// that name, its place is put in front. The unchanged name works too, unless something else has
/// it.
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
