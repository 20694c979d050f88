//! The nouns that paths and fields are named after.

/// Returns a path without base path, version segments and trailing slash, with its parameters as
/// `{}`.
pub fn normalize_path(template: &str, base: &str) -> String {
    let path = template
        .strip_prefix(base)
        .unwrap_or(template)
        .trim_end_matches('/');
    let is_version = |s: &&str| {
        s.strip_prefix('v')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let segments = path.split('/').filter(|s| !is_version(s));
    segments
        .map(|s| if is_parameter(s) { "{}" } else { s })
        .collect::<Vec<_>>()
        .join("/")
}

pub fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}') && segment.matches('{').count() == 1
}

pub fn parent(norm: &str) -> &str {
    norm.rsplit_once('/').map_or("", |(p, _)| p)
}

/// `vehicles` → `vehicle`.
pub fn singular(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    let cut = |n: usize| {
        word.get(..word.len().saturating_sub(n))
            .unwrap_or_default()
            .to_owned()
    };
    match word.as_str() {
        "busses" => "bus".into(),
        w if w.ends_with("ies") => cut(3) + "y",
        w if ["sses", "xes", "ches", "shes", "uses"]
            .iter()
            .any(|e| w.ends_with(e)) =>
        {
            cut(2)
        }
        w if w.ends_with('s') && !w.ends_with("ss") && !w.ends_with("us") => cut(1),
        _ => word,
    }
}

/// Returns the noun of a field or parameter: `device_id` and `devicePk` are about a `device`.
pub fn subject(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let cut = ["_id", "_pk", "_uuid", "_ids"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))
        .or_else(|| lower.strip_suffix("pk"));
    singular(cut.filter(|c| !c.is_empty()).unwrap_or(&lower))
}

/// Returns whether an operation needs no credentials: logging in, registering, resetting a
/// password.
pub fn is_public(method: &str, template: &str) -> bool {
    let open = |s: &str| {
        matches!(
            s,
            "login" | "register" | "signup" | "verify-email" | "resend-confirm-email"
        )
    };
    // Not only passwords are reset.
    method == "post"
        && (template.split('/').any(open)
            || template.contains("/password/reset/")
            || is_mfa(template))
}

pub fn is_mfa(template: &str) -> bool {
    template.trim_end_matches('/').ends_with("/mfa/verify")
}

/// Returns the noun of a path: its last literal segment.
pub fn resource(norm: &str) -> String {
    singular(norm.rsplit('/').find(|s| *s != "{}").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_operations_before_a_session_are_public() {
        assert!(
            [
                "/auth/login/",
                "/auth/password/reset/confirm/",
                "/auth/mfa/verify/"
            ]
            .iter()
            .all(|t| is_public("post", t))
        );
        assert!(!is_public("post", "/channels/{id}/reset/") && !is_public("get", "/auth/login/"));
    }

    #[test]
    fn by_resource() {
        for (plural, one) in [
            ("devices", "device"),
            ("busses", "bus"),
            ("statuses", "status"),
            ("summaries", "summary"),
            ("address", "address"),
            ("status", "status"),
            ("Boxes", "box"),
        ] {
            assert_eq!(singular(plural), one);
        }
        assert_eq!(
            (
                subject("device_id").as_str(),
                subject("vehicles").as_str(),
                subject("device_pk").as_str()
            ),
            ("device", "vehicle", "device")
        );
        assert_eq!(
            normalize_path("/api/v2/books/{id}/", "/api/v2"),
            "/books/{}"
        );
        assert_eq!(normalize_path("/logbook/v2/trips/", ""), "/logbook/trips");
    }
}
