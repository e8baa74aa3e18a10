//! The webhook without an API server: what it answers, over the real wire, and what is no way around it.
#![expect(clippy::panic, clippy::string_slice, reason = "a test may fail loudly")]

mod alike;
mod answer;
mod bodies;
mod bypass;
mod canary;
mod cases;
mod client;
mod contract;
mod freed;
mod laden;
mod log;
mod odd;
mod parity;
mod process;
mod recorded;
mod review;
mod served;
mod server;
mod set;
mod slow;
mod told;
#[cfg(feature = "otel")]
mod traces;
mod unchanged;
mod unjudged;
mod wire;
