//! Small helpers that do not depend on the API.

pub mod any;
pub mod clock;
pub mod json;
pub mod marks;
pub mod private;
pub mod python;
pub mod rng;
#[allow(dead_code)] // a file of the client, not all of which is needed here
pub mod secret;
