//! Commands on a device, and their results.

pub(crate) mod command;
pub(crate) mod job;
mod result;
pub mod webhook;
