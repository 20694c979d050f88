//! Structs, open enums and unions.

use proc_macro2::{TokenStream, TokenTree};

use super::{
    Item, Surface,
    tokens::{colon, deprecated, literal, split},
};

impl Surface {
    pub(super) fn structure(&mut self, name: &str, attributes: &[String], body: TokenStream) {
        let name = self.add(name, &[], attributes);
        let mut fields = Vec::new();
        for (attributes, tokens) in split(body) {
            let Some(colon) = colon(&tokens) else {
                continue;
            };
            let field = tokens[..colon]
                .last()
                .map(ToString::to_string)
                .unwrap_or_default();
            let item = Item {
                shown: format!("types::{name}.{field}"),
                signature: self.show(tokens[colon + 1..].iter().cloned()),
                deprecated: deprecated(&attributes),
            };
            fields.push((field, item));
        }
        self.fields.insert(name, fields);
    }

    pub(super) fn variants(&mut self, name: &str, body: TokenStream) {
        let name = self.current(name);
        for (attributes, tokens) in split(body) {
            let variant = tokens.first().map(ToString::to_string).unwrap_or_default();
            // `= "value"` is the value; the name is what a caller writes.
            let at = tokens.iter().rposition(|t| literal(t).is_some());
            let said = at.and_then(|at| literal(&tokens[at]));
            let sign = at.and_then(|at| tokens.get(at.checked_sub(1)?));
            let minus = matches!(sign, Some(TokenTree::Punct(p)) if p.as_char() == '-');
            let value = said.map_or_else(
                || variant.clone(),
                |said| if minus { format!("-{said}") } else { said },
            );
            let held = self.show(
                tokens
                    .iter()
                    .skip(1)
                    .take_while(|t| !matches!(t, TokenTree::Punct(p) if p.as_char() == '='))
                    .cloned(),
            );
            let item = Item {
                shown: format!("types::{name}::{variant}"),
                signature: format!("{variant}{held}"),
                deprecated: deprecated(&attributes),
            };
            self.items.insert(format!("type:{name}={value}"), item);
        }
    }

    /// Reads the macros that implement open enums: the name, and the variants with their values.
    pub(super) fn values(&mut self, tokens: TokenStream) {
        for (_, tokens) in split(tokens) {
            if let [TokenTree::Ident(name), TokenTree::Group(body)] = tokens.as_slice() {
                self.variants(&name.to_string(), body.stream());
            }
        }
    }

    /// Reads the keys of the fields, in their order.
    pub(super) fn record(&mut self, name: &str, body: TokenStream) {
        let mut is_fields = false;
        for token in body {
            match &token {
                TokenTree::Ident(i) if i == "FIELDS" => is_fields = true,
                TokenTree::Punct(p) if p.as_char() == ';' && is_fields => return,
                TokenTree::Group(g)
                    if is_fields
                        && g.stream()
                            .into_iter()
                            .any(|t| matches!(t, TokenTree::Literal(_))) =>
                {
                    let keys = g.stream().into_iter().filter_map(|t| literal(&t));
                    for ((_, item), key) in self.fields.get(name).into_iter().flatten().zip(keys) {
                        self.items
                            .insert(format!("type:{name}.{key}"), item.clone());
                    }
                    for (field, item) in self
                        .fields
                        .get(name)
                        .into_iter()
                        .flatten()
                        .filter(|(f, _)| f == "extra")
                    {
                        self.items
                            .entry(format!("type:{name}.{field}"))
                            .or_insert_with(|| item.clone());
                    }
                }
                _ => {}
            }
        }
    }
}
