//! The tool `call_operation`: returns the first rows, their count, and the way to the next ones.

use autopi::{CallOptions, Cursor, Json};
use futures_util::StreamExt;
use rmcp::model::JsonObject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Server, guard, names, structure, text};
use crate::{
    Failure, Result,
    call::{self, Content, Given, near},
    commands::{operation::view, pages},
    index::{BodyKind, Operation, Parameter, ResponseKind},
    output::{columns, members},
};

/// The number of rows if no limit is given.
const ROWS: usize = 20;
/// The maximum length of a response in characters; a longer one comes in pieces.
const LONG: usize = 24_000;
/// The part of that length that the count and the cursor may take.
const AROUND: usize = 2000;

/// The position of the next rows: a page, and how many of its rows were returned.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    id: String,
    page: Option<Cursor>,
    skip: usize,
    /// The size of pages, which is part of the request.
    size: usize,
}

impl Server {
    pub(super) async fn call(&self, arguments: &JsonObject) -> Result<String> {
        let operation = self.operation(arguments)?;
        self.allowed.check(&operation.entry)?;
        let limit = match arguments.get("limit") {
            None | Some(Value::Null) => ROWS,
            Some(limit) => {
                // Models write numbers as strings and as 5.0 too.
                let text = limit.as_str().and_then(|text| text.parse::<f64>().ok());
                let limit = limit.as_f64().or(text);
                let limit = limit.filter(|n| n.fract() == 0.0 && (1.0..=200.0).contains(n));
                limit.ok_or_else(|| Failure::usage("limit: must be a number from 1 to 200"))?
                    as usize
            }
        };
        let fields = names(arguments, "fields")?;
        let place = match text(arguments, "cursor")? {
            None => Place {
                id: operation.entry.id.into(),
                page: None,
                skip: 0,
                size: limit,
            },
            Some(cursor) => serde_json::from_str(cursor)
                .ok()
                .filter(|p: &Place| p.id == operation.entry.id && (1..=200).contains(&p.size))
                .ok_or_else(|| {
                    Failure::usage("cursor: it is not from this operation; leave it out to start")
                })?,
        };
        let given = self.given(operation, arguments, place.size)?;
        let is_list = operation.response == ResponseKind::List;
        let call = call::prepare(self.index, &self.client, operation, given, &self.shown)?;
        match operation.response {
            ResponseKind::Bytes => Err(Failure::usage(
                "its response is a file: ask the user to download it with `autopi`",
            )),
            ResponseKind::Nothing => {
                call.send_empty().await?;
                Ok("done".into())
            }
            _ if is_list => {
                let mut call = call;
                let options = CallOptions::new().prefetch(0);
                call.options(match &place.page {
                    Some(cursor) => options.resume(cursor.clone()),
                    None => options,
                });
                let pages = call.pages::<Json>();
                self.list(operation, pages, place, limit, &fields).await
            }
            _ => {
                let mut value = call.send_any().await?.0;
                guard::mask(self.index, operation.schema.as_ref(), &mut value, 0);
                let rows = value.as_array().cloned();
                self.has(
                    operation,
                    rows.as_deref().unwrap_or(&[value.clone()]),
                    &fields,
                )?;
                self.single(value, &fields)
            }
        }
    }

    /// Returns the parameters and the body that `params` and `body` give.
    fn given(
        &self,
        operation: &'static Operation,
        arguments: &JsonObject,
        size: usize,
    ) -> Result<Given> {
        let mut given = Given {
            by_name: true,
            ..Given::default()
        };
        let params = match structure(arguments, "params") {
            None => JsonObject::new(),
            Some(Value::Object(params)) => params,
            Some(_) => return Err(Failure::usage("params: must be an object")),
        };
        // Models write null for what they leave out.
        for (name, value) in params.iter().filter(|(_, value)| !value.is_null()) {
            let parameter = operation.parameters.iter().find(|p| p.name == name);
            let parameter = parameter.ok_or_else(|| unknown(operation, name))?;
            given
                .parameters
                .push((parameter, self.value(parameter, value)?));
        }
        // Unless the model sets the page size, a page has as many rows as are asked for.
        let of_page = operation.call.page.map(|p| p.size).unwrap_or_default();
        let parameter = operation.parameters.iter().find(|p| p.name == of_page);
        if let Some(parameter) = parameter.filter(|_| !params.contains_key(of_page)) {
            given.parameters.push((parameter, size.into()));
        }
        match (&operation.body, structure(arguments, "body")) {
            (_, None) => {}
            (None, Some(_)) => {
                return Err(Failure::usage(format!(
                    "{} takes no body",
                    operation.entry.id
                )));
            }
            (Some(body), Some(_)) if body.kind == BodyKind::Raw => {
                return Err(Failure::usage(
                    "its body is a file: ask the user to send it with `autopi`",
                ));
            }
            (Some(_), Some(value)) => given.body = Some(Content::Json(value)),
        }
        Ok(given)
    }

