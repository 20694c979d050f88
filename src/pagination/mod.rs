//! Lists: what a page is, how the next one is found, and pages that are fetched ahead.

pub(crate) mod items;
pub(crate) mod link;
pub(crate) mod page;
pub(crate) mod paginator;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod prefetch;
pub(crate) mod repeats;
