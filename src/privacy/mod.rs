//! What may be shown of what was sent and received: which names are those of secrets, and what takes their place in `Debug`, errors and traces.

pub(crate) mod escape;
#[allow(dead_code)] // xtask needs more of it
pub(crate) mod secret;
pub(crate) mod shown;
