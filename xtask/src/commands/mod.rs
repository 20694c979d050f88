//! The commands of `cargo xtask`, one module each.

pub mod compare;
pub mod coverage;
pub mod expand;
pub mod lab;
pub mod normalize;
pub mod probe;
pub mod try_document;
pub mod update;
