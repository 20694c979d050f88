//! Path templates and the paths that belong to them.

/// Returns the template that a path belongs to: the most specific one.
pub fn matching<'a>(templates: &[&'a str], path: &str) -> Option<&'a str> {
    let fits = templates
        .iter()
        .filter_map(|t| Some((specific(t, path)?, *t)));
    fits.max().map(|(_, template)| template)
}

/// Returns how specific each segment is, if the path matches: 2 a literal, 1 a partial one, 0 any.
fn specific(template: &str, path: &str) -> Option<Vec<u8>> {
    let (segments, parts) = (template.split('/'), path.split('/'));
    if segments.clone().count() != parts.clone().count() {
        return None;
    }
    segments
        .zip(parts)
        .map(|(segment, part)| of_segment(segment, part))
        .collect()
}

fn of_segment(segment: &str, part: &str) -> Option<u8> {
    let part = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
    let (Some((before, rest)), Some((_, after))) =
        (segment.split_once('{'), segment.rsplit_once('}'))
    else {
        return (segment == part).then_some(2);
    };
    let inner = part.strip_prefix(before)?.strip_suffix(after)?;
    (!inner.is_empty() && rest.contains('}'))
        .then_some(u8::from(!before.is_empty() || !after.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_path_wins() {
        let templates = [
            "/a/{id}/",
            "/a/all/",
            "/a/{id}.json/",
            "/{x}/all/",
            "/a/{id}/b/",
        ];
        for (path, is) in [
            ("/a/7/", Some("/a/{id}/")),
            ("/a/all/", Some("/a/all/")),
            ("/a/%61ll/", Some("/a/all/")),
            ("/a/7.json/", Some("/a/{id}.json/")),
            ("/b/all/", Some("/{x}/all/")),
            ("/a/7/b/", Some("/a/{id}/b/")),
            ("/a//", None),
            ("/a/7", None),
            ("/c/", None),
        ] {
            assert_eq!(matching(&templates, path), is, "{path}");
        }
    }
}
