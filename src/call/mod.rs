//! Calls: an operation with its parameters, or a request to any path, and the ways to send it.

#[allow(missing_docs)] // of `rt`, hidden
pub(crate) mod builder;
pub(crate) mod download;
#[allow(missing_docs)]
mod form;
#[allow(missing_docs)]
pub(crate) mod operation;
pub(crate) mod options;
pub(crate) mod path;
pub(crate) mod raw;
pub(crate) mod resend;
#[allow(missing_docs)]
mod sending;
