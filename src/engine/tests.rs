//! What the tests of this floor share: options with a reader of JSON (which is YAML), units and policies from short texts.

mod cluster;
mod contract;
mod door;
mod hostile;
mod namespaces;
mod properties;
mod support;
mod weighing;

pub(super) use support::*;
