//! The `[features]` block of the root `Cargo.toml`: one feature for each area, and `full` for all.
//! `default` stays the same, except for areas that were removed.

use toml_edit::{Array, DocumentMut, Item, Value};

use crate::report::Failure;

/// Returns the manifest with the features of these areas.
///
/// # Errors
/// Returns an error if the manifest is not TOML, or has no `[features]`.
pub fn update(manifest: &str, areas: &[String]) -> Result<String, Failure> {
    let fail = |message: String| Failure::new("update the features", "", message).at("Cargo.toml");
    let mut doc: DocumentMut = manifest.parse().map_err(|e| fail(format!("{e}")))?;
    let features = doc
        .get_mut("features")
        .and_then(Item::as_table_mut)
        .ok_or_else(|| fail("[features] is missing".into()))?;
    let strings = |item: Option<&Item>| -> Vec<String> {
        let entries = item.and_then(Item::as_array).into_iter().flatten();
        let strings = entries.filter_map(Value::as_str);
        strings.map(str::to_owned).collect()
    };
    let listed = strings(features.get("full"));
    if listed == areas {
        return Ok(manifest.to_owned());
    }
    // The features in `full` were areas; any other feature is ours and stays.
    for gone in listed.iter().filter(|a| !areas.contains(a)) {
        features.remove(gone);
    }
    let kept: Array = strings(features.get("default"))
        .into_iter()
        .filter(|d| !listed.contains(d) || areas.contains(d))
        .collect();
    features.insert("default", Item::Value(kept.into()));
    features.insert(
        "full",
        Item::Value(areas.iter().map(String::as_str).collect::<Array>().into()),
    );
    for area in areas {
        if !features.contains_key(area) {
            features.insert(area, Item::Value(Array::new().into()));
        }
    }
    Ok(doc.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_area_has_the_name_of_another_feature() {
        let manifest = include_str!("../../../../Cargo.toml");
        let doc: DocumentMut = manifest.parse().unwrap();
        let features = doc["features"].as_table().unwrap();
        let areas = features["full"].as_array().unwrap();
        let is_area = |name: &&str| areas.iter().any(|a| a.as_str() == Some(name));
        let mut others: Vec<_> = features.iter().map(|(name, _)| name).collect();
        others.retain(|name| !is_area(name));
        others.sort_unstable();
        assert_eq!(others, autopi_codegen::OTHER_FEATURES);
        for name in others {
            let operation = serde_json::json!({"tags": [name]});
            assert_eq!(
                autopi_codegen::area("/x/", &operation),
                format!("{name}_area")
            );
        }
    }

    #[test]
    fn features_follow_the_areas_and_the_rest_of_the_manifest_stays() {
        let manifest = "[package]\nname = \"x\" # kept\n\n[features]\ndefault = [\"a\", \
                        \"b\"]\nfull = [\"a\", \"b\"]\na = []\nb = []\nblocking = []\n";
        let new = update(manifest, &["b".into(), "c".into()]).unwrap();
        let expected = "[package]\nname = \"x\" # kept\n\n[features]\ndefault = [\"b\"]\nfull = \
                        [\"b\", \"c\"]\nb = []\nblocking = []\nc = []\n";
        assert_eq!(new, expected);
        assert_eq!(update(&new, &["b".into(), "c".into()]).unwrap(), new);
        assert!(update("[package]", &[]).is_err());
    }
}
