//! One call: an operation that is filled in, or a request to any path, and the ways to send it.

#[allow(missing_docs)] // most of it is `rt`, hidden
pub(crate) mod builder;
pub(crate) mod download;
pub(crate) mod options;
pub(crate) mod raw;
