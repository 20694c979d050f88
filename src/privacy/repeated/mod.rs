//! The secrets of a request, which a server may repeat in any spelling: as they are, escaped
//! for JSON, HTML or a URL, in base64, or cut off.

use std::cell::RefCell;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::zeroize::Zeroizing;
use serde_json::Value;
use url::form_urlencoded;

use crate::privacy::{
    secret::{self, MASK},
    shown::{self, Marked},
    unescape::{char_length, escape, run},
};

/// A shorter secret would be found in other words.
const SHORTEST: usize = 6;
/// A longer secret is found by its start, because whoever repeats it may cut it off. That of a
/// password may be a word.
const START: usize = 16;
const START_OF_TOKEN: usize = 8;
/// The most secrets that are looked for, because each takes time in each text. If there are more,
/// every text is masked as a whole.
const MOST: usize = 32;

thread_local! {
    static CURRENT: RefCell<Repeated> = RefCell::default();
}

/// The secrets of a request.
#[derive(Clone, Default)]
pub(crate) struct Repeated {
    /// The secrets, and their forms in base64, with how many bytes of each are enough.
    texts: Vec<(Zeroizing<Vec<u8>>, usize)>,
    noted: usize,
}

impl Repeated {
    /// Notes a secret.
    pub fn note(&mut self, secret: &str) {
        self.note_start(secret, START);
    }

    fn note_start(&mut self, secret: &str, enough: usize) {
        let known = |r: &Self| r.texts.iter().any(|(text, _)| **text == secret.as_bytes());
        if secret.len() < SHORTEST || self.noted > MOST || known(self) {
            return;
        }
        self.noted += 1;
        self.texts.push((Zeroizing::new(secret.into()), enough));
        // Three forms, by what stands before the secret: its scheme, or a name.
        for (before, cut) in [(0, 0), (1, 2), (2, 3)] {
            let mut text = Zeroizing::new(vec![0; before]);
            text.extend(secret.as_bytes());
            let whole = (text.len() * 4) / 3;
            let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*text));
            let inside = encoded.as_bytes().get(cut..whole).unwrap_or_default();
            self.texts.push((Zeroizing::new(inside.to_vec()), enough));
        }
    }

    /// Notes the value of a header: a token behind its scheme, or a user name and a password.
    pub fn note_header(&mut self, value: &str) {
        let (scheme, words) = value.split_once(' ').unwrap_or(("", value));
        for word in words.split([' ', ',']) {
            self.note_start(word, START_OF_TOKEN);
            if let Ok(pair) = STANDARD_NO_PAD.decode(word.trim_end_matches('='))
                && scheme.eq_ignore_ascii_case("basic")
                && let Ok(pair) = std::str::from_utf8(&Zeroizing::new(pair))
            {
                self.note(pair.split_once(':').map_or(pair, |(_, password)| password));
            }
        }
    }

    /// Notes the members of a JSON text or a form that are secrets.
    pub fn note_body(&mut self, body: &[u8], marked: Marked) {
        match serde_json::from_slice(body) {
            Ok(json) => self.note_json(&json, marked, false),
            Err(_) => {
                form_urlencoded::parse(body).for_each(|(k, v)| self.note_pair(&k, &v, marked))
            }
        }
    }

    /// Notes a pair of a query or a form, if it is a secret.
    pub fn note_pair(&mut self, name: &str, value: &str, marked: Marked) {
        if shown::is_named(name, marked) || secret::in_text(value) {
            self.note(value);
        }
    }

    fn note_json(&mut self, json: &Value, marked: Marked, is_secret: bool) {
        match json {
            Value::Object(map) => map.iter().for_each(|(name, value)| {
                self.note_json(value, marked, is_secret || shown::is_named(name, marked));
            }),
            Value::Array(items) => items
                .iter()
                .for_each(|item| self.note_json(item, marked, is_secret)),
            Value::String(text) if is_secret || secret::in_text(text) => self.note(text),
            Value::String(text) if shown::is_json_with_secret(text, marked) => {
                self.note_body(text.as_bytes(), marked);
            }
            Value::Number(number) if is_secret => self.note(&number.to_string()),
            _ => {}
        }
    }

    /// Returns whether the text holds one of the secrets.
    pub fn is_in(&self, text: &str) -> bool {
        self.masked(text.as_bytes()).is_some()
    }

    /// Masks the secrets in a text.
    pub fn hide(&self, text: &mut String) {
        if let Some(masked) = self.masked(text.as_bytes()) {
            *text = String::from_utf8_lossy(&masked).into_owned();
        }
    }

    /// Returns a text in which the secrets are masked, or `None` if it holds none.
    pub fn masked(&self, text: &[u8]) -> Option<Vec<u8>> {
        if self.noted > MOST && !text.is_empty() {
            return Some(MASK.into());
        }
        let mut starts = [false; 256];
        for c in self.texts.iter().filter_map(|(text, _)| text.first()) {
            let marks = if *c == b' ' { b'+' } else { *c };
            for c in [c.to_ascii_lowercase(), c.to_ascii_uppercase(), marks] {
                starts[usize::from(c)] = true;
            }
        }
        if !self.texts.is_empty() {
            // What begins an escape, and what base64 for URLs has in place of `+` and `/`.
            b"%\\&-_"
                .iter()
                .for_each(|c| starts[usize::from(*c)] = true);
        }
        let (mut out, mut done, mut at) = (Vec::new(), 0, 0);
        while let Some(next) = text[at..].iter().position(|c| starts[usize::from(*c)]) {
            at += next;
            let lengths = self.texts.iter();
            let longest = lengths.map(|(secret, enough)| length(&text[at..], secret, *enough));
            match longest.max() {
                None | Some(0) => at += 1,
                Some(length) => {
                    out.extend(&text[done..at]);
                    out.extend(MASK.as_bytes());
                    at += length;
                    done = at;
                }
            }
        }
        out.extend(&text[done..]);
        (done > 0).then_some(out)
    }

    /// Makes these the secrets of [`with_current`] while `run` runs.
    pub fn during<T>(self, run: impl FnOnce() -> T) -> T {
        struct Reset(Repeated);
        impl Drop for Reset {
            fn drop(&mut self) {
                CURRENT.set(std::mem::take(&mut self.0));
            }
        }
        let _reset = Reset(CURRENT.replace(self));
        run()
    }
}

