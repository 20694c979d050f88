//! The names of the `x-autopi-*` members, by which a normalised document says more than OpenAPI
//! can, to the generator, the sandbox and the command line. `docs/contract.md` says who writes and
//! who reads each.

/// The prefix of all names but [`ORIGINAL_OPERATION_ID`]. A member with such a name is never noise.
pub const PREFIX: &str = "x-autopi-";

/// Returns whether the member says something to us. In a document of the user's it does not.
pub fn is_ours(key: &str) -> bool {
    key.starts_with(PREFIX) || key == ORIGINAL_OPERATION_ID
}

/// `true` on a schema: any JSON is accepted, whatever the schema says otherwise. `false`, in the
/// overlay, removes such a mark.
pub const JSON: &str = "x-autopi-json";

/// `"device"` or `"unit"` on a string: which of a device's two ids it is.
pub const ID: &str = "x-autopi-id";

/// `true` on an object: it is the envelope of a page, whose items are in its `results`.
pub const PAGE: &str = "x-autopi-page";

/// `true` on a member of a response: it is proven to be always present, so that its field is not an
/// `Option`.
pub const ALWAYS: &str = "x-autopi-always";

/// On a member or a parameter: whether it is a secret, whatever its name and format suggest.
pub const SECRET: &str = "x-autopi-secret";

/// A list on a member: its possible values where they are not an enum, as of a boolean that is
/// always `true`. They distinguish the alternatives of a union.
pub const VALUES: &str = "x-autopi-values";

/// A string on a component that was made from an alternative of a union: the name of the
/// alternative.
pub const VARIANT: &str = "x-autopi-variant";

/// A string on an operation that was renamed: its `operationId` in the API's own document.
pub const ORIGINAL_OPERATION_ID: &str = "x-original-operation-id";

/// Between stages of the pipeline: the original place in the user's file of something that
/// `convert` moved. Removed before `shape`.
pub const FROM: &str = "x-autopi-from";

/// Between stages of the pipeline: marks a parameter that did not give its `collectionFormat`.
/// Removed after `shape`.
pub const COLLECTION_FORMAT_LEFT_OUT: &str = "x-autopi-collection-format-left-out";

/// In the index of the command line, `true` on the body of a PATCH: nothing is required, at any
/// depth. Never read from a document.
pub const PARTIAL: &str = "x-autopi-partial";

/// In proposals of the probe: the component that this one is a copy of, for a single operation.
pub const COPY_OF: &str = "x-autopi-copy-of";
