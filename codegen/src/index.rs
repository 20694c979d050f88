//! The methods of the client, grouped by area, and the index of all operations.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::{areas::Operation, describe, schema::Document};

/// An area: its methods, and its rows in the index.
#[derive(Default)]
struct Area {
    methods: TokenStream,
    blocking: TokenStream,
    rows: Vec<String>,
}

#[derive(Default)]
pub struct Areas(BTreeMap<String, Area>);

impl Areas {
    /// Adds a method to the client, and one to the blocking client.
    pub fn add(
        &mut self,
        op: &Operation<'_>,
        function: &Ident,
        route: &str,
        method: TokenStream,
        blocking: TokenStream,
    ) {
        let area = self.0.entry(op.area.clone()).or_default();
        area.methods.extend(method);
        area.blocking.extend(blocking);
        // A pipe would separate the cells even in a code span; in a URL it is percent-encoded
        // anyway.
        let route = route.replace('|', "%7C");
        let link = format!("[`{function}`](crate::Client::{function})");
        area.rows.push(format!("| {link} | {route} |"));
    }

    /// Returns one `impl` block for each area, and the index as the documentation of a module.
    pub fn emit(&self, doc: &Document<'_>) -> TokenStream {
        let mut blocks = TokenStream::new();
        let (mut overview, mut tables) = (Vec::new(), TokenStream::new());
        for (area, of) in &self.0 {
            let (methods, blocking) = (&of.methods, &of.blocking);
            let heading = format!("# Area {area}");
            blocks.extend(quote! {
                #[markup = #heading]
                #[cfg_attr(docsrs, doc(cfg(feature = #area)))]
                impl crate::Client { #methods }
                #[cfg(feature = "blocking")]
                #[markup = #heading]
                #[cfg_attr(docsrs, doc(cfg(feature = #area)))]
                impl crate::blocking::Client { #blocking }
            });
            overview.push(format!("| [{area}](#{area}) | {} |", of.rows.len()));
            let text = doc
                .tag_text(area)
                .map(|text| quote!(#[doc = #text] #[markup = ""]));
            let rows = format!(
                "| method of [`Client`](crate::Client) | operation |\n| --- | --- |\n{}\n",
                of.rows.join("\n")
            );
            let heading = format!("# {area}");
            tables.extend(quote!(#[markup = #heading] #[markup = ""] #text #[markup = #rows]));
        }
        let overview = format!(
            "| area | operations |\n| --- | --: |\n{}\n",
            overview.join("\n")
        );
        quote! {
            #blocks
            #[markup = "The operations of the API, area by area. Each area is a feature of this crate."]
            #[markup = ""]
            #[markup = #overview]
            #tables
            pub mod areas {}
        }
    }
}

impl Document<'_> {
    /// Returns the description of the tag that an area is named after.
    fn tag_text(&self, area: &str) -> Option<&str> {
        let tags = self.root_tags().and_then(Value::as_array)?;
        let mut tags = tags.iter().filter(|tag| {
            let name = tag.get("name").and_then(Value::as_str);
            name.is_some_and(|name| !describe::says_more(name, area))
        });
        describe::text(tags.next()?)
    }
}
