//! The documents of the repository.

use serde_json::Value;

/// Returns `spec/NAME`.
pub fn document(name: &str) -> Value {
    let path = format!("{}/../spec/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
