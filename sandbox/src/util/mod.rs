//! Small helpers that know nothing of the API.

pub mod clock;
pub mod json;
pub mod private;
pub mod rng;
#[allow(dead_code)] // The client's file, of which not all is needed here.
pub mod secret;
