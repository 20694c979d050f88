//! Path templates and their values; each value is one segment.

use crate::{Error, transport::address};

/// Inserts values that are percent-encoded already. An empty value and dots are left out and count
/// as not set: dots would lead to another path.
pub(crate) fn styled_path(template: &str, styled: &[(&'static str, String)]) -> String {
    let mut path = template.to_owned();
    for (name, text) in styled.iter().rev() {
        if !matches!(text.as_str(), "" | "." | "..") {
            path = path.replace(&format!("{{{name}}}"), text);
        }
    }
    path
}

/// Fills in a path template; each value is one segment.
pub(crate) fn expand(template: &str, values: &[(&'static str, String)]) -> Result<String, Error> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        let given = values
            .iter()
            .rfind(|(n, _)| *n == name)
            .map(|(_, value)| value);
        let value = given.ok_or_else(|| {
            Error::invalid(format!("{name}: is part of the path and was not given"))
        })?;
        out.push_str(before);
        out.extend(address::segment(value).map_err(|e| Error::invalid(format!("{name}: {e}")))?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_styled_value_is_inserted_as_it_is_unless_it_would_lead_elsewhere() {
        let path = |values: &[&str]| {
            let styled: Vec<_> = values.iter().map(|v| ("id", (*v).to_owned())).collect();
            styled_path("/x/{id}/{other}/", &styled)
        };
        assert_eq!(path(&[";id=1%2C2"]), "/x/;id=1%2C2/{other}/");
        assert_eq!(path(&["1", "2"]), "/x/2/{other}/", "the last of several");
        for bad in ["", ".", ".."] {
            let error = expand(&path(&[bad]), &[("other", "1".into())]).unwrap_err();
            assert!(error.to_string().contains("id: "), "{error}");
        }
    }

    #[test]
    fn a_path_value_is_one_segment() {
        let values = [("id", "a/b c?".to_owned())];
        assert_eq!(expand("/x/{id}/y/", &values).unwrap(), "/x/a%2Fb%20c%3F/y/");
        assert!(expand("/x/{other}/", &values).is_err());
        for bad in ["", ".", ".."] {
            assert!(expand("/{id}/", &[("id", bad.to_owned())]).is_err());
        }
    }
}
