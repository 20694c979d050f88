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

`cargo xtask diff OLD NEW`, and the report of `check` and `update`, go through both documents as they came, key by key. Each difference is claimed by one of
the rules below, or listed by its JSON pointer as unclassified, which `--fail-on breaking` counts as breaking unless `--allow-unclassified` is given.

- Every change has two classes. *Wire*: what a program meets that was written against the old document, whatever it is written in. *Rust*: what the generated
  crate does to a caller's code; it is read from the Rust code that is generated from both documents, so it is never a guess. The worse of both counts.
- breaking: old programs are refused, get something else, or no longer compile. additive: they need not know. cosmetic: texts, order, another way to say the same.
- A component that nobody sends or reads changes nothing on the wire: its changes are cosmetic. What is only sent, or only read, has the class of that side.
- Documents of different versions are compared as OpenAPI 3.0; what 3.0 can't say is listed (`lost`).
- The Rust column is what the pair of documents of the rule in `xtask/tests/drift.yaml` does; another case may do less or more, and the report says which.

This page is made from the rules by `the_page_is_made_from_the_rules` in `xtask/tests/diff.rs`; each rule is held by its pair, alone and together with all others.

| rule | kind of change | wire | Rust |
| --- | --- | --- | --- |
";
