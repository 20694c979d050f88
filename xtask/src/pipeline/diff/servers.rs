//! Compares servers, their variables and the base path.

use serde_json::Value;

use super::{
    Rule,
    place::At,
    values::{Maybe, items, keys, text, without},
    walk::Walker,
};

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
}

fn text_of(server: &Value) -> String {
    match text(Some(server), "url") {
        "" => without(server, &["description"]).to_string(),
        url => url.to_owned(),
    }
}
