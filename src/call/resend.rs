//! Turns a response into a request that sends it back: another type that has some of the same
//! members.

use serde::{Serialize, de::DeserializeOwned};

use serde_json::Value;

use crate::{
    Error,
    codec::{mode, unknown},
};

/// Returns the request that a response becomes. Members of both types and members that the document
/// does not name are kept, at any depth; read-only members are left out.
///
/// # Errors
/// Returns an error if the response has no value for a member that the request requires.
pub fn resend<A: Serialize, B: Serialize + DeserializeOwned>(response: &A) -> Result<B, Error> {
    let request = mode::resent(|| read(write(response)?))?;
    // Where the request takes any JSON or a map, the marks of unknown members are still there.
    let mut value = write(&request)?;
    match unknown::unmark(&mut value) {
        true => read(value),
        false => Ok(request),
    }
}

fn write(value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|e| Error::invalid(e.to_string()))
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(value).map_err(|fault| {
        let (path, why) = (fault.path().to_string(), fault.inner());
        Error::invalid(format!("{path} can't be sent back: {why}"))
    })
}
