pub mod market;
pub mod roles;
pub mod vault;

pub use market::*;
pub use roles::*;
pub use vault::*;
