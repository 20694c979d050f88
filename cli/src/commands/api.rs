//! `autopi api METHOD PATH`: a request to any path.

use autopi::{CallOptions, Client, Json, Method, rt};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::NonEmptyStringValueParser};

use super::{operation, pages};
use crate::{
    Context, Failure, Result,
    call::body,
    dry_run::Shown,
    index::{build::is_json, is_safe},
    output::{View, line},
};

pub fn command() -> Command {
    Command::new("api")
        .about("Sends a request to any path, and writes the response as it comes")
        .arg(
            Arg::new("method")
                .value_name("METHOD")
                .required(true)
                .help("GET, POST, PUT, PATCH, DELETE"),
        )
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .required(true)
                .value_parser(NonEmptyStringValueParser::new())
                .help("/dongle/devices/, with a query or without"),
        )
        .arg(
            Arg::new("query")
                .short('q')
                .long("query")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("Adds a query parameter; may be repeated"),
        )
        .arg(
            Arg::new("body")
                .short('b')
                .long("body")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help(
                    "A member of a JSON body: NAME=TEXT, NAME:=JSON, NAME=@FILE; may be repeated",
                ),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .value_name("TEXT|@FILE|-")
                .help("The whole body as JSON"),
        )
        .arg(
            Arg::new("file")
                .long("file")
                .value_name("NAME=PATH")
                .action(ArgAction::Append)
                .help("A file of a multipart form; -b then gives its texts"),
        )
        .arg(
            Arg::new("header")
                .short('H')
                .long("header")
                .value_name("NAME: VALUE")
                .action(ArgAction::Append)
                .help("Adds a header"),
        )
        .arg(
            Arg::new("paginate")
                .long("paginate")
                .action(ArgAction::SetTrue)
                .help(
                    "The items of all pages, as one list; --all is the same, --limit stops early",
                ),
        )
        .after_help(
            "Examples:\n  autopi api GET /dongle/devices/ -q page_size=5\n  autopi api GET \
             /dongle/devices/ --paginate -o ndjson",
        )
}

fn pairs<'m>(
    matches: &'m ArgMatches,
    name: &'static str,
    separator: char,
) -> Result<Vec<(&'m str, &'m str)>> {
    let values = matches.get_many::<String>(name).into_iter().flatten();
    values
        .map(|text| {
            let pair = text
                .split_once(separator)
                .filter(|(name, _)| !name.trim().is_empty());
            pair.map(|(a, b)| (a.trim(), b)).ok_or_else(|| {
                Failure::usage(format!(
                    "--{name} {}: must be NAME{separator}VALUE",
                    line(text)
                ))
            })
        })
        .collect()
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| {
        matches
            .get_one::<String>(name)
            .map(String::as_str)
            .unwrap_or_default()
    };
    let method = text("method").to_uppercase();
    let known = [
        "GET", "HEAD", "OPTIONS", "QUERY", "POST", "PUT", "PATCH", "DELETE",
    ];
    let mut documented = context.index.entries().map(|(_, entry)| entry.method);
    if !known.contains(&method.as_str()) && !documented.any(|m| m == method) {
        return Err(Failure::usage(format!(
            "`{}` is not a method; there are {}",
            line(text("method")),
            known.join(", ")
        )));
    }
    let client = context.client()?;
    let follow = context.output.all || context.output.limit.is_some();
    let paginate = matches.get_flag("paginate") || follow;
    if paginate && method != "GET" {
        return Err(Failure::usage("--paginate, --all and --limit go with GET"));
    }
    let request = request(context, &client, matches, &method, paginate)?;
    context.allow(&method)?;
    context.output.reaches()?;
    if !is_safe(&method) {
        // Once the change is made it is too late. What GET responds may be a file of any kind.
        context.output.is_named_well()?;
    }
    if operation::deletes(&method) {
        context.confirm(&format!("this deletes ({method} {})", text("path")))?;
    }
    let view = View::default();
    // Whoever says what to accept may want a page.
    let mut headers = pairs(matches, "header", ':')?.into_iter();
    let wants_pages = headers.any(|(name, _)| name.eq_ignore_ascii_case("accept"));
    context.dry(context.block_on(async {
        if paginate {
            return pages::write(
                context,
                request.pages::<Json>(),
                &view,
                true,
                async |item| Ok(vec![item]),
            )
            .await;
        }
        let download = request.send_download().await?;
        if download.status() == 204 {
            // As a filter of jq gives nothing for nothing.
            return Ok(());
        }
        let kind = download.content_type().unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        if kind.starts_with("text/html") && !wants_pages {
            return Err(
                Failure::failed("the response is an HTML page, not the API's")
                    .hint(crate::error::WRONG_HOST),
            );
        }
        // Lines of JSON are written as they come.
        if is_json(&kind) {
            let bytes = download.bytes().await?;
            if bytes.is_empty() {
                return Ok(());
            }
            let value = rt::decode(bytes.clone()).map(|Json(value)| value);
            let value = value.or_else(|e| rt::any_json(&bytes).ok_or(e))?;
            return context.output.value(value, &view);
        }
        context.output.no_choice(operation::NOT_JSON)?;
        operation::download(context, download).await
    }))
}

