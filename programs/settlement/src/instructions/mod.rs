pub mod batch;
pub mod market;
pub mod orders;
pub mod roles;
pub mod vault;

pub use batch::*;
pub use market::*;
pub use orders::*;
pub use roles::*;
pub use vault::*;
