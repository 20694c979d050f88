//! Lists, and relations to many.

use serde_json::{Map, Value, json};

use crate::{
    handlers::validate::{
        fields::{NULL, Validator, incorrect, missing},
        scalars::{Validated, choice, invalid},
    },
    spec::{
        IdKind,
        schema::{Kind, Schema, SchemaRef},
    },
    util::{
        marks::{NUMBER, sent_name},
        python::type_name,
    },
};

impl Validator<'_> {
    pub fn list(
        &self,
        (place, schema): (SchemaRef, &Schema),
        item: SchemaRef,
        name: &str,
        value: Value,
    ) -> Validated {
        let inner = self.schemas.at(item);
        // A list of serializers reports an error of the list itself under `non_field_errors`.
        let serializers = inner.object().is_some_and(|o| !o.is_free_form());
        let whole = |message: String| {
            if serializers {
                Err(json!({ "non_field_errors": [message] }))
            } else {
                invalid(message)
            }
        };
        let many = self.is_many_related(schema, item, name);
        // Fields of choices and relations stop at the first error; lists report all of them.
        let first_only = many || inner.values.is_some();
        let items: Vec<Value> = match value {
            Value::Array(items) => items,
            // These fields iterate over the value, which in Python yields the keys of an object; a
            // plain list of ids (not unique in drf-yasg's document) refuses it.
            Value::Object(map)
                if (schema.unique || inner.values.is_some()) && !map.contains_key(NUMBER) =>
            {
                map.iter().map(|(key, _)| sent_name(key).into()).collect()
            }
            value => {
                let kind = type_name(&value);
                return whole(format!("Expected a list of items but got type \"{kind}\"."));
            }
        };
        if schema.items.0 == Some(1) && items.is_empty() {
            return whole("This list may not be empty.".into());
        }
        let count = items.len();
        let (mut clean, mut errors) = (Vec::with_capacity(count), Map::new());
        for (n, value) in items.into_iter().enumerate() {
            let checked = match value {
                Value::Null if many => missing(&value),
                // `many=True` gives `allow_null` to the serializer as well as to its list.
                Value::Null if serializers && place.nullable => Ok(value),
                Value::String(text) if many && text.is_empty() => incorrect(&text.into()),
                Value::Null if first_only => match &inner.values {
                    Some(values) => choice(values, value),
                    None => invalid(NULL),
                },
                value => self.check(item, name, value),
            };
            match checked {
                Ok(value) => clean.push(value),
                Err(message) if first_only => return Err(message),
                Err(message) => drop(errors.insert(n.to_string(), message)),
            }
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        match schema.items {
            (Some(n), _) if count < n => {
                whole(format!("Ensure this field has at least {n} elements."))
            }
            (_, Some(n)) if count > n => {
                whole(format!("Ensure this field has no more than {n} elements."))
            }
            _ => {
                if schema.unique || first_only {
                    // Django stores a relation once, however often it is sent.
                    let mut seen = std::collections::HashSet::new();
                    clean.retain(|v| seen.insert(v.to_string()));
                }
                Ok(clean.into())
            }
        }
    }

    /// Returns whether the list is a many-to-many relation, whose ids drf-yasg documents as unique.
    fn is_many_related(&self, schema: &Schema, item: SchemaRef, name: &str) -> bool {
        let inner = self.schemas.at(item);
        let kind = match &inner.kind {
            Kind::Integer => IdKind::Integer,
            Kind::Text(format) if format == "uuid" => IdKind::Uuid,
            _ => return false,
        };
        schema.unique || self.relation(inner, name, kind)
    }
}
