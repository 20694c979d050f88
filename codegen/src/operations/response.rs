//! The response of an operation: a page, a value of a type, a file, a text, or nothing.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value};

use super::{Content, sends::Sends};
use crate::{
    Error,
    areas::Operation,
    examples::About,
    media,
    schema::{self, Document, is_file},
};

/// The kind of an operation's successful response.
pub enum ResponseKind<'a> {
    /// No body (204).
    Empty,
    /// Any JSON or nothing, because the document does not say.
    Any,
    /// Bytes.
    File,
    /// A page of items of this schema.
    Page(&'a Value),
    /// A value of this schema.
    One(&'a Value),
}

impl<'a> ResponseKind<'a> {
    /// Returns the kind of an operation's successful response.
    ///
    /// # Errors
    /// Returns an error if a `$ref` points to nothing.
    pub fn of(doc: &Document<'a>, op: &Operation<'a>) -> Result<Self, Error> {
        let (status, content) = success(doc, op)?;
        // A response to HEAD has headers only, those of a GET.
        if op.method == "head" {
            return Ok(Self::Empty);
        }
        let Some(content) = content else {
            return Ok(if status == "204" {
                Self::Empty
            } else {
                Self::Any
            });
        };
        let Some((_, schema)) = json_schema(doc, content) else {
            return Ok(Self::File);
        };
        if schema.is_null() {
            return Ok(Self::Any);
        }
        // An array that a list operation documents may come as a page.
        let known = doc.known(schema);
        let is_list = op.method == "get" && known.get("type").is_some_and(|t| t == "array");
        let list = known.get("items").filter(|_| is_list);
        Ok(schema::page_items(doc, schema)
            .or(list)
            .map_or(Self::One(schema), Self::Page))
    }
}

pub(super) fn response<'a>(
    doc: &Document<'a>,
    op: &Operation<'a>,
    used: &mut BTreeSet<String>,
    about: &mut About<'_>,
) -> Result<(String, Sends), Error> {
    const SEND: &str = "Sends the request and decodes any 2xx response.";
    const FULL: &str = "Sends the request as [`send`](Self::send) does, and returns the status \
                        and the headers too.";
    let mut sends = Sends {
        sends: TokenStream::new(),
        blocking: (!doc.surface).then(TokenStream::new),
    };
    let mut both = |about: &str, ty: &TokenStream, call: &str| {
        sends.send(about, "send", ty, call);
        sends.send(
            FULL,
            "send_full",
            &quote!(crate::Response<#ty>),
            &format!("{call}_full"),
        );
    };
    let kind = ResponseKind::of(doc, op)?;
    let is_file = matches!(kind, ResponseKind::File);
    match kind {
        ResponseKind::Empty => both(
            "Sends the request; any 2xx response is a success.",
            &quote!(()),
            "send_empty",
        ),
        ResponseKind::Any => both(
            "Sends the request; any 2xx response is a success.",
            &quote!(crate::Json),
            "send_any",
        ),
        ResponseKind::One(schema) => {
            let ty = doc.nullable(schema, used)?;
            about.returns(&ty);
            both(SEND, &ty, "send");
        }
        ResponseKind::Page(items) => {
            let item = doc.nullable(items, used)?;
            let ty = quote!(crate::Page<#item>);
            about.returns(&ty);
            about.pages();
            both(SEND, &ty, "send");
            sends.stream(
                "Streams the items of all pages that decode. Others go to `on_bad_item`; without \
                 it, the stream ends with an error.",
                "stream",
                &item,
            );
            sends.stream(
                "Streams the items of all pages, good or bad.",
                "stream_results",
                &quote!(::std::result::Result<#item, crate::ItemError>),
            );
            sends.stream("Streams page after page.", "pages", &ty);
        }
        ResponseKind::File => {
            const ABOUT: &str = "Sends the request and returns the status and the headers; the \
                                 body is still to be read.";
            about.returns(&quote!(crate::Download));
            sends.send(ABOUT, "send", &quote!(crate::Download), "send_download");
        }
    }
    Ok((media::accept(success(doc, op)?.1, is_file), sends))
}

/// Returns the status of the successful response, and its content, if it has any.
///
/// # Errors
/// Returns an error if a `$ref` points to nothing.
pub fn success<'a>(
    doc: &Document<'a>,
    op: &Operation<'a>,
) -> Result<(&'a str, Option<Content<'a>>), Error> {
    let responses = op.value.get("responses").and_then(Value::as_object);
    let find = |wanted: fn(&str) -> bool| responses.into_iter().flatten().find(|(k, _)| wanted(k));
    let Some((status, response)) =
        find(|k| k.starts_with('2')).or_else(|| find(|k| k == "default"))
    else {
        return Ok(("", None));
    };
    Ok((
        status,
        doc.resolve(response)?
            .get("content")
            .and_then(Value::as_object)
            .filter(|c| !c.is_empty()),
    ))
}

/// Returns the media type and the schema of a JSON response, null if it has none; `None` for a
/// file.
pub fn json_schema<'a>(
    doc: &Document<'a>,
    content: &'a Map<String, Value>,
) -> Option<(&'a String, &'a Value)> {
    let (kind, media) = media::json(content)?;
    let any = media::is_json(kind).then_some(&Value::Null);
    let schema = media.get("schema").or(any);
    let schema = schema.filter(|schema| !is_file(doc.known(schema)));
    schema.map(|schema| (kind, schema))
}
