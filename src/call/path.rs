//! Path templates and their values; each value is one segment.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Error, call::operation::Argument, codec::validate::Violation, transport::address};

/// Fills in a path template; each value is one segment, or a part of the query that the template
/// ends with. Those in `styled` are percent-encoded already. In the path, an empty value and dots
/// are violations: they would lead to another path. A fragment, which some documents use to tell
/// operations of one path apart, is never sent (RFC 9110, 7.1).
pub(super) fn expand(
    template: &'static str,
    values: &[(&'static str, String)],
    styled: &[(&'static str, String)],
) -> Result<String, Vec<(Argument, Violation)>> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut faults = Vec::new();
    let mut rest = template;
    let mut in_query = false;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}').filter(|_| !before.contains('#')) else {
            break;
        };
        out.push_str(before);
        in_query |= before.contains('?');
        let is = |(other, _): &&(&str, String)| *other == name;
        let encoded = |value| match in_query {
            true => Ok(utf8_percent_encode(value, NON_ALPHANUMERIC)),
            false => address::segment(value),
        };
        let written = match (styled.iter().rfind(is), values.iter().rfind(is)) {
            (Some((_, text)), _) => encoded(text).map(|_| out.push_str(text)),
            (None, Some((_, value))) => encoded(value).map(|value| out.extend(value)),
            (None, None) => Err("is part of the path and was not given".into()),
        };
        if let Err(fault) = written {
            let field = name.to_owned();
            faults.push((Argument::Path(name), Violation { field, fault }));
        }
        rest = tail;
    }
    out.push_str(rest.split_once('#').map_or(rest, |(sent, _)| sent));
    match faults.is_empty() {
        true => Ok(out),
        false => Err(faults),
    }
}

/// Fills in a path template, as [`expand`] does.
pub(crate) fn filled(
    template: &'static str,
    values: &[(&'static str, String)],
) -> Result<String, Error> {
    let found = |faults: Vec<_>| faults.into_iter().map(|(_, found)| found).collect();
    expand(template, values, &[]).map_err(|faults| Error::violations(found(faults)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(values: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let owned = |(name, value): &(_, &str)| (*name, (*value).to_owned());
        values.iter().map(owned).collect()
    }

    #[test]
    fn a_styled_value_is_inserted_as_it_is_unless_it_would_lead_elsewhere() {
        let path = |styled: &[(&'static str, &str)]| {
            expand(
                "/x/{id}/{other}/",
                &owned(&[("other", "{id}")]),
                &owned(styled),
            )
        };
        assert_eq!(
            path(&[("id", ";id=1%2C2")]).unwrap(),
            "/x/;id=1%2C2/%7Bid%7D/"
        );
        for bad in ["", ".", ".."] {
            let faults = path(&[("id", bad)]).unwrap_err();
            assert_eq!((faults.len(), faults[0].0), (1, Argument::Path("id")));
        }
    }

    #[test]
    fn a_query_in_the_template_has_values_of_its_own_and_a_fragment_is_not_sent() {
        let path = |template| expand(template, &owned(&[("of", "a&b=/ü"), ("to", "")]), &[]);
        let sent = path("/x/{of}?kind=all&of={of}&to={to}#{gone}");
        assert_eq!(
            sent.unwrap(),
            "/x/a%26b%3D%2F%C3%BC?kind=all&of=a%26b%3D%2F%C3%BC&to="
        );
        assert_eq!(path("/#Action=List").unwrap(), "/");
        assert_eq!(path("/?of={gone}").unwrap_err().len(), 1);
    }

    #[test]
    fn a_path_value_is_one_segment() {
        let path = |values: &[(&'static str, &str)]| filled("/x/{id}/y/{of}", &owned(values));
        let sent = path(&[("id", "0"), ("id", "a/b c?"), ("of", "1")]);
        assert_eq!(sent.unwrap(), "/x/a%2Fb%20c%3F/y/1");
        for bad in ["", ".", ".."] {
            let found = path(&[("id", bad)]).unwrap_err().field_errors();
            let what = [&found["id"][0], &found["of"][0]];
            assert!(what[0].ends_with(&format!("can't be `{bad}`")), "{what:?}");
            assert!(what[1].ends_with("was not given"), "{what:?}");
        }
    }
}
