//! Each store against a server: a real folder, a real S3 server, and servers that speak the protocol of the others as it is
//! specified. All pass one suite, and each is lied to.

#[path = "../common/mod.rs"]
mod common;

mod bundler;
mod conformance;
mod disk;
mod gateway;
mod kubo;
mod pinning;
mod s3;
