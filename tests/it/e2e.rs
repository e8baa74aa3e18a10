//! The webhook in a real cluster: API server, our RBAC, our Service, as many replicas as a test asks for.
//!
//! Every test has a control plane of its own, since an installation has one name.

mod deciding;
mod installed;
mod living;
