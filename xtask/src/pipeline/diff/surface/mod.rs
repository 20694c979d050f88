//! The Rust API that is generated from a document, read from the tokens of the code, so that no
//! rule of the generator is repeated here.

mod methods;
mod tokens;
mod types;

use tokens::{attribute, deprecated, ends};

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{Error, Names, area, schema::Document, select};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;

use super::paths::unnamed;

/// An item of the Rust API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Item {
    /// The form that a caller writes.
    pub shown: String,
    pub signature: String,
    pub deprecated: bool,
}

/// The items by key: `op:GET /a/{}` is the method, `op:…#NAME` a setter, `op:…>send` its result,
/// `type:T` a type, `type:T.key` a field, `type:T::new#arg` an argument of its constructor,
/// `type:T=value` a variant.
pub struct Surface {
    pub items: BTreeMap<String, Item>,
    /// Types that may get a member without breaking callers.
    pub open: BTreeSet<String>,
    renamed: BTreeMap<String, String>,
    builders: BTreeMap<String, (String, String)>,
    fields: BTreeMap<String, Vec<(String, Item)>>,
}

impl Surface {
    /// Returns the API of a normalised document; types of an older one get their new names.
    ///
    /// # Errors
    /// Returns an error if the generator cannot read the document.
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
        autopi_codegen::items(doc, &mut |item| surface.module(item))?;
        Ok(surface)
    }

    /// Returns the current name of the type of a component of the document.
    pub fn ident(&self, document: &Document<'_>, component: &str) -> Option<String> {
        Some(self.current(&document.ident(component).ok()?.to_string()))
    }

    fn current(&self, name: &str) -> String {
        let now = self.renamed.get(name).map(String::as_str);
        now.unwrap_or(name).to_owned()
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
                        attributes.extend(attribute(g.stream()));
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
            if !matches!(word.as_str(), "struct" | "enum" | "impl" | "type" | "union") {
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
                "impl" => self.implementation(head, body),
                "struct" => self.structure(&name, &attributes, body),
                // Its variants are in the macro after it, with their values.
                "enum" => drop(self.add(&name, &[], &attributes)),
                "type" => drop(self.add(&name, head, &attributes)),
                _ => {}
            }
            attributes.clear();
        }
    }

    /// Adds the item of a type; returns its current name.
    fn add(&mut self, name: &str, about: &[TokenTree], attributes: &[String]) -> String {
        let name = self.current(name);
        if attributes.iter().any(|a| a == "non_exhaustive") {
            self.open.insert(name.clone());
        }
        let lists = attributes.iter();
        let lists = lists.filter_map(|a| a.strip_prefix("derive(")?.strip_suffix(')'));
        let names = lists.flat_map(|list| list.split(','));
        let mut derives: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
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
        // Reduces `<'a, M> X<'a, M>` to `X`.
        let plain = match (of, shown.strip_prefix('<')) {
            (None, Some(rest)) => rest.split_once('>').map_or(name, |(_, rest)| rest),
            _ => name,
        };
        let name = plain.split('<').next().unwrap_or_default().trim();
        let name = self.current(name);
        match of {
            None => self.methods(&name, body),
            Some(of) if of.ends_with("Record") => self.record(&name, body),
            Some(_) => {}
        }
    }

    /// Returns tokens as a caller reads them, without paths.
    fn show(&self, tokens: impl IntoIterator<Item = TokenTree>) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut path = false;
        for token in tokens {
            match token {
                TokenTree::Punct(p) if p.as_char() == ':' => {
                    if path
                        && parts
                            .last()
                            .is_some_and(|l| l != "impl" && l.chars().all(is_of_name))
                    {
                        parts.pop();
                    }
                    path = !path;
                    continue;
                }
                TokenTree::Ident(i) => {
                    parts.push(self.current(&i.to_string()));
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
        let word = |s: &str| s.chars().next_back().is_some_and(is_of_name);
        let mut out = String::new();
        for part in parts {
            let apart = part.starts_with(is_of_name) && word(&out) && !out.ends_with('\'');
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

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
