//! Compares servers and security.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Rule,
    paths::Path,
    place::At,
    texts::both,
    values::{Maybe, items, keys, members, text, without},
    walk::Walker,
};

/// Security schemes that are required together, each with its scopes.
type Way = BTreeMap<String, BTreeSet<String>>;

impl<'a> Walker<'a> {
    /// Compares lists of servers by their URLs.
    pub fn servers(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if let Some(text) = self.prefix().filter(|_| at.new == "/servers") {
            let host = |v: Maybe<'_>| {
                items(v)
                    .iter()
                    .map(|s| {
                        text_of(s)
                            .splitn(4, '/')
                            .take(3)
                            .collect::<Vec<_>>()
                            .join("/")
                    })
                    .collect::<Vec<_>>()
            };
            if host(old) == host(new) {
                return self.emit(
                    Rule::PrefixMoved,
                    &At {
                        place: "/paths".into(),
                        ..at.clone()
                    },
                    text,
                );
            }
        }
        let urls = |v: Maybe<'a>| items(v).iter().map(text_of).collect::<Vec<_>>();
        let (was, is) = (urls(old), urls(new));
        let what = format!("[{}] → [{}]", was.join(", "), is.join(", "));
        // Without servers, the API is on the host of the document.
        if was.iter().any(|url| !is.contains(url)) || (!is.is_empty() && was.first() != is.first())
        {
            self.emit(Rule::ServerGone, at, what);
        } else if was.len() != is.len() {
            self.emit(Rule::ServerNew, at, what);
        } else if was != is {
            self.emit(Rule::Order, at, what);
        }
        for (i, before) in items(old).iter().enumerate() {
            let Some(j) = is.iter().position(|url| *url == text_of(before)) else {
                continue;
            };
            let at = at.keys(&i.to_string(), &j.to_string());
            self.checked(&at, Some(before), items(new).get(j), |w, at, old, new| {
                for key in keys(old, new) {
                    w.child(key, at, old, new, |w, at, old, new| match key {
                        "description" => w.words(at, old, new),
                        "variables" => w.server_variables(at, old, new),
                        _ => {}
                    });
                }
            });
        }
    }

    fn server_variables(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        for name in keys(old, new) {
            self.child(name, at, old, new, |w, at, old, new| {
                for key in keys(old, new) {
                    w.child(key, at, old, new, |w, at, old, new| match key {
                        "description" => w.words(at, old, new),
                        "enum" if old.is_some() && new.is_some() => {
                            w.set(at, old, new, (Rule::ServerVariable, Rule::ServerNew));
                        }
                        _ => w.leaves(Rule::ServerVariable, at, old, new),
                    });
                }
            });
        }
    }

    pub fn base_path(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let plain = |v: Maybe<'a>| {
            v.and_then(Value::as_str)
                .unwrap_or_default()
                .trim_end_matches('/')
        };
        match self.prefix() {
            Some(text) => self.emit(
                Rule::PrefixMoved,
                &At {
                    place: "/paths".into(),
                    ..at.clone()
                },
                text,
            ),
            None if plain(old) == plain(new) => self.differs(Rule::WrittenOtherwise, at, old, new),
            None => self.differs(Rule::BasePath, at, old, new),
        }
    }

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
                // If credentials are optional, or fewer of them are asked for, the old ones are accepted too.
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
        // One change has both lists: a removed way decides its class. If no credentials were needed, further ways gain nothing.
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
        for key in keys(old, new) {
            self.child(key, at, old, new, |w, at, old, new| match key {
                "description" | "bearerFormat" => w.words(at, old, new),
                "scopes" => w.scopes(at, old, new),
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

fn text_of(server: &Value) -> String {
    match text(Some(server), "url") {
        "" => without(server, &["description"]).to_string(),
        url => url.to_owned(),
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
