//! The Rust API that is generated from a document, read from the tokens of the code: no rule of the generator is repeated here.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{Error, Names, area, select};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;

use super::paths::unnamed;

/// An item of the Rust API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// As a caller writes it.
    pub shown: String,
    pub signature: String,
    pub deprecated: bool,
}

/// Items by key: `op:GET /a/{}` the method, `op:…#NAME` a setter, `op:…>send` what it gives, `type:T` a type, `type:T.key` a field, `type:T::new#arg` an
/// argument of its constructor, `type:T=value` a variant.
pub struct Surface {
    pub items: BTreeMap<String, Item>,
    /// Types that may get a member without breaking anyone.
    pub open: BTreeSet<String>,
    renamed: BTreeMap<String, String>,
    builders: BTreeMap<String, (String, String)>,
    fields: BTreeMap<String, Vec<(String, Item)>>,
}

impl Surface {
    /// The API of a normalised document; types of an older one with their new names.
    ///
    /// # Errors
    /// A document that the generator can't read.
    pub fn new(doc: &Value, renamed: BTreeMap<String, String>) -> Result<Self, Error> {
        let mut surface = Self {
            items: BTreeMap::new(),
            open: BTreeSet::new(),
            renamed,
            builders: BTreeMap::new(),
            fields: BTreeMap::new(),
        };
        let mut names = Names::default();
        for op in select(doc, &|_| true)? {
            let id = op
                .value
                .get("operationId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let (function, builder) = names.of(id);
            let key = format!("op:{} {}", op.method.to_uppercase(), unnamed(op.path));
            let item = Item {
                shown: format!("{function}()"),
                signature: format!("`{function}` of the feature `{}`", area(op.path, op.value)),
                deprecated: op.value.get("deprecated") == Some(&Value::Bool(true)),
            };
            surface.items.insert(key.clone(), item);
            surface
                .builders
                .insert(builder.to_string(), (key, function.to_string()));
        }
        surface.module(autopi_codegen::tokens(doc, &|_| true)?);
        Ok(surface)
    }

    fn module(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut attributes = Vec::new();
        let mut i = 0;
        while let Some(token) = tokens.get(i) {
            i += 1;
            let TokenTree::Ident(word) = token else {
                match (token, tokens.get(i)) {
                    (TokenTree::Punct(p), Some(TokenTree::Group(g))) if p.as_char() == '#' => {
                        attributes.push(g.stream().to_string().replace(' ', ""));
                        i += 1;
                    }
                    (TokenTree::Punct(p), Some(TokenTree::Group(g))) if p.as_char() == '!' => {
                        self.values(g.stream());
                        i += 1;
                    }
                    (TokenTree::Punct(p), _) if p.as_char() == ';' => attributes.clear(),
                    _ => {}
                }
                continue;
            };
            let word = word.to_string();
            if !matches!(
                word.as_str(),
                "mod" | "struct" | "enum" | "impl" | "type" | "union"
            ) {
                continue;
            }
            let start = i;
            while tokens.get(i).is_some_and(|t| !ends(t)) {
                i += 1;
            }
            let head = &tokens[start..i];
            let body = match tokens.get(i) {
                Some(TokenTree::Group(g)) => g.stream(),
                _ => TokenStream::new(),
            };
            i += 1;
            let name = match head.first() {
                Some(TokenTree::Ident(name)) => name.to_string(),
                _ => String::new(),
            };
            match word.as_str() {
                "mod" => self.module(body),
                "impl" => self.implementation(head, body),
                "struct" if !self.builders.contains_key(&name) => {
                    self.structure(&name, &attributes, body)
                }
                // Its variants stand with their values in the macro behind it.
                "enum" => drop(self.add(&name, &[], &attributes)),
                "type" => drop(self.add(&name, head, &attributes)),
                _ => {}
            }
            attributes.clear();
        }
    }

    /// A type's own item; its name as it is now.
    fn add(&mut self, name: &str, about: &[TokenTree], attributes: &[String]) -> String {
        let name = self
            .renamed
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned());
        if attributes.iter().any(|a| a == "non_exhaustive") {
            self.open.insert(name.clone());
        }
        let mut derives: Vec<&str> = attributes
            .iter()
            .filter_map(|a| a.strip_prefix("derive(")?.strip_suffix(')'))
            .flat_map(|d| d.split(','))
            .filter(|d| !d.is_empty())
            .collect();
        derives.sort_unstable();
        let signature = format!(
            "{}{}",
            self.show(about.iter().skip(1).cloned()),
            derives.join(", ")
        );
        self.items.insert(
            format!("type:{name}"),
            Item {
                shown: format!("types::{name}"),
                signature,
                deprecated: deprecated(attributes),
            },
        );
        name
    }

