//! Every operation of the document as one call of the generated client; the tests run them.

mod calls {
    #![allow(clippy::expect_used, deprecated, unused)]
    include!(concat!(env!("OUT_DIR"), "/calls.rs"));
}

pub use calls::{BLOCKING, CALLS, TYPES};

/// The README's code, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