/// Calls `hide` with the secrets of the request whose response this thread decodes.
pub(crate) fn with_current(hide: impl FnOnce(&Repeated)) {
    CURRENT.with_borrow(hide);
}

/// Returns how many bytes at the start of the text spell the secret, or its start; 0 if none do.
fn length(text: &[u8], secret: &[u8], enough: usize) -> usize {
    spelled(text, secret, enough, false).max(spelled(text, secret, enough, true))
}

fn spelled(text: &[u8], secret: &[u8], enough: usize, escaped: bool) -> usize {
    let (mut at, mut found) = (0, 0);
    while let Some(expected) = secret.get(found..).filter(|rest| !rest.is_empty()) {
        let rest = &text[at..];
        let stands_for = Some(rest).filter(|_| escaped).and_then(|rest| {
            let percent = expected[0] == b'%' && rest.starts_with(b"%25");
            match percent {
                true => Some(([b'%', 0, 0, 0], 1 + run(rest, 1, b"25"))),
                false => escape(rest),
            }
        });
        let same = |(bytes, _): &([u8; 4], usize)| {
            let bytes = &bytes[..char_length(bytes)];
            expected.len() >= bytes.len() && expected[..bytes.len()].eq_ignore_ascii_case(bytes)
        };
        if let Some((bytes, length)) = stands_for.filter(same) {
            at += length;
            found += char_length(&bytes);
            continue;
        }
        match rest.first() {
            Some(c) if is_same(*c, expected[0]) => (at, found) = (at + 1, found + 1),
            _ => break,
        }
    }
    if found >= enough.min(secret.len()) {
        at
    } else {
        0
    }
}

/// Returns whether two bytes are the same to whoever reads them: in another case, in base64 for
/// URLs, in a form.
fn is_same(shown: u8, secret: u8) -> bool {
    shown.eq_ignore_ascii_case(&secret)
        || matches!((shown, secret), (b'-', b'+') | (b'_', b'/') | (b'+', b' '))
}

#[cfg(test)]
mod tests;
