pub mod roles;
pub mod vault;

pub use roles::*;
pub use vault::*;
