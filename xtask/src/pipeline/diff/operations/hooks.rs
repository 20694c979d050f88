//! Compares path items that are not paths of the API: webhooks and callbacks.

use crate::document::METHODS;
use crate::pipeline::diff::{
    Rule,
    paths::Path,
    place::At,
    values::{Maybe, keys},
    walk::Walker,
};

impl<'a> Walker<'a> {
    /// Compares callbacks and webhooks: path items by name, in which the caller is called.
    pub fn hooks(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        self.turned = !self.turned;
        self.items(at, old, new);
        self.turned = !self.turned;
    }

    /// Compares path items by name.
    fn items(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        for name in keys(old, new) {
            let is_extension = name.starts_with("x-") && at.new != "/webhooks";
            let at = at.clone().what(format!("`{name}`"));
            self.child(name, &at, old, new, |w, at, old, new| match (old, new) {
                _ if is_extension => {}
                (Some(_), None) => w.emit(Rule::CallbackGone, at, "is gone"),
                (None, Some(_)) => w.emit(Rule::CallbackNew, at, "is new"),
                _ => w.path_item(at, old, new),
            });
        }
    }

    /// Compares the callbacks of an operation.
    pub(super) fn callbacks(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        for name in keys(old, new) {
            let at = at.clone().what(format!("callback `{name}`"));
            self.child(name, &at, old, new, |w, at, old, new| match (old, new) {
                (Some(_), None) => w.emit(Rule::CallbackGone, at, "is gone"),
                (None, Some(_)) => w.emit(Rule::CallbackNew, at, "is new"),
                _ => {
                    if let Some((old, new)) = w.followed(at, old, new) {
                        w.hooks(at, old, new);
                    }
                }
            });
        }
    }

    /// Compares a shared path item or callback from the side of each that leads to it.
    pub fn shared_items(&mut self, kind: &str, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        let (a, b) = (self.old.turns(&at.old), self.new.turns(&at.new));
        let (calls, called) = (a.calls || b.calls, a.called || b.called);
        let sides = [(false, calls), (true, called || !calls)];
        for (turned, _) in sides.into_iter().filter(|(_, is)| *is) {
            self.turned = turned;
            match kind {
                "callbacks" => self.items(at, old, new),
                _ => self.path_item(at, old, new),
            }
        }
        self.turned = false;
    }

    /// Compares a path item on its own.
    pub fn path_item(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let (Some(a), Some(b)) = (old, new) else {
            return;
        };
        if !a.is_object() || !b.is_object() {
            return;
        }
        let Some((Some(a), Some(b))) = self.followed(at, Some(a), Some(b)) else {
            return;
        };
        for method in METHODS {
            self.child(method, at, Some(a), Some(b), |w, at, old, new| {
                match (old, new) {
                    (Some(_), None) => w.emit(Rule::CallbackGone, at, format!("{method} is gone")),
                    (None, Some(_)) => w.emit(Rule::CallbackNew, at, format!("{method} is new")),
                    (Some(x), Some(y)) => {
                        let path = |item, op| Path {
                            path: "",
                            method,
                            item,
                            op,
                        };
                        w.operation(at, (&path(a, x), &path(b, y)));
                    }
                    _ => {}
                }
            });
        }
        let place = at.place.clone();
        self.rest_of_item(at, &place, Some(a), Some(b));
    }

    /// Returns whether there is a change at or below a pointer.
    pub(super) fn below(&self, pointer: &str) -> bool {
        self.any_change(|p| {
            p == pointer
                || p.strip_prefix(pointer)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    }
}
