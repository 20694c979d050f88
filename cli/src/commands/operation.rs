//! `autopi AREA OPERATION`.

use autopi::{CallOptions, Json, rt};
use clap::ArgMatches;
use serde_json::Value;

use super::pages;
use crate::{
    Context, Failure, Result,
    call::{self, Content, Given},
    index::{BodyKind, Entry, Index, Operation, Parameter, ResponseKind, contract},
    output::{Target, View, line},
    tree::positional,
};

pub fn run(context: &Context, entry: &Entry, matches: &ArgMatches) -> Result<()> {
    let operation = context.index.operation(entry)?;
    let given = given(context, operation, matches)?;
    send(context, operation, given)
}

/// Returns the parameters and the body that the options give.
fn given(context: &Context, operation: &'static Operation, matches: &ArgMatches) -> Result<Given> {
    let mut given = Given {
        unchecked: context.unchecked,
        ..Given::default()
    };
    let of_path = operation.in_path().count();
    let mut in_path = (0..of_path).flat_map(|i| texts(matches, &positional(i)));
    let others = operation
        .parameters
        .iter()
        .filter(|p| p.place != rt::Place::Path);
    for parameter in operation.in_path().chain(others) {
        let mut said = texts(matches, &parameter.flag);
        if said.is_empty() && parameter.place == rt::Place::Path {
            said.extend(in_path.next());
        }
        if said.is_empty() {
            continue;
        }
        given
            .parameters
            .push((parameter, read(context, parameter, &said)?));
    }
    if let Some(more) = in_path.next() {
        return Err(Failure::usage(format!(
            "{}: the path has its values already",
            line(&more)
        )));
    }
    if let Some(body) = &operation.body {
        let json = matches.try_get_one::<String>("json").ok().flatten();
        given.body = call::body::read(body, &texts(matches, "body"), json.map(String::as_str))?;
        match (body.kind, &mut given.body) {
            (BodyKind::Form, Some(Content::Json(form))) => {
                call::typed(context.index, &body.schema, form);
            }
            (_, Some(Content::Parts(parts))) => call::typed_parts(context.index, body, parts),
            _ => {}
        }
    }
    Ok(given)
}

fn texts(matches: &ArgMatches, name: &str) -> Vec<String> {
    let values = matches.try_get_many::<String>(name).ok().flatten();
    values.into_iter().flatten().cloned().collect()
}

fn read(context: &Context, parameter: &Parameter, said: &[String]) -> Result<Value> {
    call::read(context.index, &parameter.schema, said, context.unchecked)
        .map_err(|e| Failure::usage(format!("--{}: {}", parameter.flag, line(&e))))
}

/// Why nothing can be chosen from a response.
pub const NOT_JSON: &str = "the response is not JSON: written unchanged";

/// Sends an operation and writes its response.
pub fn send(context: &Context, operation: &'static Operation, given: Given) -> Result<()> {
    let output = &context.output;
    match operation.response {
        ResponseKind::Nothing => output.no_data("the response has no data")?,
        ResponseKind::Bytes => output.no_choice(NOT_JSON).and_then(|()| output.reaches())?,
        _ => output.is_named_well().and_then(|()| output.reaches())?,
    }
    for (name, is_said) in [("limit", output.limit.is_some()), ("all", output.all)] {
        // An object cannot be limited, and is no page whose next ones are known. A parameter of
        // this name has another option.
        let is_lost = is_said && operation.response == ResponseKind::Json;
        let is_given = |p: &Parameter| given.parameters.iter().any(|(g, _)| std::ptr::eq(*g, p));
        let chooses = |p: &Parameter| {
            let page = operation.call.page.as_ref().map(|page| page.page);
            p.name.eq_ignore_ascii_case(name) && !is_given(p) || page == Some(p.name)
        };
        let meant = operation.parameters.iter().find(|p| is_lost && chooses(p));
        if let Some(parameter) = meant {
            let what = format!("--{name}: the response is not a list");
            let hint = format!("--{} is the parameter of the request", parameter.flag);
            return Err(Failure::usage(what).hint(hint));
        }
    }
    let client = context.client()?;
    // Faults are reported before the user is asked to confirm.
    let call = call::prepare(context.index, &client, operation, given, &context.shown)?;
    context.note_unsent(operation);
    context.allow(operation.entry.method)?;
    if let Some(what) = danger(operation) {
        context.confirm(&format!(
            "{what} ({} {})",
            operation.entry.method, operation.entry.path
        ))?;
    }
    context.dry(context.block_on(respond(context, operation, call)))
}

