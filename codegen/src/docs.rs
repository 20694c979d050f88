//! Documentation of generated code. Its text comes from the document and must stay text for rustc,
//! for rustdoc and for a reader.
//!
//! Of Markdown, only paragraphs, lists, emphasis, code spans and code blocks are kept. A code block
//! is marked as text; because it is the only thing that rustdoc could take for a test, it is left
//! out altogether when doctests are collected.

use std::collections::{BTreeMap, VecDeque};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::escape;

/// Cleans every `#[doc = "…"]`, also inside macros, so that no emitter has to think of it. Only our
/// own texts may hold links (`#[markup = "…"]`) and code that is compiled elsewhere
/// (`#[example = "…"]`).
pub fn clean(tokens: TokenStream) -> TokenStream {
    let mut out = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            out.push(token);
            continue;
        };
        let hash = matches!(out.last(), Some(TokenTree::Punct(p)) if p.as_char() == '#');
        if let Some((kind, text)) = text(&group).filter(|_| hash) {
            out.pop();
            out.extend(match kind {
                "doc" => attributes(&text),
                "markup" => lines(&text),
                _ => code(&format!("```\n{text}\n```")),
            });
            continue;
        }
        let mut inner = Group::new(group.delimiter(), clean(group.stream()));
        inner.set_span(group.span());
        out.push(inner.into());
    }
    out.into_iter().collect()
}

/// Returns the kind and the text of `[doc = "…"]`.
fn text(group: &Group) -> Option<(&'static str, String)> {
    if group.delimiter() != Delimiter::Bracket {
        return None;
    }
    let mut tokens = group.stream().into_iter();
    match (tokens.next()?, tokens.next()?, tokens.next()?) {
        (TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Literal(text)) => {
            let kind = ["doc", "markup", "example"]
                .into_iter()
                .find(|k| name == k)?;
            let text = syn::parse2::<syn::LitStr>(TokenTree::from(text).into()).ok()?;
            Some((kind, text.value()))
        }
        _ => None,
    }
}

fn attributes(text: &str) -> TokenStream {
    let (text, has_code) = markdown(text);
    match has_code {
        true => code(&text),
        false => lines(&text),
    }
}

