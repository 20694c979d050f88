//! Authorization: credentials, logins with their sessions, second factors, profiles.

pub(crate) mod authorizer;
pub(crate) mod credentials;
pub(crate) mod login;
pub(crate) mod mfa;
mod pause;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod profile;
pub(crate) mod session;
