//! The example in the documentation of each operation compiles: one file with a function for each,
//! as 620 doctests would take minutes.

pub use autopi::{
    Bytes, Client, Date, Decimal, DeviceId, Error, IntoValue, Json, Timestamp, UnitId, Upload,
    Uuid, rt, serde_json, types,
};

#[allow(deprecated, unused, clippy::all)]
pub mod examples {
    include!(concat!(env!("OUT_DIR"), "/examples.rs"));
}

#[test]
fn each_operation_has_an_example_that_compiles() {
    let compiled = include_str!(concat!(env!("OUT_DIR"), "/examples.rs"));
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/openapi.json");
    let generated = autopi_codegen::generate(&std::fs::read_to_string(spec).unwrap(), &|_| true);
    let generated = generated.unwrap();
    let examples: Vec<&str> = generated.split("doc = \"```\\n").skip(1).collect();
    assert_eq!(examples.len(), conformance::CALLS.len());
    let plain = |text: &str| text.replace(|c: char| c.is_whitespace(), "");
    let compiled = plain(compiled);
    for example in examples {
        let example = example.split("\\n```").next().unwrap().replace("\\n", "");
        assert!(compiled.contains(&plain(&example)), "{example}");
    }
}
