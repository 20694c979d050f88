//! The stages in their order: fetch → convert → shape → overlay → verify; then diff and write.

pub mod convert;
pub mod diff;
pub mod fetch;
pub mod overlay;
mod places;
pub mod shape;
pub mod verify;
pub mod write;

use std::{panic, path::Path, thread};

use serde_json::Value;

use self::{
    convert::origins::{self, Origins},
    overlay::Stale,
    places::{origin, place, trace_warnings},
};
use crate::report::{Failure, Report};

/// The path of the corrections of our own document, for errors.
const OVERLAY: &str = "spec/overlay.yaml";

/// The input of the pipeline.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub text: &'a str,
    /// The file of the text, if there is one: references to files beside it are followed.
    pub file: Option<&'a Path>,
    /// The corrections that belong to the document.
    pub overlay: Option<&'a str>,
    pub proof: Proof<'a>,
}

/// Whether the result is checked with the generator, which takes most of the time of the pipeline.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    Wanted,
    /// Checked unless the result is this text, which was written after a check, and which
    /// `build.rs` generates from.
    Unless(Option<&'a str>),
    /// Not checked: nothing will be generated from it, or written.
    Unwanted,
}

/// A document after all stages.
pub struct Normalized {
    /// The upstream document.
    pub upstream: Value,
    pub doc: Value,
    /// The canonical text: indented by two spaces, with sorted paths and components, and a newline
    /// at the end. Empty with [`Proof::Unwanted`].
    pub text: String,
    pub report: Report,
    /// The number of actions in the overlay.
    pub actions: usize,
    /// Actions of the overlay without an effect, which were left out.
    pub stale: Vec<Stale>,
    /// The reason why the whole overlay was left out: its result is not a valid document.
    pub broken: Option<Failure>,
}

impl Normalized {
    /// Returns the result only if every action of the overlay has an effect.
    ///
    /// # Errors
    /// Returns an error that names all stale actions.
    pub fn strict(self) -> Result<Self, Failure> {
        match (self.broken, self.stale.as_slice()) {
            (None, []) => Ok(Self {
                broken: None,
                ..self
            }),
            (Some(broken), []) => Err(broken),
            (_, stale) => Err(Failure::new("overlay", "", overlay::list(stale))
                .at(OVERLAY)
                .help("correct these actions, or remove them if the API was corrected")),
        }
    }
}

/// Normalises an upstream document, with an overlay of which every action must have an effect.
///
/// # Errors
/// Returns the error of the stage that failed (what, where, and what to do), or one that names all
/// stale actions.
pub fn normalize(text: &str, overlay: Option<&str>) -> Result<Normalized, Failure> {
    run(Input {
        text,
        file: None,
        overlay,
        proof: Proof::Wanted,
    })?
    .strict()
}

/// Normalises a document of the user's choice, without our overlay.
///
/// # Errors
/// Returns the error of reading it or of a stage, with its place in the file.
pub fn normalize_file(file: &Path, proof: Proof<'_>) -> anyhow::Result<Normalized> {
    let text = fetch::read(file)?;
    let input = Input {
        text: &text,
        file: Some(file),
        overlay: None,
        proof,
    };
    let new = run(input).and_then(Normalized::strict);
    new.map_err(|e| e.or_at(file.display()).into())
}

/// Normalises as [`normalize`] does, but leaves out stale actions of the overlay and names them in
/// the result.
///
/// # Errors
/// Returns the error of the stage that failed: what, where in the user's file, and what to do.
pub fn run(input: Input<'_>) -> Result<Normalized, Failure> {
    beside(|| blamed(run_stages(input)?, input), || ()).0
}

/// Names the action of the overlay with which the document is not valid.
fn blamed(mut new: Normalized, input: Input<'_>) -> Result<Normalized, Failure> {
    let breaks = |overlay: &str| {
        let overlay = Some(overlay);
        run_stages(Input { overlay, ..input }).is_ok_and(|new| new.broken.is_some())
    };
    let broken = new.broken.zip(input.overlay);
    new.broken = broken.map(|(e, all)| {
        overlay::failing_action(all, e, breaks)
            .at(OVERLAY)
            .line_in(all)
    });
    Ok(new)
}

