//! What the pipeline says to the generator, the sandbox and the command line in a normalised document, beside OpenAPI: the names of its `x-autopi-*` members.
//! `docs/contract.md` says who writes and who reads each.

/// What all names but [`ORIGINAL_OPERATION_ID`] begin with. A member of such a name is never noise.
pub const PREFIX: &str = "x-autopi-";

/// `true` at a schema: any JSON comes or is sent here, whatever the schema says beside it. `false`, in the overlay, takes such a mark away.
pub const JSON: &str = "x-autopi-json";

/// `"device"` or `"unit"` at a text: which of a device's two ids it is.
pub const ID: &str = "x-autopi-id";

/// `true` at an object: the envelope of a page, whose items are those of its `results`.
pub const PAGE: &str = "x-autopi-page";

/// `true` at a member of a response: it is proven to be there, so that its field is no `Option`.
pub const ALWAYS: &str = "x-autopi-always";

/// At a member or a parameter: it is a secret (`true`) or none (`false`), whatever its name and format tell.
pub const SECRET: &str = "x-autopi-secret";

/// A list at a member: the values that it has where they are no enum, as of a boolean that is always `true`. They tell alternatives of a union apart.
pub const VALUES: &str = "x-autopi-values";

/// A text at a component that was made of an alternative of a union: the name of the alternative.
pub const VARIANT: &str = "x-autopi-variant";

/// A text at an operation that was renamed: its `operationId` in the API's own document.
pub const ORIGINAL_OPERATION_ID: &str = "x-original-operation-id";

/// Between stages of the pipeline: where in the user's file something stood that `convert` moved. Gone before `shape`.
pub const FROM: &str = "x-autopi-from";

/// Between stages of the pipeline: a parameter whose `collectionFormat` was left out. Gone after `shape`.
pub const COLLECTION_FORMAT_LEFT_OUT: &str = "x-autopi-collection-format-left-out";

/// In what the probe proposes: the component that this one is a copy of, for one operation alone.
pub const COPY_OF: &str = "x-autopi-copy-of";
