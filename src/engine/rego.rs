//! The one place that names regorus: values, a prepared unit, its run within limits, and what its errors may say.
//!
//! Never lets a text of regorus out: its errors and prints hold values of the review.

mod error;
mod native;
mod unit;
mod value;

pub(crate) use error::RunError;
pub(crate) use native::call as native;
#[cfg(test)]
pub(crate) use native::exists as native_exists;
pub(crate) use unit::{Prepared, Settings};
pub(crate) use value::{Num, TooDeep, Val, View};
