//! Security schemes that OpenAPI 3.0 cannot express are left out: no call depends on them, since
//! the client authorizes by itself.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::document::{
    escape,
    members::{At, DOCUMENT, Is, OPERATION, each, each_mut},
    pointer_of, unescape,
};
use crate::report::{RepeatedWarnings, Report};

/// Removes the schemes of a converted document that OpenAPI 3.0 cannot express. `place` is where
/// the prepared document has them.
pub fn drop_unusable(doc: &mut Value, place: &str, report: &mut Report) {
    let schemes = doc.pointer_mut("/components/securitySchemes");
    let Some(schemes) = schemes.and_then(Value::as_object_mut) else {
        return;
    };
    let mut certificates = Vec::new();
    schemes.retain(|name, scheme| {
        let Some(why) = unusable(scheme) else {
            return true;
        };
        if is_certificate(scheme) {
            certificates.push(name.clone());
        }
        report.warn(format!("{place}/{}", escape(name)), why);
        false
    });
    if !certificates.is_empty() {
        drop_requirements(doc, &certificates);
    }
}

/// Warns about schemes by which the client does not authorize, and about names of none.
pub fn find_unsent(doc: &Value, report: &mut Report) {
    let (of_2, of_3) = ("/securityDefinitions", "/components/securitySchemes");
    let place = [of_2, of_3]
        .into_iter()
        .find(|at| doc.pointer(at).is_some());
    let schemes = place.and_then(|at| doc.pointer(at)?.as_object());
    for (name, scheme) in schemes.into_iter().flatten() {
        let text = |key| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        let own = text("in") == "header" && text("name").eq_ignore_ascii_case("authorization");
        if text("type") == "apiKey" && !own {
            let message = format!(
                "the client sends only `Authorization` itself: no `{}` in the {}",
                text("name"),
                text("in")
            );
            let place = place.unwrap_or_default();
            report.warn(format!("{place}/{}", escape(name)), message);
        }
    }
    let mut unknown = RepeatedWarnings::default();
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, value| {
            let ways = value.get("security").and_then(Value::as_array);
            let ways = ways.filter(|_| kind == &OPERATION || kind == &DOCUMENT);
            for (i, way) in ways.into_iter().flatten().enumerate() {
                for name in way.as_object().into_iter().flatten().map(|(name, _)| name) {
                    if schemes.is_none_or(|schemes| !schemes.contains_key(&*scheme(name))) {
                        let at = At::Member(at, "security");
                        let message = format!("`{name}` is no security scheme of the document");
                        unknown.warn(At::Member(&At::Entry(&at, i), name), &message);
                    }
                }
            }
            Ok(())
        },
    );
    unknown.say(report);
}

/// Returns the name of the scheme that a requirement names: by a URI too, since 3.2.
fn scheme(name: &str) -> Cow<'_, str> {
    let pointer = pointer_of(name);
    let name_of = |pointer: &str| {
        let name = pointer.strip_prefix("/components/securitySchemes/")?;
        Some(unescape(name))
    };
    let named = pointer.and_then(|pointer| name_of(&pointer));
    named.map_or(Cow::Borrowed(name), Cow::Owned)
}

/// Returns whether a scheme is a certificate of the client, which is not sent in a request.
fn is_certificate(scheme: &Value) -> bool {
    scheme.get("type").is_some_and(|t| t == "mutualTLS")
}

/// Returns why a scheme is left out.
fn unusable(scheme: &Value) -> Option<String> {
    if is_certificate(scheme) {
        let why =
            "3.0 cannot say `mutualTLS`: left out; give the certificate to your own HTTP client";
        return Some(why.into());
    }
    if scheme.get("$ref").is_some() {
        return None;
    }
    let error = openapiv3::SecurityScheme::deserialize(scheme).err()?;
    Some(format!(
        "no security scheme of OpenAPI 3.0 ({error}): left out"
    ))
}

/// Removes schemes from the ways to authenticate.
fn drop_requirements(doc: &mut Value, gone: &[String]) {
    each_mut(doc, Is::One(&DOCUMENT), &At::ROOT, &mut |kind, _, map| {
        let security = map
            .get_mut("security")
            .filter(|_| kind == &OPERATION || kind == &DOCUMENT);
        let ways = security.and_then(Value::as_array_mut);
        for way in ways.into_iter().flatten().filter_map(Value::as_object_mut) {
            way.retain(|name, _| !gone.iter().any(|gone| *gone == scheme(name)));
        }
    });
}
