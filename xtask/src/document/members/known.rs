//! The names of all members, by the versions of the specification that have them.

use std::{collections::HashMap, sync::LazyLock};

/// A version of the specification.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    V2,
    V30,
    V31,
    V32,
}

use Version::{V2, V30, V31, V32};

impl Version {
    /// Returns the version of a document.
    pub fn of(doc: &serde_json::Value) -> Self {
        let version = doc.get("openapi").and_then(serde_json::Value::as_str);
        match version {
            None => V2,
            Some(version) if version.starts_with("3.2") => V32,
            Some(version) if version.starts_with("3.1") => V31,
            Some(_) => V30,
        }
    }

    /// Returns the name of the version.
    pub fn name(self) -> &'static str {
        match self {
            V2 => "Swagger 2.0",
            V30 => "OpenAPI 3.0",
            V31 => "OpenAPI 3.1",
            V32 => "OpenAPI 3.2",
        }
    }
}

/// Returns the members of a kind of object, unless it is not listed here.
pub fn known(kind: &str) -> Option<&'static MemberVersions> {
    LISTED.get(kind)
}

/// Calls `f` with each kind of object and each of its members, the first and the last version that
/// has it.
pub fn each_known(mut f: impl FnMut(&'static str, &'static str, Version, Version)) {
    for (kind, known) in &*LISTED {
        for (name, (first, last)) in known {
            f(kind, name, *first, *last);
        }
    }
}

/// The members of a kind of object, each with the first and the last version that has it.
pub type MemberVersions = HashMap<&'static str, (Version, Version)>;

static LISTED: LazyLock<HashMap<&str, MemberVersions>> = LazyLock::new(|| {
    let mut listed: HashMap<&str, MemberVersions> = HashMap::new();
    for (kinds, first, last, names) in NAMES {
        for kind in kinds.split(',') {
            let names = names.split_whitespace();
            let known = listed.entry(kind).or_default();
            known.extend(names.map(|name| (name, (*first, *last))));
        }
    }
    listed
});

/// The kinds of object that have these members, and the first and the last version that has them.
const NAMES: &[(&str, Version, Version, &str)] = &[
    (
        "document",
        V2,
        V2,
        "swagger host basePath schemes consumes produces definitions parameters responses \
         securityDefinitions",
    ),
    ("document", V2, V32, "info paths security tags externalDocs"),
    ("document", V30, V32, "openapi servers components"),
    ("document", V31, V32, "jsonSchemaDialect webhooks"),
    ("document", V32, V32, "$self"),
    (
        "info",
        V2,
        V32,
        "title description termsOfService contact license version",
    ),
    ("info", V31, V32, "summary"),
    ("server", V30, V32, "url description variables"),
    ("server", V32, V32, "name"),
    ("server variable", V30, V32, "enum default description"),
    (
        "components",
        V30,
        V32,
        "schemas responses parameters examples requestBodies headers securitySchemes \
         links callbacks",
    ),
    ("components", V31, V32, "pathItems"),
    ("components", V32, V32, "mediaTypes"),
    (
        "path item",
        V2,
        V32,
        "get put post delete options head patch parameters",
    ),
    ("path item", V30, V32, "summary description trace servers"),
    ("path item", V32, V32, "query additionalOperations"),
    (
        "operation",
        V2,
        V32,
        "tags summary description externalDocs operationId parameters responses \
         deprecated security",
    ),
    ("operation", V2, V2, "consumes produces schemes"),
    ("operation", V30, V32, "callbacks servers"),
    // Also read in 2.0.
    ("operation", V2, V32, "requestBody"),
    (
        "parameter,header",
        V2,
        V2,
        "type format items collectionFormat default enum maximum exclusiveMaximum minimum \
         exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems \
         multipleOf",
    ),
    (
        "parameter",
        V2,
        V32,
        "name in description required allowEmptyValue schema deprecated example examples",
    ),
    ("parameter", V30, V32, "style explode allowReserved content"),
    ("header", V2, V32, "description"),
    (
        "header",
        V30,
        V32,
        "required deprecated style explode schema example examples content",
    ),
    ("request body", V2, V32, "description content required"),
    ("media type", V2, V32, "schema example examples encoding"),
    (
        "media type",
        V32,
        V32,
        "itemSchema prefixEncoding itemEncoding",
    ),
    (
        "encoding",
        V30,
        V32,
        "contentType headers style explode allowReserved",
    ),
    ("encoding", V32, V32, "encoding prefixEncoding itemEncoding"),
    ("response", V2, V32, "description headers"),
    ("response", V2, V2, "schema examples"),
    ("response", V30, V32, "content links"),
    ("response", V32, V32, "summary"),
    ("security scheme", V2, V32, "type description name in"),
    (
        "security scheme",
        V2,
        V2,
        "flow authorizationUrl tokenUrl scopes",
    ),
    (
        "security scheme",
        V30,
        V32,
        "scheme bearerFormat flows openIdConnectUrl",
    ),
    ("security scheme", V32, V32, "deprecated oauth2MetadataUrl"),
    (
        "flows",
        V30,
        V32,
        "implicit password clientCredentials authorizationCode",
    ),
    ("flows", V32, V32, "deviceAuthorization"),
    (
        "flow",
        V30,
        V32,
        "authorizationUrl tokenUrl refreshUrl scopes",
    ),
    ("flow", V32, V32, "deviceAuthorizationUrl"),
    ("discriminator", V30, V32, "propertyName mapping"),
    ("discriminator", V32, V32, "defaultMapping"),
    (
        "schema",
        V2,
        V32,
        "type format title description properties required items enum default allOf \
         additionalProperties maximum exclusiveMaximum minimum exclusiveMinimum maxLength \
         minLength pattern maxItems minItems uniqueItems multipleOf maxProperties \
         minProperties discriminator readOnly xml externalDocs example",
    ),
    ("schema", V2, V2, "collectionFormat"),
    (
        "schema",
        V31,
        V32,
        "const contentEncoding contentMediaType contentSchema prefixItems contains \
         minContains maxContains propertyNames patternProperties if then else \
         dependentSchemas dependentRequired unevaluatedProperties unevaluatedItems \
         $dynamicRef $dynamicAnchor $vocabulary",
    ),
    // These are read in 2.0 too.
    (
        "schema",
        V2,
        V32,
        "oneOf anyOf not nullable writeOnly deprecated",
    ),
    // These change nothing that is sent.
    (
        "schema",
        V2,
        V32,
        "$schema $id id $comment $anchor $defs definitions examples",
    ),
];
