//! The parts of generated documentation that are not texts of the document: types as links, limits,
//! keys, directions. They consist of our own words, Rust names, and names in code spans, so they
//! may contain markup (see [`crate::docs`]).

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::{GenericArgument, PathArguments, Type};

use crate::{escape, schema::Document};

/// Returns a paragraph of our own text.
pub fn paragraph(text: &str) -> TokenStream {
    quote!(#[markup = ""] #[markup = #text])
}

/// Returns a name of the document as a code span, or as escaped text if it holds marks or blanks
/// that could also begin a code block.
pub fn code(text: &str) -> String {
    match ["`", "~~", "  "].iter().any(|mark| text.contains(mark)) {
        true => escape::markdown(text),
        false => escape::code(text),
    }
}

/// Returns the description of a schema, or else its title; `None` if both are empty.
pub fn text(schema: &Value) -> Option<&str> {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::trim);
    [text("description"), text("title")]
        .into_iter()
        .flatten()
        .find(|t| !t.is_empty())
}

/// Returns a doc comment: the text of the document or else `otherwise`, then facts.
pub fn about(text: Option<&str>, otherwise: &str, facts: &[String]) -> TokenStream {
    let facts = sentence(facts);
    match (text, facts.is_empty()) {
        (Some(text), true) => quote!(#[doc = #text]),
        (Some(text), false) => {
            let facts = paragraph(&facts);
            quote!(#[doc = #text] #facts)
        }
        (None, _) => {
            let parts = [otherwise, &facts]
                .into_iter()
                .filter(|part| !part.is_empty());
            let text = parts.collect::<Vec<_>>().join(" ");
            quote!(#[markup = #text])
        }
    }
}

/// Returns whether a text says more than the name: drf-yasg makes a title of each name.
pub fn says_more(text: &str, name: &str) -> bool {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    letters(text) != letters(name)
}

fn sentence(facts: &[String]) -> String {
    let joined = facts.join(", ");
    let mut letters = joined.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => joined,
    }
}

/// Returns a type in words, with links to our types.
pub fn linked(ty: &TokenStream) -> String {
    match syn::parse2(ty.clone()) {
        Ok(ty) => linked_type(&ty),
        Err(_) => String::new(),
    }
}

fn linked_type(ty: &Type) -> String {
    let Type::Path(path) = ty else {
        return match ty {
            Type::Tuple(_) => "nothing".into(),
            other => escape::code(&other.to_token_stream().to_string()),
        };
    };
    let Some(last) = path.path.segments.last() else {
        return String::new();
    };
    let inner: Vec<String> = match &last.arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().filter_map(argument).collect(),
        _ => Vec::new(),
    };
    let name = last.ident.to_string();
    match (name.as_str(), inner.as_slice()) {
        ("Vec", [item]) => format!("a list of {item}"),
        ("Option", [value]) => format!("{value} or null"),
        ("BTreeMap", [_, value]) => format!("a map of {value}"),
        ("Page", [item]) => format!("a [`Page`](crate::Page) of {item}"),
        ("Map", _) => "any object".into(),
        ("Json", _) => "any JSON".into(),
        ("String", _) => "a string".into(),
        ("i64" | "u64", _) => "an integer".into(),
        ("f64", _) => "a number".into(),
        ("bool", _) => "a boolean".into(),
        _ => {
            let segments = path.path.segments.iter().map(|s| s.ident.to_string());
            format!("[`{name}`]({})", segments.collect::<Vec<_>>().join("::"))
        }
    }
}

fn argument(argument: &GenericArgument) -> Option<String> {
    match argument {
        GenericArgument::Type(ty) => Some(linked_type(ty)),
        _ => None,
    }
}

/// Returns the limits of a value, its default, and its format unless the type implies it.
pub fn limits(doc: &Document<'_>, schema: &Value) -> Vec<String> {
    if doc.surface {
        return Vec::new();
    }
    let find = |key: &str| doc.aliases(schema).find_map(|s| s.get(key));
    let number = |key: &str| find(key).filter(|n| n.as_f64().is_some_and(|n| n.abs() < 9e15));
    let strict = |key: &str| find(key) == Some(&Value::Bool(true));
    let mut out = Vec::new();
    let range = |low: Option<&Value>, high: Option<&Value>, unit: &str| {
        let range = match (low, high) {
            (Some(low), Some(high)) if low == high => low.to_string(),
            (Some(low), Some(high)) => format!("{low} to {high}"),
            (Some(low), None) => format!("at least {low}"),
            (None, Some(high)) => format!("at most {high}"),
            (None, None) => return None,
        };
        let one = high.or(low).and_then(Value::as_u64) == Some(1);
        let plural = if unit.is_empty() || one { "" } else { "s" };
        Some(format!("{range}{unit}{plural}"))
    };
    let (low, high) = (number("minimum"), number("maximum"));
    let (above, below) = (strict("exclusiveMinimum"), strict("exclusiveMaximum"));
    out.extend(range(low.filter(|_| !above), high.filter(|_| !below), ""));
    out.extend(low.filter(|_| above).map(|n| format!("more than {n}")));
    out.extend(high.filter(|_| below).map(|n| format!("less than {n}")));
    out.extend(number("multipleOf").map(|n| format!("a multiple of {n}")));
    for (low, high, unit) in [
        ("minLength", "maxLength", " character"),
        ("minItems", "maxItems", " item"),
        ("minProperties", "maxProperties", " member"),
    ] {
        let low = number(low).filter(|n| n.as_u64() != Some(0));
        out.extend(range(low, number(high), unit));
    }
    if strict("uniqueItems") {
        out.push("no duplicate items".into());
    }
    let word = |key: &str| find(key).and_then(Value::as_str).filter(|t| t.len() < 80);
    out.extend(word("pattern").map(|p| format!("matching {}", code(p))));
    let typed = [
        "date-time",
        "date",
        "uuid",
        "decimal",
        "int32",
        "int64",
        "uint64",
        "float",
        "double",
        "binary",
        "string",
    ];
    let format = word("format").filter(|f| !typed.contains(f));
    out.extend(format.map(|f| format!("format {}", code(f))));
    let default = find("default").filter(|d| !d.is_null() && !d.is_array() && !d.is_object());
    let default = default.map(Value::to_string).filter(|d| d.len() < 40);
    out.extend(default.map(|d| format!("default {}", code(&d))));
    out
}

/// Returns the doc comment of a member: its text, its JSON key, its direction, its limits.
pub fn member(doc: &Document<'_>, key: &str, property: &Value) -> TokenStream {
    if doc.surface {
        return TokenStream::new();
    }
    let text = text(property).filter(|text| says_more(text, key));
    let mut facts = facts(doc, property);
    facts.insert(0, format!("JSON key {}", code(key)));
    about(text, "", &facts)
}

fn facts(doc: &Document<'_>, property: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for (mark, word) in [("readOnly", "read-only"), ("writeOnly", "write-only")] {
        let says = |s: &Value| s.get(mark) == Some(&Value::Bool(true));
        out.extend(doc.aliases(property).any(says).then(|| word.to_owned()));
    }
    out.extend(limits(doc, property));
    out
}

/// Returns links to the methods of the first few operations.
pub fn methods(functions: &[String]) -> String {
    few(functions, |f| format!("[`{f}`](crate::Client::{f})"))
}

/// Returns links to the first few types.
pub fn types(names: &[String]) -> String {
    few(names, |name| format!("[`{name}`](crate::types::{name})"))
}

/// How many names are listed.
const FEW: usize = 4;

fn few(all: &[String], link: impl Fn(&str) -> String) -> String {
    let shown: Vec<String> = all.iter().take(FEW).map(|name| link(name)).collect();
    match all.len().saturating_sub(FEW) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
