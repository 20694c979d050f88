//! The pipeline from the API's own document to `spec/openapi.json`, and the commands around it.
//!
//! Its layers, which `tests/layers.rs` checks, are the shared helpers, [`document`], the stages of
//! the [`pipeline`], and the [`commands`]. A stage knows no command.

mod body;
pub mod cargo;
pub mod commands;
pub mod document;
#[path = "../../src/transport/encoding.rs"]
mod encoding;
#[path = "../../src/transport/framing.rs"]
mod framing;
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
