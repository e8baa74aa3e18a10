//! The spans of one call: the call itself, its stages, each policy; timed by what the call measures anyway.
//!
//! Never takes a text of unbounded length from a caller: 2048 spans may wait for a collector that is gone.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::http::{HeaderMap, StatusCode};
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{
    SpanKind, Status, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use super::export;
use crate::engine::Ran;
use crate::model::{FailureClass, Review};
use crate::webhook::metrics::Outcome;
use crate::webhook::policies::Entry;

/// The header that names the caller's span.
const TRACEPARENT: &str = "traceparent";
/// The longest text of a caller: as long as a name in Kubernetes.
const LONGEST: usize = 253;
/// How long the end of the process may wait for the last spans.
const FINISH: Duration = Duration::from_secs(3);

/// Where spans go; the default: nowhere.
#[derive(Clone, Default)]
pub struct Traces(Option<Arc<Exporting>>);

struct Exporting {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl fmt::Debug for Traces {
    /// Without the exporter, whose headers may hold credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Traces").field(&self.0.is_some()).finish()
    }
}

impl Traces {
    /// To the collector that the variables `OTEL_*` name; nowhere if they name none. What they say beside that the SDK reads itself.
    ///
    /// To be called after the provider of cryptography is installed. A mistake in them is logged: it is no reason not to serve.
    #[must_use]
    pub fn new(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        match export::provider(variable) {
            Ok(None) => Self(None),
            Ok(Some(provider)) => {
                let tracer = provider.tracer(env!("CARGO_PKG_NAME"));
                Self(Some(Arc::new(Exporting { provider, tracer })))
            }
            Err(error) => {
                tracing::warn!(%error, "there will be no traces");
                Self(None)
            }
        }
    }

    /// Exports what waits, and ends; waits three seconds at the most.
    pub fn finish(&self) {
        if let Some(exporting) = &self.0 {
            // What can't be exported by then is lost with the process.
            let _ = exporting.provider.shutdown_with_timeout(FINISH);
        }
    }

    /// The span of a call that began at `start`, under that of its caller.
    pub(in crate::webhook) fn call(
        &self,
        entry: Entry,
        headers: &HeaderMap,
        start: Instant,
    ) -> Span {
        let Some(exporting) = &self.0 else {
            return Span(None);
        };
        let caller = TraceContextPropagator::new()
            .extract_with_context(&Context::new(), &TraceParent(headers));
        let clock = Clock {
            start,
            // Both clocks are read once, so that a call's spans fit into each other whatever becomes of the one on the wall.
            wall: SystemTime::now() - start.elapsed(),
        };
        let under = Live {
            tracer: exporting.tracer.clone(),
            context: caller,
            clock,
        };
        let attributes = vec![KeyValue::new("portcullis.entry", entry.as_str())];
        under.begin("admission".into(), SpanKind::Server, start, attributes)
    }
}

/// What a caller says of its own span; its vendors' state isn't taken: it is unbounded, and nobody here reads it.
struct TraceParent<'a>(&'a HeaderMap);

impl Extractor for TraceParent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let header = self.0.get(TRACEPARENT).filter(|_| key == TRACEPARENT)?;
        header.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

/// Tells times on the wall from those that a call measures.
#[derive(Clone, Copy)]
struct Clock {
    start: Instant,
    wall: SystemTime,
}

impl Clock {
    fn at(self, time: Instant) -> SystemTime {
        self.wall + time.saturating_duration_since(self.start)
    }
}

/// A span that is recorded.
#[derive(Clone)]
struct Live {
    tracer: SdkTracer,
    context: Context,
    clock: Clock,
}

impl Live {
    /// A span below this one; nothing if it isn't sampled.
    fn begin(
        &self,
        name: Cow<'static, str>,
        kind: SpanKind,
        start: Instant,
        attributes: Vec<KeyValue>,
    ) -> Span {
        let builder = self
            .tracer
            .span_builder(name)
            .with_kind(kind)
            .with_start_time(self.clock.at(start))
            .with_attributes(attributes);
        let span = self.tracer.build_with_context(builder, &self.context);
        let context = Context::new().with_span(span);
        let recorded = context.span().is_recording();
        Span(recorded.then(|| Self {
            context,
            ..self.clone()
        }))
    }

