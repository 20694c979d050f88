//! Golden pairs of the `convert` stage: one fixture for each quirk; the snapshot has the document
//! and the warnings.

use xtask::{
    pipeline::{convert::convert, fetch::parse},
    report::Report,
};

#[test]
fn fixtures() {
    insta::glob!("fixtures/convert/*.yaml", |path| {
        let mut report = Report::default();
        let doc = convert(
            parse(&std::fs::read_to_string(path).unwrap()).unwrap(),
            &mut report,
        )
        .unwrap();
        serde_json::from_value::<openapiv3::OpenAPI>(doc.clone()).unwrap();
        insta::assert_snapshot!(format!(
            "{}\n{report}",
            serde_json::to_string_pretty(&doc).unwrap()
        ));
    });
}