    fn structure(&mut self, name: &str, attributes: &[String], body: TokenStream) {
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

    fn variants(&mut self, name: &str, body: TokenStream) {
        let name = self
            .renamed
            .get(name)
            .map_or(name, String::as_str)
            .to_owned();
        for (attributes, tokens) in split(body) {
            let variant = tokens.first().map(ToString::to_string).unwrap_or_default();
            // `= "value"` says which value it is; the name is what a caller writes.
            let value = tokens
                .iter()
                .rev()
                .find_map(literal)
                .unwrap_or_else(|| variant.clone());
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

    /// The macros that implement open enums: the name, and the variants with their values.
    fn values(&mut self, tokens: TokenStream) {
        for (_, tokens) in split(tokens) {
            if let [TokenTree::Ident(name), TokenTree::Group(body)] = tokens.as_slice() {
                self.variants(&name.to_string(), body.stream());
            }
        }
    }

    fn implementation(&mut self, head: &[TokenTree], body: TokenStream) {
        let shown = self.show(head.iter().cloned());
        let (of, name) = match shown.split_once(" for ") {
            Some((of, name)) => (Some(of), name),
            None => (
                None,
                shown
                    .rsplit_once('>')
                    .filter(|(_, rest)| !rest.is_empty())
                    .map_or(shown.as_str(), |(_, rest)| rest),
            ),
        };
        // `<'a, M> X<'a, M>` → `X`
        let plain = match (of, shown.strip_prefix('<')) {
            (None, Some(rest)) => rest.split_once('>').map_or(name, |(_, rest)| rest),
            _ => name,
        };
        let name = plain.split('<').next().unwrap_or_default().trim();
        let name = self
            .renamed
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned());
        match of {
            None => self.methods(&name, body),
            Some(of) if of.ends_with("Record") => self.record(&name, body),
            Some(_) => {}
        }
    }

    /// The keys of the fields, in their order.
    fn record(&mut self, name: &str, body: TokenStream) {
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

    fn methods(&mut self, name: &str, body: TokenStream) {
        let tokens: Vec<TokenTree> = body.into_iter().collect();
        let mut attributes = Vec::new();
        let mut i = 0;
        while let Some(token) = tokens.get(i) {
            i += 1;
            match (token, tokens.get(i)) {
                (TokenTree::Punct(p), Some(TokenTree::Group(g))) if p.as_char() == '#' => {
                    attributes.push(g.stream().to_string().replace(' ', ""))
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
        // The name on the wire is the first text that the setter passes on and that is its own name in Rust.
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
            // The blocking twin has the same name.
            if returns.contains("Result<") || returns.contains("Iter<") {
                return;
            }
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

    /// Tokens as a caller reads them: without paths.
    fn show(&self, tokens: impl IntoIterator<Item = TokenTree>) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut path = false;
        for token in tokens {
            match token {
                TokenTree::Punct(p) if p.as_char() == ':' => {
                    if path
                        && parts
                            .last()
                            .is_some_and(|l| l.chars().all(|c| c.is_alphanumeric() || c == '_'))
                    {
                        parts.pop();
                    }
                    path = !path;
                    continue;
                }
                TokenTree::Ident(i) => {
                    let name = i.to_string();
                    parts.push(self.renamed.get(&name).cloned().unwrap_or(name));
                }
                TokenTree::Group(g) => {
                    let (open, close) = match g.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        _ => ("{", "}"),
                    };
                    parts.push(format!("{open}{}{close}", self.show(g.stream())));
                }
                other => parts.push(other.to_string()),
            }
            path = false;
        }
        let word = |s: &str| {
            s.chars()
                .next_back()
                .is_some_and(|c| c.is_alphanumeric() || c == '_')
        };
        let mut out = String::new();
        for part in parts {
            let apart = part.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                && word(&out)
                && !out.ends_with('\'');
            if apart
                || out.ends_with(',')
                || (out.ends_with('>') && part == "for")
                || (out.ends_with('>') && part.starts_with(char::is_alphabetic))
            {
                out.push(' ');
            }
            out.push_str(&part);
        }
        out
    }
}

/// `-> CallFuture<'a, Page<Device>>` → `Page<Device>`
fn given(returns: &str) -> String {
    let plain = returns.trim_start_matches("->").trim();
    let inner = ["CallFuture<'a, ", "ItemStream<'a, "]
        .iter()
        .find_map(|p| plain.strip_prefix(p)?.strip_suffix('>'));
    inner.unwrap_or(plain).to_owned()
}

/// Does an item's head end here?
fn ends(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(g) => g.delimiter() == Delimiter::Brace,
        TokenTree::Punct(p) => p.as_char() == ';',
        _ => false,
    }
}

fn deprecated(attributes: &[String]) -> bool {
    attributes.iter().any(|a| a.starts_with("deprecated"))
}

/// The parts between commas, each with its attributes.
fn split(tokens: TokenStream) -> Vec<(Vec<String>, Vec<TokenTree>)> {
    let mut out = Vec::new();
    let (mut attributes, mut part, mut depth) = (Vec::new(), Vec::new(), 0i32);
    let mut tokens = tokens.into_iter().peekable();
    let mut arrow = false;
    while let Some(token) = tokens.next() {
        if let TokenTree::Punct(p) = &token {
            match (p.as_char(), tokens.peek()) {
                ('#', Some(TokenTree::Group(g))) => {
                    attributes.push(g.stream().to_string().replace(' ', ""));
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

/// The first colon that is no part of a path.
fn colon(tokens: &[TokenTree]) -> Option<usize> {
    let is = |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    (0..tokens.len()).find(|i| is(*i) && !matches!(tokens.get(*i), Some(TokenTree::Punct(p)) if p.spacing() == proc_macro2::Spacing::Joint && is(i + 1)))
}

/// The text of a literal.
fn literal(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(l) = token else {
        return None;
    };
    let text = l.to_string();
    Some(match text.starts_with('"') {
        // Escapes of Rust are those of JSON but for `\u{…}`, `\'` and `\0`, which only make a name unknown.
        true => serde_json::from_str(&text).unwrap_or_else(|_| text.trim_matches('"').to_owned()),
        false => text,
    })
}

fn first_literal(tokens: TokenStream, is: &impl Fn(&String) -> bool) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(g) => first_literal(g.stream(), is),
        other => literal(&other).filter(|t| is(t)),
    })
}
