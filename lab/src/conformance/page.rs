//! The page that `conformance` writes, `docs/conformance.md`.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::Result;

use super::{Verdict, reasons::Finding};

/// How many findings the page shows; all of them are in `target/conformance/findings.txt`.
const ROWS: usize = 100;

/// Returns the page of these verdicts.
pub(super) fn page(verdicts: &[Verdict], seconds: u32, examples: u32) -> Result<String> {
    let mut page = format!(
        "# Conformance\n\nWritten by `cargo xtask conformance --seconds {seconds} --examples \
         {examples}`: third-party tools test the sandbox and the document that it \
         serves.\nSchemathesis sends generated requests, valid and invalid (phases examples, \
         coverage, fuzzing; all checks); Prism, as a proxy with `--errors`, validates the \
         requests of the generated client and the responses of the sandbox.\n\n| tool | tested | \
         findings | explained | open |\n| --- | --- | --- | --- | --- |\n"
    );
    for verdict in verdicts {
        let (judge, judged) = (verdict.judge, &verdict.judged);
        let (all, open) = (verdict.findings.len(), verdict.open().count());
        let explained = all - open;
        writeln!(
            page,
            "| {judge} | {judged} | {all} | {explained} | {open} |"
        )?;
    }
    explained(&mut page, verdicts)?;
    open(&mut page, verdicts)?;
    Ok(page)
}

/// Writes how many findings each reason explains.
fn explained(page: &mut String, verdicts: &[Verdict]) -> Result<()> {
    let mut explained = BTreeMap::new();
    for finding in verdicts.iter().flat_map(|v| &v.findings) {
        if let Some(reason) = finding.reason {
            *explained.entry((&finding.check, reason)).or_insert(0) += 1;
        }
    }
    if !explained.is_empty() {
        *page += "\n## Explained\n\n| check | findings | reason |\n| --- | --- | --- |\n";
        for ((check, reason), count) in explained {
            writeln!(page, "| {check} | {count} | {reason} |")?;
        }
    }
    Ok(())
}

/// Writes the first findings without a reason.
fn open(page: &mut String, verdicts: &[Verdict]) -> Result<()> {
    let open: Vec<&Finding> = verdicts.iter().flat_map(Verdict::open).collect();
    if open.is_empty() {
        return Ok(());
    }
    *page += "\n## Open\n\n| check | operation | what is wrong |\n| --- | --- | --- |\n";
    for finding in open.iter().take(ROWS) {
        let start: String = finding.wrong.chars().take(200).collect();
        let wrong = start.replace('|', "\\|").replace(['\n', '\r'], " ");
        let (check, operation) = (&finding.check, &finding.operation);
        writeln!(page, "| {check} | `{operation}` | {wrong} |")?;
    }
    if open.len() > ROWS {
        writeln!(page, "\n... and {} more.", open.len() - ROWS)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_page_has_each_finding_explained_or_open() {
        let finding = |wrong: &str, reason| Finding {
            check: "status_code_conformance".into(),
            operation: "GET /a/".into(),
            wrong: wrong.into(),
            reason,
            ..Finding::default()
        };
        let findings = BTreeSet::from([
            finding("Received: 404 Documented: 200", Some("why")),
            finding("Received: 500 Documented: 200", None),
        ]);
        let page = page(
            &[Verdict {
                judge: "j",
                judged: "1".into(),
                findings,
            }],
            1,
            1,
        )
        .unwrap();
        assert!(page.contains("| j | 1 | 2 | 1 | 1 |"), "{page}");
        assert!(
            page.contains(
                "| status_code_conformance | `GET /a/` | Received: 500 Documented: 200 |"
            ),
            "{page}"
        );
    }
}
