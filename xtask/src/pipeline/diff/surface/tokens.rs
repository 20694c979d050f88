//! Helpers for the tokens of generated code.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Returns the output of a call: `Page<Device>` for `-> CallFuture<'a, Page<Device>>`.
pub(super) fn given(returns: &str) -> String {
    let plain = returns.trim_start_matches("->").trim();
    let inner = ["CallFuture<'a, ", "ItemStream<'a, "]
        .iter()
        .find_map(|p| plain.strip_prefix(p)?.strip_suffix('>'));
    inner.unwrap_or(plain).to_owned()
}

/// Returns the text of an attribute without spaces, unless it is documentation.
pub(super) fn attribute(tokens: TokenStream) -> Option<String> {
    let first = tokens.clone().into_iter().next();
    let is_doc = matches!(first, Some(TokenTree::Ident(name)) if name == "doc" || name == "markup");
    (!is_doc).then(|| tokens.to_string().replace(' ', ""))
}

/// Returns whether the head of an item ends here.
pub(super) fn ends(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(g) => g.delimiter() == Delimiter::Brace,
        TokenTree::Punct(p) => p.as_char() == ';',
        _ => false,
    }
}

pub(super) fn deprecated(attributes: &[String]) -> bool {
    attributes.iter().any(|a| a.starts_with("deprecated"))
}

/// Returns the parts between commas, each with its attributes.
pub(super) fn split(tokens: TokenStream) -> Vec<(Vec<String>, Vec<TokenTree>)> {
    let mut out = Vec::new();
    let (mut attributes, mut part, mut depth) = (Vec::new(), Vec::new(), 0i32);
    let mut tokens = tokens.into_iter().peekable();
    let mut arrow = false;
    while let Some(token) = tokens.next() {
        if let TokenTree::Punct(p) = &token {
            match (p.as_char(), tokens.peek()) {
                ('#', Some(TokenTree::Group(g))) => {
                    attributes.extend(attribute(g.stream()));
                    tokens.next();
                    continue;
                }
                ('<', _) => depth += 1,
                ('>', _) if !arrow => depth -= 1,
                (',', _) if depth <= 0 => {
                    out.push((std::mem::take(&mut attributes), std::mem::take(&mut part)));
                    continue;
                }
                _ => {}
            }
            arrow = p.as_char() == '-';
        } else {
            arrow = false;
        }
        part.push(token);
    }
    if !part.is_empty() {
        out.push((attributes, part));
    }
    out
}

/// Returns the first colon that is not part of a path.
pub(super) fn colon(tokens: &[TokenTree]) -> Option<usize> {
    let is = |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    (0..tokens.len()).find(|i| is(*i) && !matches!(tokens.get(*i), Some(TokenTree::Punct(p)) if p.spacing() == proc_macro2::Spacing::Joint && is(i + 1)))
}

/// Returns the text of a literal.
pub(super) fn literal(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(l) = token else {
        return None;
    };
    let text = l.to_string();
    Some(match text.starts_with('"') {
        // Rust's escapes are those of JSON except `\u{…}`, `\'` and `\0`, which only make a name
        // unknown.
        true => serde_json::from_str(&text).unwrap_or_else(|_| text.trim_matches('"').to_owned()),
        false => text,
    })
}

pub(super) fn first_literal(tokens: TokenStream, is: &impl Fn(&String) -> bool) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(g) => first_literal(g.stream(), is),
        other => literal(&other).filter(|t| is(t)),
    })
}
