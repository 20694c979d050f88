//! The facts of the document about one operation.

use crate::{codec::validate::Violation, pagination::params::PageParams};

/// The facts of the document about one operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub id: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// The query, header and form parameters that are required, and the body.
    pub required: &'static [Argument],
    pub accept: &'static str,
    pub page: Option<PageParams>,
    /// Members of its bodies that the document says are secrets (`true`) or not (`false`), against
    /// what their names suggest. For traces.
    pub secrets: &'static [(&'static str, bool)],
}

/// What a setter sets. Parameters in different places may have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    Path(&'static str),
    Query(&'static str),
    Header(&'static str),
    /// A field of a form.
    Field(&'static str),
    /// The header of a part: the names of the part and of the header.
    PartHeader(&'static str, &'static str),
    Body,
}

impl Argument {
    /// Returns the violation of an argument that is required and was not set.
    pub(super) fn not_set(self) -> Violation {
        match self {
            Self::Path(name) | Self::Query(name) | Self::Header(name) | Self::Field(name) => {
                Violation::not_set(name)
            }
            Self::PartHeader(part, name) => Violation::not_set(&header_of(part, name)),
            Self::Body => Violation::not_set("body"),
        }
    }
}

/// Returns the name of the header of a part in errors.
pub(super) fn header_of(part: &str, name: &str) -> String {
    format!("{part}: header `{name}`")
}

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