    /// Reads a value; models sometimes write numbers as strings, and the reverse.
    fn value(&self, parameter: &Parameter, value: &Value) -> Result<Value> {
        match value {
            Value::String(text) => call::read(
                self.index,
                &parameter.schema,
                std::slice::from_ref(text),
                false,
            )
            .map_err(|e| Failure::usage(format!("{}: {e}", parameter.name))),
            Value::Number(number) if self.index.resolved(&parameter.schema)["type"] == "string" => {
                Ok(number.to_string().into())
            }
            other => Ok(other.clone()),
        }
    }

    fn single(&self, value: Value, fields: &[String]) -> Result<String> {
        let value = picked(value, fields);
        let text = value.to_string();
        if text.len() <= LONG {
            return Ok(text);
        }
        let names = value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str());
        let names: Vec<_> = names.take(60).collect();
        Err(Failure::failed(format!(
            "the response has {} characters, too many: choose `fields`: {}",
            text.len(),
            names.join(", ")
        )))
    }

    async fn list(
        &self,
        operation: &'static Operation,
        mut pages: autopi::rt::ItemStream<'_, autopi::Page<Json>>,
        mut place: Place,
        limit: usize,
        fields: &[String],
    ) -> Result<String> {
        let (mut rows, mut length, mut count) = (Vec::new(), 0, None);
        let mut whole = Vec::new();
        let mut more = false;
        'pages: while let Some(page) = pages.next().await {
            let page = page?;
            count = page.count.or(count);
            let next = page.cursor().cloned();
            for item in pages::items(page).skip(place.skip) {
                let value = match item {
                    Ok(mut value) => {
                        guard::mask(self.index, operation.item(), &mut value, 0);
                        if !fields.is_empty() {
                            whole.push(value.clone());
                        }
                        picked(value, fields)
                    }
                    Err(bad) => json!({"unreadable": bad.to_string()}),
                };
                // With a comma.
                let size = value.to_string().len() + 1;
                if rows.len() == limit || length + size > LONG - AROUND {
                    if rows.is_empty() {
                        let what = "the first row is too long: choose `fields`";
                        return Err(Failure::failed(what));
                    }
                    more = true;
                    break 'pages;
                }
                length += size;
                rows.push(value);
                place.skip += 1;
            }
            match next {
                None => break,
                Some(next) => (place.page, place.skip) = (Some(next), 0),
            }
            if rows.len() == limit {
                more = true;
                break;
            }
        }
        self.has(operation, &whole, fields)?;
        let mut response = json!({"rows": rows});
        if let Some(count) = count {
            response["count"] = count.into();
        }
        if more {
            response["cursor"] = serde_json::to_string(&place).unwrap_or_default().into();
        }
        let response = response.to_string();
        match response.len() > LONG {
            true => Err(Failure::failed("the cursor for the next rows is too long")),
            false => Ok(response),
        }
    }

    /// Checks that the document or one of the rows has each of the fields.
    fn has(&self, operation: &Operation, rows: &[Value], fields: &[String]) -> Result<()> {
        let view = view(self.index, operation);
        let is_known = |field: &&String| {
            view.knows(field) || rows.iter().any(|row| columns::get(row, field).is_some())
        };
        match fields.iter().find(|field| !is_known(field)) {
            Some(field) if !rows.is_empty() => {
                let names = members(&view.known, rows)
                    .into_iter()
                    .take(60)
                    .collect::<Vec<_>>();
                Err(Failure::usage(format!(
                    "fields: no row has `{field}`; there are {}",
                    names.join(", ")
                )))
            }
            _ => Ok(()),
        }
    }
}

fn picked(value: Value, fields: &[String]) -> Value {
    match (fields, value) {
        ([], value) => value,
        (fields, Value::Array(items)) => items
            .iter()
            .map(|item| columns::picked(item, fields))
            .collect(),
        (fields, value) => columns::picked(&value, fields),
    }
}

fn unknown(operation: &'static Operation, name: &str) -> Failure {
    let names = || operation.parameters.iter().map(|p| p.name);
    let near = near(name, names());
    let near = match near.first() {
        Some(near) => format!("did you mean {near}?"),
        None => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
    };
    Failure::usage(format!(
        "params: {} has no `{name}`; {near}",
        operation.entry.id
    ))
}
