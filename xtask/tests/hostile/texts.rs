//! Puts a text into any place of a document, and compares the code with that of a similar harmless
//! text, except for names and literals.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::{Map, Value};
use xtask::pipeline::normalize;

/// Each place has its own text, except for OpenAPI's keywords and for names with their references.
const DOCUMENT: &str = r##"{"openapi": "3.0.3", "info": {"title": "t0", "version": "t1", "description": "t2", "termsOfService": "t3", "contact": {"name": "t4", "url": "t5", "email": "t6"}, "license": {"name": "t7", "url": "t8"}},
"externalDocs": {"url": "t9", "description": "t10"}, "servers": [{"url": "https://h/v1", "description": "t11", "variables": {"t12": {"default": "t13", "enum": ["t13", "t14"], "description": "t15"}}}],
"tags": [{"name": "tag", "description": "t16", "externalDocs": {"url": "t17", "description": "t18"}}], "security": [{"key": []}, {"oauth": ["scope"]}], "x-root": {"t19": "t20"},
"paths": {"/things/{thing}/": {"summary": "t21", "description": "t22", "x-path": "t23",
    "parameters": [{"name": "thing", "in": "path", "required": true, "description": "t24", "schema": {"type": "string", "title": "t25"}}],
    "post": {"operationId": "things_create", "tags": ["tag", "t26"], "summary": "t27", "description": "t28", "x-note": "t29", "externalDocs": {"url": "t30", "description": "t31"}, "security": [{"key": []}],
        "parameters": [
            {"name": "query", "in": "query", "description": "t32", "example": "t33", "schema": {"type": "string", "enum": ["one", "two"], "default": "one"}},
            {"name": "X-Header", "in": "header", "description": "t34", "schema": {"type": "string", "pattern": "^t35$", "maxLength": 3}},
            {"name": "list", "in": "query", "style": "form", "schema": {"type": "array", "items": {"type": "string", "format": "t36"}}},
            {"name": "deep", "in": "query", "style": "deepObject", "schema": {"type": "object", "properties": {"inner": {"type": "string"}}}},
            {"name": "json", "in": "query", "content": {"application/json": {"schema": {"type": "object", "properties": {"within": {"type": "integer"}}}}}},
            {"$ref": "#/components/parameters/shared"}],
        "requestBody": {"description": "t37", "required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}, "example": {"t38": "t39"}, "examples": {"t40": {"summary": "t41", "description": "t42", "value": {"t43": ["t44"]}}}}}},
        "responses": {"200": {"description": "t45", "headers": {"X-Any": {"description": "t46", "schema": {"type": "string"}}}, "links": {"t47": {"operationId": "things_create", "description": "t48", "parameters": {"t49": "t50"}}},
            "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}}, "400": {"$ref": "#/components/responses/wrong"}},
        "callbacks": {"t51": {"t52": {"post": {"operationId": "t53", "responses": {"200": {"description": "t54"}}}}}}},
    "put": {"operationId": "things_file", "tags": ["other"], "deprecated": true, "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {
        "file": {"type": "string", "format": "binary", "description": "t55"}, "note": {"type": "string", "minLength": 1, "default": "t56"}, "part": {"$ref": "#/components/schemas/Part"}}}, "encoding": {"file": {"contentType": "image/png", "headers": {"X-Part": {"schema": {"type": "string"}}}}}}}},
        "responses": {"200": {"description": "t57", "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}}},
    "patch": {"operationId": "things_partial", "tags": ["other"], "requestBody": {"$ref": "#/components/requestBodies/body"}, "responses": {"200": {"description": "t58", "content": {"application/vnd.thing+json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}},
  "/things/": {"get": {"operationId": "things_list", "tags": ["tag"], "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}], "responses": {"200": {"description": "t59", "content": {"application/json": {"schema": {
    "type": "object", "required": ["count", "results"], "properties": {"count": {"type": "integer"}, "next": {"type": "string", "format": "uri", "nullable": true}, "results": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}}}}}}}},
"components": {
  "securitySchemes": {"key": {"type": "apiKey", "name": "Authorization", "in": "header", "description": "t60"}, "oauth": {"type": "oauth2", "description": "t61", "flows": {"implicit": {"authorizationUrl": "https://h/t62", "scopes": {"scope": "t63"}}}}},
  "parameters": {"shared": {"name": "shared", "in": "query", "description": "t64", "schema": {"type": "array", "items": {"type": "string", "enum": ["three", "four"]}}}},
  "requestBodies": {"body": {"description": "t65", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
  "responses": {"wrong": {"description": "t66", "content": {"application/json": {"schema": {"type": "object", "properties": {"detail": {"type": "string"}}}}}}},
  "headers": {"spare": {"description": "t67", "schema": {"type": "string"}}}, "examples": {"t68": {"value": "t69"}},
  "schemas": {
    "Thing": {"type": "object", "title": "t70", "description": "t71", "required": ["id", "name"], "externalDocs": {"url": "t72"}, "example": {"name": "t73"}, "xml": {"name": "t74", "namespace": "t75"}, "properties": {
        "id": {"type": "string", "format": "uuid", "readOnly": true}, "name": {"type": "string", "pattern": "^[a-t]+$", "maxLength": 9, "default": "t76", "title": "t77", "description": "t78", "example": "t79", "x-member": "t80"},
        "kind": {"$ref": "#/components/schemas/Kind"}, "map": {"type": "object", "additionalProperties": {"type": "string", "description": "t81"}}, "secret": {"type": "string", "format": "password", "writeOnly": true, "minLength": 8},
        "inline": {"type": "object", "description": "t82", "properties": {"more": {"type": "string", "enum": ["five", "six"]}}}, "numbers": {"type": "array", "items": {"type": "integer", "enum": [1, 2], "description": "t83"}},
        "union": {"oneOf": [{"$ref": "#/components/schemas/Part"}, {"type": "string"}], "discriminator": {"propertyName": "tell", "mapping": {"mapped": "#/components/schemas/Part"}}}}, "additionalProperties": true},
    "Part": {"type": "object", "required": ["tell"], "allOf": [{"$ref": "#/components/schemas/Base"}], "properties": {"tell": {"type": "string", "enum": ["mapped"], "description": "t84", "example": "t85"}}},
    "Base": {"type": "object", "properties": {"base": {"type": "integer", "nullable": true, "description": "t86"}}},
    "Kind": {"type": "string", "enum": ["seven", "eight"], "description": "t87", "x-enum-descriptions": {"seven": "t88"}, "x-enumNames": ["t89", "t90"]}}}}"##;

/// Returns all texts and keys of the document, each once.
pub fn texts() -> Vec<String> {
    fn find(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::String(text) => out.push(text.clone()),
            Value::Array(list) => list.iter().for_each(|v| find(v, out)),
            Value::Object(map) => map.iter().for_each(|(key, v)| {
                out.push(key.clone());
                find(v, out);
            }),
            _ => {}
        }
    }
    let mut out = Vec::new();
    find(&document(), &mut out);
    out.sort();
    out.dedup();
    out
}

fn document() -> Value {
    serde_json::from_str(DOCUMENT).expect("JSON")
}

/// Returns the document with `old` replaced wherever it is a text, a key, the name in a reference
/// or a parameter of a path.
fn with(old: &str, new: &str) -> Value {
    let pointer = new.replace('~', "~0").replace('/', "~1");
    let text = |text: &str| match text.rsplit_once('/') {
        _ if text == old => new.to_owned(),
        Some((start, name)) if name == old && text.starts_with("#/") => {
            format!("{start}/{pointer}")
        }
        _ => text.replace(&format!("{{{old}}}"), &format!("{{{new}}}")),
    };
    fn walk(value: Value, text: &impl Fn(&str) -> String) -> Value {
        match value {
            Value::String(old) => text(&old).into(),
            Value::Array(list) => list.into_iter().map(|v| walk(v, text)).collect(),
            Value::Object(map) => {
                let members = map.into_iter().map(|(k, v)| (text(&k), walk(v, text)));
                members.collect::<Map<_, _>>().into()
            }
            other => other,
        }
    }
    walk(document(), &text)
}

/// Removes the places that warnings name from a document in which `text` is `plain`.
fn without(mut document: Value, mut warned: Vec<String>, text: &str, plain: &str) -> Value {
    let key = |text: &str| text.replace('~', "~0").replace('/', "~1");
    let (text, plain) = (key(text), key(plain));
    // From the last item of a list on, so that the places before it stay.
    warned.sort_by(|a, b| b.cmp(a));
    for place in warned {
        let place = place.split('/').map(|s| if s == text { &plain } else { s });
        let place = place.collect::<Vec<_>>().join("/");
        let Some((parent, last)) = place.rsplit_once('/') else {
            continue;
        };
        match (document.pointer_mut(parent), last.parse::<usize>()) {
            (Some(Value::Object(map)), _) => {
                map.remove(&last.replace("~1", "/").replace("~0", "~"));
            }
            (Some(Value::Array(items)), Ok(at)) if at < items.len() => drop(items.remove(at)),
            _ => {}
        }
    }
    document
}

/// Returns a text with the same words, lengths and parts, but without characters that mean
/// something to Rust, Markdown, a regular expression or a terminal. `@` and a point make a record
/// of telemetry.
fn harmless(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " ./+;=-_{}@".contains(c);
    text.chars()
        .map(|c| if plain(c) { c } else { '-' })
        .collect()
}

/// Words that do not count as names of the document.
const WORDS: &str = "as async await break const continue crate dyn else enum extern fn for if \
                     impl in let loop match mod move mut pub ref return self Self static struct \
                     super trait true false type unsafe use where while std option Option Some \
                     None string String vec Vec rt Json serde_json Map Value collections BTreeMap \
                     boxed Box convert Into From result Result Ok Err iter IntoIterator types \
                     builder cfg derive doc deprecated non_exhaustive inline must_use";

/// Counts each token. Documentation is left out, literals count by their kind, and all names that
/// may come from the document count as one.
pub fn tokens(code: TokenStream) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    count(code, &mut out);
    out
}

fn count(code: TokenStream, out: &mut BTreeMap<String, usize>) {
    let mut tokens = code.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let says = match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => match tokens.peek() {
                Some(TokenTree::Group(group)) if is_documentation(group.stream()) => {
                    tokens.next();
                    continue;
                }
                _ => "#".to_owned(),
            },
            TokenTree::Punct(mark) => mark.to_string(),
            TokenTree::Ident(name) => {
                let name = name.to_string();
                match WORDS.split_whitespace().any(|w| w == name) {
                    true => name,
                    false => "a name".to_owned(),
                }
            }
            TokenTree::Literal(literal) => match literal.to_string() {
                text if text.starts_with(['"', 'r', 'b', '\'']) => "a text".to_owned(),
                number => number,
            },
            TokenTree::Group(group) => {
                count(group.stream(), out);
                match group.delimiter() {
                    Delimiter::Parenthesis => "()",
                    Delimiter::Brace => "{}",
                    Delimiter::Bracket => "[]",
                    Delimiter::None => "",
                }
                .to_owned()
            }
        };
        *out.entry(says).or_default() += 1;
    }
}

