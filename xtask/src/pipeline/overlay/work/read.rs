//! Reads a valid JSONPath (RFC 9535) as far as its work depends on it.

use serde_json::Value;

#[derive(Default)]
pub(super) struct Query {
    pub absolute: bool,
    pub segments: Vec<Segment>,
    /// Whether what it finds may be compared with another value, member by member.
    pub compared: bool,
}

pub(super) struct Segment {
    /// `..`
    pub deep: bool,
    pub selectors: Vec<Selector>,
}

pub(super) enum Selector {
    One(Find),
    /// `*`, a slice or a filter: all members or entries, after each was asked.
    Every(Expression),
}

pub(super) enum Find {
    Name(String),
    Index(i64),
}

impl Find {
    pub fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Name(name) => value.as_object()?.get(name),
            Self::Index(i) => {
                let list = value.as_array()?;
                let from_end = || {
                    list.len()
                        .checked_sub(usize::try_from(i.unsigned_abs()).ok()?)
                };
                match i {
                    0.. => list.get(usize::try_from(*i).ok()?),
                    _ => list.get(from_end()?),
                }
            }
        }
    }
}

/// What a filter, or an argument of a function, looks at.
#[derive(Default)]
pub(super) struct Expression {
    pub queries: Vec<Query>,
    pub literals: Vec<String>,
    /// The arguments of `match` and `search`.
    pub tests: Vec<(Expression, Expression)>,
}

pub(super) fn query(text: &str) -> Query {
    Reader(text.trim_start()).query()
}

struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.0.chars();
        let c = chars.next();
        self.0 = chars.as_str();
        c
    }

    fn consume(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn until(&mut self, is_end: impl Fn(char) -> bool) -> &'a str {
        let (taken, rest) = self.0.split_at(self.0.find(is_end).unwrap_or(self.0.len()));
        self.0 = rest;
        taken
    }

    fn name(&mut self) -> &'a str {
        self.until(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_')
    }

    fn query(&mut self) -> Query {
        let absolute = self.next() == Some('$');
        let mut segments = Vec::new();
        loop {
            let rest = self.0.trim_start();
            if !rest.starts_with(['.', '[']) {
                break;
            }
            self.0 = rest;
            let deep = self.consume("..");
            let _ = !deep && self.consume(".");
            let selectors = match self.peek() {
                Some('[') => self.selectors(),
                Some('*') => {
                    self.next();
                    vec![Selector::Every(Expression::default())]
                }
                _ => vec![Selector::One(Find::Name(self.name().to_owned()))],
            };
            segments.push(Segment { deep, selectors });
        }
        Query {
            absolute,
            segments,
            compared: false,
        }
    }

    fn selectors(&mut self) -> Vec<Selector> {
        let mut all = Vec::new();
        while let Some('[' | ',') = self.next() {
            self.0 = self.0.trim_start();
            all.push(match self.peek() {
                Some('\'' | '"') => Selector::One(Find::Name(self.literal())),
                Some('?') => {
                    self.next();
                    Selector::Every(self.expression())
                }
                _ => match self.until(|c| c == ',' || c == ']').trim().parse() {
                    Ok(index) => Selector::One(Find::Index(index)),
                    Err(_) => Selector::Every(Expression::default()),
                },
            });
            self.0 = self.0.trim_start();
        }
        all
    }

    /// Reads up to the `,`, `]` or `)` that ends an expression.
    fn expression(&mut self) -> Expression {
        let mut all = Expression::default();
        let (mut open, mut compares) = (0, false);
        while let Some(c) = self.peek() {
            match c {
                '\'' | '"' => {
                    all.literals.push(self.literal());
                    continue;
                }
                '$' | '@' => {
                    all.queries.push(self.query());
                    continue;
                }
                'a'..='z' => {
                    let name = self.name();
                    if ["match", "search"].contains(&name) && self.consume("(") {
                        let text = self.expression();
                        self.next();
                        all.tests.push((text, self.expression()));
                        self.next();
                    }
                    continue;
                }
                '=' => compares = true,
                '(' => open += 1,
                ')' if open > 0 => open -= 1,
                ',' if open > 0 => {}
                ',' | ')' | ']' => break,
                _ => {}
            }
            self.next();
        }
        all.queries.iter_mut().for_each(|q| q.compared = compares);
        all
    }

    /// Reads a text in quotes.
    fn literal(&mut self) -> String {
        let quote = self.next();
        let mut units: Vec<u16> = Vec::new();
        while let Some(c) = self.next().filter(|c| Some(*c) != quote) {
            let plain = match c {
                '\\' => self.next().unwrap_or_default(),
                c => c,
            };
            let unit = match (c, plain) {
                ('\\', 'u') => {
                    let (code, rest) = self.0.split_at_checked(4).unwrap_or_default();
                    self.0 = rest;
                    units.extend(u16::from_str_radix(code, 16));
                    continue;
                }
                ('\\', 'b') => '\u{8}',
                ('\\', 'f') => '\u{c}',
                ('\\', 'n') => '\n',
                ('\\', 'r') => '\r',
                ('\\', 't') => '\t',
                (_, plain) => plain,
            };
            units.extend(unit.encode_utf16(&mut [0; 2]).iter());
        }
        String::from_utf16_lossy(&units)
    }
}

/// Returns how large a pattern is at most when it is compiled: its counts (`a{9}`) multiply, and a
/// class (`\d`) is a table.
pub(super) fn pattern(text: &str) -> u64 {
    let len = text.len() + 64 * text.matches('\\').count();
    let counts = text.split('{').skip(1).filter_map(|part| {
        let count = part.split('}').next()?;
        let numbers = count.split(',').map(str::trim);
        numbers.filter_map(|n| n.parse::<u64>().ok()).max()
    });
    counts.fold(len as u64 + 1, |all, count| {
        all.saturating_mul(count.max(1))
    })
}
