//! The webhook face: the validating admission contract over HTTP.
//!
//! Never decides anything itself: a request becomes a `Review`, the engine judges it, and the decision becomes the answer.
