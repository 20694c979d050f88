//! The table of rules: the class of each kind of change on the wire. `docs/drift.md` is made from
//! it.

use serde::Serialize;

/// The effect of a change on callers, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Old programs no longer compile, are refused, or get something else.
    Breaking,
    /// No rule knows what it means.
    Unclassified,
    /// Something new that old programs need not know.
    Additive,
    /// Only texts, examples or order.
    Cosmetic,
}

impl Class {
    /// All classes, the worst first.
    pub const ALL: [Self; 4] = [
        Self::Breaking,
        Self::Unclassified,
        Self::Additive,
        Self::Cosmetic,
    ];

    /// Returns the name of the class.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Unclassified => "unclassified",
            Self::Additive => "additive",
            Self::Cosmetic => "cosmetic",
        }
    }
}

/// Declares the rules: name, kind of change, class for the sender, class for the reader, and what a
/// caller does.
macro_rules! rules {
    ($($name:ident: $what:literal, $request:ident, $response:ident, $advice:literal;)*) => {
        /// A kind of change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule { $(#[doc = $what] $name),* }

        impl Rule {
            /// All rules, in the order of `docs/drift.md`.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the name of the rule in reports.
            pub fn id(self) -> String {
                heck::ToKebabCase::to_kebab_case(match self { $(Self::$name => stringify!($name)),* })
            }

            /// Returns the kind of change.
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => $what),* }
            }

            /// Returns the class on the wire, for the sender and for the reader.
            pub fn wire(self) -> (Class, Class) {
                match self { $(Self::$name => (Class::$request, Class::$response)),* }
            }

            /// Returns what a caller has to change, if the Rust items do not tell; else empty.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice),* }
            }
        }
    };
}

