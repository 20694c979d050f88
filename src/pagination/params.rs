//! The parameters that choose a page.

/// The parameters that choose a page: `page` counts from 1, `page_num` from 0, `offset` in items.
#[derive(Clone, Copy, Debug)]
pub struct PageParams {
    pub page: &'static str,
    pub size: &'static str,
}

/// Parameters, besides those of [`PageParams`], that choose a part of a list.
pub(super) const CHOOSE_A_PART: [&str; 11] = [
    "page",
    "page_num",
    "page_number",
    "p",
    "offset",
    "skip",
    "start",
    "cursor",
    "after",
    "limit",
    "size",
];
