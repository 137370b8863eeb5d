//! Blobs by content: written to several stores, read from any, and never taken on trust.
//!
//! A blob's name is its CID, which is computed here from the bytes, on writing and again on every read. So a gateway, a bucket
//! or a node can lose a blob or refuse it, but cannot pass off another. [`Replicas`] is what clients use; a [`Config`] opens it.
//!
//! | module | holds |
//! |---|---|
//! | [`store`], [`error`], [`content`] | what a store must do, what can go wrong, the check of bytes against a CID |
//! | [`disk`], [`kubo`], [`gateway`], [`s3`], [`pinning`], [`bundler`] | the stores |
//! | [`breaker`], [`replicas`] | several stores as one |
//! | [`repair`], [`names`], [`database`] | what Postgres remembers: copies that are missing, and mutable names |
//! | [`config`] | entries of a configuration file |

pub mod breaker;
pub mod bundler;
pub mod config;
pub mod content;
pub mod database;
pub mod disk;
pub mod error;
pub mod gateway;
mod http;
pub mod kubo;
pub mod names;
pub mod pinning;
pub mod repair;
pub mod replicas;
pub mod s3;
pub mod store;

pub use config::Config;
pub use content::cid_of;
pub use database::migrate;
pub use error::{Failure, StoreError};
pub use names::{Name, Names};
pub use repair::{Repair, track};
pub use replicas::{Kept, Replicas, Settings, StoreStatus};
pub use store::{BlobStore, Head, MAX_ANCHOR, Writes};
