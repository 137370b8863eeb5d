//! Measurements on the local stack, printed as `bench <suite>.<name> <value> <unit>`.

mod clearing;
mod figure;
mod latency;

pub use clearing::{Size, clearing};
pub use figure::Figure;
pub use latency::latency;

use anyhow::{Context, Result};
use std::net::{SocketAddr, TcpListener};

/// An address of the loopback interface on which nobody listens.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")
        .context("finding a free port")?
        .local_addr()?)
}
