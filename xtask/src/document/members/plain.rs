//! The objects of the specification that hold no schema.

use super::{Is, Kind};

pub(super) const fn kind(name: &'static str, members: &'static [(&'static str, Is)]) -> Kind {
    Kind {
        name,
        members,
        also: None,
    }
}

pub(super) static LICENSE: Kind = kind(
    "license",
    &[
        ("name", Is::Text),
        ("url", Is::Text),
        ("identifier", Is::Text),
    ],
);

pub(super) static CONTACT: Kind = kind(
    "contact",
    &[("name", Is::Text), ("url", Is::Text), ("email", Is::Text)],
);

pub(super) static DOCS: Kind = kind(
    "external documentation",
    &[("url", Is::Text), ("description", Is::Text)],
);

pub(super) static VARIABLE: Kind = kind(
    "server variable",
    &[
        ("enum", Is::Texts),
        ("default", Is::Text),
        ("description", Is::Text),
    ],
);

pub(super) static SECURITY: Kind = kind(
    "security scheme",
    &[
        ("type", Is::Text),
        ("description", Is::Text),
        ("name", Is::Text),
        ("in", Is::Text),
        ("scheme", Is::Text),
        ("bearerFormat", Is::Text),
        ("openIdConnectUrl", Is::Text),
        ("flow", Is::Text),
        ("authorizationUrl", Is::Text),
        ("tokenUrl", Is::Text),
        ("scopes", SCOPES),
        ("flows", Is::One(&FLOWS)),
    ],
);

const SCOPES: Is = Is::Map(&Is::Text);
const FLOW_IS: Is = Is::One(&FLOW);

static FLOWS: Kind = kind(
    "flows",
    &[
        ("implicit", FLOW_IS),
        ("password", FLOW_IS),
        ("clientCredentials", FLOW_IS),
        ("authorizationCode", FLOW_IS),
        ("deviceAuthorization", FLOW_IS),
    ],
);

static FLOW: Kind = kind(
    "flow",
    &[
        ("authorizationUrl", Is::Text),
        ("tokenUrl", Is::Text),
        ("refreshUrl", Is::Text),
        ("scopes", SCOPES),
    ],
);

pub(super) static LINK: Kind = kind(
    "link",
    &[
        ("operationId", Is::Text),
        ("description", Is::Text),
        ("parameters", Is::Map(&Is::Data)),
    ],
);
