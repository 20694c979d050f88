//! The pipeline from the API's own document to `spec/openapi.json`, and the commands around it.
//!
//! Layers, held by `tests/layers.rs`: what everybody uses, [`document`], the stages of the [`pipeline`], the [`commands`]. A stage knows no command.

pub mod cargo;
pub mod commands;
pub mod document;
pub mod locate;
pub mod out;
pub mod pipeline;
#[path = "../../src/transport/address.rs"]
pub mod place;
pub mod report;
#[path = "../../src/privacy/secret.rs"]
pub mod secret;
#[path = "../../src/transport/tls.rs"]
mod tls;
