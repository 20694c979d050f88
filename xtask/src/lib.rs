//! The pipeline from the API's own document to `spec/openapi.json`, one module a stage.

pub mod baseline;
pub mod cargo;
pub mod changelog;
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
#[path = "../../src/transport/address.rs"]
pub mod place;
pub mod probe;
mod provenance;
pub mod report;
#[path = "../../src/privacy/secret.rs"]
pub mod secret;
pub mod shape;
#[path = "../../src/transport/tls.rs"]
mod tls;
pub mod update;
pub mod verify;
pub mod write;