/// Returns the documentation before codegen prints it.
fn is_documentation(attribute: TokenStream) -> bool {
    let text = attribute.to_string();
    let kinds = ["doc = ", "markup = ", "example = "];
    kinds.iter().any(|kind| text.starts_with(kind))
}

/// Returns whether a doc comment has HTML, or a link that leads out of the documentation.
pub fn has_foreign_markup(comment: &str) -> bool {
    let prose = without_code_spans(comment).replace("\\\\", "");
    let html = prose.replace("\\<", "").contains('<');
    let links = prose.replace("\\]", "");
    let mut targets = links.split("](").skip(1);
    let ours = ["crate::", "Self::", "#"];
    html || targets.any(|t| !ours.iter().any(|start| t.starts_with(start)))
}

/// Returns the text without code spans, which begin and end with the same number of backticks.
fn without_code_spans(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        let run = &rest[at..];
        let marks = run.len() - run.trim_start_matches('`').len();
        let escapes = out.len() - out.trim_end_matches('\\').len();
        if escapes % 2 == 1 {
            out.push('`');
            rest = &run[1..];
            continue;
        }
        let after = &run[marks..];
        let end = after
            .match_indices(&run[..marks])
            .map(|(i, _)| i)
            .find(|i| !after[..*i].ends_with('`') && !after[i + marks..].starts_with('`'));
        match end {
            Some(end) => rest = &after[end + marks..],
            None => {
                out.push_str(&run[..marks]);
                rest = after;
            }
        }
    }
    out + rest
}

