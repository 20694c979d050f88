//! Compares servers, their variables and the base path.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    Rule,
    paths::Path,
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
        let before = self.claims;
        let (own_old, own_new) = (old, new);
        let (old, new) = (Some(or_own(old)), Some(or_own(new)));
        let shown = |v: Maybe<'a>| items(v).iter().map(text_of).collect::<Vec<_>>().join(", ");
        let urls = |v: Maybe<'a>| items(v).iter().map(address).collect::<Vec<_>>();
        let (was, is) = (urls(old), urls(new));
        let what = format!("[{}] → [{}]", shown(old), shown(new));
        if was.iter().any(|url| !is.contains(url)) || was.first() != is.first() {
            self.emit(Rule::ServerGone, at, what);
        } else if was.len() != is.len() {
            self.emit(Rule::ServerNew, at, what);
        } else if was != is {
            self.emit(Rule::Order, at, what);
        }
        for (i, before) in items(old).iter().enumerate() {
            let Some(j) = is.iter().position(|url| *url == address(before)) else {
                continue;
            };
            let at = at.keys(&i.to_string(), &j.to_string());
            self.checked(&at, Some(before), items(new).get(j), |w, at, old, new| {
                for key in keys(old, new) {
                    w.child(key, at, old, new, |w, at, old, new| match key {
                        "name" | "description" => w.words(at, old, new),
                        "variables" => w.server_variables(at, old, new),
                        "url" => w.differs(Rule::WrittenOtherwise, at, old, new),
                        _ => {}
                    });
                }
            });
        }
        if self.claims == before && own_old != own_new {
            self.differs(Rule::WrittenOtherwise, at, own_old, own_new);
        }
    }

    /// Compares the servers of an operation where it does not use those of the document in both.
    pub fn operation_servers(&mut self, at: &At, (a, b): (&Path<'a>, &Path<'a>)) {
        let of = |doc: &'a Value, op: &Path<'a>, at: &str| {
            let item = at.rsplit_once('/').map_or("", |(item, _)| item);
            let own = op.op.get("servers").map(|v| (v, format!("{at}/servers")));
            let shared = || Some((op.item.get("servers")?, format!("{item}/servers")));
            let found = own.or_else(shared);
            let is_own = found.is_some();
            let of_doc = || (doc.get("servers"), "/servers".to_owned());
            (is_own, found.map_or_else(of_doc, |(v, at)| (Some(v), at)))
        };
        let (old, new) = (of(self.old.doc, a, &at.old), of(self.new.doc, b, &at.new));
        if (!old.0 && !new.0) || old.1.0 == new.1.0 {
            return;
        }
        let shared = |at: &str| !at.ends_with(&format!("/{}/servers", a.method));
        let place = match shared(&old.1.1) && shared(&new.1.1) {
            true => b.path.to_owned(),
            false => at.place.clone(),
        };
        let at = At {
            old: old.1.1,
            new: new.1.1,
            place,
            ..at.clone()
        };
        self.servers(&at, old.1.0, new.1.0);
    }

    fn server_variables(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if keys(old, new).is_empty() {
            self.differs(Rule::WrittenOtherwise, at, old, new);
        }
        for name in keys(old, new) {
            self.child(name, at, old, new, |w, at, old, new| {
                for key in keys(old, new) {
                    w.child(key, at, old, new, |w, at, old, new| match key {
                        "description" => w.words(at, old, new),
                        "enum" if old.is_some() && new.is_some() => {
                            w.set(at, old, new, (Rule::ServerVariable, Rule::ServerNew));
                        }
                        // Without a list, any value is allowed.
                        "enum" if new.is_none() => w.differs(Rule::ServerNew, at, old, new),
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

/// The server of a document that names none: that of the document itself (OpenAPI 3, Server
/// Object).
static OWN: LazyLock<Value> = LazyLock::new(|| json!([{ "url": "/" }]));

fn or_own(servers: Maybe<'_>) -> &Value {
    servers
        .filter(|v| v.as_array().is_none_or(|list| !list.is_empty()))
        .unwrap_or(&OWN)
}

/// Returns the URL of a server as it is compared: the letters of its host have no case, and a port
/// or a slash at the end that says nothing is left out.
fn address(server: &Value) -> String {
    let url = text_of(server);
    let Some((scheme, rest)) = url.split_once("://").filter(|_| !url.starts_with('{')) else {
        return url.trim_end_matches('/').to_owned();
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (scheme, host) = match host.contains('{') {
        true => (scheme.to_owned(), host.to_owned()),
        false => (scheme.to_ascii_lowercase(), host.to_ascii_lowercase()),
    };
    let usual = match scheme.as_str() {
        "https" => ":443",
        _ => ":80",
    };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    format!("{scheme}://{host}{}", path.trim_end_matches('/'))
}
