//! The webhook in a real cluster: API server, our RBAC, our Service, as many replicas as a test asks for.
//!
//! Every test has a control plane of its own, since an installation has one name.

mod caller;
mod calling;
mod deciding;
mod installed;
mod knowing;
mod leaving;
mod line;
mod living;
mod load;
mod measuring;
mod own;
mod registering;
mod restarting;
mod rotating;
mod subresources;
mod unreachable;
mod user;
mod wrong;
