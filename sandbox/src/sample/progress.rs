//! The progress of making a value, so that recursive schemas end.

use crate::spec::schema::Object;

/// The progress of making a value.
#[derive(Default)]
pub struct Progress {
    /// The objects being made: a recursive one is left out, or ends with an empty array.
    pub objects: Vec<*const Object>,
    /// The current depth.
    pub depth: usize,
    /// The number of values so far.
    pub total: usize,
}

impl Progress {
    pub fn has(&self, object: &Object) -> bool {
        self.objects.contains(&std::ptr::from_ref(object))
    }

    /// Returns whether the limits are reached, which only a schema that contains itself or doubles
    /// at each level does.
    pub fn is_full(&self) -> bool {
        self.depth > 48 || self.objects.len() > 24 || self.total > 5000
    }
}
