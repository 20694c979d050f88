//! The documents that drive a sandbox.

use std::{
    io::Read,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{Error, Wire, spec::Spec};

/// Returns the AutoPi API's documents, which are compiled into the crate: the served one, and the
/// one that describes the real responses.
///
/// # Errors
/// Returns an error if the crate was built incorrectly.
pub fn embedded() -> Result<(Value, Value), Error> {
    let read = |packed: &[u8]| {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(packed)
            .read_to_end(&mut text)
            .map_err(|e| Error(format!("the embedded document: {e}")))?;
        serde_json::from_slice(&text).map_err(|e| Error(format!("the embedded document: {e}")))
    };
    Ok((
        read(include_bytes!(concat!(
            env!("OUT_DIR"),
            "/upstream.json.gz"
        )))?,
        read(include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz")))?,
    ))
}

/// The served text, the document that requests are validated by, and the one that data is made
/// from.
#[derive(Clone)]
pub struct Documents {
    pub text: bytes::Bytes,
    pub served: Arc<Spec>,
    pub backing: Arc<Spec>,
}

impl Documents {
    fn compile(served: &Value, response_spec: Option<&Value>, wire: Wire) -> Result<Self, Error> {
        let compile = |document: &Value| Spec::compile(document).map(Arc::new);
        let text = served.to_string().into();
        Ok(
            match response_spec
                .map(compile)
                .transpose()
                .map_err(|e| Error(format!("the document of the responses: {e}")))?
            {
                // A document that is only served need not be compiled.
                Some(backing) if wire == Wire::Real => Self {
                    text,
                    served: backing.clone(),
                    backing,
                },
                Some(backing) => Self {
                    text,
                    served: compile(served).map_err(Error)?,
                    backing,
                },
                None => {
                    let served = compile(served).map_err(Error)?;
                    Self {
                        text,
                        backing: served.clone(),
                        served,
                    }
                }
            },
        )
    }

    /// Returns the given documents, or our own, which are compiled once for each process.
    pub fn of(
        spec: Option<&Value>,
        response_spec: Option<&Value>,
        wire: Wire,
    ) -> Result<Self, Error> {
        static REAL: OnceLock<Documents> = OnceLock::new();
        static SPEC: OnceLock<Documents> = OnceLock::new();
        if let Some(served) = spec {
            return Self::compile(served, response_spec, wire);
        }
        let own = if wire == Wire::Real { &REAL } else { &SPEC };
        if let (Some(known), None) = (own.get(), response_spec) {
            return Ok(known.clone());
        }
        let (served, known) = embedded()?;
        let made = Self::compile(&served, Some(response_spec.unwrap_or(&known)), wire)?;
        Ok(match response_spec {
            None => own.get_or_init(|| made).clone(),
            Some(_) => made,
        })
    }
}
