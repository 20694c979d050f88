//! Compiles a response: its schema, its media types, and whether it is a list.

use serde_json::Value;

use crate::{
    spec::{
        Form, List, Spec,
        compile::media,
        schema::{Kind as Type, SchemaRef},
    },
    util::json::resolve,
};

impl Spec {
    pub fn response(
        &mut self,
        doc: &Value,
        operation: &Value,
        response: &Value,
    ) -> (Option<SchemaRef>, Vec<String>) {
        let response = resolve(doc, response);
        if let Some(content) = response.get("content").and_then(Value::as_object) {
            let json = content
                .get("application/json")
                .or_else(|| content.values().next());
            let schema = json
                .and_then(|m| m.get("schema"))
                .map(|s| self.schemas.compile(doc, s));
            return (schema, content.keys().cloned().collect());
        }
        let schema = response.get("schema").map(|s| self.schemas.compile(doc, s));
        (
            schema,
            if schema.is_some() {
                media(doc, operation, "produces")
            } else {
                Vec::new()
            },
        )
    }

    pub fn list(&self, response: SchemaRef) -> Option<List> {
        if let Some(keys) = self.envelope(response) {
            return self.results(response).map(|item| List {
                item,
                form: Form::Envelope(keys),
            });
        }
        let Type::List(item) = self.schemas.at(response).kind else {
            return None;
        };
        match self.envelope(item) {
            Some(keys) => self.results(item).map(|inner| List {
                item: inner,
                form: Form::Envelopes(keys),
            }),
            None => Some(List {
                item,
                form: Form::Array,
            }),
        }
    }

    /// Returns the members of a page's envelope: `results` beside `count` or `next`.
    fn envelope(&self, schema: SchemaRef) -> Option<Vec<String>> {
        let object = self.schemas.at(schema).object()?;
        (object.get("count").is_some() || object.get("next").is_some()).then_some(())?;
        self.results(schema)?;
        Some(object.properties.iter().map(|p| p.name.clone()).collect())
    }

    fn results(&self, schema: SchemaRef) -> Option<SchemaRef> {
        match self
            .schemas
            .at(self.schemas.at(schema).object()?.get("results")?.of)
            .kind
        {
            Type::List(item) => Some(item),
            _ => None,
        }
    }
}
