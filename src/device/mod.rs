//! Commands on a device, and what comes back of them.

pub(crate) mod command;
pub(crate) mod job;
mod result;
pub mod webhook;