async fn respond(
    context: &Context,
    operation: &'static Operation,
    call: rt::Call<'_>,
) -> Result<()> {
    let view = view(context.index, operation);
    match operation.response {
        ResponseKind::List => list(context, call, &view).await,
        ResponseKind::Bytes => download(context, call.send_download().await?).await,
        ResponseKind::Nothing => call.send_empty().await.map_err(Failure::from),
        ResponseKind::Json | ResponseKind::Any => {
            let response = call.send_any_full().await?;
            let kind = response
                .headers
                .get("content-type")
                .and_then(|v| v.to_str().ok());
            if kind.is_some_and(|k| k.to_ascii_lowercase().starts_with("text/html")) {
                return Err(
                    Failure::failed("the response is an HTML page, not the API's")
                        .hint(crate::error::WRONG_HOST),
                );
            }
            match response.value.0 {
                Value::Null => Ok(()),
                value => context.output.value(value, &view),
            }
        }
    }
}

/// Writes a list: its first page, or as much as was asked for.
pub async fn list(context: &Context, mut call: rt::Call<'_>, view: &View) -> Result<()> {
    let output = &context.output;
    call.options(CallOptions::new().prefetch(usize::from(output.all)));
    pages::write(
        context,
        call.pages::<Json>(),
        view,
        output.all,
        async |item| Ok(vec![item]),
    )
    .await
}

/// Writes a response that is not JSON: unchanged to a file or a pipe, and text to a terminal in
/// escaped form.
pub async fn download(context: &Context, mut download: autopi::Download) -> Result<()> {
    let output = &context.output;
    let kind = download.content_type().unwrap_or_default();
    if output.is_terminal() && !kind.starts_with("text/") && !kind.is_empty() {
        let name = download.file_name().unwrap_or_else(|| "download".into());
        return Err(
            Failure::usage("the response is not a text, and stdout is a terminal")
                .hint(format!("-o ./{} writes it to a file", line(&name))),
        );
    }
    let mut target = Target::open(output)?;
    while let Some(piece) = download.chunk().await? {
        match output.is_terminal() {
            true => {
                let text = String::from_utf8_lossy(&piece);
                let lines = text.split('\n').map(|l| line(l.trim_end_matches('\r')));
                target.write(lines.collect::<Vec<_>>().join("\n").as_bytes())?;
            }
            false => target.write(&piece)?,
        }
    }
    target.end()
}

/// Words of methods and paths that take something away.
const DELETES: [&str; 7] = [
    "delete", "remove", "purge", "clear", "wipe", "destroy", "reset",
];

/// Returns whether requests with this method take something away.
pub fn deletes(method: &str) -> bool {
    DELETES.contains(&method.to_ascii_lowercase().as_str())
}

/// Returns what must be confirmed first: deletes, and whatever runs on a device.
pub fn danger(operation: &Operation) -> Option<&'static str> {
    const RUNS: [&str; 11] = [
        "execute", "reboot", "restart", "shutdown", "unlock", "lock", "flash", "upgrade", "update",
        "query", "apply",
    ];
    let entry = &operation.entry;
    if operation.is_safe() {
        return None;
    }
    if entry.method == "DELETE" {
        return Some("this deletes");
    }
    if matches!(entry.method, "PUT" | "PATCH") {
        return None;
    }
    let segments = entry.path.split('/').filter(|s| !s.starts_with('{'));
    let has = |list: &[&str]| {
        let words = segments.clone().flat_map(|s| s.split(['_', '-']));
        let own = entry.method.to_ascii_lowercase();
        words.chain([own.as_str()]).any(|w| list.contains(&w))
    };
    if has(&DELETES) {
        Some("this takes something away")
    } else if has(&RUNS) {
        Some("this runs something on a device")
    } else {
        None
    }
}

/// Returns the members of its response, and those that a table shows.
pub fn view(index: &'static Index, operation: &Operation) -> View {
    let item = operation.item().or(operation.schema.as_ref());
    let Some(schema) = item.map(|s| index.resolved(s)) else {
        return View::default();
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let known: Vec<String> = properties
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    let plain = properties.into_iter().flatten().filter(|(name, of)| {
        let of = index.resolved(of);
        let nested = of.get("properties").is_some()
            || of.get("type").is_none_or(|t| t == "object" || t == "array");
        !nested && of.get(contract::SECRET).is_none() && !rt::secret::by_name(name)
    });
    View {
        table: plain.map(|(name, _)| name.clone()).take(6).collect(),
        known,
        schema: Some((index, schema.into_owned())),
    }
}
