//! How far a value has come, so that recursive schemas end.

use crate::spec::schema::Object;

/// How far the making of a value has come.
#[derive(Default)]
pub struct Progress {
    /// The objects that are being made: a recursive one is left out, or ends with an empty array.
    pub objects: Vec<*const Object>,
    /// How deep it is.
    pub depth: usize,
    /// Of how many values it is made.
    pub total: usize,
}

impl Progress {
    pub fn has(&self, object: &Object) -> bool {
        self.objects.contains(&std::ptr::from_ref(object))
    }

    /// No document of this field comes near: it holds itself, or doubles at each level.
    pub fn is_full(&self) -> bool {
        self.depth > 48 || self.objects.len() > 24 || self.total > 5000
    }
}
