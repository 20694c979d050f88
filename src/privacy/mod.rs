//! Privacy: which names are those of secrets, and what is shown in their place in `Debug`, errors
//! and traces.

pub(crate) mod escape;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod mask;
pub(crate) mod repeated;
pub mod secret;
pub(crate) mod shown;
mod unescape;
