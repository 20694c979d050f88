//! Brings `oneOf`, `anyOf` and inheritance into the one form that the generator reads: a component
//! of alternatives, with every value of its tag (docs/decisions/0006-unions.md).

mod discriminator;
mod inherited;
mod simplified;
mod spread;
mod tags;

pub use inherited::inherited;
pub use simplified::simplified;
pub use spread::spread;
pub use tags::tags;

use serde_json::{Map, Value};

type Schemas = Map<String, Value>;
