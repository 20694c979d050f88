//! The pipeline from the API's own document to `spec/openapi.json`, one module a stage.

pub mod baseline;
pub mod bench;
pub mod bench_runtime;
pub mod bench_sandbox;
pub mod changelog;
pub mod conformance;
pub mod convert;
pub mod coverage;
pub mod diff;
pub mod features;
pub mod fetch;
pub mod locate;
pub mod normalize;
pub mod out;
pub mod overlay;
pub mod pipeline;
#[path = "../../src/place.rs"]
pub mod place;
pub mod portal_check;
pub mod probe;
mod provenance;
pub mod report;
pub mod sandbox_args;
#[path = "../../src/secret.rs"]
pub mod secret;
pub mod shape;
pub mod tools;
pub mod update;
pub mod verify;
pub mod write;
