//! What the API gave, to be sent back: one type becomes another, which has some of its members.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, codec::mode};

/// Returns what a request takes of a response: members that both name, and those that the document does not name, at any depth. Those that are only read are left out.
///
/// # Errors
/// Returns an error if a member that the request needs is not there.
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
