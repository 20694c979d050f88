//! The pipeline from the API's own document to `spec/openapi.json`, one module a stage.

pub mod bench;
pub mod bench_runtime;
pub mod convert;
pub mod coverage;
pub mod features;
pub mod fetch;
pub mod overlay;
pub mod pipeline;
pub mod report;
pub mod shape;
pub mod verify;
pub mod write;
