//! Lists in queries. drf-yasg leaves out `collectionFormat` for a `ListField` or a
//! `MultipleChoiceField`, which means commas in Swagger 2.0; but DRF reads repeated names
//! (`QueryDict.getlist`), and takes `1,2` for a single value.

use autopi_codegen::contract;
use serde_json::Value;

use crate::document;
use crate::report::Failure;

/// Returns whether a parameter is a single text with commas: django-filter's `BaseInFilter` and
/// `BaseRangeFilter`, and DRF's ordering.
pub fn has_commas(name: &str) -> bool {
    ["_in", "_range"].iter().any(|end| name.ends_with(end)) || name == "ordering"
}

/// Repeats the name of a list whose separator the document leaves out.
pub fn repeated_names(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::parameters(doc, |_, _, parameter| {
        let left_out = parameter
            .shift_remove(contract::COLLECTION_FORMAT_LEFT_OUT)
            .is_some();
        let name = parameter.get("name").and_then(Value::as_str);
        if left_out && !name.is_some_and(has_commas) {
            parameter.insert("explode".into(), true.into());
            n += 1;
        }
    });
    Ok(n)
}
