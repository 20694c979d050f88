//! Addresses: one document has one, to which all calls go, unless the client is given another.

use serde_json::Value;

use crate::document::members::{At, DOCUMENT, Is, OPERATION, PATH_ITEM, each};
use crate::report::Report;

/// Warns about servers that no call goes to, and about what a URL lacks.
pub fn find_unused(doc: &Value, report: &mut Report) {
    let own = doc.get("servers");
    let servers = own.and_then(Value::as_array).into_iter().flatten();
    for (i, server) in servers.enumerate() {
        let url = server.get("url").and_then(Value::as_str);
        for message in url.into_iter().flat_map(|url| faults(url, server)) {
            report.warn(format!("/servers/{i}/url"), message);
        }
    }
    // In 2.0 the address has no variables.
    for key in ["host", "basePath"] {
        let text = doc.get(key).and_then(Value::as_str).unwrap_or_default();
        for message in faults(text, &Value::Null) {
            report.warn(format!("/{key}"), message);
        }
    }
    let schemes = doc.get("schemes").and_then(Value::as_array);
    for (i, scheme) in schemes.into_iter().flatten().enumerate() {
        if let Some(scheme) = scheme.as_str().filter(|s| !is_http(s)) {
            report.warn(format!("/schemes/{i}"), not_http(scheme));
        }
    }
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, value| {
            let servers = value
                .get("servers")
                .filter(|_| kind == &OPERATION || kind == &PATH_ITEM);
            if servers
                .is_some_and(|s| Some(s) != own && s.as_array().is_some_and(|s| !s.is_empty()))
            {
                let message = "a call goes to the address of its client: not read";
                report.warn(At::Member(at, "servers").to_string(), message);
            }
            Ok(())
        },
    );
}

/// Fills in the defaults of the variables in the document's own servers, and leaves out those that
/// are not reached by HTTP.
pub fn fill_in(doc: &mut Value) {
    let Some(Value::Array(servers)) = doc.get_mut("servers") else {
        return;
    };
    for server in servers.iter_mut() {
        if let Some(url) = filled(server) {
            server["url"] = url.into();
        }
    }
    servers.retain(|server| {
        let url = server.get("url").and_then(Value::as_str);
        url.and_then(scheme).is_none_or(is_http)
    });
    if servers.is_empty()
        && let Some(doc) = doc.as_object_mut()
    {
        doc.shift_remove("servers");
    }
}

/// Returns what is wrong with the URL of a server.
fn faults(url: &str, server: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let variables = server.get("variables");
    for name in crate::document::path_parameters(url) {
        if variables.is_none_or(|v| v.get(name).is_none()) {
            out.push(format!(
                "`{name}` is not one of its `variables`, or has no `default` there: it has no value; \
                 write one, or give `base_url`"
            ));
        }
    }
    let filled = filled(server);
    if filled.is_none() && variables.is_some() {
        out.push(format!(
            "longer than {LONGEST} bytes with its `variables`: not filled in; give `base_url`"
        ));
    }
    let url = filled.as_deref().unwrap_or(url);
    if let Some(scheme) = scheme(url).filter(|s| !is_http(s)) {
        out.push(not_http(scheme));
    }
    if url.contains(['?', '#']) {
        out.push("the URL of a server has no query and no fragment: not sent".to_owned());
    }
    out
}

fn not_http(scheme: &str) -> String {
    format!("`{scheme}` is not HTTP: left out")
}

/// Returns the scheme of a URL: a relative one has none, though it may hold another URL.
fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once("://")?;
    (!scheme.contains(['/', '?', '#'])).then_some(scheme)
}

/// Returns whether a scheme is one of HTTP; one that a variable names may be.
fn is_http(scheme: &str) -> bool {
    scheme.contains('{')
        || ["http", "https"]
            .iter()
            .any(|http| scheme.eq_ignore_ascii_case(http))
}

/// The maximum length of a URL with the defaults of its variables, in bytes.
const LONGEST: usize = 8192;

/// Returns the URL of a server with the defaults of its variables, each filled in once, unless it
/// has none or would be too long.
fn filled(server: &Value) -> Option<String> {
    let variables = server.get("variables")?;
    let (mut out, mut rest) = (String::new(), server.get("url")?.as_str()?);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let end = after.find(['{', '}']).unwrap_or(after.len());
        let (name, end) = after.split_at(end);
        let default = variables.get(name).and_then(|v| v.get("default")?.as_str());
        match default.zip(end.strip_prefix('}')) {
            Some((default, after)) => {
                out.push_str(default);
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
        if out.len() > LONGEST {
            return None;
        }
    }
    (out.len() + rest.len() <= LONGEST).then(|| out + rest)
}
