//! Measurements on the local stack, printed as `bench <suite>.<name> <value> <unit>`.

mod figure;
mod latency;

pub use figure::Figure;
pub use latency::latency;
