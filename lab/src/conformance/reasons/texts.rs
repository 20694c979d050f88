//! What Schemathesis says of an invalid request that was accepted, read back.

/// Returns one text for each place of `component:   - query: violates …   - body: violates …`; none
/// if only one place was broken.
pub(super) fn places(wrong: &str) -> Vec<String> {
    let Some((_, rest)) = wrong.split_once("component:   - ") else {
        return Vec::new();
    };
    let each = rest
        .split("   - ")
        .map(|place| match place.split_once(": violates ") {
            Some(("body", what)) => format!(" in body   - violates {what}"),
            Some((part, what)) => format!(" - {part}: violates {what}"),
            None => place.to_owned(),
        });
    each.collect()
}

/// A violation that a tool made in a body.
pub(super) struct Violation<'a> {
    pub names: Vec<&'a str>,
    /// `items` or `additionalProperties`, if a value inside the member is broken.
    pub inner: Option<&'static str>,
    pub what: &'a str,
}

/// Reads both forms of the tool: `- a -> b: Incorrect type`, and ``- violates `type` at
/// /properties/a/properties/b (was integer, became null)``, of which there may be several.
pub(super) fn violations(text: &str) -> Option<Vec<Violation<'_>>> {
    if text.trim() == "- incorrect type" {
        return Some(vec![Violation {
            names: Vec::new(),
            inner: None,
            what: "Incorrect type",
        }]);
    }
    if !text.contains("- violates ") {
        let (place, what) = text.split_once(" - ")?.1.rsplit_once(": ")?;
        let mut names: Vec<&str> = place
            .split(" -> ")
            .map(|n| n.strip_prefix("Array with invalid items: ").unwrap_or(n))
            .collect();
        let inner = match names.last().copied() {
            Some("Array with invalid items") => Some("items"),
            Some("Object with invalid additional property") => Some("additionalProperties"),
            _ => None,
        };
        names.truncate(names.len() - usize::from(inner.is_some()));
        return Some(vec![Violation { names, inner, what }]);
    }
    let each = text.split("- violates `").skip(1).map(|violation| {
        let (key, rest) = violation.split_once('`')?;
        let what = match key {
            "type" => "Incorrect type",
            "not" => "Value is not allowed",
            "uniqueItems" => "Non-unique items",
            "format" => "Value not matching the format",
            "maxLength" => "String larger than maxLength",
            _ => return None,
        };
        let pointer = rest.strip_prefix(" at ")?.split_whitespace().next()?;
        let (mut names, mut inner, mut steps) = (Vec::new(), None, pointer.split('/').skip(1));
        while let Some(step) = steps.next() {
            match step {
                "properties" => names.push(steps.next()?),
                "items" => inner = Some("items"),
                "additionalProperties" => inner = Some("additionalProperties"),
                // The tool writes `x-nullable` like this.
                "anyOf" => drop(steps.next()),
                _ => return None,
            }
        }
        Some(Violation { names, inner, what })
    });
    each.collect()
}

/// Returns the query parameters that a tool broke, if it broke nothing else.
pub(super) fn query_names(wrong: &str) -> Option<Vec<&str>> {
    if let Some((_, rest)) = wrong.split_once("component: parameter") {
        return rest
            .split_once(" in query")
            .map(|(names, _)| names.split('`').skip(1).step_by(2).collect());
    }
    let (_, rest) = wrong.split_once(" - query: violates ")?;
    let name = rest
        .split_once("/properties/")?
        .1
        .split([' ', '('])
        .next()?;
    (wrong.matches("violates ").count() == 1).then(|| vec![name])
}
