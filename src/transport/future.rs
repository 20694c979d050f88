//! The futures and streams of calls. They are boxed and named, not `impl Future`, because rustc
//! spends seconds on a thousand opaque types.

use std::pin::Pin;

use futures_util::Stream;

use crate::Error;

/// The future of a call.
#[cfg(not(target_family = "wasm"))]
pub type CallFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The future of a call.
#[cfg(target_family = "wasm")]
pub type CallFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + 'a>>;

/// A stream of items or pages.
#[cfg(not(target_family = "wasm"))]
pub type ItemStream<'a, T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send + 'a>>;

/// A stream of items or pages.
#[cfg(target_family = "wasm")]
pub type ItemStream<'a, T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + 'a>>;
