//! A list item by item, and what becomes of those that did not decode.

use futures_util::{StreamExt, stream};

use crate::{ItemError, ItemStream, Page, pagination::options::OnBadItem, privacy::escape};

/// Good items and bad ones, as they stand on their pages.
pub(crate) fn all<T: Send + 'static>(
    pages: ItemStream<'static, Page<T>>,
) -> ItemStream<'static, Result<T, ItemError>> {
    Box::pin(pages.flat_map(|page| match page {
        Ok(page) => stream::iter(in_order(page).map(Ok).collect::<Vec<_>>()),
        Err(e) => stream::iter(vec![Err(e)]),
    }))
}

fn in_order<T>(page: Page<T>) -> impl Iterator<Item = Result<T, ItemError>> {
    let mut bad = page.errors.into_iter().peekable();
    let mut good = page.results.into_iter();
    (0..).map_while(move |index| {
        bad.next_if(|e| e.index <= index)
            .map(Err)
            .or_else(|| good.next().map(Ok))
            .or_else(|| bad.next().map(Err))
    })
}

/// The good items. Of bad ones the handler is told; without one the stream ends with an error that speaks of them.
pub(crate) fn good<T: Send + 'static>(
    pages: ItemStream<'static, Page<T>>,
    handler: Option<OnBadItem>,
) -> ItemStream<'static, T> {
    let mut untold: Option<(usize, ItemError)> = None;
    let pages = pages.map(Some).chain(stream::iter([None]));
    Box::pin(pages.flat_map(move |page| {
        let (good, error) = match page {
            Some(Ok(page)) => {
                for bad in page.errors {
                    match &handler {
                        Some(handler) => handler.tell(&bad),
                        None => {
                            // Why may hold a value of it: no log has that.
                            let (operation, path) = (bad.operation, escape::shown(&bad.path));
                            tracing::warn!(operation, path, "an item did not decode");
                            untold.get_or_insert((0, bad)).0 += 1;
                        }
                    }
                }
                (page.results, None)
            }
            Some(Err(e)) => (Vec::new(), Some(e)),
            None => {
                let error = |(count, first): (_, ItemError)| first.first_of(count);
                (Vec::new(), untold.take().map(error))
            }
        };
        stream::iter(good.into_iter().map(Ok).chain(error.map(Err)))
    }))
}
