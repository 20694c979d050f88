//! Turns a normalised OpenAPI 3.0 document into the generated part of the `autopi` crate.
//!
//! [`generate`] is a pure function: `build.rs` and `cargo xtask expand` call it and get the same
//! bytes.

mod areas;
mod bodies;
#[cfg(feature = "conformance")]
mod calls;
#[cfg(all(feature = "conformance", feature = "progenitor"))]
mod calls_progenitor;
mod checks;
pub mod contract;
mod cycles;
mod describe;
mod docs;
mod error;
pub mod escape;
pub mod exact;
mod examples;
mod form;
mod index;
#[cfg(feature = "json-schemas")]
mod json_schemas;
pub mod media;
pub mod names;
mod operations;
mod parameters;
mod parts;
mod print;
#[cfg(feature = "progenitor")]
pub mod progenitor;
#[cfg(feature = "projection")]
pub mod projection;
mod read;
mod resend;
pub mod schema;
#[allow(dead_code)] // a file of the client, not all of which is needed here
mod secret;
mod setter;
mod style;
mod types;
mod unions;

use proc_macro2::TokenStream;
use serde_json::Value;

pub use areas::{METHODS, OTHER_FEATURES, Operation, area, select};
pub use error::Error;
pub use names::free;
pub use operations::{Names, RESERVED_METHODS, ResponseKind, json_schema, success};
pub use read::{JOURNAL, read};

/// Returns the Rust code of every operation whose area is `on`, and of the types that they need.
///
/// # Errors
/// Returns an error with the JSON pointer if the document is not JSON, is not OpenAPI 3.0, or has
/// nothing that can be generated.
pub fn generate(spec: &str, on: &dyn Fn(&str) -> bool) -> Result<String, Error> {
    print::print(tokens(&parse(spec)?, on)?)
}

/// Returns Rust code with the JSON Schema of each type of [`generate`], for the client's feature
/// `schemars`.
///
/// # Errors
/// Returns an error in the same cases as [`generate`].
#[cfg(feature = "json-schemas")]
pub fn json_schemas(spec: &str, on: &dyn Fn(&str) -> bool) -> Result<String, Error> {
    let doc = parse(spec)?;
    let operations = areas::select(&doc, on)?;
    let doc = schema::Document::new(&doc);
    let used = operations::used(&doc, &operations)?;
    Ok(json_schemas::emit(&doc, &types::all(&doc, &used)?)?.to_string())
}

/// Checks that [`generate`] can use a document: runs all of it except the printing, which does not
/// depend on the document.
///
/// # Errors
/// Returns an error in the same cases as [`generate`].
pub fn prove(doc: &Value) -> Result<(), Error> {
    let mut parsed = Ok(());
    parts(doc, &|_| true, &mut |_, part| {
        if parsed.is_ok() {
            parsed = print::parse(part).map(drop);
        }
    })?;
    parsed
}

/// The module of generated code.
enum Module {
    Root,
    Types,
    Builder,
}

