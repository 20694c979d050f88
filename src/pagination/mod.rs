//! Lists: pages, cursors, finding the next page, and prefetching.

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
