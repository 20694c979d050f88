//! The client, and how it is built.

pub(crate) mod handle;
