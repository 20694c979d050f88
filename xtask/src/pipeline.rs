//! The stages in their order.

use serde_json::{Map, Value};

use crate::{
    convert, fetch, overlay,
    report::{Failure, Report},
    shape, verify,
};

/// A document through all stages.
pub struct Normalized {
    /// The document as it came.
    pub upstream: Value,
    pub doc: Value,
    /// Canonical: two spaces, sorted paths and components, a newline at the end.
    pub text: String,
    pub report: Report,
}

/// Upstream text → normalised document.
///
/// # Errors
/// The stage that failed says what, where, and the way out.
pub fn normalize(text: &str, corrections: Option<&str>) -> Result<Normalized, Failure> {
    let mut report = Report::default();
    let upstream = fetch::parse(text)?;
    let mut doc = convert::convert(upstream.clone(), &mut report)?;
    shape::shape(&mut doc, &mut report)?;
    if let Some(corrections) = corrections {
        let n = overlay::apply(&mut doc, corrections)?;
        report.count("overlay: corrections known from the wire", n);
    }
    for pointer in ["/paths", "/components/schemas"] {
        if let Some(map) = doc.pointer_mut(pointer).and_then(Value::as_object_mut) {
            sort(map);
        }
    }
    let mut text =
        serde_json::to_string_pretty(&doc).map_err(|e| Failure::new("write", "", e.to_string()))?;
    text.push('\n');
    verify::verify(&upstream, &doc, &text)?;
    Ok(Normalized {
        upstream,
        doc,
        text,
        report,
    })
}

fn sort(map: &mut Map<String, Value>) {
    let mut entries: Vec<_> = std::mem::take(map).into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    map.extend(entries);
}
