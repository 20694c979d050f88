//! Turns a response into a request that sends it back: another type that has some of the same
//! members.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, codec::mode};

/// Returns the request that a response becomes. Members of both types and members that the document
/// does not name are kept, at any depth; read-only members are left out.
///
/// # Errors
/// Returns an error if the response has no value for a member that the request requires.
pub fn resend<A: Serialize, B: DeserializeOwned>(got: &A) -> Result<B, Error> {
    mode::resent(|| {
        let value = serde_json::to_value(got).map_err(|e| Error::invalid(e.to_string()))?;
        serde_path_to_error::deserialize(value).map_err(|fault| {
            Error::invalid(format!(
                "{} can't be sent back: {}",
                fault.path(),
                fault.inner()
            ))
        })
    })
}