rules! {
    OperationGone: "an operation is gone", Breaking, Breaking, "remove the call";
    OperationNew: "an operation is new", Additive, Additive, "";
    OperationMoved: "an operation moved to another path or method", Breaking, Breaking, "use a client made from the new document; raw requests: the new path";
    PrefixMoved: "a prefix moved between the paths and the base path", Cosmetic, Cosmetic, "";
    OperationId: "an operationId changed", Cosmetic, Cosmetic, "";
    OperationArea: "the area (the first tag, a cargo feature) of an operation changed", Cosmetic, Cosmetic, "";
    Deprecated: "something is deprecated, or internal (x-internal)", Additive, Additive, "plan to replace it";
    NotDeprecated: "something is no longer deprecated, or internal", Additive, Additive, "";
    StabilityLower: "a level of stability (x-stability-level) is lower", Breaking, Breaking, "expect changes";
    StabilityHigher: "a level of stability (x-stability-level) is higher", Additive, Additive, "";

    ServerGone: "the first server changed, or a server is gone", Breaking, Breaking, "set `base_url` where the old default was used";
    ServerNew: "a further server, or a further value of a server's variable", Additive, Additive, "";
    ServerVariable: "a variable of a server changed", Breaking, Breaking, "check `base_url`";
    BasePath: "the base path changed", Breaking, Breaking, "check `base_url`";
    UrlSchemeGone: "a URL scheme (http, https) is gone", Breaking, Breaking, "check `base_url`";
    UrlSchemeNew: "a further URL scheme", Additive, Additive, "";

    SecurityGone: "a way to authenticate is gone", Breaking, Breaking, "use other credentials";
    SecurityNew: "a further way to authenticate, or anonymous access", Additive, Additive, "";
    ScopeRequired: "a further scope is required", Breaking, Breaking, "ask for the scope";
    ScopeNotRequired: "a scope is no longer required", Additive, Additive, "";
    SchemeGone: "a security scheme is gone", Breaking, Breaking, "use other credentials";
    SchemeNew: "a security scheme is new", Additive, Additive, "";
    SchemeChanged: "a security scheme changed its type, its place, its name or its addresses", Breaking, Breaking, "use other credentials";
    ScopeGone: "a scope of a security scheme is gone", Breaking, Breaking, "ask for another scope";
    ScopeNew: "a scope of a security scheme is new", Additive, Additive, "";

    PathParameterRenamed: "a path parameter has another name", Cosmetic, Cosmetic, "";
    ParameterGone: "a parameter or form field is gone", Breaking, Breaking, "do not send it";
    ParameterNew: "an optional parameter or form field is new", Additive, Additive, "";
    ParameterNewRequired: "a required parameter or form field is new", Breaking, Breaking, "set it before `send`";
    ParameterRenamed: "a parameter or form field was renamed", Breaking, Breaking, "set it by its new name";
    ParameterRequired: "a parameter or form field became required", Breaking, Breaking, "set it before `send`";
    ParameterOptional: "a parameter or form field became optional", Additive, Additive, "";
    ParameterForm: "a parameter is written in another form (style, explode, collectionFormat, content)", Breaking, Breaking, "generate the client anew; raw requests: write it in the new form";
    EmptyRefused: "a parameter may no longer be empty", Breaking, Breaking, "do not send it empty";
    EmptyAllowed: "a parameter may be empty", Additive, Additive, "";

    BodyGone: "a request body is gone", Breaking, Breaking, "send none";
    BodyNew: "an optional request body is new", Additive, Additive, "";
    BodyNewRequired: "a required request body is new", Breaking, Breaking, "set `body` before `send`";
    BodyRequired: "the request body became required", Breaking, Breaking, "set `body` before `send`";
    BodyOptional: "the request body became optional", Additive, Additive, "";
    MediaGone: "a media type is gone", Breaking, Breaking, "use another media type";
    MediaNew: "a further media type", Additive, Additive, "";
    MediaWider: "a range of media types instead of one (text/csv → text/*)", Additive, Additive, "";
    MediaNarrower: "a media type instead of a range (text/* → text/csv)", Breaking, Additive, "use that media type";
    Encoding: "the encoding of a part of a body, or its form in XML, changed", Breaking, Breaking, "send the part in the new form";

    SuccessGone: "a documented success (2xx) is gone", Breaking, Breaking, "any 2xx is decoded; do not compare the status with the old one";
    SuccessNew: "a further documented success (2xx)", Additive, Additive, "";
    StatusesFewer: "a response is documented for fewer statuses (2XX → 200)", Additive, Additive, "";
    StatusesMore: "a response is documented for more statuses (200 → 2XX)", Additive, Additive, "";
    ErrorGone: "a documented error is gone", Additive, Additive, "";
    ErrorNew: "a further documented error", Additive, Additive, "";
    HeaderGone: "a header of a response or of a part is gone", Breaking, Breaking, "do not rely on it";
    HeaderNew: "a header of a response or of a part is new", Additive, Additive, "";
    HeaderOptional: "a header of a response or of a part may be missing", Additive, Breaking, "do not rely on it";
    HeaderRequired: "a header of a response or of a part is always present", Breaking, Additive, "send it always";
    Link: "a link between operations changed", Cosmetic, Cosmetic, "";
    CallbackGone: "a callback or webhook is gone", Breaking, Breaking, "do not wait for it";
    CallbackNew: "a callback or webhook is new", Additive, Additive, "";

    ComponentRenamed: "a component was renamed", Cosmetic, Cosmetic, "";
    ComponentGone: "a component is gone (places that used it are listed separately)", Cosmetic, Cosmetic, "";
    ComponentNew: "a component is new (what uses it is listed by itself)", Cosmetic, Cosmetic, "";
    RefChanged: "a place refers to another component with another schema", Breaking, Breaking, "use the other type";
    Reference: "a place refers to a component, to another one, or to none any more (what differs between them is listed by itself)", Cosmetic, Cosmetic, "";
    WrittenOtherwise: "the same meaning, written in another way or in another place", Cosmetic, Cosmetic, "";

    TypeChanged: "a type changed", Breaking, Breaking, "use the other type";
    TypeWider: "a type accepts more (integer → number, a further type)", Additive, Breaking, "expect the wider type";
    TypeNarrower: "a type accepts less (number → integer, a type is gone)", Breaking, Additive, "send the narrower type";
    NullableNew: "null is allowed", Additive, Breaking, "expect null";
    NullableGone: "null is no longer allowed", Breaking, Additive, "send no null";
    FormatChanged: "a format changed", Breaking, Breaking, "use the other format";
    FormatNew: "a format was added", Breaking, Additive, "send values of that format";
    FormatGone: "a format was removed", Additive, Breaking, "expect any value of the type";
    FormatWider: "a format accepts more (int32 → int64, float → double)", Additive, Breaking, "expect larger numbers";
    FormatNarrower: "a format accepts less (int64 → int32, double → float)", Breaking, Additive, "send smaller numbers";
    ContentChanged: "the media type or encoding of a text changed", Breaking, Breaking, "write and read the text in the new form";
    ValueGone: "a value of an enum is gone", Breaking, Additive, "do not send it";
    ValueNew: "a value of an enum is new", Additive, Additive, "";
    ValuesChanged: "all values of an enum are others", Breaking, Breaking, "send and expect the other values";
    ValuesClosed: "an open set of values became an enum", Breaking, Additive, "send one of its values";
    ValuesOpened: "an enum became an open set of values", Additive, Breaking, "expect any value";
    MemberGone: "a member of an object is gone", Breaking, Breaking, "do not use it";
    MemberNew: "a member of an object is new", Additive, Additive, "";
    MemberNewRequired: "a required member of an object is new", Breaking, Additive, "set it";
    MemberRenamed: "a member of an object was renamed", Breaking, Breaking, "use its new name";
    MemberRequired: "a member became required", Breaking, Additive, "set it";
    MemberOptional: "a member became optional", Additive, Breaking, "expect it to be missing";
    ExtraRefused: "other members are no longer allowed", Breaking, Additive, "send no other members";
    ExtraAllowed: "other members are allowed", Additive, Additive, "";
    ReadOnlyNow: "a member can no longer be sent (readOnly)", Breaking, Cosmetic, "do not send it";
    ReadOnlyNoMore: "a member can be sent", Additive, Cosmetic, "";
    WriteOnlyNow: "a member is no longer in responses (writeOnly)", Cosmetic, Breaking, "do not read it";
    WriteOnlyNoMore: "a member is in responses", Cosmetic, Additive, "";
    LimitTighter: "a limit is tighter", Breaking, Cosmetic, "keep to the limit";
    LimitLooser: "a limit is looser", Additive, Additive, "";
    LimitOther: "a limit changed", Breaking, Cosmetic, "keep to the limit";
    DefaultChanged: "a default changed: a request without the value now means something else", Breaking, Cosmetic, "set the value explicitly";
    DefaultRendered: "a default that is computed for each copy of the document (a time, a UUID)", Cosmetic, Cosmetic, "";
    AlternativeNew: "a further alternative (oneOf, anyOf), or a further tag of one", Additive, Additive, "";
    AlternativeGone: "an alternative (oneOf, anyOf), or a tag of one, is gone", Breaking, Additive, "send another form";
    PartNew: "a further schema must match (allOf)", Breaking, Additive, "send what that schema requires";
    PartGone: "a schema need no longer match (allOf)", Additive, Breaking, "expect values without it";
    Discriminator: "a discriminator changed", Breaking, Breaking, "send and expect the other tag";
    ConditionNew: "a further condition must hold (not, if, dependent…, contains, propertyNames, unevaluated…, prefixItems, patternProperties)", Breaking, Additive, "keep to the condition";
    ConditionGone: "a condition need no longer hold", Additive, Breaking, "expect values without it";
    ConditionChanged: "a condition changed", Breaking, Breaking, "keep to the condition";

    FormatVersion: "the document uses another version of Swagger, OpenAPI or JSON Schema", Cosmetic, Cosmetic, "";
    Info: "title, version, contact, licence of the document", Cosmetic, Cosmetic, "";
    Text: "descriptions, summaries, titles, tags, examples", Cosmetic, Cosmetic, "";
    Order: "an order that has no meaning", Cosmetic, Cosmetic, "";
    Lost: "something that conversion to OpenAPI 3.0 drops, in one of two documents of different versions", Unclassified, Unclassified, "read both documents at the pointer";
    Unclassified: "anything else: no rule covers it", Unclassified, Unclassified, "read both documents at the pointer";
    RustOnly: "the generated Rust changed, though nothing on the wire did", Cosmetic, Cosmetic, "";
}
