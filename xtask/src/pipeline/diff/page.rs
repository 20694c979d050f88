//! Makes `docs/drift.md` from the rules.

use std::{collections::BTreeMap, fmt::Write};

use super::{Class, Rule};

/// Returns the page; `seen` has the effect of each rule's pair of documents on the Rust API.
pub fn page(seen: &BTreeMap<String, Option<Class>>) -> String {
    let mut out = String::from(HEAD);
    for rule in Rule::ALL {
        let (request, response) = rule.wire();
        let wire = if request == response {
            request.name().to_owned()
        } else {
            format!("{} to send, {} to read", request.name(), response.name())
        };
        let wire = if *rule == Rule::RustOnly {
            "none".into()
        } else {
            wire
        };
        let rust = seen
            .get(&rule.id())
            .copied()
            .flatten()
            .map_or("none", Class::name);
        let _ = writeln!(
            out,
            "| `{}` | {} | {wire} | {rust} |",
            rule.id(),
            rule.what()
        );
    }
    out
}

const HEAD: &str = "\
# What a change of the document means

`cargo xtask diff OLD NEW`, and the reports of `check` and `update`, compare both upstream \
                    documents key by key. Each difference is covered by one of
the rules below, or listed by its JSON pointer as unclassified, which `--fail-on breaking` counts \
                    as breaking unless `--allow-unclassified` is given.

- Every change has two classes. *Wire*: its effect on a program in any language that was written \
                    for the old document. *Rust*: its effect on code that calls
  the generated crate; it is determined by comparing the Rust code that is generated from both \
                    documents. The worse of the two counts.
- breaking: old programs are refused, get other data, or no longer compile. additive: they are not \
                    affected. cosmetic: texts, order, another way to write the same.
- Alternatives (oneOf) that both accept a value count as one that does, as with anyOf.
- Changes of a component that no request or response uses are cosmetic. A schema that is only \
                    sent, or only read, has the class of that side.
- Documents of different versions are compared as OpenAPI 3.0; what 3.0 cannot express is listed \
                    (`lost`).
- The Rust column is the effect of the rule's pair of documents in `xtask/tests/drift.yaml`; other \
                    cases may have more or less effect, which the report shows.

This page is made from the rules by `the_page_is_made_from_the_rules` in `xtask/tests/diff.rs`; \
                    each rule is tested with its pair, alone and together with all others.

| rule | kind of change | wire | Rust |
| --- | --- | --- | --- |
";
