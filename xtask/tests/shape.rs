//! One fixture for each quirk of drf-yasg: the snapshot has the counts of the rules, the normalised
//! document, and the generated Rust.

use std::{collections::BTreeSet, fs};

use xtask::pipeline::{normalize, shape::RULES};

#[test]
fn fixtures() {
    let mut applied = BTreeSet::new();
    insta::glob!("fixtures/shape/*.yaml", |path| {
        let new = normalize(&fs::read_to_string(path).unwrap(), None).unwrap();
        let counted: Vec<_> = new.report.counters.iter().filter(|(_, n)| *n > 0).collect();
        applied.extend(counted.iter().map(|(rule, _)| rule.clone()));
        let code = autopi_codegen::generate(&new.text, &|_| true).unwrap();
        insta::assert_snapshot!(format!(
            "{counted:#?}\n{:#?}\n{}\n{code}",
            new.report.warnings, new.text
        ));
    });
    let idle: Vec<_> = RULES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !applied.contains(*name))
        .collect();
    assert!(idle.is_empty(), "no fixture for {idle:?}");
}
