//! What the values of a document's keywords are. The command line has this file too.

/// Returns whether the value of a keyword is data, which only looks like a schema or a reference.
pub fn is_data(key: &str) -> bool {
    matches!(key, "const" | "default" | "enum" | "example" | "examples")
}

/// Returns whether the value of a keyword has names for keys: a member may be called `default`.
pub fn has_names(key: &str) -> bool {
    matches!(
        key,
        "$defs"
            | "callbacks"
            | "content"
            | "definitions"
            | "encoding"
            | "headers"
            | "mapping"
            | "parameters"
            | "patternProperties"
            | "properties"
            | "requestBodies"
            | "responses"
            | "schemas"
    )
}
