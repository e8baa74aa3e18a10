//! The way to a collector: OTLP in protobuf over HTTP, in batches, on a thread and a runtime of their own.
//!
//! Never on a thread that serves or judges, and never loud: what is lost is counted, and said once a minute.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::KeyValue;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{
    OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, SpanExporter as Otlp,
    WithHttpConfig as _,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::{Builder, Runtime};

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);
/// Longest answer of a collector that is read, in bytes.
const ANSWER: usize = 64 << 10;
/// How often a loss is said.
const SAID: Duration = Duration::from_mins(1);

/// What makes and exports spans; `None` if no collector is named, or all is switched off.
pub(super) fn provider(
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<SdkTracerProvider>, Box<dyn std::error::Error>> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let off = variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let endpoint = variable(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
        .or_else(|| variable(OTEL_EXPORTER_OTLP_ENDPOINT));
    if off || endpoint.is_none() {
        return Ok(None);
    }
    let otlp = Otlp::builder()
        .with_http()
        .with_http_client(Sender::new()?)
        .build()?;
    let exporter = Counted {
        otlp,
        lost: Mutex::default(),
    };
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource(variable("OTEL_SERVICE_NAME")));
    Ok(Some(provider.build()))
}

/// Who traces: ours, unless the environment says otherwise.
fn resource(name: Option<String>) -> Resource {
    let own = Resource::builder_empty()
        .with_service_name(env!("CARGO_PKG_NAME"))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()));
    match name {
        Some(name) => own.with_service_name(name),
        None => own,
    }
    .build()
}

/// An exporter whose losses are no errors.
struct Counted {
    otlp: Otlp,
    lost: Mutex<Lost>,
}

impl fmt::Debug for Counted {
    /// Without headers, which may hold credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

#[derive(Default)]
struct Lost {
    spans: usize,
    said: Option<Instant>,
}

impl Counted {
    fn lost(&self, spans: usize, error: &impl fmt::Display) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.spans += spans;
        if lost.said.is_none_or(|said| said.elapsed() >= SAID) {
            tracing::warn!(spans = lost.spans, %error, "spans are lost: they can't be exported");
            *lost = Lost {
                spans: 0,
                said: Some(Instant::now()),
            };
        }
    }
}

impl SpanExporter for Counted {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        if let Err(error) = self.otlp.export(batch).await {
            self.lost(spans, &error);
        }
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.otlp.set_resource(resource);
    }
}

/// The HTTP client: it blocks the thread that calls it, which is that of the batches.
struct Sender {
    /// As long as the process lives: its end would wait for a name that is being resolved.
    runtime: &'static Runtime,
    client: Client<HttpsConnector<HttpConnector>, Body>,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

impl Sender {
    fn new() -> std::io::Result<Self> {
        let connector = HttpsConnectorBuilder::new().with_tls_config(trust());
        let connector = connector.https_or_http().enable_http1().build();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self {
            runtime: Box::leak(Box::new(runtime)),
            client: Client::builder(TokioExecutor::new()).build(connector),
        })
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.client.request(request.map(Body::from)).await?;
        let (head, body) = response.into_parts();
        let body = to_bytes(Body::new(body), ANSWER).await?;
        Ok(Response::from_parts(head, body))
    }
}

impl HttpClient for Sender {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let attempt = async { tokio::time::timeout(ATTEMPT, self.send(request)).await? };
        Box::pin(std::future::ready(self.runtime.block_on(attempt)))
    }
}

/// Trusts whom the system trusts; nobody where it trusts nobody: a collector without TLS needs none.
fn trust() -> ClientConfig {
    use hyper_rustls::ConfigBuilderExt as _;
    let builder = ClientConfig::builder();
    match builder.clone().with_native_roots() {
        Ok(builder) => builder.with_no_client_auth(),
        Err(_) => builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth(),
    }
}
