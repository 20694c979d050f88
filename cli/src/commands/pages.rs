//! Writes lists.

use autopi::{
    ItemError, Json, Page,
    rt::{self, ItemStream},
};
use futures_util::StreamExt;
use serde_json::Value;

use crate::{
    Context, Failure, Result,
    output::{Rows, View, line},
};

/// Returns the items of a page in their order. A number that 64 bits do not hold, and `NaN`, are
/// texts in them; what is no JSON is an error.
pub fn items(page: Page<Json>) -> impl Iterator<Item = Result<Value, ItemError>> {
    let (mut good, mut bad) = (page.results.into_iter(), page.errors.into_iter().peekable());
    (0..).map_while(move |at| match bad.next_if(|error| error.index == at) {
        Some(error) => Some(rt::any_json(error.raw.as_bytes()).ok_or(error)),
        None => good.next().map(|item| Ok(item.0)),
    })
}

/// Writes what `each` makes of the items of pages: of `all` of them, of the first ones (`--limit`),
/// or of the first page, with a notice.
///
/// # Errors
/// Returns the errors of the calls, of `each`, and of the output; and after all others, that of an
/// item that cannot be read.
pub async fn write(
    context: &Context,
    mut pages: ItemStream<'_, Page<Json>>,
    view: &View,
    all: bool,
    mut each: impl AsyncFnMut(Value) -> Result<Vec<Value>>,
) -> Result<()> {
    let output = &context.output;
    let mut rows = Rows::new(output, view)?;
    let (mut shown, limit) = (0, output.limit.unwrap_or(u64::MAX));
    let (mut more_of, mut bad) = (None, Vec::new());
    while let Some(page) = pages.next().await {
        let page = page?;
        let (count, more) = (page.count, page.cursor().is_some());
        // The client takes an object in place of a list for its only item.
        if let [only] = page.results.as_slice()
            && let Some(members) = only.0.as_object()
            && (count.is_none() || members.is_empty())
            && !view.known.is_empty()
            && !view.known.iter().any(|name| members.contains_key(name))
        {
            let count = count.map(|_| "count".to_owned());
            let members = members.keys().map(|m| line(m)).chain(count);
            let members: Vec<_> = members.take(8).collect();
            return Err(Failure::failed(format!(
                "the response is not a list of the API; it is an object with {}",
                members.join(", ")
            ))
            .hint(format!(
                "{}; `autopi api GET PATH` shows any response",
                crate::error::WRONG_HOST
            )));
        }
        for item in items(page) {
            // What is not shown need not be read.
            if shown >= limit {
                break;
            }
            let item = match item {
                Ok(item) => item,
                Err(error) => {
                    bad.push(error);
                    continue;
                }
            };
            for row in each(item).await? {
                if shown < limit {
                    rows.item(row)?;
                    shown += 1;
                }
            }
        }
        if shown >= limit {
            break;
        }
        if !all && output.limit.is_none() {
            more_of = more.then_some(count);
            break;
        }
        rows.flush()?;
    }
    rows.end()?;
    if let Some(count) = more_of {
        let some = match count.filter(|count| *count > shown) {
            Some(count) => format!("{shown} of {count}"),
            // The server does not say how many there are, or says it wrongly.
            None => format!("the first {shown}"),
        };
        output.notice(&format!(
            "{some}: --all for all of them, --limit N for more"
        ));
    }
    match bad.first() {
        None => Ok(()),
        Some(first) => {
            let first = first.to_string();
            Err(Failure::failed(format!(
                "{} of the items cannot be read, the first: {}",
                bad.len(),
                first.strip_prefix("raw: ").unwrap_or(&first)
            )))
        }
    }
}
