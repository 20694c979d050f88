//! Requests and responses.

pub mod api;
pub mod auth;
pub mod body;
pub mod faults;
pub mod form;
pub mod host;
pub mod json_error;
pub mod log;
pub mod portal;
pub mod render;
pub mod response;
pub mod root;
pub mod server;
