//! Compares responses and their headers.

use autopi_codegen::names::value_ident;

use super::{
    Rule,
    place::At,
    values::{Maybe, covered, flag, get, is_true, keys, members, pairs},
    walk::Walker,
};
use crate::document::{members::HEADER, resolve};

impl<'a> Walker<'a> {
    /// Compares the responses of each status. A status that is not named has the response of its
    /// range (`2XX`), or else `default`.
    pub fn responses(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        for key in keys(old, new).into_iter().filter(|k| is_extension(k)) {
            self.child(key, at, old, new, |_, _, _, _| {});
        }
        let statuses = |v: Maybe<'a>| {
            let names = members(v).map(|(k, _)| k.as_str());
            names.filter(|k| !is_extension(k)).collect::<Vec<_>>()
        };
        let (was, is) = (statuses(old), statuses(new));
        let of =
            |before: &str, after: &str| at.keys(before, after).what(format!("response {after}"));
        let mut ranges = covered((&was, &is), status, range_of);
        // An error beside the others, which stay, is a further one.
        ranges.retain(|(before, after, wider)| {
            let (range, one, others) = match wider {
                true => (after, before, &was),
                false => (before, after, &is),
            };
            is_success(one) || !others.iter().any(|k| status(k) == status(range))
        });
        for (before, after, wider) in &ranges {
            let stays = |list: &[&str], name: &str| list.iter().any(|k| status(k) == status(name));
            let rule = match wider {
                true if stays(&was, after) => Rule::WrittenOtherwise,
                true => Rule::StatusesMore,
                false if stays(&is, before) => Rule::WrittenOtherwise,
                false => Rule::StatusesFewer,
            };
            let at = at.keys(before, after).what(format!("response {before}"));
            self.emit(rule, &at, format!("is that of {after} now"));
            self.response(&at, get(old, before), get(new, after));
        }
        for (before, after) in pairs(old, new, status) {
            let (was, is) = (get(old, before), get(new, after));
            let compared = |(a, b, _): &(&str, &str, bool)| match (was, is) {
                (Some(_), None) => *a == before,
                (None, Some(_)) => *b == after,
                _ => false,
            };
            if is_extension(before) || ranges.iter().any(compared) {
                continue;
            }
            let at = of(before, after);
            if before != after {
                let what = format!("`{before}` is written `{after}`");
                self.emit(Rule::WrittenOtherwise, &at, what);
            }
            self.checked(&at, was, is, |w, at, old, new| {
                match (old, new, is_success(after)) {
                    (Some(_), None, true) => w.emit(Rule::SuccessGone, at, "is gone"),
                    (None, Some(_), true) => w.emit(Rule::SuccessNew, at, "is new"),
                    (Some(_), None, false) => w.emit(Rule::ErrorGone, at, "is gone"),
                    (None, Some(_), false) => w.emit(Rule::ErrorNew, at, "is new"),
                    _ => w.response(at, old, new),
                }
            });
        }
    }

    pub fn response(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let Some((old, new)) = self.followed(at, old, new) else {
            return;
        };
        for key in keys(old, new) {
            self.child(key, at, old, new, |w, at, old, new| match key {
                "description" | "examples" | "summary" => w.words(at, old, new),
                // In Swagger 2.0.
                "schema" => w.schema(at, old, new),
                "content" => w.content(at, old, new),
                "links" => w.leaves(Rule::Link, &at.clone().what("link"), old, new),
                "headers" => w.headers(at, None, (old, new)),
                _ => {}
            });
        }
    }

    /// Compares the headers of a response, or of a part of a form.
    pub fn headers(&mut self, at: &At, part: Option<&str>, (old, new): (Maybe<'a>, Maybe<'a>)) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        self.respelled(at, (old, new), str::to_ascii_lowercase);
        let all = pairs(old, new, str::to_ascii_lowercase);
        if all.is_empty() {
            self.differs(Rule::WrittenOtherwise, at, old, new);
        }
        for (before, name) in all {
            let mut at = at.keys(before, name).what(format!("header `{name}`"));
            if let Some(part) = part {
                let setter = value_ident(&format!("{part}_{name}"));
                let bodies = at.candidates.iter().filter_map(|c| c.strip_suffix("#body"));
                let setters: Vec<_> = bodies.map(|op| format!("{op}#{setter}")).collect();
                at.candidates.extend(setters);
            }
            let (was, is) = (get(old, before), get(new, name));
            self.checked(&at, was, is, |w, at, old, new| match (old, new) {
                (Some(_), None) => w.emit(Rule::HeaderGone, at, "is gone"),
                (None, Some(header)) => {
                    // Who sends it may have to from now on.
                    let header = Some(resolve(w.new.doc, header));
                    match at.sides.request && flag(header, "required") {
                        true => w.emit(Rule::HeaderRequired, at, "is new, and required"),
                        false => w.emit(Rule::HeaderNew, at, "is new"),
                    }
                }
                _ => w.header(at, old, new),
            });
        }
    }

    pub fn header(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let Some((old, new)) = self.followed(at, old, new) else {
            return;
        };
        let whole = (old, new);
        self.each_member(&HEADER, at, whole, |w, key, below, a, b| match key {
            "required" if is_true(b) => {
                w.emit(Rule::HeaderRequired, below, "is always present now")
            }
            "required" => w.emit(Rule::HeaderOptional, below, "may be missing now"),
            "explode" if w.is_single(whole) || w.is_joined(whole) => {
                w.differs(Rule::WrittenOtherwise, &below.clone().what(key), a, b)
            }
            "style" | "explode" | "collectionFormat" | "allowReserved" | "allowEmptyValue" => {
                w.differs(Rule::ParameterForm, &below.clone().what(key), a, b)
            }
            _ => w.parameter_or_header(key, at, below, whole, (a, b)),
        });
    }
}

fn is_extension(status: &str) -> bool {
    status.starts_with("x-") && !status.starts_with("x-also-")
}

fn is_success(status: &str) -> bool {
    status.trim_start_matches("x-also-").starts_with('2')
}

/// Returns a status as it is compared: `2xx` is `2XX`.
fn status(text: &str) -> String {
    let range = text.len() == 3 && text.get(1..).is_some_and(|x| x.eq_ignore_ascii_case("xx"));
    if range {
        text.to_uppercase()
    } else {
        text.to_owned()
    }
}

/// Returns what a list has for a status that it does not name: its range, or else `default`, which
/// is an error beside any success.
fn range_of<'a>(list: &[&'a str], wanted: &str) -> Option<&'a str> {
    if wanted == "default" || wanted.starts_with("x-also-") {
        return None;
    }
    let range = format!("{}XX", wanted.chars().next()?);
    let find = |name: &str| list.iter().find(|k| status(k) == name).copied();
    let own = find(&range).filter(|_| status(wanted) != range);
    let is_error = is_success(wanted) && list.iter().any(|k| is_success(k));
    own.or_else(|| find("default").filter(|_| !is_error))
}
