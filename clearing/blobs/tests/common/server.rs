//! An HTTP server that misbehaves on demand.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header::LOCATION},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, future, stream};
use reqwest::Url;
use std::{
    convert::Infallible,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{net::TcpListener, task::JoinHandle};

/// What is done instead of answering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    None,
    /// Answers with other bytes.
    WrongBytes,
    /// Leaves out the last byte, and says so.
    Truncated,
    /// Closes the connection in the middle of the body.
    Cut,
    /// Never answers.
    Silent,
    /// Answers at once, and never with the last byte.
    Stalled,
    /// Goes on without end.
    Endless,
    /// Says that it is longer than anybody wants, and sends nothing.
    Announced,
    /// Sends the client back to where it is.
    RedirectLoop,
    Status(u16),
}

/// A server on a port of its own; it ends when this is dropped.
pub struct Server {
    pub url: Url,
    state: Arc<Faulty>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Faulty {
    fault: Mutex<Fault>,
    requests: AtomicUsize,
}

impl Server {
    pub async fn start(router: Router) -> Self {
        let state = Arc::new(Faulty::default());
        let router = router.layer(from_fn_with_state(Arc::clone(&state), misbehave));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let url = Url::parse(&url).unwrap();
        Self { url, state, task }
    }

    pub fn set(&self, fault: Fault) {
        *self.state.fault.lock().unwrap() = fault;
    }

    /// Requests that came in so far.
    pub fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn misbehave(State(state): State<Arc<Faulty>>, request: Request, next: Next) -> Response {
    state.requests.fetch_add(1, Ordering::SeqCst);
    let fault = *state.fault.lock().unwrap();
    let address = request.uri().to_string();
    let body = |chunks: Vec<io::Result<Bytes>>| Body::from_stream(stream::iter(chunks));
    match fault {
        Fault::None => next.run(request).await,
        Fault::WrongBytes => "not what was asked for".into_response(),
        Fault::Truncated => {
            let mut bytes = answer(request, next).await;
            bytes.pop();
            bytes.into_response()
        }
        Fault::Cut => {
            let bytes = answer(request, next).await;
            let half = Bytes::copy_from_slice(&bytes[..bytes.len() / 2]);
            Response::new(body(vec![Ok(half), Err(io::Error::other("cut"))]))
        }
        Fault::Silent => future::pending().await,
        Fault::Stalled => {
            let mut bytes = answer(request, next).await;
            bytes.pop();
            let start = stream::iter([Ok::<_, Infallible>(Bytes::from(bytes))]);
            Response::new(Body::from_stream(start.chain(stream::pending())))
        }
        Fault::Endless => {
            let chunk = Bytes::from(vec![0; 64 * 1024]);
            Response::new(Body::from_stream(stream::repeat_with(move || {
                Ok::<_, Infallible>(chunk.clone())
            })))
        }
        Fault::Announced => {
            let body = Body::from_stream(stream::pending::<io::Result<Bytes>>());
            Response::builder()
                .header("content-length", u64::MAX / 2)
                .body(body)
                .unwrap()
        }
        Fault::RedirectLoop => (StatusCode::FOUND, [(LOCATION, address)]).into_response(),
        Fault::Status(code) => (StatusCode::from_u16(code).unwrap(), "no").into_response(),
    }
}

/// The body of the right answer.
async fn answer(request: Request, next: Next) -> Vec<u8> {
    let response = next.run(request).await;
    to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
}
