//! The `shape` stage: turns what drf-yasg documents into what Django REST framework does.
//!
//! [`RULES`] is the only ordered list. Each rule is a function over the OpenAPI 3.0 document that
//! returns how often it applied. None depends on the name of an operation.

mod enums;
mod hoist;
mod ids;
mod keys;
pub(crate) mod lists;
mod names;
pub(crate) mod noise;
mod responses;
mod secrets;
mod split;
mod telemetry;
mod texts;
mod unions;
mod untyped;

use serde_json::Value;

use crate::report::{Failure, Report};

/// A rule: changes the document; returns how many places it changed.
pub type Rule = fn(&mut Value) -> Result<usize, Failure>;

/// All rules, in the order in which they run.
pub const RULES: &[(&str, Rule)] = &[
    (
        "noise: defaults made at rendering time dropped",
        noise::rendering_time_defaults,
    ),
    (
        "noise: schemas that only describe dropped",
        noise::lone_descriptions,
    ),
    (
        "operation names made unique and snake_case",
        names::operation_names,
    ),
    (
        "untyped fields opened to any JSON",
        untyped::bare_read_only_strings,
    ),
    ("JSON fields opened to any JSON", untyped::json_fields),
    (
        "integers wider than 64 bits opened to any JSON",
        untyped::wide_integers,
    ),
    ("two ids: DeviceId and UnitId", ids::two_ids),
    (
        "lists: names repeated, as DRF reads them",
        lists::repeated_names,
    ),
    (
        "parameters: texts that are ids, numbers or times typed",
        texts::typed_texts,
    ),
    ("responses: one typed success", responses::one_success),
    ("pages: envelopes made one Page<T>", responses::pages),
    (
        "pages: a list of envelopes is one page",
        responses::lists_of_pages,
    ),
    ("free-form telemetry opened", telemetry::free_form_records),
    (
        "enums: blank and null choices folded",
        enums::blank_and_null_choices,
    ),
    (
        "unions: null, single and listed values folded",
        unions::simplified,
    ),
    (
        "unions: a base with a discriminator is one of its children",
        unions::inherited,
    ),
    ("inline objects and unions named", hoist::inline_objects),
    (
        "unions: members beside the alternatives are added to each",
        unions::spread,
    ),
    ("unions: every tag written out", unions::tags),
    (
        "members that are required but not described are any JSON",
        untyped::required_members,
    ),
    ("enums: open enums named", enums::open_enums),
    (
        "responses: an id by which an item is addressed is always present",
        keys::ids_in_paths,
    ),
    ("secrets marked", secrets::marked),
    ("request/response split", split::request_response),
];

/// Runs all rules and adds their counts to `report`.
///
/// # Errors
/// Returns an error with the place if a rule cannot make sense of the document.
pub fn shape(doc: &mut Value, report: &mut Report) -> Result<(), Failure> {
    for (name, rule) in RULES {
        let n = rule(doc)?;
        report.count(name, n);
    }
    Ok(())
}
