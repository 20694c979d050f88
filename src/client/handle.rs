//! The client.

use std::{fmt, sync::Arc};

use crate::{pagination::options::OnBadItem, transport::core::Core};

/// The mode of a builder whose calls return futures and streams.
#[derive(Debug)]
pub enum Async {}

/// A client for one API host and one account. Cheap to clone; share it.
///
/// A forked process must build its own client: otherwise it would write to the connections of its
/// parent.
#[derive(Clone)]
pub struct Client {
    pub(crate) core: Arc<Core>,
    pub(crate) on_bad_item: Option<OnBadItem>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.core.base.as_str())
            .field("credentials", &self.core.authorizer)
            .finish_non_exhaustive()
    }
}
