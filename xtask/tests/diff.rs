//! What a change of the document means to callers.

use std::fs;

use serde_json::Value;
use xtask::{
    changelog,
    diff::{Class, Format, compare},
    pipeline::normalize,
};

fn document(name: &str) -> Value {
    normalize(
        &fs::read_to_string(format!("tests/fixtures/diff/{name}.yaml")).unwrap(),
        None,
    )
    .unwrap()
    .doc
}

#[test]
fn each_kind_of_change_has_its_class() {
    let changes = compare(&document("old"), &document("new")).unwrap();
    insta::assert_snapshot!(Format::Text.render(&changes));
    insta::assert_snapshot!("markdown", Format::Markdown.render(&changes));
    let json: Value = serde_json::from_str(&Format::Json.render(&changes)).unwrap();
    assert_eq!(
        json["breaking"],
        changes
            .iter()
            .filter(|c| c.class == Class::Breaking)
            .count()
    );
    assert_eq!(json["changes"].as_array().unwrap().len(), changes.len());
    insta::assert_snapshot!(
        "changelog",
        changelog::update("# Changelog\n\n## Unreleased\n\n- FEATURE: x\n", &changes)
    );
}

#[test]
fn the_other_way_round_breaks_too_and_a_document_is_equal_to_itself() {
    let (old, new) = (document("old"), document("new"));
    assert_eq!(compare(&old, &old).unwrap(), []);
    assert_eq!(Format::Text.render(&[]), "no difference\n");
    let back = compare(&new, &old).unwrap();
    let is = |place: &str, class: Class| back.iter().any(|c| c.place == place && c.class == class);
    assert!(
        is("DELETE /things/{id}/", Class::Additive)
            && is("PUT /things/{pk}/", Class::Breaking)
            && is("Thing.dropped", Class::Additive)
    );
}

#[test]
fn a_difference_that_no_caller_sees_is_one_all_the_same() {
    let old = document("old");
    let mut new = old.clone();
    new["components"]["schemas"]["Unused"] = serde_json::json!({ "type": "object", "x-odd": 1 });
    let changes = compare(&old, &new).unwrap();
    assert_eq!(
        (changes.len(), changes[0].class, changes[0].place.as_str()),
        (1, Class::Cosmetic, "/components/schemas/Unused")
    );
}

#[test]
fn without_changes_for_callers_the_changelog_is_left_alone() {
    let (old, mut new) = (document("old"), document("old"));
    new["info"]["title"] = "another".into();
    let changes = compare(&old, &new).unwrap();
    assert_eq!((changes.len(), changes[0].class), (1, Class::Cosmetic));
    assert_eq!(
        changelog::update("# Changelog\n", &changes),
        "# Changelog\n"
    );
}
