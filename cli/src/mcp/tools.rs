//! The tools, as `tools/list` returns them. Their texts are part of each conversation, so they are
//! short.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use super::guard::Allowed;

fn tool(
    name: &'static str,
    about: &'static str,
    required: &[&str],
    members: Value,
    hints: ToolAnnotations,
) -> Tool {
    let schema = json!({
        "type": "object", "properties": members, "required": required, "additionalProperties": false,
    });
    let schema: JsonObject = schema.as_object().cloned().unwrap_or_default();
    Tool::new(name, about, schema).with_annotations(hints)
}

pub fn all(allowed: Allowed) -> Vec<Tool> {
    let hints = |reads: bool, open: bool| {
        ToolAnnotations::from_raw(None, Some(reads), Some(!reads), Some(reads), Some(open))
    };
    let reads = !allowed.writes && !allowed.commands;
    let id = json!({"type": "string", "description": "Operation id, from search_operations"});
    vec![
        tool(
            "search_operations",
            "Find operations of the API by words, e.g. \"trips list\". Best first: id, method, \
             path, summary. No network.",
            &["query"],
            json!({"query": {"type": "string"}, "area": {"type": "string", "description": "Only this area: dongle, fleet, logbook, …"}}),
            hints(true, false),
        ),
        tool(
            "describe_operation",
            "Parameters, body and response members of an operation. No network.",
            &["id"],
            json!({"id": id}),
            hints(true, false),
        ),
        tool(
            "call_operation",
            "Call an operation. A list comes as its first rows, the count, and a cursor for the \
             next ones.",
            &["id"],
            json!({
                "id": id,
                "params": {"type": "object", "description": "Parameters of path, query and header by name. Times: RFC 3339 with a zone"},
                "body": {"type": "object", "description": "Only where writes are allowed"},
                "fields": {"type": "array", "items": {"type": "string"}, "description": "Only these members, e.g. [\"id\", \"position.location.lat\"]"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 200, "description": "Rows; 20 without it"},
                "cursor": {"type": "string", "description": "From the previous response, with the same id and params"},
            }),
            hints(reads, true),
        ),
    ]
}

/// Returns what is wrong if a tool is given an argument that it does not have, which would be
/// ignored without a word.
pub fn unknown(tool: &str, arguments: &JsonObject, allowed: Allowed) -> Option<String> {
    let tool = all(allowed).into_iter().find(|t| t.name == tool)?;
    let known = tool.input_schema.get("properties")?.as_object()?;
    let name = arguments.keys().find(|name| !known.contains_key(*name))?;
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    Some(format!(
        "{} has no argument `{name}`; it has {}",
        tool.name,
        names.join(", ")
    ))
}
