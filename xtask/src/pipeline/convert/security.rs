//! Security schemes that OpenAPI 3.0 cannot express are left out: no call depends on them, since
//! the client authorizes by itself.

use serde::Deserialize;
use serde_json::Value;

use crate::document::{
    escape,
    members::{At, DOCUMENT, Is, OPERATION, each_mut},
};
use crate::report::Report;

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
            way.retain(|name, _| !gone.contains(name));
        }
    });
}
