//! Lists: pages, cursors, the way to the next page, and pages that are fetched ahead.

mod advance;
pub(crate) mod cursor;
mod envelope;
pub(crate) mod items;
mod link;
pub(crate) mod options;
pub(crate) mod page;
mod paginator;
#[allow(missing_docs)] // of `rt`, hidden
pub(crate) mod params;
#[cfg(not(target_family = "wasm"))]
mod prefetch;
mod repeats;
pub(crate) mod stream;
