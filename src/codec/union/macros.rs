//! The macro that implements generated unions.

/// Defines the enum of a union, with its accessors, conversions and serde's traits.
#[macro_export]
#[doc(hidden)]
macro_rules! __union {
    (
        $name:ident {
            $($variant:ident($ty:ty) = $as:ident($inner:ty) $how:ident $($value:literal)?),* $(,)?
        },
        $tag:literal, [$($from:ident($of:ty)),* $(,)?], [$($alternative:expr),* $(,)?]
    ) => {
        impl $name {
            $(
                #[doc = ::std::concat!(
                    "Returns the value if it is of the variant `", ::std::stringify!($variant), "`."
                )]
                #[inline]
                pub fn $as(&self) -> ::std::option::Option<&$inner> {
                    match self {
                        Self::$variant(value) => ::std::option::Option::Some(value),
                        _ => ::std::option::Option::None,
                    }
                }
            )*
            /// Returns the value, if it matches no alternative of the document.
            #[inline]
            pub fn as_unknown(&self) -> ::std::option::Option<&$crate::Json> {
                match self {
                    Self::Unknown(value) => ::std::option::Option::Some(value.get()),
                    _ => ::std::option::Option::None,
                }
            }
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant(value) => {
                        $crate::rt::debug_variant(f, ::std::stringify!($variant), value)
                    })*
                    Self::Unknown(value) => $crate::rt::debug_variant(f, "Unknown", value.get()),
                }
            }
        }
        impl $crate::rt::Redact for $name {}
        impl $crate::rt::Placeholder for $name {
            #[inline]
            fn placeholder() -> Self {
                <Self as $crate::rt::Union>::unknown(::std::default::Default::default())
            }
        }
        impl $crate::rt::Union for $name {
            const TAG: &'static str = $tag;
            const ALTERNATIVES: &'static [$crate::rt::Alternative] = &[$($alternative),*];
            const READ: &'static [fn($crate::rt::Source<'_>) -> ::std::option::Option<Self>] =
                &[$(|from| from.read().map(Self::$variant)),*];
            #[inline]
            fn unknown(value: $crate::Json) -> Self {
                Self::Unknown($crate::UnknownValue::__new(value))
            }
        }
        $(
            impl ::std::convert::From<$of> for $name {
                #[inline]
                fn from(value: $of) -> Self { Self::$from(value.into()) }
            }
            impl $crate::rt::sealed::IntoNullable<$name> for $of {}
            impl $crate::IntoNullable<$name> for $of {
                #[inline]
                fn into_nullable(self) -> ::std::option::Option<$name> {
                    ::std::option::Option::Some(self.into())
                }
            }
        )*
        impl ::std::convert::From<$crate::serde_json::Value> for $name {
            /// Reads the value as a response is read.
            #[inline]
            fn from(value: $crate::serde_json::Value) -> Self { $crate::rt::of(value) }
        }
        impl<'de> $crate::rt::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::rt::serde::Deserializer<'de>>(
                d: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::rt::read_union(d)
            }
        }
        impl $crate::rt::serde::Serialize for $name {
            fn serialize<S: $crate::rt::serde::Serializer>(
                &self,
                s: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => {
                        $crate::rt::put::$how::<$inner, _>(value, $tag, ($($value)?), s)
                    })*
                    Self::Unknown(value) => $crate::rt::serde::Serialize::serialize(value.get(), s),
                }
            }
        }
    };
}
