//! The document of `conformance/tests/unions.rs` is the pipeline's current result for its fixture.

use std::fs;

use xtask::pipeline::normalize;

#[test]
fn the_normalised_document_of_the_unions_is_fresh() {
    let text = fs::read_to_string("tests/fixtures/other/unions.yaml").unwrap();
    let path = "../conformance/tests/unions.json";
    let fresh = normalize(&text, None).unwrap().text;
    if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
        fs::write(path, &fresh).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap();
    assert!(
        kept == fresh,
        "run `INSTA_UPDATE=always cargo test -p xtask --test unions`"
    );
}
