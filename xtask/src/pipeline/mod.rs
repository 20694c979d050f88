//! The stages in their order: fetch → convert → shape → overlay → verify; then diff and write.

pub mod convert;
pub mod diff;
pub mod fetch;
pub mod overlay;
pub mod shape;
pub mod verify;
pub mod write;

use std::{panic, path::Path, thread};

use serde_json::{Map, Value};

use self::{
    convert::origins::{self, Origins},
    overlay::Stale,
};
use crate::report::{Failure, Report};

/// Where the corrections of our own document stand, as errors name it.
const OVERLAY: &str = "spec/overlay.yaml";

/// What goes in.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub text: &'a str,
    /// The file that the text is of, if it is of one: references to files beside it are followed.
    pub file: Option<&'a Path>,
    /// The corrections that belong to the document.
    pub overlay: Option<&'a str>,
    pub proof: Proof<'a>,
}

/// Whether the generator is asked if it can use the result: the most of the time that the pipeline takes.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    Wanted,
    /// Not if the result is this text: it was written after a proof, and `build.rs` generates from it.
    Unless(Option<&'a str>),
    /// Nothing will be generated from it.
    Unwanted,
}

/// A document through all stages.
pub struct Normalized {
    /// The document as it came.
    pub upstream: Value,
    pub doc: Value,
    /// Canonical: two spaces, sorted paths and components, a newline at the end.
    pub text: String,
    pub report: Report,
    /// How many actions the overlay has.
    pub actions: usize,
    /// Actions of the overlay that have no effect, and were left out.
    pub stale: Vec<Stale>,
    /// Why the overlay was left out altogether: what it makes of the document is none.
    pub broken: Option<Failure>,
}

impl Normalized {
    /// Only if every action of the overlay has an effect.
    ///
    /// # Errors
    /// Names all stale actions.
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

/// Upstream text → normalised document, by an overlay of which every action has an effect.
///
/// # Errors
/// The stage that failed says what, where, and the way out; all stale actions are named.
pub fn normalize(text: &str, overlay: Option<&str>) -> Result<Normalized, Failure> {
    run(Input {
        text,
        file: None,
        overlay,
        proof: Proof::Wanted,
    })?
    .strict()
}

/// A document of the user's choice, without our overlay.
///
/// # Errors
/// Those of reading it, and of the stages, with their places in the file.
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

/// As [`normalize`], but stale actions of the overlay are left out and named in the result.
///
/// # Errors
/// The stage that failed says what, where in the user's file, and the way out.
pub fn run(input: Input<'_>) -> Result<Normalized, Failure> {
    thread::scope(|scope| {
        let all = || run_stages(input);
        let roomy = thread::Builder::new().stack_size(STACK);
        match roomy.spawn_scoped(scope, all) {
            Ok(thread) => thread.join().unwrap_or_else(|e| panic::resume_unwind(e)),
            Err(_) => all(),
        }
    })
}

/// Documents are up to 128 levels deep, and openapiv3 takes 40 kB of stack for each where it is not optimised. No stage goes down along references.
const STACK: usize = 32 << 20;

fn run_stages(input: Input<'_>) -> Result<Normalized, Failure> {
    let mut report = Report::default();
    let mut origins = Origins::default();
    let upstream = fetch::parse(input.text)?;
    let prepared = convert::prepare(upstream.clone(), input.file, &mut report, &mut origins)
        .map_err(|e| place(e, &origins, input))?;
    let mut doc =
        convert::translate(&prepared, &mut report).map_err(|e| place(e, &origins, input))?;
    if let Err(e) = autopi_codegen::check(&doc) {
        let e = Failure::new("convert", e.pointer(), e.message());
        return Err(match kept(&prepared, e.pointer()) {
            Some(pointer) => place(e.moved(pointer), &origins, input),
            None => e,
        });
    }
    let before = report.warnings.len();
    convert::fix_locations(&mut doc, &mut report);
    trace_warnings(&mut report, before, &prepared, &origins);
    // In the later stages things have other names and places: look where this one came from.
    let traced = |e: Failure| {
        let found = origin(&prepared, e.pointer(), input.overlay);
        match found.or_else(|| kept(&prepared, e.pointer())) {
            Some(pointer) => place(e.moved(pointer), &origins, input),
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
    for pointer in ["/paths", "/components/schemas"] {
        if let Some(map) = doc.pointer_mut(pointer).and_then(Value::as_object_mut) {
            sort(map);
        }
    }
    let mut text =
        serde_json::to_string_pretty(&doc).map_err(|e| Failure::new("write", "", e.to_string()))?;
    text.push('\n');
    let proven = match input.proof {
        Proof::Unless(known) => known == Some(text.as_str()),
        Proof::Wanted | Proof::Unwanted => false,
    };
    let verified = verify::verify(&prepared, &doc).and_then(|()| match input.proof {
        _ if proven => Ok(()),
        Proof::Unwanted => verify::well_formed(&doc),
        _ => verify::generates(&doc),
    });
    if let Err(e) = verified {
        let e = traced(e);
        let overlay = None;
        return match input
            .overlay
            .map(|_| run_stages(Input { overlay, ..input }))
        {
            Some(Ok(without)) => Ok(Normalized {
                actions,
                stale,
                broken: Some(e),
                ..without
            }),
            _ => Err(e),
        };
    }
    Ok(Normalized {
        upstream,
        doc,
        text,
        report,
        actions,
        stale,
        broken: None,
    })
}

/// Puts warnings where they are in the user's files; those from `first` on have places of the converted document.
fn trace_warnings(report: &mut Report, first: usize, prepared: &Value, origins: &Origins) {
    if report.warnings.len() > first {
        let mut marked = prepared.clone();
        origins::mark(&mut marked);
        if let Ok(marked) = convert::translate(&marked, &mut Report::default()) {
            for (pointer, _) in &mut report.warnings[first..] {
                if let Some(from) = origins::marked(&marked, pointer, prepared) {
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
}

/// An error of a prepared document, in the user's file.
fn place(e: Failure, origins: &Origins, input: Input<'_>) -> Failure {
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

/// Where a place of the document after the later stages was in the prepared one: it is sent through them once more, with marks.
fn origin(prepared: &Value, pointer: &str, overlay: Option<&str>) -> Option<String> {
    let mut marked = prepared.clone();
    origins::mark(&mut marked);
    let mut doc = convert::to_30(marked, &mut Report::default()).ok()?;
    // Where it failed, it fails again, and the place is there as it was.
    if shape::shape(&mut doc, &mut Report::default()).is_ok()
        && let Some(corrections) = overlay
    {
        overlay::apply(&mut doc, corrections).ok()?;
    }
    origins::marked(&doc, pointer, prepared)
}

/// What has kept its place, or only its holder: `definitions` are the schemas of 2.0.
fn kept(prepared: &Value, pointer: &str) -> Option<String> {
    let old = pointer.replacen("/components/schemas/", "/definitions/", 1);
    let mut found = [old.as_str(), pointer].into_iter().flat_map(|whole| {
        let ends = whole.match_indices('/').map(|(i, _)| i).rev();
        std::iter::once(whole.len())
            .chain(ends)
            .map(move |end| &whole[..end])
    });
    // A part that names no more than a holder of many says nothing.
    let says = |p: &&str| p.matches('/').count() > 1 && *p != "/components/schemas";
    found
        .find(|p| says(p) && prepared.pointer(p).is_some())
        .map(str::to_owned)
}

fn sort(map: &mut Map<String, Value>) {
    let mut entries: Vec<_> = std::mem::take(map).into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    map.extend(entries);
}
