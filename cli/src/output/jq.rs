//! `--jq`: a filter in the language of jq, run inside this process.

use jaq_core::{
    Compiler, Ctx, Vars, data,
    load::{Arena, File, Loader},
    unwrap_valr,
};
use jaq_json::Val;
use serde_json::Value;

use crate::{Failure, Result};

/// Filters that would show the credentials of the environment, end the process without its output,
/// or write unescaped text to stderr.
const NOT_HERE: [&str; 5] = ["env", "halt", "halt_error", "stderr", "stderr_empty"];

/// Formats of jq that the library jaq does not have: its own command adds them.
const OWN: &str = r#"
def @json: tojson;
def cell(text): if . == null then "" elif isstring then text elif isarray or isobject then error("a list or an object is not a cell") else tojson end;
def @csv: map(cell("\"" + (split("\"") | join("\"\"")) + "\"")) | join(",");
def @tsv: map(cell(split("\\") | join("\\\\") | split("\t") | join("\\t") | split("\n") | join("\\n") | split("\r") | join("\\r"))) | join("\t");
"#;

/// The limit of the length of a filter.
const LONG: usize = 10_000;

type Filter = jaq_core::Filter<data::JustLut<Val>>;

/// Compiles the filter of `--jq`.
///
/// # Errors
/// Returns an error with the position if the filter is malformed.
pub fn compile(filter: &str) -> Result<Filter> {
    // A filter is read by functions that call themselves, at most once for each byte.
    if filter.len() > LONG {
        let long = format!("--jq: the filter is longer than {LONG} bytes");
        return Err(Failure::usage(long));
    }
    // As in jq, an empty filter changes nothing.
    let filter = if filter.trim().is_empty() {
        "."
    } else {
        filter
    };
    let is_ours = |name: &str| !NOT_HERE.contains(&name);
    let own = jaq_core::load::parse(OWN, |parser| parser.defs()).unwrap_or_default();
    let defs = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .filter(|def| is_ours(def.name))
        .chain(own);
    let funs = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs())
        .filter(|(name, ..)| is_ours(name));
    let arena = Arena::default();
    let bad = |at: Option<usize>, what: String| {
        let place = at.map_or_else(String::new, |at| format!(" at character {}", at + 1));
        Failure::usage(format!("--jq: the filter is malformed{place}: {what}"))
            .hint("jq's language: `.[].callName`, `map(select(.open_alerts > 0))`")
    };
    let place = |part: &str| {
        let at = (part.as_ptr() as usize).checked_sub(filter.as_ptr() as usize)?;
        filter.get(..at).map(|before| before.chars().count())
    };
    let file = File {
        code: filter,
        path: (),
    };
    let modules = Loader::new(defs).load(&arena, file).map_err(|errors| {
        use jaq_core::load::Error;
        match errors.into_iter().next().map(|(_, error)| error) {
            Some(Error::Lex(found)) => match found.first() {
                Some((expected, rest)) => {
                    bad(place(rest), format!("expected {}", expected.as_str()))
                }
                None => bad(None, "it cannot be read".into()),
            },
            Some(Error::Parse(found)) => match found.first() {
                Some((expected, token)) => {
                    bad(place(token), format!("expected {}", expected.as_str()))
                }
                None => bad(None, "it cannot be parsed".into()),
            },
            _ => bad(None, "it loads another file, which is not supported".into()),
        }
    })?;
    Compiler::default()
        .with_funs(funs)
        .compile(modules)
        .map_err(|errors| {
            let first = errors.into_iter().flat_map(|(_, found)| found).next();
            match first {
                Some((name, undefined)) => bad(
                    place(name),
                    format!(
                        "`{}` is not a known {}",
                        super::line(name),
                        undefined.as_str()
                    ),
                ),
                None => bad(None, "something in it is not defined".into()),
            }
        })
}

/// Runs a filter over a value, and calls `each` with each of its results.
///
/// # Errors
/// Returns an error if the filter or `each` fails.
pub fn run(filter: &str, value: Value, mut each: impl FnMut(Value) -> Result<()>) -> Result<()> {
    let compiled = compile(filter)?;
    // An error may hold the whole input.
    const SHOWN: usize = 300;
    let fail = |e: &dyn std::fmt::Display| {
        let text = e.to_string();
        let cut = text.char_indices().nth(SHOWN).map(|(at, _)| at);
        let (shown, more) = match cut {
            Some(at) => (text.get(..at).unwrap_or_default(), "…"),
            None => (text.as_str(), ""),
        };
        Failure::failed(format!("--jq: {}{more}", super::line(shown)))
    };
    let input: Val = serde_json::from_value(value).map_err(|e| fail(&e))?;
    let context = Ctx::<data::JustLut<Val>>::new(&compiled.lut, Vars::new([]));
    for result in compiled.id.run((context, input)).map(unwrap_valr) {
        let result = result.map_err(|e| fail(&e))?;
        let result = json(&result, LEVELS);
        each(result.ok_or_else(|| fail(&format!("a result has more than {LEVELS} levels")))?)?;
    }
    Ok(())
}

/// How deeply JSON may be nested, as in all JSON that is read.
pub const LEVELS: usize = 127;

/// Returns the JSON of a value as jq writes it: null for NaN, and the largest number for an
/// infinite one; nothing if it is nested too deeply.
fn json(value: &Val, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(match value {
        Val::Arr(items) => {
            let items = items.iter().map(|item| json(item, depth));
            Value::Array(items.collect::<Option<_>>()?)
        }
        Val::Obj(members) => {
            let members = members.iter().map(|(key, member)| {
                let key = match key {
                    Val::TStr(key) => text(key),
                    other => other.to_string(),
                };
                Some((key, json(member, depth)?))
            });
            Value::Object(members.collect::<Option<_>>()?)
        }
        Val::TStr(bytes) | Val::BStr(bytes) => Value::String(text(bytes)),
        scalar => {
            let text = scalar.to_string();
            let number = || text.parse::<f64>().unwrap_or(f64::NAN);
            serde_json::from_str(&text)
                .unwrap_or_else(|_| number().clamp(f64::MIN, f64::MAX).into())
        }
    })
}
