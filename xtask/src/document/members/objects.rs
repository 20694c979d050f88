//! The objects of the specification and their members.

use super::{
    Is, Kind,
    plain::{CONTACT, DOCS, LICENSE, LINK, SECURITY, VARIABLE, kind},
};

static SCHEMA_IS: Is = Is::One(&SCHEMA);
static PATHS_IS: Is = Is::One(&PATH_ITEM);
static OPERATION_IS: Is = Is::One(&OPERATION);
static MEDIA_IS: Is = Is::One(&MEDIA);
static HEADER_IS: Is = Is::One(&HEADER);
static PARAMETER_IS: Is = Is::One(&PARAMETER);
static RESPONSE_IS: Is = Is::One(&RESPONSE);
static BODY_IS: Is = Is::One(&BODY);
static SECURITY_IS: Is = Is::One(&SECURITY);
const SERVERS: Is = Is::List(&Is::One(&SERVER));
const REQUIREMENTS: Is = Is::List(&Is::Map(&Is::Texts));
static LINK_IS: Is = Is::One(&LINK);
static CALLBACK: Is = Is::Extensible(&PATHS_IS);

pub static DOCUMENT: Kind = kind(
    "document",
    &[
        ("info", Is::One(&INFO)),
        ("host", Is::Text),
        ("basePath", Is::Text),
        ("schemes", Is::Texts),
        ("consumes", Is::Texts),
        ("produces", Is::Texts),
        ("paths", Is::Extensible(&PATHS_IS)),
        ("definitions", Is::Map(&SCHEMA_IS)),
        ("parameters", Is::Map(&PARAMETER_IS)),
        ("responses", Is::Map(&RESPONSE_IS)),
        ("securityDefinitions", Is::Map(&SECURITY_IS)),
        ("security", REQUIREMENTS),
        ("tags", Is::List(&Is::One(&TAG))),
        ("externalDocs", Is::One(&DOCS)),
        ("servers", SERVERS),
        ("components", Is::One(&COMPONENTS)),
    ],
);

static INFO: Kind = kind(
    "info",
    &[
        ("title", Is::Text),
        ("version", Is::Text),
        ("description", Is::Text),
        ("summary", Is::Text),
        ("termsOfService", Is::Text),
        ("contact", Is::One(&CONTACT)),
        ("license", Is::One(&LICENSE)),
    ],
);

static TAG: Kind = kind(
    "tag",
    &[
        ("name", Is::Text),
        ("description", Is::Text),
        ("externalDocs", Is::One(&DOCS)),
    ],
);

static SERVER: Kind = kind(
    "server",
    &[
        ("url", Is::Text),
        ("description", Is::Text),
        ("variables", Is::Map(&VARIABLE_IS)),
    ],
);

static VARIABLE_IS: Is = Is::One(&VARIABLE);

static COMPONENTS: Kind = kind(
    "components",
    &[
        ("schemas", Is::Map(&SCHEMA_IS)),
        ("parameters", Is::Map(&PARAMETER_IS)),
        ("responses", Is::Map(&RESPONSE_IS)),
        ("requestBodies", Is::Map(&BODY_IS)),
        ("headers", Is::Map(&HEADER_IS)),
        ("securitySchemes", Is::Map(&SECURITY_IS)),
        ("callbacks", Is::Map(&CALLBACK)),
        ("pathItems", Is::Map(&PATHS_IS)),
        ("mediaTypes", Is::Map(&MEDIA_IS)),
        ("links", Is::Map(&LINK_IS)),
        ("examples", Is::Map(&Is::Data)),
    ],
);

pub static PATH_ITEM: Kind = kind(
    "path item",
    &[
        ("summary", Is::Text),
        ("description", Is::Text),
        ("get", OPERATION_IS),
        ("put", OPERATION_IS),
        ("post", OPERATION_IS),
        ("delete", OPERATION_IS),
        ("options", OPERATION_IS),
        ("head", OPERATION_IS),
        ("patch", OPERATION_IS),
        ("trace", OPERATION_IS),
        ("query", OPERATION_IS),
        ("additionalOperations", Is::Map(&OPERATION_IS)),
        ("servers", SERVERS),
        ("parameters", Is::List(&PARAMETER_IS)),
    ],
);

pub static OPERATION: Kind = kind(
    "operation",
    &[
        ("tags", Is::Texts),
        ("summary", Is::Text),
        ("description", Is::Text),
        ("externalDocs", Is::One(&DOCS)),
        ("operationId", Is::Text),
        ("consumes", Is::Texts),
        ("produces", Is::Texts),
        ("schemes", Is::Texts),
        ("parameters", Is::List(&PARAMETER_IS)),
        ("requestBody", Is::One(&BODY)),
        ("responses", Is::Extensible(&RESPONSE_IS)),
        ("callbacks", Is::Map(&CALLBACK)),
        ("deprecated", Is::Bool),
        ("security", REQUIREMENTS),
        ("servers", SERVERS),
    ],
);