fn request<'c>(
    context: &Context,
    client: &'c Client,
    matches: &ArgMatches,
    method: &str,
    paginate: bool,
) -> Result<autopi::RawRequest<'c>> {
    let path = matches
        .get_one::<String>("path")
        .map(String::as_str)
        .unwrap_or_default();
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| Failure::usage("no method"))?;
    let mut request = client.request(method.clone(), path);
    let mut options = CallOptions::new();
    let headers = pairs(matches, "header", ':')?;
    for (i, (name, value)) in headers.iter().enumerate() {
        // The last one would take the place of the others.
        let before = headers.iter().take(i);
        if before
            .clone()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
        {
            return Err(Failure::usage(format!(
                "--header {}: given twice",
                line(name)
            )));
        }
        if name.eq_ignore_ascii_case("authorization") {
            return Err(
                Failure::usage("the Authorization header comes from the credential")
                    .hint("`autopi login`, or AUTOPI_API_TOKEN"),
            );
        }
        options = options.header(name, value.trim()).map_err(|e| {
            let mut failure = Failure::from(e);
            failure.message = format!("--header {}: {}", line(name), failure.message);
            failure
        })?;
    }
    let mut queries: Vec<String> = Vec::new();
    for (name, value) in pairs(matches, "query", '=')? {
        queries.push(name.to_owned());
        request = request.query(name, value);
    }
    // The parameter that counts the pages of this list, if the document has it and pages have no
    // links.
    let plain = path.split(['?', '#']).next().unwrap_or_default();
    let page = paginate.then(|| counted_by(context, plain)).flatten();
    let said = |page: &str| queries.iter().any(|q| q == page) || path.contains(&format!("{page}="));
    if let Some(page) = page.filter(|page| !said(page)) {
        request = request.query(page, u8::from(page == "page"));
    }
    let members: Vec<String> = matches
        .get_many::<String>("body")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let files = pairs(matches, "file", '=')?;
    let json = matches.get_one::<String>("json");
    if !files.is_empty() {
        if json.is_some() {
            return Err(Failure::usage("--json and --file cannot be combined"));
        }
        for member in pairs(matches, "body", '=')? {
            context
                .shown
                .part(member.0, Shown::Text(member.1.into()), None, &[]);
            request = request.part(member.0, member.1);
        }
        for (name, path) in files {
            context
                .shown
                .part(name, Shown::File(path.into()), None, &[]);
            request = request.file(name, autopi::Upload::from_path(path)?)?;
        }
    } else if let Some(value) = body::any(&members, json.map(String::as_str))? {
        request = request.json(&value)?;
    }
    Ok(request.options(options))
}

/// Returns the parameter that counts the pages of this list, if the document has it.
fn counted_by(context: &Context, path: &str) -> Option<&'static str> {
    let fits = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template
                .split('/')
                .zip(path.split('/'))
                .all(|(t, p)| t == p || (t.starts_with('{') && !p.is_empty()))
    };
    let mut entries = context.index.entries().map(|(_, entry)| entry);
    let entry = entries.find(|e| e.method == "GET" && fits(e.path))?;
    context
        .index
        .operation(entry)
        .ok()?
        .call
        .page
        .map(|p| p.page)
}
