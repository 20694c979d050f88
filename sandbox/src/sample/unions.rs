//! Values of unions.

use serde_json::Value;

use crate::{
    sample::{SampleContext, Sampler, progress::Progress},
    spec::schema::{Kind, Schema, SchemaRef, Union},
};

/// How many values are made, of one alternative after another, if each fits several alternatives of
/// a `oneOf`.
const ATTEMPTS: u64 = 8;

impl Sampler<'_> {
    /// Returns a value of one alternative. In a `oneOf`, a scalar that fits no other alternative is
    /// preferred (JSON Schema, `oneOf`).
    pub(super) fn union(
        &self,
        place: SchemaRef,
        union: &Union,
        name: &str,
        context: SampleContext<'_>,
        progress: &mut Progress,
    ) -> Value {
        let deep = progress.objects.len() > 3;
        let mut first = None;
        for attempt in 0..ATTEMPTS {
            let open = |s: &Schema| match &s.kind {
                Kind::Object(object) => !progress.has(object) && (!deep || object.is_free_form()),
                Kind::List(_) => !deep,
                _ => true,
            };
            let Some(chosen) = self.schemas.pick(place, context.index + attempt, open) else {
                return Value::Null;
            };
            let varied = SampleContext {
                rng: if attempt == 0 {
                    context.rng
                } else {
                    context.rng.nth(attempt)
                },
                ..context
            };
            let value = chosen.with_tags(self.generate(chosen.of, name, varied, progress));
            let plain = !value.is_object() && !value.is_array();
            if !(union.one_of && plain) || self.schemas.fitting(place, union, &value) < 2 {
                return value;
            }
            first.get_or_insert(value);
        }
        first.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;
    use crate::{sample::Span, spec::schema::Schemas, util::rng::Rng};

    #[test]
    fn a_plain_value_of_one_of_fits_one_alternative() {
        let number = json!({"type": "number"});
        let text = json!({"type": "string"});
        let pairs = [
            json!([number, {"type": "integer"}]),
            json!([{"type": "integer"}, number]),
            json!([text, {"type": "string", "format": "date"}]),
            json!([{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["b", "c"]}]),
        ];
        for alternatives in pairs {
            let mut schemas = Schemas::default();
            let place = schemas.compile(&json!({}), &json!({ "oneOf": alternatives }));
            let sampler = Sampler {
                schemas: &schemas,
                by_resource: &HashMap::new(),
                unique_fields: &HashMap::new(),
                seed: 7,
                size: 20,
                span: Span::DEFAULT,
                strict: false,
                for_response: true,
                unset: false,
            };
            let Kind::Union(union) = &schemas.at(place).kind else {
                panic!("{alternatives}: no union");
            };
            for index in 0..40 {
                let context = SampleContext {
                    rng: Rng::of(7, "unions").nth(index),
                    index,
                    resource: "things",
                    second: None,
                };
                let value =
                    sampler.union(place, union, "figure", context, &mut Progress::default());
                assert_eq!(
                    schemas.fitting(place, union, &value),
                    1,
                    "{alternatives}: {value}"
                );
            }
        }
    }
}