/// Runs `there` on a thread with a stack that is large enough for a document, and `here` on this
/// thread meanwhile.
pub fn beside<A: Send, B>(there: impl Fn() -> A + Sync, here: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let roomy = thread::Builder::new().stack_size(STACK);
        let started = roomy.spawn_scoped(scope, &there);
        let here = here();
        let there = match started {
            Ok(thread) => thread.join().unwrap_or_else(|e| panic::resume_unwind(e)),
            Err(_) => there(),
        };
        (there, here)
    })
}

/// The stack size of the stages. Documents are up to 128 levels deep, and openapiv3 takes 40 kB of
/// stack for each in a debug build. No stage recurses along references.
const STACK: usize = 32 << 20;

/// Runs the stages up to verify. Where the overlay makes the document invalid, the result is the
/// one without it.
fn run_stages(input: Input<'_>) -> Result<Normalized, Failure> {
    let mut report = Report::default();
    let mut origins = Origins::default();
    let upstream = fetch::parse(input.text)?;
    let prepared = convert::prepare(upstream.clone(), input.file, &mut report, &mut origins)
        .map_err(|e| place(e, &origins, input))?;
    let mut doc = converted(&prepared, &origins, &mut report, input)?;
    // In the later stages places have other names: find where this one came from.
    let traced = |e: Failure| {
        let found = origin(&prepared, e.pointer(), input.overlay);
        match found.or_else(|| origins::kept(&prepared, e.pointer())) {
            Some(pointer) => place(e.moved(pointer), &origins, input),
            None if prepared.pointer(e.pointer()).is_some() => place(e, &origins, input),
            None => e,
        }
    };
    shape::shape(&mut doc, &mut report).map_err(traced)?;
    let (mut actions, mut stale) = (0, Vec::new());
    if let Some(corrections) = input.overlay {
        let applied = overlay::apply(&mut doc, corrections)
            .map_err(|e| e.at(OVERLAY).line_in(corrections))?;
        report.count("overlay: corrections known from the wire", applied.actions);
        stale = applied.stale;
        actions = applied.actions + stale.len();
    }
    let text = canonical_text(&mut doc, input.proof)?;
    let mut new = Normalized {
        upstream,
        doc,
        text,
        report,
        actions,
        stale,
        broken: None,
    };
    if let Err(e) = verified(&prepared, &new, input.proof) {
        let e = traced(e);
        let overlay = None;
        let without = input
            .overlay
            .map(|_| run_stages(Input { overlay, ..input }));
        let Some(Ok(without)) = without else {
            return Err(e);
        };
        new = Normalized {
            actions: new.actions,
            stale: new.stale,
            broken: Some(e),
            ..without
        };
    }
    Ok(new)
}

/// Converts a prepared document to OpenAPI 3.0, with the warnings at their places in the user's
/// file.
fn converted(
    prepared: &Value,
    origins: &Origins,
    report: &mut Report,
    input: Input<'_>,
) -> Result<Value, Failure> {
    let before = report.warnings.len();
    let mut doc = convert::translate(prepared, report).map_err(|e| place(e, origins, input))?;
    if let Err(e) = autopi_codegen::check(&doc) {
        let e = Failure::new("convert", e.pointer(), e.message());
        return Err(match origins::kept(prepared, e.pointer()) {
            Some(pointer) => place(e.moved(pointer), origins, input),
            None => e,
        });
    }
    let translated = before..report.warnings.len();
    convert::fix_locations(&mut doc, report);
    trace_warnings(report, translated, prepared, origins);
    Ok(doc)
}

/// Sorts paths and components; returns the document's text, if it is wanted.
fn canonical_text(doc: &mut Value, proof: Proof<'_>) -> Result<String, Failure> {
    for pointer in ["/paths", "/components/schemas"] {
        if let Some(map) = doc.pointer_mut(pointer).and_then(Value::as_object_mut) {
            map.sort_keys();
        }
    }
    match proof {
        Proof::Unwanted => Ok(String::new()),
        _ => serde_json::to_string_pretty(doc)
            .map(|text| text + "\n")
            .map_err(|e| Failure::new("write", "", e.to_string())),
    }
}

/// Verifies the result, as far as a proof is wanted.
fn verified(prepared: &Value, new: &Normalized, proof: Proof<'_>) -> Result<(), Failure> {
    verify::verify(prepared, &new.doc)?;
    match proof {
        Proof::Unless(known) if known == Some(new.text.as_str()) => Ok(()),
        Proof::Unwanted => verify::well_formed(&new.doc),
        _ => verify::generates(&new.doc),
    }
}
