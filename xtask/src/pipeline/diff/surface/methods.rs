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

    fn method(
        &mut self,
        name: &str,
        function: &str,
        head: &[TokenTree],
        body: Option<&TokenTree>,
        deprecated: bool,
    ) {
        let Some((at, arguments)) = head.iter().enumerate().find_map(|(at, token)| match token {
            TokenTree::Group(g) if g.delimiter() == Delimiter::Parenthesis => Some((at, g)),
            _ => None,
        }) else {
            return;
        };
        let arguments = self.arguments(arguments.stream());
        if !self.builders.contains_key(name) {
            if function == "new" && self.fields.contains_key(name) {
                self.constructor(name, arguments, deprecated);
            }
            return;
        }
        let returns = self.show(head[at + 1..].iter().cloned());
        if returns.ends_with("Self") {
            let generics = self.show(head[..at].iter().cloned());
            self.setter(name, function, (&generics, &arguments), body, deprecated);
        } else {
            self.send(name, function, &returns, deprecated);
        }
    }

    /// Returns the name and the type of each argument, without `self`.
    fn arguments(&self, tokens: TokenStream) -> Vec<(String, String)> {
        let arguments = split(tokens).into_iter().filter_map(|(_, tokens)| {
            let colon = colon(&tokens)?;
            let name = tokens[..colon].last().map(ToString::to_string);
            let ty = self.show(tokens[colon + 1..].iter().cloned());
            Some((name.unwrap_or_default(), ty))
        });
        arguments.collect()
    }

    /// Adds the constructor of a type: the order of its arguments, and each of them.
    fn constructor(&mut self, name: &str, arguments: Vec<(String, String)>, deprecated: bool) {
        let names: Vec<&str> = arguments.iter().map(|(name, _)| name.as_str()).collect();
        let order = names.join(", ");
        let item = |shown: &str, signature: String| Item {
            shown: format!("types::{name}::new({shown})"),
            signature,
            deprecated,
        };
        let new = item(&order, order.clone());
        self.items.insert(format!("type:{name}::new"), new);
        for (argument, ty) in arguments {
            let key = format!("type:{name}::new#{argument}");
            self.items.insert(key, item(&argument, ty));
        }
    }

    /// Adds a setter of a builder, by the name on the wire.
    fn setter(
        &mut self,
        builder: &str,
        function: &str,
        (generics, arguments): (&str, &[(String, String)]),
        body: Option<&TokenTree>,
        deprecated: bool,
    ) {
        let Some((key, operation)) = self.builders.get(builder) else {
            return;
        };
        // The name on the wire is the first string that the setter passes on and whose Rust form is
        // its own name.
        let own = |text: &String| {
            text == function || autopi_codegen::names::value_ident(text) == function
        };
        let wire = match body {
            Some(TokenTree::Group(g)) => first_literal(g.stream(), &own),
            _ => None,
        };
        let types: Vec<&str> = arguments.iter().map(|(_, ty)| ty.as_str()).collect();
        let given = if arguments.is_empty() { "" } else { "…" };
        let item = Item {
            shown: format!("{operation}().{function}({given})"),
            signature: format!("{generics}({})", types.join(", ")),
            deprecated,
        };
        let key = format!("{key}#{}", wire.as_deref().unwrap_or(function));
        self.items.insert(key, item);
    }

    /// Adds a final method of a builder.
    fn send(&mut self, builder: &str, function: &str, returns: &str, deprecated: bool) {
        let Some((key, operation)) = self.builders.get(builder) else {
            return;
        };
        let item = Item {
            shown: format!("{operation}().{function}()"),
            signature: given(returns),
            deprecated,
        };
        self.items.insert(format!("{key}>{function}"), item);
    }
}
