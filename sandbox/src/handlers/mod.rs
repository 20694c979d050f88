//! What an operation does with a request, in the terms of Django REST framework.

pub mod error;
pub mod fields;
pub mod filter;
pub mod metadata;
pub mod paginate;
pub mod query;
pub mod resources;
pub mod rows;
pub mod validate;
