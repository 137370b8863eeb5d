//! The API over HTTP, with a database of its own for every test.

mod documents;
mod filters;
mod http;
mod input;
mod limits;
mod outage;
mod paging;
mod ready;
mod rig;
mod schema;
mod statements;
