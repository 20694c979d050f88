//! The words of a line as shells give them.

/// Returns a word without its quotes, and with the home folder that a shell puts in place of `~`.
pub fn read(word: &str) -> String {
    let inside = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    match (
        inside('\'').or_else(|| inside('"')),
        word.strip_prefix("~/"),
    ) {
        (Some(text), _) => text.to_owned(),
        (None, Some(path)) => {
            let home = std::env::home_dir().unwrap_or_default();
            home.join(path).display().to_string()
        }
        (None, None) => word.to_owned(),
    }
}

/// Returns the line up to the cursor, which the script for bash gives.
pub fn line_of_bash() -> Option<String> {
    let line = std::env::var("COMP_LINE").ok()?;
    let point = std::env::var("COMP_POINT").ok()?.parse().ok();
    Some(
        point
            .and_then(|at| line.get(..at))
            .unwrap_or(&line)
            .to_owned(),
    )
}

/// Joins the words that bash makes of `--output=json` or `a:b`: those without a space between them
/// in the line. Returns what stands in the last one before the part that bash replaces.
pub fn joined(words: &[String], line: &str) -> (Vec<String>, String) {
    let mut rest = line;
    let mut out: Vec<String> = Vec::new();
    let mut is_joined = false;
    for word in words.iter().rev() {
        let before = rest.strip_suffix(word.as_str()).unwrap_or_default();
        match out.last_mut().filter(|_| is_joined) {
            Some(last) => last.insert_str(0, word),
            None => out.push(word.clone()),
        }
        rest = before.trim_end();
        is_joined = !before.is_empty() && rest.len() == before.len();
    }
    out.reverse();
    let current = words.last().map_or("", String::as_str);
    let replaced = current.trim_start_matches(['=', ':']);
    let whole = out.last().map_or("", String::as_str);
    let before = whole.strip_suffix(replaced).unwrap_or_default().to_owned();
    (out, before)
}
