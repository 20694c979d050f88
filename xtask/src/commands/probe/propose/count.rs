//! A number of responses and of the operations that gave them.

/// A number of responses and of the operations that gave them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Count {
    pub responses: usize,
    pub operations: usize,
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} responses of {} operations",
            self.responses, self.operations
        )
    }
}
