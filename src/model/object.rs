//! An object of a review: its JSON, made when somebody asks for it, and what the engine keeps with it.
//!
//! Its `Debug` never shows what it holds.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, OnceLock};

use serde_json::Value;

/// Makes an object's JSON.
type Make = Box<dyn FnOnce() -> Arc<Value> + Send>;

/// An object as JSON; a clone is the same object.
#[derive(Clone)]
pub struct Object(Arc<Inner>);

struct Inner {
    json: LazyLock<Arc<Value>, Make>,
    memo: Memo,
}

impl Object {
    /// An object that is `memo` for the engine, and for who asks for its JSON what `make` makes of that.
    pub fn lazy(memo: Memo, make: impl FnOnce() -> Value + Send + 'static) -> Self {
        let json: Make = Box::new(|| Arc::new(make()));
        let json = LazyLock::new(json);
        Self(Arc::new(Inner { json, memo }))
    }

    /// What the engine keeps with it.
    #[must_use]
    pub fn memo(&self) -> &Memo {
        &self.0.memo
    }

    /// Its JSON, shared.
    #[must_use]
    pub fn json(&self) -> &Arc<Value> {
        &self.0.json
    }
}

impl Deref for Object {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.json()
    }
}

impl From<Arc<Value>> for Object {
    fn from(json: Arc<Value>) -> Self {
        let json: Make = Box::new(|| json);
        Self(Arc::new(Inner {
            json: LazyLock::new(json),
            memo: Memo::default(),
        }))
    }
}

impl From<Value> for Object {
    fn from(json: Value) -> Self {
        Arc::new(json).into()
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Object")
    }
}

/// A value that the engine keeps with a document, so that it is converted once.
#[derive(Clone, Default)]
pub struct Memo(Arc<OnceLock<Arc<dyn Any + Send + Sync>>>);

impl Memo {
    /// One that keeps `value`.
    pub fn of<T: Any + Send + Sync>(value: T) -> Self {
        let kept: Arc<dyn Any + Send + Sync> = Arc::new(value);
        Self(Arc::new(OnceLock::from(kept)))
    }

    /// The kept value, made by `make` on first use; `None` if another type is kept.
    pub fn get_or_init<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<Arc<T>> {
        let kept = self.0.get_or_init(|| Arc::new(make()));
        Arc::downcast(Arc::clone(kept)).ok()
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}
