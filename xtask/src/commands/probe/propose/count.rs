//! How many responses, of how many operations.

/// How many responses, of how many operations.
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
