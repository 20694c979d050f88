//! Every operation of the document as one call of the generated client; the tests run them.

mod calls {
    #![allow(clippy::expect_used, deprecated, unused)]
    include!(concat!(env!("OUT_DIR"), "/calls.rs"));
}

pub use calls::{BLOCKING, CALLS, TYPES};

/// The code of the README and the guide, compiled.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/guide.md")]
    struct Guide;
}
