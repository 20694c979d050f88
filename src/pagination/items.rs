//! The items of a list, and what happens to those that do not decode.

use futures_util::{StreamExt, stream};

use crate::{ItemError, ItemStream, Page, pagination::options::OnBadItem, privacy::escape};

/// Returns good and bad items in their order.
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

/// Returns the good items. Bad ones go to the handler; without one, the stream ends with an error
/// about them.
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
                            // The reason may hold a value of the item, which must not be logged.
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
