//! The unique names of methods and builders.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use crate::names;

/// The Rust names of the operations, assigned in document order.
pub struct Names {
    functions: BTreeSet<String>,
    builders: BTreeSet<String>,
}

/// The methods of the hand-written `Client`, and those of traits that a method of the client would
/// hide.
pub const RESERVED_METHODS: [&str; 16] = [
    "authorization",
    "borrow",
    "borrow_mut",
    "builder",
    "can_renew",
    "clone",
    "clone_into",
    "command_job",
    "fmt",
    "from_env",
    "into",
    "request",
    "run_command",
    "start_command",
    "to_owned",
    "type_id",
];

impl Default for Names {
    fn default() -> Self {
        Self {
            functions: RESERVED_METHODS.map(str::to_owned).into(),
            // The type parameter of each builder.
            builders: ["M".to_owned()].into(),
        }
    }
}

impl Names {
    pub fn of(&mut self, id: &str) -> (Ident, Ident) {
        (
            names::unique(names::value_ident(id), &mut self.functions),
            names::unique(names::type_ident(id), &mut self.builders),
        )
    }
}

/// Returns the methods that a builder has besides its setters.
pub fn reserved() -> BTreeSet<String> {
    [
        "new",
        "options",
        "send",
        "send_full",
        "stream",
        "stream_results",
        "pages",
        "body",
    ]
    .map(str::to_owned)
    .into()
}
