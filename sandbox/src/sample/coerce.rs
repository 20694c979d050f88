//! Makes a value fit a schema: shows what was sent in the form of a response, and values of the
//! live API in the form of the document.

use serde_json::{Map, Value};

use crate::{
    sample::{SampleContext, Sampler},
    spec::{
        names,
        schema::{Kind, Object, SchemaRef},
        union::Chosen,
    },
    util::json,
};

#[derive(Clone, Copy)]
pub struct Coercer<'a> {
    pub sampler: Sampler<'a>,
    /// Whether values are made exactly as documented, where a method field, documented as a
    /// string, holds the JSON text of its value.
    pub strict: bool,
}

impl Coercer<'_> {
    /// Converts a value; what cannot be converted is replaced by a generated value.
    pub fn coerce(
        &self,
        place: SchemaRef,
        value: Value,
        name: &str,
        context: SampleContext<'_>,
    ) -> Value {
        let schemas = self.sampler.schemas;
        let schema = schemas.at(place);
        if schema.bare && place.read_only {
            return if !self.strict || value.is_string() || (value.is_null() && place.nullable) {
                value
            } else {
                value.to_string().into()
            };
        }
        let fresh = || self.sampler.value(place, name, context);
        if value.is_null() {
            return if place.nullable || matches!(schema.kind, Kind::Any) {
                value
            } else {
                self.clean(place, fresh(), name, context)
            };
        }
        let resource = names::subject(name);
        let context = if name.is_empty() || schema.object().is_none() {
            context
        } else {
            SampleContext {
                resource: &resource,
                ..context
            }
        };
        match (&schema.kind, value) {
            (Kind::Union(_), value) => {
                let found = schemas.alternatives(place, &value, false);
                let found = found.unwrap_or_default();
                let fits = |c: &&Chosen| schemas.fits(c.of, &value);
                match found.iter().find(fits).or(found.first()) {
                    Some(c) => c.with_tags(self.coerce(c.of, value, name, context)),
                    None => self.clean(place, fresh(), name, context),
                }
            }
            (Kind::Object(object), value) => self.as_object(place, object, value, name, context),
            (Kind::List(item), Value::Array(list)) => {
                let nth = |(n, value)| self.coerce(*item, value, name, context.nth(n));
                (0..).zip(list).map(nth).collect()
            }
            (Kind::List(item), value) => {
                Value::Array(vec![self.coerce(*item, value, name, context)])
            }
            (_, value) => self.as_scalar(place, value).unwrap_or_else(fresh),
        }
    }

    /// Converts a value that is no object, no list and no union; `None` if it has no other form.
    fn as_scalar(&self, place: SchemaRef, value: Value) -> Option<Value> {
        let schemas = self.sampler.schemas;
        match (&schemas.at(place).kind, value) {
            // A value that one serializer accepts may be impossible in another, such as a blank
            // text.
            (Kind::Text(_), Value::String(text))
                if self.strict && !schemas.text_fits(place, &text) =>
            {
                place.nullable.then_some(Value::Null)
            }
            (_, value) if schemas.fits(place, &value) => Some(value),
            // The value is the whole object, and the response shows its id.
            (_, Value::Object(map)) if map.get("id").is_some_and(|id| schemas.fits(place, id)) => {
                map.get("id").cloned()
            }
            (Kind::Text(_), value) => {
                Some(Value::from(json::text(&value))).filter(|text| schemas.fits(place, text))
            }
            (_, Value::String(text)) => serde_json::from_str(&text)
                .ok()
                .filter(|v| schemas.fits(place, v)),
            _ => None,
        }
    }

    fn as_object(
        &self,
        place: SchemaRef,
        object: &Object,
        value: Value,
        name: &str,
        context: SampleContext<'_>,
    ) -> Value {
        let made = || {
            let fresh = self.sampler.value(place, name, context);
            self.clean(place, fresh, name, context)
        };
        let is_typed = object.others.is_some_and(SchemaRef::is_typed);
        match value {
            Value::Object(map) => self.object(object, map, context),
            // A JSON field, which drf-yasg documents as an object.
            value if !self.strict && object.is_free_form() && !is_typed => value,
            Value::Array(list) => match list.into_iter().next() {
                Some(first) => self.coerce(place, first, name, context),
                None => made(),
            },
            // The value is an id, and the response shows the whole object.
            scalar => {
                let schemas = self.sampler.schemas;
                let mut made = made();
                let id = object.get("id").filter(|p| schemas.fits(p.of, &scalar));
                if let (Some(id), Some(map)) = (id, made.as_object_mut()) {
                    map.insert(id.name.clone(), scalar);
                }
                made
            }
        }
    }

    /// Converts each member, and generates those that a response always has.
    fn object(
        &self,
        object: &Object,
        mut map: Map<String, Value>,
        context: SampleContext<'_>,
    ) -> Value {
        if object.is_free_form() {
            let Some(of) = object.others.filter(|o| o.is_typed()) else {
                return map.into();
            };
            let members = map.into_iter().map(|(name, value)| {
                let value = self.coerce(of, value, &name, context.part(&name));
                (name, value)
            });
            return Value::Object(members.collect());
        }
        let mut out = Map::new();
        for property in &object.properties {
            let (name, of) = (&property.name, property.of);
            let part = context.part(name);
            let value = match map.remove(name) {
                Some(value) => self.coerce(of, value, name, part),
                None if property.required || of.read_only => {
                    self.clean(of, self.sampler.value(of, name, part), name, part)
                }
                None => continue,
            };
            out.insert(name.clone(), value);
        }
        if object.others.is_some() {
            out.extend(map);
        }
        out.into()
    }

    /// Converts a generated value, which may have the live API's values in method fields, to the
    /// documented form if that is asked for.
    fn clean(
        &self,
        place: SchemaRef,
        value: Value,
        name: &str,
        context: SampleContext<'_>,
    ) -> Value {
        if self.strict
            && (value.is_object() || value.is_array() || self.sampler.schemas.at(place).bare)
        {
            self.coerce(place, value, name, context)
        } else {
            value
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;
    use crate::{sample::Span, spec::schema::Schemas, util::rng::Rng};

    #[test]
    fn values_are_coerced_to_the_types_of_the_document() {
        let doc = json!({"type": "object", "properties": {
            "on": {"type": "string", "readOnly": true}, "n": {"type": "string", "readOnly": true}, "alerts": {"type": "string", "readOnly": true},
            "plain": {"type": "string", "readOnly": true}, "one": {"type": "object", "properties": {"x": {"type": "integer"}}},
            "vehicle": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}, "ids": {"type": "array", "items": {"type": "integer"}},
            "vin": {"type": "string", "minLength": 1, "x-nullable": true},
        }});
        let mut schemas = Schemas::default();
        let place = schemas.compile(&Value::Null, &doc);
        let sampler = Sampler {
            schemas: &schemas,
            by_resource: &HashMap::new(),
            unique_fields: &HashMap::new(),
            seed: 0,
            size: 1,
            span: Span::DEFAULT,
            strict: true,
            for_response: false,
            unset: false,
        };
        let wire = json!({"on": true, "n": 3, "alerts": {"low": 1}, "plain": "text", "one": [{"x": 1}, {"x": 2}], "vehicle": 7, "ids": 5, "vin": ""});
        let context = SampleContext::new(Rng::of(0, ""), 0);
        let strict = Coercer {
            sampler,
            strict: true,
        }
        .coerce(place, wire.clone(), "", context);
        let documented = json!({"on": "true", "n": "3", "alerts": "{\"low\":1}", "plain": "text", "one": {"x": 1}, "vehicle": {"id": 7}, "ids": [5], "vin": null});
        assert_eq!(strict, documented);
        let loose = Coercer {
            sampler,
            strict: false,
        }
        .coerce(place, wire, "", context);
        assert_eq!((&loose["on"], &loose["n"]), (&json!(true), &json!(3)));
    }
}
