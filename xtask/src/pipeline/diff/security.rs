//! Compares security: schemes, and the ways to authenticate.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Rule,
    paths::Path,
    place::At,
    texts::both,
    values::{Maybe, items, keys, members, same_letters, text},
    walk::Walker,
};

/// Security schemes that are required together, each with its scopes.
type Way = BTreeMap<String, BTreeSet<String>>;

impl<'a> Walker<'a> {
    pub fn document_security(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        self.security(at, old, new);
    }

    /// Compares the security of an operation, whose own list overrides the document's.
    pub fn operation_security(&mut self, at: &At, (a, b): (&Path<'a>, &Path<'a>)) {
        let of = |doc: &'a Value, op: &'a Value| op.get("security").or_else(|| doc.get("security"));
        let (old, new) = (of(self.old.doc, a.op), of(self.new.doc, b.op));
        self.security(at, old, new);
        if ways(old) == ways(new) {
            self.differs(
                Rule::WrittenOtherwise,
                at,
                a.op.get("security"),
                b.op.get("security"),
            );
        }
    }

    fn security(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let (mut was, is) = (ways(old), ways(new));
        let renamed: Vec<Way> = was
            .iter()
            .map(|way| {
                way.iter()
                    .map(|(name, scopes)| {
                        (
                            self.renames.scheme(name).unwrap_or_else(|| name.clone()),
                            scopes.clone(),
                        )
                    })
                    .collect()
            })
            .collect();
        if renamed != was {
            for (before, after) in was
                .iter()
                .flat_map(BTreeMap::keys)
                .zip(renamed.iter().flat_map(BTreeMap::keys))
                .filter(|(a, b)| a != b)
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect::<Vec<_>>()
            {
                let _ = before;
                self.also(Rule::ComponentRenamed, &after, at);
            }
            was = renamed;
        }
        let names = |list: &[Way]| {
            let each = |way: &Way| match way.len() {
                0 => "none".to_owned(),
                _ => way
                    .iter()
                    .map(|(name, scopes)| {
                        if scopes.is_empty() {
                            name.clone()
                        } else {
                            format!(
                                "{name}({})",
                                scopes.iter().cloned().collect::<Vec<_>>().join(" ")
                            )
                        }
                    })
                    .collect::<Vec<_>>()
                    .join(" with "),
            };
            list.iter().map(each).collect::<Vec<_>>().join(" or ")
        };
        let what = format!("security: {} → {}", names(&was), names(&is));
        let schemes = |way: &Way| way.keys().cloned().collect::<Vec<_>>();
        for way in was.iter().filter(|w| !is.contains(w)) {
            let Some(now) = is
                .iter()
                .find(|n| !was.contains(n) && schemes(n) == schemes(way))
            else {
                // If credentials are optional, or fewer of them are asked for, the old ones are
                // accepted too.
                let suffices = |now: &Way| {
                    now.iter().all(|(name, scopes)| {
                        way.get(name).is_some_and(|had| scopes.is_subset(had))
                    })
                };
                if is.iter().any(suffices) {
                    self.emit(Rule::SecurityNew, at, &what);
                } else {
                    self.emit(Rule::SecurityGone, at, &what);
                }
                continue;
            };
            for (name, scopes) in way {
                let empty = BTreeSet::new();
                let after = now.get(name).unwrap_or(&empty);
                for scope in after.difference(scopes) {
                    self.emit(
                        Rule::ScopeRequired,
                        at,
                        format!("security: {name}: the scope `{scope}` is required now"),
                    );
                }
                for scope in scopes.difference(after) {
                    self.emit(
                        Rule::ScopeNotRequired,
                        at,
                        format!("security: {name}: the scope `{scope}` is no longer required"),
                    );
                }
            }
        }
        let come = |w: &&Way| {
            !was.contains(w)
                && !was
                    .iter()
                    .any(|o| !is.contains(o) && schemes(o) == schemes(w))
        };
        // One change has both lists: a removed way decides its class. If no credentials were
        // needed, further ways gain nothing.
        let gained = is.iter().any(|w| come(&w)) && was.iter().all(|w| is.contains(w));
        if gained {
            self.emit(Rule::SecurityNew, at, &what);
        }
        let within = |a: &[Way], b: &[Way]| a.iter().all(|w| b.contains(w));
        if within(&was, &is) && within(&is, &was) && old.is_some() && new.is_some() {
            self.differs(Rule::Order, at, old, new);
        } else if within(&was, &is) && within(&is, &was) {
            self.differs(Rule::WrittenOtherwise, at, old, new);
        }
    }

    /// Compares a security scheme before and after.
    pub fn scheme(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let in_header = [old, new].iter().all(|v| text(*v, "in") == "header");
        for key in keys(old, new) {
            self.child(key, at, old, new, |w, at, old, new| match key {
                "description" | "bearerFormat" => w.words(at, old, new),
                "scopes" => w.scopes(at, old, new),
                // Neither the names of schemes nor those of headers have a case (RFC 9110).
                "scheme" | "name" if same_letters(old, new) && (key == "scheme" || in_header) => {
                    w.differs(Rule::WrittenOtherwise, at, old, new)
                }
                "flows" => {
                    for flow in keys(old, new) {
                        w.child(flow, at, old, new, |w, at, old, new| match (old, new) {
                            (Some(_), Some(_)) => {
                                for key in keys(old, new) {
                                    w.child(key, at, old, new, |w, at, old, new| match key {
                                        "scopes" => w.scopes(at, old, new),
                                        _ => w.emit(
                                            Rule::SchemeChanged,
                                            at,
                                            format!("{flow}: {key}: {}", both(old, new)),
                                        ),
                                    });
                                }
                            }
                            (None, _) => {
                                w.emit(Rule::SchemeNew, at, format!("the flow `{flow}` is new"))
                            }
                            _ => w.emit(Rule::SchemeGone, at, format!("the flow `{flow}` is gone")),
                        });
                    }
                }
                "type" | "in" | "name" | "scheme" | "flow" | "authorizationUrl" | "tokenUrl"
                | "openIdConnectUrl" => w.emit(
                    Rule::SchemeChanged,
                    at,
                    format!("{key}: {}", both(old, new)),
                ),
                _ => {}
            });
        }
    }

    fn scopes(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        for scope in keys(old, new) {
            self.child(scope, at, old, new, |w, at, old, new| match (old, new) {
                (Some(_), None) => {
                    w.emit(Rule::ScopeGone, at, format!("the scope `{scope}` is gone"))
                }
                (None, Some(_)) => {
                    w.emit(Rule::ScopeNew, at, format!("the scope `{scope}` is new"))
                }
                _ => w.words(at, old, new),
            });
        }
    }
}

/// Returns the ways to authenticate; an empty list is one way, without credentials.
fn ways(security: Maybe<'_>) -> Vec<Way> {
    let way = |requirement: &Value| -> Way {
        members(Some(requirement))
            .map(|(name, scopes)| {
                (
                    name.clone(),
                    items(Some(scopes))
                        .iter()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect(),
                )
            })
            .collect()
    };
    let ways: Vec<Way> = items(security).iter().map(way).collect();
    if ways.is_empty() {
        vec![Way::new()]
    } else {
        ways
    }
}