pub static PARAMETER: Kind = Kind {
    name: "parameter",
    members: &[
        ("name", Is::Text),
        ("in", Is::Text),
        ("required", Is::Bool),
        ("allowEmptyValue", Is::Bool),
        ("style", Is::Text),
        ("explode", Is::Bool),
        ("allowReserved", Is::Bool),
        ("schema", Is::One(&SCHEMA)),
        ("content", Is::Map(&MEDIA_IS)),
    ],
    also: Some(&SCHEMA),
};

pub static HEADER: Kind = Kind {
    name: "header",
    members: &[
        ("required", Is::Bool),
        ("style", Is::Text),
        ("explode", Is::Bool),
        ("schema", Is::One(&SCHEMA)),
        ("content", Is::Map(&MEDIA_IS)),
    ],
    also: Some(&SCHEMA),
};

pub static RESPONSE: Kind = kind(
    "response",
    &[
        ("description", Is::Text),
        ("schema", Is::One(&SCHEMA)),
        ("headers", Is::Map(&HEADER_IS)),
        ("content", Is::Map(&MEDIA_IS)),
        ("links", Is::Map(&LINK_IS)),
    ],
);

pub static BODY: Kind = kind(
    "request body",
    &[
        ("description", Is::Text),
        ("content", Is::Map(&MEDIA_IS)),
        ("required", Is::Bool),
    ],
);

static MEDIA: Kind = kind(
    "media type",
    &[
        ("schema", Is::One(&SCHEMA)),
        ("itemSchema", Is::One(&SCHEMA)),
        ("encoding", Is::Map(&ENCODING_IS)),
        ("prefixEncoding", Is::List(&ENCODING_IS)),
        ("itemEncoding", ENCODING_IS),
    ],
);

static ENCODING_IS: Is = Is::One(&ENCODING);

pub static ENCODING: Kind = kind(
    "encoding",
    &[
        ("contentType", Is::Text),
        ("headers", Is::Map(&HEADER_IS)),
        ("style", Is::Text),
        ("explode", Is::Bool),
        ("allowReserved", Is::Bool),
        ("encoding", Is::Map(&ENCODING_IS)),
        ("prefixEncoding", Is::List(&ENCODING_IS)),
        ("itemEncoding", ENCODING_IS),
    ],
);

pub static SCHEMA: Kind = kind(
    "schema",
    &[
        ("title", Is::Text),
        ("description", Is::Text),
        ("type", Is::Type),
        ("format", Is::Text),
        ("collectionFormat", Is::Text),
        ("multipleOf", Is::Number),
        ("maximum", Is::Number),
        ("exclusiveMaximum", Is::BoolOrNumber),
        ("minimum", Is::Number),
        ("exclusiveMinimum", Is::BoolOrNumber),
        ("maxLength", Is::Count),
        ("minLength", Is::Count),
        ("pattern", Is::Text),
        ("maxItems", Is::Count),
        ("minItems", Is::Count),
        ("uniqueItems", Is::Bool),
        ("maxProperties", Is::Count),
        ("minProperties", Is::Count),
        ("required", Is::Required),
        ("enum", Is::List(&Is::Data)),
        ("properties", Is::Map(&SCHEMA_IS)),
        ("patternProperties", Is::Map(&SCHEMA_IS)),
        ("additionalProperties", Is::SchemaOrBool),
        ("items", Is::One(&SCHEMA)),
        ("prefixItems", Is::List(&SCHEMA_IS)),
        ("contains", Is::One(&SCHEMA)),
        ("propertyNames", Is::One(&SCHEMA)),
        ("if", Is::One(&SCHEMA)),
        ("then", Is::One(&SCHEMA)),
        ("else", Is::One(&SCHEMA)),
        ("dependentSchemas", Is::Map(&SCHEMA_IS)),
        ("dependentRequired", Is::Map(&Is::Texts)),
        ("unevaluatedProperties", Is::SchemaOrBool),
        ("unevaluatedItems", Is::SchemaOrBool),
        ("contentSchema", Is::One(&SCHEMA)),
        ("$defs", Is::Map(&SCHEMA_IS)),
        ("definitions", Is::Map(&SCHEMA_IS)),
        ("allOf", Is::List(&SCHEMA_IS)),
        ("anyOf", Is::List(&SCHEMA_IS)),
        ("oneOf", Is::List(&SCHEMA_IS)),
        ("not", Is::One(&SCHEMA)),
        ("nullable", Is::Bool),
        ("x-nullable", Is::Bool),
        ("readOnly", Is::Bool),
        ("writeOnly", Is::Bool),
        ("deprecated", Is::Bool),
        ("externalDocs", Is::One(&DOCS)),
    ],
);
