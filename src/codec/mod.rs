//! Reading and writing of values. This layer knows nothing of requests, clients or pages.

pub(crate) mod any;
pub(crate) mod decode;
pub(crate) mod digits;
pub(crate) mod finite;
pub(crate) mod lenient;
pub(crate) mod mode;
pub(crate) mod nullable;
pub(crate) mod open_enum;
pub(crate) mod pieces;
pub(crate) mod raw;
#[allow(missing_docs)] // most of it is `rt`, hidden
pub(crate) mod record;
pub(crate) mod redact;
mod rfc3339;
pub(crate) mod sha256;
#[allow(missing_docs)]
pub(crate) mod style;
pub(crate) mod time;
#[allow(missing_docs)]
pub(crate) mod union;
pub(crate) mod unknown;
#[allow(missing_docs)]
pub(crate) mod validate;
pub(crate) mod values;
