//! What was created and changed, and the commands that run.

pub mod commands;
pub mod sqlite;
pub mod store;
