//! Suggestions for misspelled names.

/// Returns the message for an unknown name, with a suggestion.
pub fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match closest(name, known.iter().copied()) {
        Some(near) => format!("is not a member; did you mean `{near}`?"),
        None => format!("is not a member; there are {}", known.join(", ")),
    }
}

/// Returns the name that was most likely meant.
pub fn closest<'a>(name: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    near(name, among).into_iter().next()
}

/// Returns the names that may have been meant, the likeliest first.
pub fn near<'a>(name: &str, among: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    // No name is this long, and the time grows with the square of the length.
    if name.len() > 200 {
        return Vec::new();
    }
    let name = name.to_lowercase();
    let scored = among.map(|other| (strsim::jaro_winkler(&name, &other.to_lowercase()), other));
    let mut scored: Vec<_> = scored.filter(|(score, _)| *score > 0.8).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().map(|(_, other)| other).collect()
}
