//! The facts of the document about one operation.

use crate::pagination::params::PageParams;

/// The facts of the document about one operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub id: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// The query, header and form parameters that are required; [`BODY`] stands for the body.
    pub required: &'static [&'static str],
    pub accept: &'static str,
    pub page: Option<PageParams>,
    /// Members of its bodies that the document says are secrets (`true`) or not (`false`), against
    /// what their names suggest. For traces.
    pub secrets: &'static [(&'static str, bool)],
}

/// Stands for the body in [`Operation::required`]; no parameter has this name.
pub const BODY: &str = "(body)";

#[cfg(test)]
pub(super) mod tests {
    use super::Operation;

    /// An operation without parameters.
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
