//! What generated code calls. No part of the public interface: it may change with any release.

pub use serde;

#[cfg(feature = "blocking")]
pub use crate::blocking::wait;
pub use crate::{
    call::{
        builder::Call,
        operation::{BODY, Operation},
    },
    codec::{
        record::{Placeholder, Record, debug, read, serialize_if_some, write},
        redact::{Redact, debug_variant},
        style::{Format, Place, Style},
        union::{Alternative, Shape, Source, Tag, Union, kind, of, put, read_union},
        validate::{Check, Violations},
    },
    pagination::params::PageParams,
    transport::future::{CallFuture, ItemStream},
};

/// Returns the body of a response as a call decodes it: for benches.
pub fn decode<T: serde::de::DeserializeOwned>(body: bytes::Bytes) -> Result<T, crate::Error> {
    crate::transport::response::decode(200, body)
}
