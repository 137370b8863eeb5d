//! The [HTTPS interface](https://internetcomputer.org/docs/references/ic-interface-spec#http-interface), without the S.

mod auth;
mod call;
mod query;
mod read_state;
mod routes;

use crate::{Error, emulator::Shared};
use std::{io, net::SocketAddr, sync::Arc, thread, time::Duration};
use tokio::{net::TcpListener, sync::oneshot};

/// How often timers are looked at and time is set by the wall clock.
const TICK: Duration = Duration::from_millis(20);

/// A running HTTP server in front of an [`crate::Emulator`], in a thread of its own. It ends when this is dropped.
///
/// While it runs, the emulator's time follows the wall clock, and timers and heartbeats run by themselves.
#[derive(Debug)]
pub struct Gateway {
    url: String,
    root_key: Vec<u8>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Gateway {
    pub(crate) fn start(shared: Arc<Shared>, address: SocketAddr) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("ic-gateway")
            .enable_all()
            .build()
            .map_err(Error::Start)?;
        let bind = |source: io::Error| Error::Bind { address, source };
        // Bound here, not in the runtime: the caller may be in a runtime of its own, and wants the error.
        let listener = std::net::TcpListener::bind(address).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let url = format!("http://{}", listener.local_addr().map_err(bind)?);
        let root_key = shared.lock().environment.subnet.root_key.to_vec();
        let (stop, stopped) = oneshot::channel();
        let serve = move || {
            runtime.block_on(serve(shared, listener, stopped));
            // A call may still wait for its answer.
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new()
            .name("ic-gateway".into())
            .spawn(serve)
            .map_err(Error::Start)?;
        tracing::info!(url, "IC emulator is listening");
        Ok(Self {
            url,
            root_key,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Base URL, such as `http://127.0.0.1:4943`; an IC agent takes it as it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key that all certificates lead to, DER-encoded. It is not the mainnet's.
    pub fn root_key(&self) -> &[u8] {
        &self.root_key
    }

    /// Stops listening and waits until the thread has ended. Dropping does the same.
    pub fn shutdown(self) {}
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server is already gone if nobody listens.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the gateway's thread panicked");
        }
    }
}

async fn serve(shared: Arc<Shared>, listener: std::net::TcpListener, stopped: oneshot::Receiver<()>) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the gateway cannot listen"),
    };
    let ticks = tick(shared.clone());
    let server = axum::serve(listener, routes::router(shared));
    tokio::select! {
        result = server.into_future() => {
            if let Err(error) = result {
                tracing::error!(%error, "the gateway stopped");
            }
        }
        () = ticks => (),
        _ = stopped => (),
    }
}

/// Lets the emulator run by itself.
async fn tick(shared: Arc<Shared>) {
    let mut interval = tokio::time::interval(TICK);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        let shared = shared.clone();
        let round = move || {
            shared.lock().live_round();
            shared.progressed.notify_all();
        };
        if tokio::task::spawn_blocking(round).await.is_err() {
            tracing::error!("a round of the emulator panicked");
        }
    }
}
