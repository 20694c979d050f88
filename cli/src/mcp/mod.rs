//! `autopi mcp`: a server of the Model Context Protocol over stdin and stdout, through which an
//! assistant finds, reads about and calls operations. Three tools serve all operations.

mod call;
mod describe;
mod guard;
mod messages;
mod tools;

use autopi::Client;
use clap::{Arg, ArgAction, ArgMatches, Command};
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
        JsonObject, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    },
    service::{RequestContext, ServerInitializeError},
};
use serde_json::Value;

use crate::{
    Context, Failure, Result,
    call::near,
    commands::search,
    dry_run::DryRun,
    index::{Entry, Index, Operation},
};
use guard::Allowed;

/// The maximum number of search results.
const FOUND: usize = 15;
/// How many words of a search count: each is looked for in all operations.
const WORDS: usize = 20;

pub fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        let arg = Arg::new(name).long(name).action(ArgAction::SetTrue);
        arg.help(help)
    };
    Command::new("mcp")
        .about(
            "A server for assistants (Model Context Protocol, stdio): finds, describes and calls \
             read-only operations",
        )
        .arg(flag(
            "allow-writes",
            "Also allows operations that change something, except commands to devices",
        ))
        .arg(flag(
            "allow-commands",
            "Also allows commands to devices: these can unlock a car",
        ))
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    if context.dry_run {
        return Err(Failure::usage("mcp serves; --dry-run has nothing to show"));
    }
    crate::output::closed::check()?;
    let allowed = Allowed {
        writes: matches.get_flag("allow-writes"),
        commands: matches.get_flag("allow-commands"),
    };
    if allowed.writes || allowed.commands {
        context.allow("POST")?;
    }
    let server = Server {
        index: context.index,
        client: context.client()?,
        shown: context.shown.clone(),
        allowed,
    };
    context.block_on(async {
        let failed = |e: &dyn std::fmt::Display| Failure::failed(format!("mcp: {e}"));
        let running = match server.serve(messages::Stdio::start()).await {
            // A client that leaves at once is no fault.
            Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(ServerInitializeError::ExpectedInitializeRequest(_)) => {
                return Err(failed(&"the client did not begin with `initialize`"));
            }
            running => running.map_err(|e| failed(&e))?,
        };
        running.waiting().await.map(drop).map_err(|e| failed(&e))
    })
}

/// The state that the tools share.
struct Server {
    index: &'static Index,
    client: Client,
    shown: DryRun,
    allowed: Allowed,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let tools = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(tools)
            .with_server_info(Implementation::new("autopi", env!("CARGO_PKG_VERSION")))
            .with_instructions(
                "Vehicles, devices, trips and telemetry of the AutoPi cloud. Search for an \
                 operation, read its parameters, then call it.",
            )
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all(self.allowed)))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let unknown = tools::unknown(&request.name, &arguments, self.allowed);
        let done = match request.name.as_ref() {
            _ if unknown.is_some() => Err(Failure::usage(unknown.unwrap_or_default())),
            "search_operations" => self.search(&arguments),
            "describe_operation" => self
                .operation(&arguments)
                .map(|operation| describe::text(self.index, operation, self.allowed)),
            "call_operation" => self.call(&arguments).await,
            other => {
                let shown: String = other.chars().take(100).collect();
                let tools = tools::all(self.allowed);
                let names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
                let what = format!("there is no tool {shown}; there are {}", names.join(", "));
                return Err(ErrorData::invalid_params(what, None));
            }
        };
        // A failure is returned as text, so that the model can do better.
        Ok(match done {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]).into(),
            Err(failure) => CallToolResult::error(vec![ContentBlock::text(said(&failure))]).into(),
        })
    }
}

/// The maximum length of an error in characters.
const LONGEST_ERROR: usize = 4000;

/// Returns the text of an error. Hints are meant for a shell, except those about the account.
fn said(failure: &Failure) -> String {
    let hint = failure
        .hint
        .as_deref()
        .filter(|_| failure.exit == crate::Exit::Refused);
    // What a server says in an error is as long as it likes.
    let message: String = failure.message.chars().take(LONGEST_ERROR).collect();
    match hint {
        Some(hint) => format!("error: {message}\n{hint}"),
        None => format!("error: {message}"),
    }
}

fn text<'a>(arguments: &'a JsonObject, name: &str) -> Result<Option<&'a str>> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Failure::usage(format!("{name}: must be a text"))),
    }
}