/// Returns the code of [`generate`] before it is printed, for a document that is known to be
/// OpenAPI 3.0.
///
/// # Errors
/// Returns an error in the same cases as [`generate`].
pub fn tokens(doc: &Value, on: &dyn Fn(&str) -> bool) -> Result<TokenStream, Error> {
    let (mut root, mut types, mut builders) = Default::default();
    parts(doc, on, &mut |module, part| {
        let module: &mut TokenStream = match module {
            Module::Root => &mut root,
            Module::Types => &mut types,
            Module::Builder => &mut builders,
        };
        module.extend(part);
    })?;
    Ok(quote::quote! {
        #[markup = "The types of requests and responses."]
        pub mod types { #types }
        #root
        #[markup = "The builders, one for each operation. The method of [`Client`](crate::Client) with the same name returns it."]
        pub mod builder { #builders }
    })
}

/// Passes on the code piece by piece, so that a caller who does not need the whole code at once
/// needs little memory.
fn parts(
    doc: &Value,
    on: &dyn Fn(&str) -> bool,
    with: &mut dyn FnMut(Module, TokenStream),
) -> Result<(), Error> {
    let operations = areas::select(doc, on)?;
    let doc = schema::Document::new(doc);
    doc.check()?;
    let builder = &mut |part| with(Module::Builder, part);
    let (root, used) = operations::emit(&doc, &operations, builder)?;
    with(Module::Root, root);
    types::emit(&doc, &used, &mut |part| with(Module::Types, part))?;
    with(Module::Types, resend::emit(&doc, &operations)?);
    Ok(())
}

/// Passes on what callers see of each builder and then of each type, as [`generate`] has it but
/// without documentation and the blocking methods (which have the same names), for a document that
/// is known to be OpenAPI 3.0.
///
/// # Errors
/// Returns an error in the same cases as [`generate`].
pub fn items(doc: &Value, with: &mut dyn FnMut(TokenStream)) -> Result<(), Error> {
    let operations = areas::select(doc, &|_| true)?;
    let doc = schema::Document::surface(doc);
    doc.check()?;
    let used = operations::builders(&doc, &operations, with)?;
    types::emit(&doc, &used, with)
}

/// Checks that the types of a document would not be far larger than the document itself, before any
/// work is done for it.
///
/// # Errors
/// Returns an error that names the component.
pub fn check(doc: &Value) -> Result<(), Error> {
    schema::Document::new(doc).check()
}

/// Returns the code of the types alone, for tests that read and write them.
///
/// # Errors
/// Returns an error in the same cases as [`generate`].
#[cfg(feature = "conformance")]
pub fn types(spec: &str) -> Result<String, Error> {
    let doc = parse(spec)?;
    let operations = areas::select(&doc, &|_| true)?;
    let doc = schema::Document::new(&doc);
    let mut types = TokenStream::new();
    let used = operations::used(&doc, &operations)?;
    types::emit(&doc, &used, &mut |part| types.extend(part))?;
    print::print(quote::quote!(pub mod types { #types }))
}

/// Returns Rust code with a table of calls, one for each operation with all its parameters and a
/// body, for conformance tests of the generated client.
///
/// # Errors
/// Returns an error in the same cases as [`generate`].
#[cfg(feature = "conformance")]
pub fn calls(spec: &str) -> Result<String, Error> {
    let doc = parse(spec)?;
    let operations = areas::select(&doc, &|_| true)?;
    print::print(calls::emit(&schema::Document::new(&doc), &operations)?)
}

/// Returns the part of [`calls`] that the requests are made of: the calls, and their arguments.
///
/// # Errors
/// Returns an error in the same cases as [`generate`].
#[cfg(feature = "conformance")]
pub fn requests(spec: &str) -> Result<String, Error> {
    let doc = parse(spec)?;
    let operations = areas::select(&doc, &|_| true)?;
    let doc = schema::Document::new(&doc);
    print::print(calls::emit_requests(&doc, &operations)?)
}

/// Returns Rust code with the same table through progenitor's client.
///
/// # Errors
/// Returns an error in the same cases as [`progenitor::generate`].
#[cfg(all(feature = "conformance", feature = "progenitor"))]
pub fn progenitor_calls(spec: &str) -> Result<String, Error> {
    let doc = parse(spec)?;
    let operations = areas::select(&doc, &|_| true)?;
    let generated = progenitor::generate(spec, &|_| true)?;
    let doc = schema::Document::new(&doc);
    print::print(calls_progenitor::emit(&doc, &operations, &generated)?)
}

/// Returns Rust code with the example of each operation, for a test that compiles them all.
///
/// # Errors
/// Returns an error in the same cases as [`generate`].
#[cfg(feature = "conformance")]
pub fn examples(spec: &str) -> Result<String, Error> {
    let doc = parse(spec)?;
    let operations = areas::select(&doc, &|_| true)?;
    print::print(operations::examples(
        &schema::Document::new(&doc),
        &operations,
    )?)
}

/// Returns the areas of a document, sorted: the first tag of each operation, or else the first
/// component of its path. Each is a cargo feature.
///
/// # Errors
/// Returns an error if the document is not JSON or not OpenAPI 3.0.
pub fn areas(spec: &str) -> Result<Vec<String>, Error> {
    areas_of(&parse(spec)?)
}

/// Returns the areas of a document that is known to be OpenAPI 3.0: see [`areas`].
///
/// # Errors
/// Returns an error if the document has no `paths`.
pub fn areas_of(doc: &Value) -> Result<Vec<String>, Error> {
    let mut all: Vec<String> = areas::select(doc, &|_| true)?
        .into_iter()
        .map(|o| o.area)
        .collect();
    all.sort();
    all.dedup();
    Ok(all)
}

fn parse(spec: &str) -> Result<Value, Error> {
    let doc = exact::json(serde_json::Deserializer::from_str(spec))
        .map_err(|e| Error::new("", format!("not JSON: {e}")))?;
    match doc.get("openapi").and_then(Value::as_str) {
        Some(v) if v.starts_with("3.0") => Ok(doc),
        Some(v) => Err(Error::new(
            "/openapi",
            format!(
                "version {v} is not 3.0: run `cargo xtask normalize --from FILE --out FILE` on \
                 the document"
            ),
        )),
        None => Err(Error::new(
            "/openapi",
            "missing: run `cargo xtask normalize --from FILE --out FILE` on the document",
        )),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_document_with_a_key_twice_is_no_client() {
        let document = |second: &str| {
            format!(
                "{{\"openapi\": \"3.0.3\", \"paths\": {{\"/a\": {{\"get\": {{\"operationId\": \
                 \"a\", \"responses\": {{}},\n \"operationId\": \"{second}\"}}}}}}}}"
            )
        };
        let generate = |second| crate::generate(&document(second), &|_| true);
        assert!(generate("a").is_ok());
        let why = generate("b").unwrap_err().to_string();
        assert!(why.contains("`operationId` appears twice"), "{why}");
        assert!(why.contains("line 2"), "{why}");
    }
}
