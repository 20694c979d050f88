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
        let (was, is) = (self.renamed_ways(at, ways(old)), ways(new));
        let what = format!("security: {} → {}", shown(&was), shown(&is));
        let lacks = |list: &[Way], way: &Way| !list.contains(way);
        for way in was.iter().filter(|way| lacks(&is, way)) {
            let other = |n: &&Way| lacks(&was, n) && n.keys().eq(way.keys());
            match is.iter().find(other) {
                Some(now) => self.other_scopes(at, way, now),
                // If credentials are optional, or fewer of them are asked for, the old ones are
                // accepted too.
                None if is.iter().any(|now| suffices(way, now)) => {
                    self.emit(Rule::SecurityNew, at, &what);
                }
                None => self.emit(Rule::SecurityGone, at, &what),
            }
        }
        // One change has both lists: a removed way decides its class. If no credentials were
        // needed, further ways gain nothing.
        if is.iter().any(|way| lacks(&was, way)) && was.iter().all(|way| is.contains(way)) {
            self.emit(Rule::SecurityNew, at, &what);
        }
        let within = |a: &[Way], b: &[Way]| a.iter().all(|w| b.contains(w));
        if within(&was, &is) && within(&is, &was) {
            let rule = match old.is_some() && new.is_some() {
                true => Rule::Order,
                false => Rule::WrittenOtherwise,
            };
            self.differs(rule, at, old, new);
        }
    }

    /// Returns the old ways by the new names of renamed schemes.
    fn renamed_ways(&mut self, at: &At, ways: Vec<Way>) -> Vec<Way> {
        let mut renamed = Vec::new();
        for way in ways {
            let mut now = Way::new();
            for (name, scopes) in way {
                let after = self.renames.scheme(&name);
                if let Some(after) = after.as_ref().filter(|after| **after != name) {
                    self.also(Rule::ComponentRenamed, after, at);
                }
                now.insert(after.unwrap_or(name), scopes);
            }
            renamed.push(now);
        }
        renamed
    }

    /// Compares the scopes of two ways with the same schemes.
    fn other_scopes(&mut self, at: &At, was: &Way, is: &Way) {
        for (name, scopes) in was {
            let empty = BTreeSet::new();
            let after = is.get(name).unwrap_or(&empty);
            for scope in after.difference(scopes) {
                let what = format!("security: {name}: the scope `{scope}` is required now");
                self.emit(Rule::ScopeRequired, at, what);
            }
            for scope in scopes.difference(after) {
                let what = format!("security: {name}: the scope `{scope}` is no longer required");
                self.emit(Rule::ScopeNotRequired, at, what);
            }
        }
    }

    /// Compares a security scheme before and after.
    pub fn scheme(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let in_header = [old, new].iter().all(|v| text(*v, "in") == "header");
        for key in keys(old, new) {
            self.child(key, at, old, new, |w, at, old, new| match key {
                "description" | "bearerFormat" => w.words(at, old, new),
                "oauth2MetadataUrl" if old.is_none() => w.words(at, old, new),
                "deprecated" => w.deprecated(at, old, new),
                "scopes" => w.scopes(at, old, new),
                // Neither the names of schemes nor those of headers have a case (RFC 9110).
                "scheme" | "name" if same_letters(old, new) && (key == "scheme" || in_header) => {
                    w.differs(Rule::WrittenOtherwise, at, old, new)
                }
                "flows" => {
                    for flow in keys(old, new) {
                        w.child(flow, at, old, new, |w, at, old, new| match (old, new) {
                            _ if flow.starts_with("x-") => {}
                            (Some(_), Some(_)) => {
                                for key in keys(old, new) {
                                    w.child(key, at, old, new, |w, at, old, new| match key {
                                        "scopes" => w.scopes(at, old, new),
                                        key if key.starts_with("x-") => {}
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
                | "openIdConnectUrl" | "oauth2MetadataUrl" => w.emit(
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

/// Returns whether the credentials of `way` include those of `now`.
fn suffices(way: &Way, now: &Way) -> bool {
    now.iter()
        .all(|(name, scopes)| way.get(name).is_some_and(|had| scopes.is_subset(had)))
}

/// Returns ways to authenticate for people.
fn shown(ways: &[Way]) -> String {
    let scheme = |(name, scopes): (&String, &BTreeSet<String>)| match scopes.is_empty() {
        true => name.clone(),
        false => {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            format!("{name}({})", scopes.join(" "))
        }
    };
    let each = |way: &Way| match way.len() {
        0 => "none".to_owned(),
        _ => way.iter().map(scheme).collect::<Vec<_>>().join(" with "),
    };
    ways.iter().map(each).collect::<Vec<_>>().join(" or ")
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