/// Returns an argument that is an object or a list. Some clients write it as a text of JSON.
fn structure(arguments: &JsonObject, name: &str) -> Option<Value> {
    let value = arguments.get(name).filter(|value| !value.is_null())?;
    let text = value.as_str().map(str::trim_start);
    let text = text.filter(|text| text.starts_with(['{', '[']));
    let parsed = text.and_then(|text| crate::call::parse(text.as_bytes(), name).ok());
    Some(parsed.unwrap_or_else(|| value.clone()))
}

/// Returns an argument that is a list of names, or a text of them.
fn names(arguments: &JsonObject, name: &str) -> Result<Vec<String>> {
    match structure(arguments, name) {
        None => Ok(Vec::new()),
        Some(Value::String(names)) => Ok(names.split(',').map(|n| n.trim().to_owned()).collect()),
        Some(names) => serde_json::from_value(names)
            .map_err(|_| Failure::usage(format!("{name}: must be a list of names"))),
    }
}

impl Server {
    fn search(&self, arguments: &JsonObject) -> Result<String> {
        let query = text(arguments, "query")?;
        let query = query.ok_or_else(|| Failure::usage("query: required, not given"))?;
        let area = text(arguments, "area")?.map(|a| a.replace('-', "_"));
        let is_area = |name: &str| area.as_deref().is_none_or(|a| a == name);
        if !self.index.areas.iter().any(|a| is_area(a.name)) {
            let names: Vec<_> = self.index.areas.iter().map(|a| a.name).collect();
            return Err(Failure::usage(format!("area: one of {}", names.join(", "))));
        }
        let words: Vec<&str> = query.split_whitespace().take(WORDS).collect();
        let mut found = search::ranked(self.index, &words);
        if found.is_empty() {
            // No operation has all words: those with most of them.
            let mut scores: Vec<(usize, _)> = Vec::new();
            for word in &words {
                for (area, entry) in search::ranked(self.index, &[word]) {
                    match scores
                        .iter_mut()
                        .find(|(_, (_, e)): &&mut (usize, (_, &Entry))| e.id == entry.id)
                    {
                        Some((score, _)) => *score += 1,
                        None => scores.push((1, (area, entry))),
                    }
                }
            }
            scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            found = scores.into_iter().map(|(_, found)| found).collect();
        }
        found.retain(|(area, entry)| is_area(area.name) && !guard::is_never(entry));
        let lines = found.iter().take(FOUND).map(|(_, entry)| {
            let locked = match self.allowed.check(entry) {
                Ok(()) => "",
                Err(_) => " [not allowed]",
            };
            let summary = entry.summary.chars().take(90).collect::<String>();
            format!(
                "{} {} {}{locked} {summary}",
                entry.id, entry.method, entry.path
            )
            .trim_end()
            .to_owned()
        });
        let mut lines: Vec<String> = lines.collect();
        match found.len() {
            0 => lines.push("nothing found: use other words, or fewer".into()),
            n if n > FOUND => {
                lines.truncate(FOUND - 1);
                lines.push(format!(
                    "… {} more: give more words, or an area",
                    n + 1 - FOUND
                ));
            }
            _ => {}
        }
        Ok(lines.join("\n"))
    }

    /// Returns the operation that `id` names, if the model may know of it.
    fn operation(&self, arguments: &JsonObject) -> Result<&'static Operation> {
        let id = text(arguments, "id")?.ok_or_else(|| Failure::usage("id: required, not given"))?;
        let Some((_, entry)) = self.index.entry(id) else {
            let ids = self.index.entries().map(|(_, e)| e);
            let ids = ids.filter(|e| !guard::is_never(e)).map(|e| e.id);
            let path = id.rsplit(' ').next().unwrap_or_default();
            let at = self.index.entries().map(|(_, e)| e);
            let at = at
                .filter(|e| e.path == path && !guard::is_never(e))
                .map(|e| e.id);
            let at: Vec<_> = at.collect();
            let others = near(id, ids).into_iter().filter(|id| !at.contains(id));
            let near: Vec<_> = at.iter().copied().chain(others).take(3).collect();
            let near = match near.is_empty() {
                true => "search_operations finds them".into(),
                false => format!("did you mean {}?", near.join(", ")),
            };
            return Err(Failure::not_found(format!(
                "there is no operation `{id}`; {near}"
            )));
        };
        if guard::is_never(entry) {
            return Err(Failure::usage(format!(
                "{id} is about credentials, which are not for assistants"
            )));
        }
        self.index.operation(entry)
    }
}
