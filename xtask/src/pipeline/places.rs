//! Maps places of warnings and errors to the user's files.

use std::{collections::BTreeSet, ops::Range, path::Path};

use serde_json::Value;

use super::{
    Input,
    convert::{
        self,
        origins::{self, Origins},
    },
    fetch, overlay, shape,
};
use crate::report::{Failure, Report};

/// Maps warnings to their places in the user's files, each once. Those after `translated` have
/// places of the converted document, and those of `translated` that the prepared one does not have
/// too: of what several operations share.
pub(super) fn trace_warnings(
    report: &mut Report,
    translated: Range<usize>,
    prepared: &Value,
    origins: &Origins,
) {
    let is_converted = |i: usize, pointer: &str| {
        i >= translated.end || (i >= translated.start && prepared.pointer(pointer).is_none())
    };
    let mut converted = report.warnings.iter_mut().enumerate();
    if converted.any(|(i, (pointer, _))| is_converted(i, pointer)) {
        let mut marked = prepared.clone();
        origins::mark(&mut marked);
        if let Ok(marked) = convert::translate(&marked, &mut Report::default()) {
            for (i, (pointer, _)) in report.warnings.iter_mut().enumerate() {
                if is_converted(i, pointer)
                    && let Some(from) = origins::marked(&marked, pointer, prepared)
                {
                    *pointer = from;
                }
            }
        }
    }
    for (pointer, message) in &mut report.warnings {
        let (file, from) = origins.find(pointer);
        if let Some(name) = file.and_then(Path::file_name) {
            *message = format!("in {}: {message}", name.to_string_lossy());
        }
        *pointer = from;
    }
    let mut said = BTreeSet::new();
    report
        .warnings
        .retain(|warning| said.insert(warning.clone()));
}

/// Maps an error of a prepared document to its place in the user's file.
pub(super) fn place(e: Failure, origins: &Origins, input: Input<'_>) -> Failure {
    let (file, pointer) = origins.find(e.pointer());
    let (file, e) = (file.map(Path::to_path_buf), e.moved(pointer));
    match file {
        None => e.line_in(input.text),
        Some(file) => {
            let text = fetch::read(&file).unwrap_or_default();
            let folder = input.file.and_then(|f| f.parent()?.canonicalize().ok());
            let short = folder.and_then(|f| file.strip_prefix(f).ok().map(Path::to_path_buf));
            e.at(short.unwrap_or(file).display()).line_in(&text)
        }
    }
}

/// Returns the place in the prepared document of a place after the later stages: the document is
/// sent through them once more, with marks.
pub(super) fn origin(prepared: &Value, pointer: &str, overlay: Option<&str>) -> Option<String> {
    let mut marked = prepared.clone();
    origins::mark(&mut marked);
    let mut doc = convert::to_30(marked, &mut Report::default()).ok()?;
    // It fails at the same point again, and the place is as it was.
    if shape::shape(&mut doc, &mut Report::default()).is_ok()
        && let Some(corrections) = overlay
    {
        overlay::apply(&mut doc, corrections).ok()?;
    }
    origins::marked(&doc, pointer, prepared)
}
