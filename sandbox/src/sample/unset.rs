//! Values of unset fields.

use serde_json::{Value, json};

use crate::{
    sample::{SampleContext, Sampler, references::is_identifier, scalars::by_name},
    spec::{
        IdKind,
        schema::{Kind, SchemaRef},
    },
};

impl Sampler<'_> {
    /// Returns the value of an unset field; `None` if it must have another value.
    pub fn unset(&self, place: SchemaRef, name: &str, context: SampleContext<'_>) -> Option<Value> {
        let schema = self.schemas.at(place);
        if place.nullable && !(self.strict && place.read_only) {
            return Some(Value::Null);
        }
        if let Some(values) = &schema.values {
            let blank = values.iter().find(|v| *v == "");
            return blank.or(values.iter().find(|v| !v.is_null())).cloned();
        }
        let within =
            |n: f64| schema.minimum.is_none_or(|l| l <= n) && schema.maximum.is_none_or(|h| n <= h);
        match &schema.kind {
            Kind::Boolean => Some(false.into()),
            Kind::List(_) if schema.items.0.unwrap_or(0) == 0 => Some(json!([])),
            Kind::Object(object) if object.is_free_form() => Some(json!({})),
            Kind::Integer if self.reference(name, IdKind::Integer, context).is_none() => {
                within(0.0).then(|| json!(0))
            }
            Kind::Number => within(0.0).then(|| json!(0.0)),
            Kind::Any => match by_name(name, context, self.span) {
                Value::Bool(_) => Some(false.into()),
                Value::Number(_) => Some(json!(0)),
                _ => Some(Value::Null),
            },
            Kind::Text(format) if format == "decimal" => within(0.0).then(|| "0.00".into()),
            Kind::Text(format) if format.is_empty() && schema.bare && place.read_only => {
                match by_name(name, context, self.span) {
                    Value::Bool(_) => Some(false.into()),
                    Value::Number(_) => Some(json!(0)),
                    _ => None,
                }
            }
            Kind::Text(format) if format.is_empty() && schema.pattern.is_none() => {
                let blank = schema.min_length.unwrap_or(0) == 0 && !is_identifier(name);
                blank.then(|| "".into())
            }
            _ => None,
        }
    }
}
