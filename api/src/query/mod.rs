//! From GraphQL arguments to one SQL statement and its rows. Nothing here knows of HTTP or of GraphQL types.

pub mod cursor;
pub mod filter;
pub mod finality;
pub mod order;
pub mod page;
pub mod sql;
pub mod value;
