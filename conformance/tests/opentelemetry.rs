//! The span of a call in OpenTelemetry, and the trace context that the server receives.

use std::sync::{Arc, Mutex};

use autopi::{CallInfo, Client, ClientHooks, Error, RetryPolicy, serde_json::json};
use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse};
use opentelemetry::{global, propagation::Injector, trace::TracerProvider};
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

/// The same as in docs/guide.md.
struct TraceContext;

impl ClientHooks for TraceContext {
    fn pre(&self, request: &mut reqwest::Request, _: &CallInfo) -> Result<(), Error> {
        struct Headers<'a>(&'a mut reqwest::header::HeaderMap);
        impl Injector for Headers<'_> {
            fn set(&mut self, key: &str, value: String) {
                if let (Ok(name), Ok(value)) = (
                    key.parse::<reqwest::header::HeaderName>(),
                    value.parse::<reqwest::header::HeaderValue>(),
                ) {
                    self.0.insert(name, value);
                }
            }
        }
        let context = tracing::Span::current().context();
        global::get_text_map_propagator(|propagator| {
            propagator.inject_context(&context, &mut Headers(request.headers_mut()));
        });
        Ok(())
    }
}

fn attribute(span: &SpanData, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|a| a.key.as_str() == name);
    found.map(|a| a.value.to_string())
}

#[tokio::test]
async fn a_call_is_a_client_span_by_the_names_of_http_and_its_trace_goes_with_it() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let log = seen.clone();
    let app = Router::new().fallback(move |request: Request| async move {
        let parent = request.headers().get("traceparent");
        let parent = parent.map(|v| v.to_str().unwrap().to_owned());
        let n = {
            let mut log = log.lock().unwrap();
            log.push(parent.unwrap_or_default());
            log.len()
        };
        match n {
            1 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            2 => axum::Json(json!({"count": 0, "results": []})).into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    global::set_text_map_propagator(TraceContextPropagator::new());
    let _subscribed = tracing_subscriber::registry().with(layer).set_default();

    let retry = RetryPolicy::default().initial_backoff(std::time::Duration::from_millis(1));
    let client = Client::builder()
        .base_url(format!("http://{address}"))
        .api_token("canary-token");
    let client = client.retry(retry).hooks(TraceContext).build().unwrap();
    client
        .dongle_devices_list()
        .page_size(7)
        .send()
        .await
        .unwrap();
    assert!(client.dongle_devices_list().send().await.is_err());

    let spans = exporter.get_finished_spans().unwrap();
    let (good, bad) = (&spans[0], &spans[1]);
    assert_eq!(good.name, "GET /dongle/devices/");
    assert_eq!(good.span_kind, opentelemetry::trace::SpanKind::Client);
    let port = address.port().to_string();
    for (name, value) in [
        ("http.request.method", "GET"),
        ("url.template", "/dongle/devices/"),
        ("server.address", "127.0.0.1"),
        ("server.port", &port),
        ("http.response.status_code", "200"),
        ("http.request.resend_count", "1"),
        ("operation", "dongle_devices_list"),
    ] {
        assert_eq!(attribute(good, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(attribute(good, "error.type"), None);
    assert_eq!(attribute(bad, "error.type").as_deref(), Some("404"));
    assert!(matches!(
        bad.status,
        opentelemetry::trace::Status::Error { .. }
    ));
    assert!(!format!("{spans:?}").contains("canary"));

    let (trace, span) = (good.span_context.trace_id(), good.span_context.span_id());
    let parents = seen.lock().unwrap().clone();
    assert_eq!(parents[0], format!("00-{trace}-{span}-01"));
    assert_eq!(parents[0], parents[1], "each attempt of a call");
    assert_ne!(parents[1], parents[2]);
}
