//! The options of a single call that concern lists.

use std::{fmt, sync::Arc};

use crate::{Cursor, ItemError};

#[derive(Clone, Default)]
pub(crate) struct ListOptions {
    pub prefetch: Option<usize>,
    pub dedup_by_id: bool,
    pub resume: Option<Cursor>,
    pub on_bad_item: Option<OnBadItem>,
}

impl ListOptions {
    /// Returns the handler of bad items: the call's, or else the client's.
    pub fn bad_items(this: Option<&Self>, client: Option<&OnBadItem>) -> Option<OnBadItem> {
        let own = this.and_then(|list| list.on_bad_item.as_ref());
        own.or(client).cloned()
    }
}

/// A handler of items that do not decode.
#[derive(Clone)]
pub(crate) struct OnBadItem(Arc<dyn Fn(&ItemError) + Send + Sync>);

impl OnBadItem {
    pub fn new(handler: impl Fn(&ItemError) + Send + Sync + 'static) -> Self {
        Self(Arc::new(handler))
    }

    pub fn tell(&self, item: &ItemError) {
        (self.0)(item);
    }
}

impl fmt::Debug for OnBadItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnBadItem")
    }
}