/// The tokens of a document's code, and the places of the warnings about it.
type Code = (BTreeMap<String, usize>, Vec<String>);

/// Returns the code of a document, or `None` if it is refused.
fn code(document: &Value) -> Result<Option<Code>, String> {
    let Ok(new) = normalize(&document.to_string(), None) else {
        return Ok(None);
    };
    let code = autopi_codegen::generate(&new.text, &|_| true)
        .map_err(|e| format!("verified and refused: {e}"))?;
    if autopi_codegen::escape::lines(&code) != code {
        return Err("a hidden character is in the code".into());
    }
    if let Some(line) = code.lines().find(|l| opens_a_block(l)) {
        return Err(format!("documentation with a block: {line}"));
    }
    let mut comments = code
        .lines()
        .filter_map(|l| l.trim_start().strip_prefix("///"));
    if let Some(comment) = comments.find(|c| has_foreign_markup(c)) {
        return Err(format!(
            "documentation with markup of the document: {comment}"
        ));
    }
    // The tokens before printing, because the printer adds commas.
    let meant = autopi_codegen::tokens(&new.doc, &|_| true).map_err(|e| e.to_string())?;
    let places = new.report.warnings.into_iter().map(|(place, _)| place);
    Ok(Some((tokens(meant), places.collect())))
}

