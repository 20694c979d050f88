//! Values that became lists of such.

use super::{
    Rule,
    forms::{Written, written},
    meaning::TEXTS,
    place::At,
    schema::{kinds, target},
    values::{Maybe, get, members, text},
    walk::Walker,
};

fn is_file(schema: Maybe<'_>) -> bool {
    let has = |key| get(schema, key).is_some();
    text(schema, "type") == "file"
        || text(schema, "format") == "binary"
        || (has("contentMediaType") && !has("contentEncoding"))
}

impl<'a> Walker<'a> {
    /// Returns the schema of the entries, if a parameter of a single value has become a list of
    /// such values.
    pub fn entry_of_parameter(&self, (old, new): (Maybe<'a>, Maybe<'a>)) -> Maybe<'a> {
        let schema = |v: Maybe<'a>| get(v, "schema").or(v);
        self.entry((schema(old), schema(new)), written(new))
    }

    /// Returns the schema of the entries, if a single value has become a list of such values, and a
    /// list of one is written as the value was.
    pub fn entry(&self, (was, list): (Maybe<'a>, Maybe<'a>), written: Written) -> Maybe<'a> {
        let was = was.map(|v| target(self.old.doc, v));
        let list = list.map(|v| target(self.new.doc, v));
        let entry = get(list, "items").map(|v| target(self.new.doc, v));
        let only = |schema: Maybe<'a>| {
            let mut kinds = kinds(schema).0.into_iter();
            kinds.next().filter(|_| kinds.next().is_none())
        };
        let (one, of) = (only(was)?, only(entry)?);
        let is_number = matches!(one, "integer" | "number" | "boolean");
        let fits = match of {
            "string" => is_number || one == "string" || one == "file",
            "number" => matches!(one, "integer" | "number"),
            kind => kind == one,
        };
        let alike = match written {
            Written::Parts => one != "array",
            Written::Repeated => is_number || one == "string",
            Written::Joined => is_number,
        };
        let says_more = members(entry).any(|(key, value)| {
            let known = key == "type" || TEXTS.contains(&key.as_str()) || is_file(entry);
            !known && get(was, key) != Some(value)
        });
        let few = get(list, "minItems").is_none_or(|n| n.as_u64() < Some(2));
        let is_list = only(list) == Some("array") && few;
        let same = is_file(was) == is_file(entry);
        entry.filter(|_| is_list && fits && alike && !says_more && same)
    }

    /// Compares a value with the entries of the list that it became.
    pub fn became_list(&mut self, at: &At, was: Maybe<'a>, entry: Maybe<'a>) {
        self.emit(Rule::TypeWider, at, "is a list of such values now");
        self.checked(at, was, entry, |w, at, a, b| w.schema(at, a, b));
    }

    /// Compares a value that is written as a text, if it is; `entries` says how a list of such is.
    pub fn as_text(
        &mut self,
        at: &At,
        (was, is): (Maybe<'a>, Maybe<'a>),
        is_text: bool,
        entries: Option<Written>,
    ) {
        let outer = std::mem::replace(&mut self.is_text, is_text);
        match entries.and_then(|entries| self.entry((was, is), entries)) {
            None => self.schema(at, was, is),
            entry => self.became_list(at, was, entry),
        }
        self.is_text = outer;
    }
}
