//! Commands on a device, and what comes back of them.

pub(crate) mod command;
pub mod webhook;
