//! What may be shown of what was sent and received: which names are those of secrets, and what takes their place in `Debug`, errors and traces.

pub(crate) mod escape;
pub mod secret;
pub(crate) mod shown;
