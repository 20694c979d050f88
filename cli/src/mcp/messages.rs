//! The messages of a client, one on each line. Where rmcp says nothing, or that there is no such
//! method, the client gets a response that says what is wrong.

use std::{io, sync::Arc};

use rmcp::{
    RoleServer,
    model::{ClientRequest, JsonRpcMessage},
    service::{RxJsonRpcMessage, TxJsonRpcMessage},
    transport::Transport,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Stdout},
    sync::{Mutex, mpsc},
};

use crate::call;

/// The maximum length of a message, as in rmcp.
const LONGEST: u64 = 16 << 20;

/// The codes of JSON-RPC.
const PARSE: i32 = -32700;
const REQUEST: i32 = -32600;
const METHOD: i32 = -32601;
const PARAMS: i32 = -32602;

/// The member of `_meta` with which a request needs no `initialize` before it.
const INLINE: &str = "/params/_meta/io.modelcontextprotocol~1protocolVersion";

type Kind = (fn(&Value) -> bool, &'static str);
type Member = (&'static str, bool, Kind);
const TEXT: Kind = (Value::is_string, "a text");
const OBJECT: Kind = (Value::is_object, "an object");

/// The methods, and the members of their params: whether they are required, and their kinds.
const METHODS: [(&str, &[Member]); 6] = [
    (
        "initialize",
        &[
            ("protocolVersion", true, TEXT),
            ("capabilities", true, OBJECT),
            ("clientInfo", true, OBJECT),
        ],
    ),
    ("ping", &[]),
    ("server/discover", &[]),
    ("subscriptions/listen", &[]),
    (
        "tools/call",
        &[("name", true, TEXT), ("arguments", false, OBJECT)],
    ),
    // All tools are one page: a cursor is from elsewhere.
    (
        "tools/list",
        &[("cursor", false, (Value::is_null, "left out"))],
    ),
];

type Message = RxJsonRpcMessage<RoleServer>;

/// stdin and stdout.
pub struct Stdio {
    messages: mpsc::Receiver<Message>,
    out: Arc<Mutex<Stdout>>,
}

impl Stdio {
    pub fn start() -> Self {
        let (to, messages) = mpsc::channel(1);
        let out = Arc::new(Mutex::new(tokio::io::stdout()));
        // A task of its own: what rmcp waits for, it may stop waiting for at any point.
        tokio::spawn(read(to, out.clone()));
        Self { messages, out }
    }
}

impl Transport<RoleServer> for Stdio {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let out = self.out.clone();
        async move { write(&out, &message).await }
    }

    async fn receive(&mut self) -> Option<Message> {
        self.messages.recv().await
    }

    async fn close(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn write(out: &Mutex<Stdout>, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    let mut out = out.lock().await;
    out.write_all(&line).await?;
    out.flush().await
}

async fn read(to: mpsc::Sender<Message>, out: Arc<Mutex<Stdout>>) {
    let mut input = BufReader::new(tokio::io::stdin());
    let (mut line, mut has_begun) = (Vec::new(), false);
    while let Ok(true) = next(&mut input, &mut line).await {
        match message(&line, &mut has_begun) {
            Ok(None) => {}
            Ok(Some(message)) => {
                if to.send(message).await.is_err() {
                    return;
                }
            }
            Err(faults) => {
                for fault in faults {
                    if write(&out, &fault).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// Reads a line, or only the start of one that is too long. Returns whether there was one.
async fn next(input: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    (&mut *input).take(LONGEST).read_until(b'\n', line).await?;
    let mut is_cut = line.len() as u64 == LONGEST && !line.ends_with(b"\n");
    while is_cut {
        let rest = input.fill_buf().await?;
        let end = rest.iter().position(|byte| *byte == b'\n');
        let read = end.map_or(rest.len(), |at| at + 1);
        is_cut = end.is_none() && read > 0;
        input.consume(read);
    }
    Ok(!line.is_empty())
}

fn fault(id: Option<&Value>, code: i32, message: &str) -> Value {
    let message: String = message.chars().take(super::LONGEST_ERROR).collect();
    let mut fault = json!({"jsonrpc": "2.0", "error": {"code": code, "message": message}});
    // MCP leaves out an id that cannot be read.
    if let Some(id) = id {
        fault["id"] = id.clone();
    }
    fault
}

fn is_id(id: &Value) -> bool {
    id.is_string() || id.is_i64()
}

/// Returns the id of a message that is not JSON as it should be: `\ud800`, a number of 400 digits.
fn id_of(line: &[u8]) -> Option<Value> {
    #[derive(Deserialize)]
    struct Message {
        id: Option<Value>,
    }
    let message: Message = serde_json::from_slice(line).ok()?;
    message.id.filter(is_id)
}

/// Returns the JSON of a line; nothing if it is empty.
///
/// # Errors
/// Returns the responses to a line that is too long, is not JSON, or is a batch.
fn json_of(line: &[u8]) -> Result<Option<Value>, Vec<Value>> {
    if line.len() as u64 == LONGEST {
        return refused(None, REQUEST, "a message is longer than 16 MiB");
    }
    let line = line.trim_ascii();
    if line.is_empty() {
        return Ok(None);
    }
    let value = match call::parse(line, "the line") {
        Ok(value) => value,
        Err(e) => {
            let what = format!("{}; a message is one line of JSON", e.message);
            return refused(id_of(line).as_ref(), PARSE, &what);
        }
    };
    let Value::Array(messages) = &value else {
        return Ok(Some(value));
    };
    let ids = messages
        .iter()
        .filter_map(|m| m.get("id").filter(|id| is_id(id)));
    let what = "a batch: MCP has none, each message is a line of its own";
    let faults: Vec<_> = ids.map(|id| fault(Some(id), REQUEST, what)).collect();
    match faults.is_empty() {
        true => refused(None, REQUEST, what),
        false => Err(faults),
    }
}

/// Returns the error that is the only response.
fn refused<T>(id: Option<&Value>, code: i32, message: &str) -> Result<T, Vec<Value>> {
    Err(vec![fault(id, code, message)])
}

/// Returns the message of a line; nothing if there is none to respond to.
///
/// # Errors
/// Returns the responses to what is no message that this server understands.
fn message(line: &[u8], has_begun: &mut bool) -> Result<Option<Message>, Vec<Value>> {
    let Some(value) = json_of(line)? else {
        return Ok(None);
    };
    let Some(members) = value.as_object() else {
        return refused(None, REQUEST, "a message must be an object");
    };
    let id = members.get("id");
    if id.is_some_and(|id| !is_id(id)) {
        return refused(None, REQUEST, "id: must be a text or an integer");
    }
    let is_response = members.contains_key("result") || members.contains_key("error");
    let Some(method) = members.get("method") else {
        // This server asks nothing.
        return match is_response {
            true => Ok(None),
            false => refused(id, REQUEST, "method: required, not given"),
        };
    };
    let Some(method) = method.as_str() else {
        return refused(id, REQUEST, "method: must be a text");
    };
    if members.get("jsonrpc") != Some(&json!("2.0")) {
        return refused(id, REQUEST, "jsonrpc: must be \"2.0\"");
    }
    if id.is_none() {
        // Nobody waits for a response to a notification.
        let message = serde_json::from_value(value).ok();
        return Ok(message.filter(|_| *has_begun));
    }
    let Some((_, params)) = METHODS.iter().find(|(name, _)| *name == method) else {
        let names: Vec<_> = METHODS.iter().map(|(name, _)| *name).collect();
        let shown: String = method.chars().take(100).collect();
        let what = format!("there is no method {shown}; there are {}", names.join(", "));
        return refused(id, METHOD, &what);
    };
    let is_free = matches!(method, "ping" | "server/discover");
    let begins = method == "initialize" || (!is_free && value.pointer(INLINE).is_some());
    if !*has_begun && !begins && !is_free {
        return refused(id, REQUEST, "`initialize` comes first");
    }
    let given = members.get("params").filter(|params| !params.is_null());
    if given.is_some_and(|params| !params.is_object()) {
        return refused(id, PARAMS, "params: must be an object");
    }
    if let Some(what) = wrong_member(params, given) {
        return refused(id, PARAMS, &what);
    }
    match serde_json::from_value::<Message>(value.clone()) {
        Ok(JsonRpcMessage::Request(request))
            if !matches!(request.request, ClientRequest::CustomRequest(_)) =>
        {
            *has_begun |= begins;
            Ok(Some(JsonRpcMessage::Request(request)))
        }
        _ => refused(id, PARAMS, &format!("params: not those of {method}")),
    }
}

/// Returns what is wrong with the first member of params that is not as the method takes it.
fn wrong_member(members: &[Member], given: Option<&Value>) -> Option<String> {
    members
        .iter()
        .find_map(|(name, is_required, (is_kind, kind))| {
            let value = given.and_then(|params| params.get(name));
            match value.filter(|value| !value.is_null()) {
                Some(value) if !is_kind(value) => Some(format!("params.{name}: must be {kind}")),
                None if *is_required => Some(format!("params.{name}: required, not given")),
                _ => None,
            }
        })
}
