//! Feature `schemars`: a third-party validator checks responses of the sandbox with the JSON Schema
//! of each type.

#[path = "support/document.rs"]
mod document;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use autopi::{
    CallFuture, CallInfo, Client, ClientHooks, Next, Page, RetryPolicy,
    schemars::{generate::SchemaSettings, schema_for},
    serde_json::{self, Value, json},
};
use autopi_sandbox::{API_TOKEN, Sandbox, Wire};
use document::document;
use reqwest::{Request, Response};

/// The JSON of each 2xx response, by its operation.
#[derive(Clone, Default)]
struct SeenResponses(Arc<Mutex<Vec<(&'static str, Value)>>>);

impl ClientHooks for SeenResponses {
    fn exec<'a>(
        &'a self,
        request: Request,
        call: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, Response> {
        Box::pin(async move {
            let response = next.run(request).await?;
            let status = response.status();
            let body = response.bytes().await.unwrap_or_default();
            let value = serde_json::from_slice::<Value>(&body).unwrap_or_default();
            if status.is_success() && !body.is_empty() {
                let mut seen = self.0.lock().unwrap();
                seen.push((call.operation, value.clone()));
            }
            Ok(autopi::testing::json(status.as_u16(), &value))
        })
    }
}

#[tokio::test]
async fn responses_of_the_sandbox_are_as_the_schemas_of_their_types_say() {
    let normalised = document("openapi.json");
    let sample = |schema: &str| {
        autopi_sandbox::sample(&normalised, &serde_json::from_str(schema).unwrap(), 5)
    };
    let validators: BTreeMap<&str, jsonschema::Validator> = conformance::SCHEMAS
        .iter()
        .map(|(id, schema)| (*id, jsonschema::validator_for(&schema()).unwrap()))
        .collect();
    let seen = SeenResponses::default();
    let api = Sandbox::builder()
        .spec(document("upstream.json"))
        .response_spec(normalised.clone())
        .wire(Wire::Real)
        .any_id()
        .start()
        .await
        .unwrap();
    let client = Client::builder()
        .base_url(api.url())
        .api_token(API_TOKEN)
        .retry(RetryPolicy::none())
        .hooks(seen.clone())
        .build()
        .unwrap();
    for (_, _, _, call) in conformance::CALLS {
        let _ = call(&client, &sample).await;
    }
    let seen = std::mem::take(&mut *seen.0.lock().unwrap());
    let (mut judged, mut refusing, mut wrong) = (0, 0, Vec::new());
    for (id, value) in &seen {
        let Some(validator) = validators.get(id) else {
            continue;
        };
        judged += 1;
        refusing += usize::from(!validator.is_valid(&json!({ "results": 1, "id": {} })));
        if let Err(error) = validator.validate(value) {
            wrong.push(format!("{id}: {}: {error}", error.instance_path()));
        }
    }
    assert!(wrong.is_empty(), "{} of {judged}: {wrong:#?}", wrong.len());
    assert!(judged > 400 && refusing > 300, "{refusing} of {judged}");
}

/// A recursive type inside another one; nullable members; any JSON; a page as it is read and as it
/// is written.
#[test]
fn references_are_the_generators_own() {
    let (_, schema) = conformance::TYPE_SCHEMAS
        .iter()
        .find(|(name, _)| *name == "VehicleGroup")
        .unwrap();
    let schema = schema();
    let text = schema.to_string();
    assert!(
        text.contains("#/$defs/") || text.contains("\"$ref\":\"#\""),
        "{text}"
    );
    for (name, schema) in conformance::TYPE_SCHEMAS {
        let schema = schema();
        let text = schema.to_string();
        assert!(!text.contains("#/components/"), "{name}: {text}");
        assert!(
            !text.contains("x-autopi") && !text.contains("nullable"),
            "{name}: {text}"
        );
        jsonschema::validator_for(&schema).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    assert_eq!(conformance::TYPE_SCHEMAS.len(), conformance::TYPES.len());
    let page = schema_for!(Page<String>).to_value();
    assert!(jsonschema::is_valid(&page, &json!(["a"])));
    assert!(!jsonschema::is_valid(&page, &json!([1])));
    let written = SchemaSettings::default().for_serialize().into_generator();
    let page = written.into_root_schema_for::<Page<String>>().to_value();
    assert!(jsonschema::is_valid(&page, &json!({ "results": ["a"] })));
    assert!(!jsonschema::is_valid(&page, &json!(["a"])));
}
