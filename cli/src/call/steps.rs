//! The names of members in `-b`.

/// A step into a value.
#[derive(Debug, PartialEq)]
pub enum Step {
    Member(String),
    /// `[3]`, or `[]` for the place after the last item.
    Item(Option<usize>),
}

/// The largest index: `[1000000000]` would create as many nulls.
const ITEMS: usize = 10_000;

/// Returns the steps of a name: `settings.loop`, `points[0].x`, `tags[]`.
pub fn steps(name: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut word = String::new();
    let mut chars = name.chars().peekable();
    let mut wants_word = true;
    while let Some(c) = chars.next() {
        match c {
            // An escaped dot or bracket is part of the name.
            '\\' => {
                word.push(chars.next()?);
                wants_word = false;
            }
            '.' | '[' => {
                if !word.is_empty() {
                    steps.push(Step::Member(std::mem::take(&mut word)));
                } else if wants_word && (c == '.' || !steps.is_empty()) {
                    return None;
                }
                wants_word = c == '.';
                if c == '[' {
                    let mut index = String::new();
                    loop {
                        match chars.next()? {
                            ']' => break,
                            digit => index.push(digit),
                        }
                    }
                    steps.push(Step::Item(match index.as_str() {
                        "" => None,
                        digits => Some(digits.parse().ok().filter(|n| *n < ITEMS)?),
                    }));
                    if chars.peek().is_some_and(|c| !matches!(c, '.' | '[')) {
                        return None;
                    }
                }
            }
            other => {
                word.push(other);
                wants_word = false;
            }
        }
    }
    match word.is_empty() {
        true if wants_word => return None,
        true => {}
        false => steps.push(Step::Member(word)),
    }
    Some(steps)
}
