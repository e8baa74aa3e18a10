//! Facts about other objects, gathered before anything is judged: roles of bindings, accounts of Pods, namespaces, network
//! policies.
//!
//! Judges nothing. Where the objects come from, files or a cluster, is the face's business: the facts have one shape.

mod built_in;
mod entry;
mod lookup;
mod objects;
mod roles;

#[cfg(test)]
mod tests;

pub use lookup::{Answer, Lookup, LookupKind};
pub use objects::{Extent, Objects};

/// The API group of roles and bindings.
const RBAC: &str = "rbac.authorization.k8s.io";
