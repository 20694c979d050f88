//! Prints tokens as text, and checks that the text says what the tokens say.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use crate::{Error, docs};

/// Returns the code as text. Nothing edits it as text, because words of the document could become
/// code.
pub fn print(code: TokenStream) -> Result<String, Error> {
    let code = docs::clean(code);
    let text = prettyplease::unparse(&parse(code.clone())?);
    let written = text
        .parse()
        .map_err(|e| fault(&format!("the printed code does not parse ({e})")))?;
    if !same(code, written) {
        return Err(fault("the printed code differs from the intended code"));
    }
    Ok(text)
}

/// Parses the code with syn.
pub fn parse(code: TokenStream) -> Result<syn::File, Error> {
    syn::parse2(code).map_err(|e| fault(&format!("the generated code does not parse ({e})")))
}

fn fault(what: &str) -> Error {
    Error::new(
        "",
        format!("{what}: this is a bug of the generator, please report the document"),
    )
}

/// Returns whether all identifiers, literals, punctuation, parentheses and brackets are the same,
/// in the same order. Commas, semicolons and braces are the printer's choice.
fn same(meant: TokenStream, written: TokenStream) -> bool {
    let (mut meant, mut written) = (Flat::new(meant), Flat::new(written));
    loop {
        match (meant.next(), written.next()) {
            (None, None) => return true,
            (a, b) if a != b => return false,
            _ => {}
        }
    }
}

/// An iterator over tokens without their tree.
struct Flat {
    open: Vec<(proc_macro2::token_stream::IntoIter, Option<char>)>,
    /// The parts of a split literal, last first.
    parts: Vec<Token>,
}

#[derive(PartialEq)]
enum Token {
    Name(Ident),
    Literal(String),
    Mark(char),
}

impl Flat {
    fn new(tokens: TokenStream) -> Self {
        Self {
            open: vec![(tokens.into_iter(), None)],
            parts: Vec::new(),
        }
    }
}

impl Iterator for Flat {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(part) = self.parts.pop() {
            return Some(part);
        }
        loop {
            let (tokens, close) = self.open.last_mut()?;
            let Some(token) = tokens.next() else {
                let close = close.take();
                self.open.pop();
                match close {
                    Some(close) => return Some(Token::Mark(close)),
                    None => continue,
                }
            };
            match token {
                TokenTree::Punct(p) if matches!(p.as_char(), ',' | ';') => {}
                TokenTree::Punct(p) => return Some(Token::Mark(p.as_char())),
                TokenTree::Ident(ident) => return Some(Token::Name(ident)),
                TokenTree::Literal(literal) => {
                    // `-1.5` is one token or two, and so is `0.` in `self.0.send()`.
                    let text = literal.to_string();
                    let minus = text.strip_prefix('-');
                    let digits = minus.unwrap_or(&text);
                    let whole = digits.strip_suffix('.');
                    self.parts.extend(whole.map(|_| Token::Mark('.')));
                    self.parts
                        .push(Token::Literal(whole.unwrap_or(digits).to_owned()));
                    self.parts.extend(minus.map(|_| Token::Mark('-')));
                    return self.parts.pop();
                }
                TokenTree::Group(group) => {
                    let marks = match group.delimiter() {
                        Delimiter::Parenthesis => Some(('(', ')')),
                        Delimiter::Bracket => Some(('[', ']')),
                        Delimiter::Brace | Delimiter::None => None,
                    };
                    self.open
                        .push((group.stream().into_iter(), marks.map(|m| m.1)));
                    if let Some((open, _)) = marks {
                        return Some(Token::Mark(open));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn printed_code_has_the_intended_tokens() {
        let code = quote! {
            impl A { fn f(&self) -> f64 { match self.0.g() { 1 => -1.5f64, _ => { h!("x", [1, 2,]) } } } }
        };
        let text = print(code.clone()).unwrap();
        assert!(same(code.clone(), text.parse().unwrap()));
        for other in [
            text.replace("self", "this"),
            text.replace("1.5", "1.6"),
            text.replace("\"x\"", "\"y\""),
            text.replace('[', "(").replace(']', ")"),
            text.replace('&', ""),
            text.clone() + "fn foreign() {}",
            text.replace("fn f", "fn e() {} fn f"),
        ] {
            assert!(!same(code.clone(), other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn text_that_looks_like_code_stays_text() {
        for text in [
            "List.\n///*\n*/ pub fn foreign(&self) {} // x",
            "*/ fn foreign() {} /*",
            "/ x",
            "\"] fn foreign() {} #[doc = \"",
            "\r fn foreign() {}",
            "\u{2028}fn foreign() {}\u{2029}",
            "```\nforeign()\n```\n*/",
        ] {
            for code in [
                quote!(#[doc = #text] struct A { #[doc = #text] b: i64 }),
                quote!(m! { #[doc = #text] A { #[doc = #text] B = #text } }),
            ] {
                fn foreign(tokens: TokenStream) -> bool {
                    tokens.into_iter().any(|t| match t {
                        TokenTree::Ident(name) => name == "foreign",
                        TokenTree::Group(group) => foreign(group.stream()),
                        _ => false,
                    })
                }
                let printed = print(code).unwrap();
                assert!(!foreign(printed.parse().unwrap()), "{printed}");
            }
        }
    }
}