/// A code block of Markdown, which rustdoc would run, needs three backticks in a row, or four
/// spaces.
fn opens_a_block(line: &str) -> bool {
    let comment = line.trim_start().strip_prefix("//");
    comment.is_some_and(|c| {
        ["```", "~~~", "    ", "\t"]
            .iter()
            .any(|block| c.contains(block))
    })
}

/// Replaces `old` by `text`. Returns whether there is code; `false` means that the document is
/// refused.
///
/// # Errors
/// Returns an error if the code differs by more than names, literals and documentation from that
/// of a harmless text, and from that without the places of which warnings say that they are not as
/// in the document: a text may be no name of a header, or no media type.
pub fn judge(old: &str, text: &str) -> Result<bool, String> {
    let Some((hostile, mut warned)) = code(&with(old, text))? else {
        return Ok(false);
    };
    let plain = harmless(text);
    let meant = with(old, &plain);
    let Some((harmless, known)) = code(&meant)? else {
        return Ok(true);
    };
    if hostile == harmless {
        return Ok(true);
    }
    warned.retain(|place| !known.contains(place));
    let less = code(&without(meant, warned, text, &plain))?;
    if less.is_some_and(|(less, _)| hostile == less) {
        return Ok(true);
    }
    let differs = |(token, n): (&String, &usize)| {
        let other = harmless.get(token).copied().unwrap_or_default();
        (*n != other).then(|| format!("{token} {n} times, not {other}"))
    };
    let more: Vec<String> = hostile.iter().filter_map(differs).collect();
    Err(format!("{text:?} for {old:?}: {}", more.join(", ")))
}
