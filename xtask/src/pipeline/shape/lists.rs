//! Lists in queries. drf-yasg leaves out `collectionFormat` for a `ListField` or a
//! `MultipleChoiceField`, which means commas in Swagger 2.0; but DRF reads repeated names
//! (`QueryDict.getlist`), and takes `1,2` for a single value.

use autopi_codegen::contract;
use serde_json::Value;

use crate::document::{self, drf};
use crate::report::Failure;

/// Repeats the name of a list whose separator the document leaves out.
pub fn repeated_names(doc: &mut Value) -> Result<usize, Failure> {
    let mut n = 0;
    document::parameters(doc, |_, _, parameter| {
        let left_out = parameter
            .shift_remove(contract::COLLECTION_FORMAT_LEFT_OUT)
            .is_some();
        let name = parameter.get("name").and_then(Value::as_str);
        if left_out && !name.is_some_and(drf::has_commas) {
            parameter.insert("explode".into(), true.into());
            n += 1;
        }
    });
    Ok(n)
}
