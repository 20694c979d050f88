//! The client, and how it is built.

mod build;
pub(crate) mod builder;
pub(crate) mod handle;
mod network;
