//! Methods of builders and of types.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{
    Item, Surface,
    tokens::{attribute, colon, deprecated, ends, first_literal, given, split},
};

impl Surface {
    pub(super) fn methods(&mut self, name: &str, body: TokenStream) {
        let tokens: Vec<TokenTree> = body.into_iter().collect();
        let mut attributes = Vec::new();
        let mut i = 0;
        while let Some(token) = tokens.get(i) {
            i += 1;
            match (token, tokens.get(i)) {
                (TokenTree::Punct(p), Some(TokenTree::Group(g))) if p.as_char() == '#' => {
                    attributes.extend(attribute(g.stream()))
                }
                (TokenTree::Ident(word), Some(TokenTree::Ident(function))) if word == "fn" => {
                    let start = i + 1;
                    while tokens.get(i).is_some_and(|t| !ends(t)) {
                        i += 1;
                    }
                    self.method(
                        name,
                        &function.to_string(),
                        &tokens[start..i],
                        tokens.get(i),
                        deprecated(&attributes),
                    );
                    attributes.clear();
                }
                _ => {}
            }
        }
    }

    pub(super) fn method(
        &mut self,
        name: &str,
        function: &str,
        head: &[TokenTree],
        body: Option<&TokenTree>,
        deprecated: bool,
    ) {
        let Some(at) = head.iter().position(
            |t| matches!(t, TokenTree::Group(g) if g.delimiter() == Delimiter::Parenthesis),
        ) else {
            return;
        };
        let Some(TokenTree::Group(arguments)) = head.get(at) else {
            return;
        };
        let returns = self.show(head[at + 1..].iter().cloned());
        let generics = self.show(head[..at].iter().cloned());
        let arguments: Vec<(String, String)> = split(arguments.stream())
            .into_iter()
            .filter_map(|(_, tokens)| {
                colon(&tokens).map(|c| {
                    (
                        tokens[..c]
                            .last()
                            .map(ToString::to_string)
                            .unwrap_or_default(),
                        self.show(tokens[c + 1..].iter().cloned()),
                    )
                })
            })
            .collect();
        let Some((key, operation)) = self.builders.get(name) else {
            if function == "new" && self.fields.contains_key(name) {
                let order = arguments
                    .iter()
                    .map(|(n, _)| n.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                self.items.insert(
                    format!("type:{name}::new"),
                    Item {
                        shown: format!("types::{name}::new({order})"),
                        signature: order,
                        deprecated,
                    },
                );
                for (argument, ty) in arguments {
                    self.items.insert(
                        format!("type:{name}::new#{argument}"),
                        Item {
                            shown: format!("types::{name}::new({argument})"),
                            signature: ty,
                            deprecated,
                        },
                    );
                }
            }
            return;
        };
        if matches!(function, "new" | "options") {
            return;
        }
        let types = arguments
            .iter()
            .map(|(_, ty)| ty.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let setter = returns.ends_with("Self");
        // The name on the wire is the first string that the setter passes on and whose Rust form is
        // its own name.
        let own = |text: &String| autopi_codegen::names::value_ident(text) == function;
        let wire = match body {
            Some(TokenTree::Group(g)) if setter => first_literal(g.stream(), &own),
            _ => None,
        };
        let (key, item) = if setter {
            let shown = if arguments.is_empty() {
                format!("{operation}().{function}()")
            } else {
                format!("{operation}().{function}(…)")
            };
            (
                format!("{key}#{}", wire.as_deref().unwrap_or(function)),
                Item {
                    shown,
                    signature: format!("{generics}({types})"),
                    deprecated,
                },
            )
        } else {
            (
                format!("{key}>{function}"),
                Item {
                    shown: format!("{operation}().{function}()"),
                    signature: given(&returns),
                    deprecated,
                },
            )
        };
        self.items.insert(key, item);
    }
}