    fn failed(&self, class: &'static str) {
        let span = self.context.span();
        span.set_attribute(KeyValue::new("error.type", class));
        span.set_status(Status::error(class));
    }

    fn end(&self, time: Instant) {
        self.context.span().end_with_timestamp(self.clock.at(time));
    }
}

/// A span; it ends when it is dropped. Nothing if the call isn't sampled, or nobody collects.
#[derive(Default)]
pub(in crate::webhook) struct Span(Option<Live>);

impl Span {
    /// What is asked, and by which policies it is judged.
    pub(in crate::webhook) fn request(&self, review: &Review, uid: &str, policy_set: &str) {
        let Some(live) = &self.0 else { return };
        let span = live.context.span();
        span.set_attributes([
            KeyValue::new("portcullis.decision", text(uid)),
            KeyValue::new("portcullis.policy_set", policy_set.to_owned()),
            KeyValue::new("portcullis.operation", review.operation.as_str()),
            KeyValue::new("portcullis.dry_run", review.dry_run),
        ]);
        if let Some(resource) = &review.resource {
            span.set_attributes([
                KeyValue::new("portcullis.group", text(&resource.group)),
                KeyValue::new("portcullis.version", text(&resource.version)),
                KeyValue::new("portcullis.resource", text(&resource.resource)),
            ]);
        }
        if let Some(sub_resource) = &review.sub_resource {
            span.set_attribute(KeyValue::new("portcullis.subresource", text(sub_resource)));
        }
    }

    /// How the call ended; a denial is no error.
    pub(in crate::webhook) fn ended(&self, outcome: Outcome) {
        let Some(live) = &self.0 else { return };
        let verdict = KeyValue::new("portcullis.verdict", outcome.as_str());
        live.context.span().set_attribute(verdict);
        if !matches!(outcome, Outcome::Allowed | Outcome::Denied) {
            live.failed(outcome.as_str());
        }
    }

    /// What HTTP was answered.
    pub(in crate::webhook) fn answered(&self, status: StatusCode) {
        let Some(live) = &self.0 else { return };
        let code = KeyValue::new("http.response.status_code", i64::from(status.as_u16()));
        live.context.span().set_attribute(code);
        if !status.is_success() {
            live.context.span().set_status(Status::error("refused"));
        }
    }

    /// It couldn't do what it is for.
    pub(in crate::webhook) fn failed(&self, class: FailureClass) {
        if let Some(live) = &self.0 {
            live.failed(class.as_str());
        }
    }

    /// A policy has run below it.
    pub(in crate::webhook) fn ran(&self, ran: &Ran<'_>, from: Instant, to: Instant) {
        let Some(live) = &self.0 else { return };
        let policy = ran.policy.to_string();
        let name = format!("policy {policy}").into();
        let attributes = vec![
            KeyValue::new("portcullis.policy", policy),
            KeyValue::new("portcullis.enforcement", ran.enforcement.as_str()),
            KeyValue::new("portcullis.passed", ran.passed),
        ];
        let span = live.begin(name, SpanKind::Internal, from, attributes);
        if let Some(class) = ran.failed {
            span.failed(class);
        }
        if let Some(live) = &span.0 {
            live.end(to);
        }
    }

    /// Ends it now.
    pub(in crate::webhook) fn end(self) {
        drop(self);
    }

    /// Where its children begin, on other threads too.
    pub(in crate::webhook) fn under(&self) -> Under {
        Under(self.0.clone())
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(live) = &self.0 {
            live.end(Instant::now());
        }
    }
}

/// What is below a span, whether it has ended or not.
#[derive(Clone)]
pub(in crate::webhook) struct Under(Option<Live>);

impl Under {
    /// A stage that begins now.
    pub(in crate::webhook) fn begin(&self, name: &'static str) -> Span {
        self.since(name, Instant::now)
    }

    /// A stage that ends now.
    pub(in crate::webhook) fn did(&self, name: &'static str, since: Instant) {
        self.since(name, || since).end();
    }

    fn since(&self, name: &'static str, start: impl FnOnce() -> Instant) -> Span {
        let Some(live) = &self.0 else {
            return Span(None);
        };
        live.begin(name.into(), SpanKind::Internal, start(), Vec::new())
    }
}

/// As much of a caller's text as a span may hold.
fn text(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