/// Returns a doc attribute that is absent when rustdoc looks for tests.
fn code(text: &str) -> TokenStream {
    quote!(#[cfg_attr(not(doctest), doc = #text)])
}

/// Returns one doc attribute for each line, which is printed as `/// line`. An empty text is an
/// empty line.
fn lines(text: &str) -> TokenStream {
    let lines = text.split('\n').map(|line| match line {
        "" => String::new(),
        line => format!(" {line}"),
    });
    quote!(#(#[doc = #lines])*)
}

/// Returns a text as Markdown that shows the same text, and whether it has a code block.
fn markdown(text: &str) -> (String, bool) {
    let text = text.replace("\r\n", "\n");
    let mut lines = text.lines().peekable();
    let mut out: Vec<String> = Vec::new();
    let mut code = false;
    while let Some(line) = lines.next() {
        let blank = out.last().is_none_or(String::is_empty);
        let mut block = Vec::new();
        if let Some(fence) = fence(line) {
            let end = |l: &str| {
                let l = l.trim();
                l.len() >= fence.len() && l.trim_start_matches(&fence[..1]).is_empty()
            };
            block.extend(lines.by_ref().take_while(|l| !end(l)));
        } else if blank && indented(line) {
            block.push(line);
            while let Some(line) = lines.next_if(|l| indented(l) || l.trim().is_empty()) {
                block.push(line);
            }
        } else {
            out.push(escape::line(&prose(line, is_markup)).into_owned());
            continue;
        }
        while block.pop_if(|l| l.trim().is_empty()).is_some() {}
        if block.is_empty() {
            continue;
        }
        if !blank {
            out.push(String::new());
        }
        code = true;
        let ticks = block
            .iter()
            .flat_map(|l| l.split(|c| c != '`'))
            .map(str::len)
            .max();
        let fence = "`".repeat(ticks.unwrap_or(0).max(2) + 1);
        out.push(format!("{fence}text"));
        out.extend(
            block
                .into_iter()
                .map(|l| escape::line(&l.replace('\t', "    ")).into_owned()),
        );
        out.extend([fence, String::new()]);
    }
    while out.pop_if(|l| l.is_empty()).is_some() {}
    out.drain(..out.iter().take_while(|l| l.is_empty()).count());
    (out.join("\n"), code)
}

/// Returns the marks that open a fenced code block.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let fence = line.strip_suffix(info)?;
    (fence.len() >= 3 && !info.contains('`')).then_some(fence)
}

fn indented(line: &str) -> bool {
    !line.trim().is_empty() && (line.starts_with("    ") || line.starts_with('\t'))
}

/// Returns a line outside a code block. Words are separated by single spaces, so that nothing is
/// indented; whatever would be HTML, a link, a table, an escape, a fence or an open code span is
/// escaped.
pub fn prose(line: &str, is_markup: impl Fn(char) -> bool) -> String {
    let words = line.split([' ', '\t']).filter(|w| !w.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line.as_str();
    let mut spans = Spans::new(rest);
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let ticks = ticks(rest);
            let after = &rest[ticks..];
            // A pipe would separate the cells of a table before the code span is recognised.
            if let Some(len) = spans
                .length(line.len() - after.len(), ticks)
                .filter(|n| ticks < 3 && !after[..*n].contains('|'))
            {
                out.push_str(&rest[..len + 2 * ticks]);
                rest = &after[len + ticks..];
            } else {
                out.push_str(&"\\`".repeat(ticks));
                rest = after;
            }
            continue;
        }
        rest = &rest[c.len_utf8()..];
        // `&#x202e;` would become a character.
        let entity = c == '&' && rest.starts_with(|c: char| c == '#' || c.is_ascii_alphabetic());
        // The underscore in `a_b` is not markup.
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let inside = c == '_' && word(out.chars().next_back()) && word(rest.chars().next());
        if entity || (is_markup(c) && !inside) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Returns whether a character has a meaning in Markdown outside of a code span.
pub fn is_markup(c: char) -> bool {
    matches!(c, '\\' | '<' | '[' | ']' | '|' | '~')
}

/// Returns how many backticks a text begins with.
fn ticks(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// The positions of the runs of backticks in a line, by their length, so that each is looked for
/// only once.
struct Spans(BTreeMap<usize, VecDeque<usize>>);

impl Spans {
    fn new(line: &str) -> Self {
        let mut runs: BTreeMap<usize, VecDeque<usize>> = BTreeMap::new();
        let mut at = 0;
        while let Some(found) = line[at..].find('`') {
            at += found;
            let ticks = ticks(&line[at..]);
            runs.entry(ticks).or_default().push_back(at);
            at += ticks;
        }
        Self(runs)
    }

    /// Returns the length of a code span whose text begins at `from`, after as many backticks.
    /// `from` never decreases between calls.
    fn length(&mut self, from: usize, ticks: usize) -> Option<usize> {
        let runs = self.0.get_mut(&ticks)?;
        while runs.front().is_some_and(|at| *at < from) {
            runs.pop_front();
        }
        Some(runs.front()? - from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_exactly_the_text() {
        for (text, shown, code) in [
            ("  a  b \n\n* c\n", "a b\n\n* c", false),
            ("`a<b>` <b> [c](d)", r"`a<b>` \<b> \[c\](d)", false),
            (r"\[a] \`b\`", r"\\\[a\] \\`b\`", false),
            ("an `open span", r"an \`open span", false),
            ("| ` | <script> ` |", r"\| \` \| \<script> \` \|", false),
            ("x ```a``` ~~~", r"x \`\`\`a\`\`\` \~\~\~", false),
            ("> ```\n> a\n> ```", "> \\`\\`\\`\n> a\n> \\`\\`\\`", false),
            ("-     a\n-\t\tb", "- a\n- b", false),
            ("a\r\nb\rc\u{202e}\0", "a\nb\\rc\\u{202e}\\u{0}", false),
            (
                "a\n```rust\n  b\n```\nc",
                "a\n\n```text\n  b\n```\n\nc",
                true,
            ),
            ("~~~\n```\nb", "````text\n```\nb\n````", true),
            (
                "a\n\n    b\n\n\tc\n\nd",
                "a\n\n```text\n    b\n\n    c\n```\n\nd",
                true,
            ),
        ] {
            assert_eq!(markdown(text), (shown.to_owned(), code), "{text:?}");
        }
    }

    #[test]
    fn doc_comments_never_become_doctests() {
        let clean = |text: &str| clean(quote!(m!( #[doc = #text] ))).to_string();
        assert_eq!(
            clean("a\n\nb"),
            quote!(m!( #[doc = " a"] #[doc = ""] #[doc = " b"] )).to_string()
        );
        let text = "```text\nb\n```";
        assert_eq!(
            clean("```\nb\n```"),
            quote!(m!( #[cfg_attr(not(doctest), doc = #text)] )).to_string()
        );
    }
}
