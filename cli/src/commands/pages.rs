//! Writes lists.

use autopi::{Json, Page, rt::ItemStream};
use futures_util::StreamExt;
use serde_json::Value;

use crate::{
    Context, Failure, Result,
    output::{Rows, View, line},
};

/// Writes what `each` makes of the items of pages: of `all` of them, of the first ones (`--limit`),
/// or of the first page, with a notice.
///
/// # Errors
/// Returns the errors of the calls, of `each`, and of the output.
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
    let mut more_of = None;
    while let Some(page) = pages.next().await {
        let page = page?;
        if let Some(bad) = page.errors.first() {
            return Err(Failure::failed(bad.to_string()));
        }
        let (count, more) = (page.count, page.cursor().is_some());
        // The client takes an object in place of a list for its only item.
        if let ([only], None) = (page.results.as_slice(), count)
            && let Some(members) = only.0.as_object()
            && !view.known.is_empty()
            && !view.known.iter().any(|name| members.contains_key(name))
        {
            let members: Vec<_> = members.keys().take(8).map(|m| line(m)).collect();
            return Err(Failure::failed(format!(
                "the response is not a list of the API; it is an object with {}",
                members.join(", ")
            ))
            .hint(format!(
                "{}; `autopi api GET PATH` shows any response",
                crate::error::WRONG_HOST
            )));
        }
        for item in page.results {
            for row in each(item.0).await? {
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
            more_of = more.then(|| count.map_or_else(|| "more".into(), |n| n.to_string()));
            break;
        }
        rows.flush()?;
    }
    rows.end()?;
    if let Some(of) = more_of {
        output.notice(&format!(
            "{shown} of {of}: --all for all of them, --limit N for more"
        ));
    }
    Ok(())
}
