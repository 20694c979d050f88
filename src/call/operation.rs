//! What the document says of an operation.

use crate::pagination::params::PageParams;

/// What the document says of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub id: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// Query, header and form parameters that must be given; [`BODY`] for a body.
    pub required: &'static [&'static str],
    pub accept: &'static str,
    pub page: Option<PageParams>,
    /// The names of members of its bodies that are secrets, or none, other than the names tell: for traces.
    pub secrets: &'static [(&'static str, bool)],
}

/// Stands for a body among what is required: no parameter has this name.
pub const BODY: &str = "(body)";

#[cfg(test)]
pub(super) mod tests {
    use super::Operation;

    /// One that asks for nothing.
    pub static OPERATION: Operation = Operation {
        id: "x",
        method: "GET",
        path: "/",
        required: &[],
        accept: "",
        page: None,
        secrets: &[],
    };
}
