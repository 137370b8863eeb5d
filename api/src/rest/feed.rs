//! Intents as they are accepted and settled, over server-sent events and WebSocket.
//!
//! Messages are JSON: `{"event":"accepted","intents":[…]}`, `{"event":"settled","batch":n,"intents":[…]}`, and, before the feed
//! ends because its reader was too slow, `{"event":"missed","events":n}`. Who reads on asks `GET /api/intents` for what was missed.

use super::{Clearing, account, problem::Problem, view::view};
use axum::{
    Extension,
    body::Bytes,
    extract::{
        Query, State, WebSocketUpgrade,
        rejection::QueryRejection,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, StreamExt};
use novate_clearing::{intake::FeedEvent, store::intents_view::IntentView};
use novate_protocol::ids::Owner;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::{
        OwnedSemaphorePermit, Semaphore,
        broadcast::{Receiver, error::RecvError},
    },
    time::{Instant, timeout},
};
use utoipa::IntoParams;

/// A reader that takes nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(10);
/// A WebSocket without traffic is pinged so often, and is over when nothing was heard for twice as long.
const PING: Duration = Duration::from_secs(15);

/// Whose intents.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Of {
    /// Only this owner's; everybody's without.
    owner: Option<String>,
}

impl Of {
    fn owner(&self) -> Result<Option<Owner>, Problem> {
        self.owner.as_deref().map(account::owner).transpose()
    }
}

/// How many may read the feed.
#[derive(Clone)]
pub struct Readers(Arc<Semaphore>);

impl Readers {
    /// At most so many at a time.
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most)))
    }

    /// A place, until it is dropped.
    fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.0).try_acquire_owned();
        place.map_err(|_| Problem::unavailable("too many read the feed; try again later"))
    }
}

/// Accepted and settled intents as server-sent events, from now on.
#[utoipa::path(
    get, path = "/api/feed", tag = "feed", params(Of),
    responses((status = 200, description = "Events accepted, settled, missed", content_type = "text/event-stream", body = String),
              (status = 400, body = super::model::ProblemBody))
)]
pub async fn sse(
    State(clearing): State<Clearing>,
    Extension(readers): Extension<Readers>,
    parameters: Result<Query<Of>, QueryRejection>,
) -> Result<Response, Problem> {
    let owner = parameters?.0.owner()?;
    let place = readers.place()?;
    let events = messages(clearing.intake.feed(), owner).map(move |message| {
        let _ = &place;
        let name = message
            .get("event")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Ok::<_, Infallible>(Event::default().event(name).data(message.to_string()))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// The same over a WebSocket. What a client sends is not looked at.
#[utoipa::path(
    get, path = "/api/feed/ws", tag = "feed", params(Of),
    responses((status = 101, description = "A WebSocket with the messages of /api/feed"),
              (status = 400, body = super::model::ProblemBody))
)]
pub async fn websocket(
    State(clearing): State<Clearing>,
    Extension(readers): Extension<Readers>,
    parameters: Result<Query<Of>, QueryRejection>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let owner = parameters?.0.owner()?;
    let place = readers.place()?;
    let feed = clearing.intake.feed();
    Ok(upgrade.max_message_size(1_024).on_upgrade(async move |socket| {
        serve(socket, feed, owner).await;
        drop(place);
    }))
}

async fn serve(mut socket: WebSocket, feed: Receiver<FeedEvent>, owner: Option<Owner>) {
    let mut messages = Box::pin(messages(feed, owner));
    let mut ping = tokio::time::interval(PING);
    let mut heard = Instant::now();
    loop {
        let message = tokio::select! {
            message = messages.next() => match message {
                Some(message) => Message::text(message.to_string()),
                None => {
                    let reason = "you read too slowly, or the service stops; connect again".into();
                    let frame = CloseFrame { code: close_code::AGAIN, reason };
                    timeout(PATIENCE, socket.send(Message::Close(Some(frame)))).await.ok();
                    return;
                }
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {
                    heard = Instant::now();
                    continue;
                }
            },
            _ = ping.tick() => {
                if heard.elapsed() > PING * 2 {
                    return;
                }
                Message::Ping(Bytes::new())
            }
        };
        if !matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// The feed's messages for one reader. After a `missed`, it ends.
fn messages(feed: Receiver<FeedEvent>, owner: Option<Owner>) -> impl Stream<Item = Value> + Send {
    futures_util::stream::unfold(Some(feed), move |feed| async move {
        let mut feed = feed?;
        loop {
            match feed.recv().await {
                Ok(event) => {
                    if let Some(message) = message(&event, owner) {
                        return Some((message, Some(feed)));
                    }
                }
                Err(RecvError::Lagged(events)) => {
                    return Some((json!({ "event": "missed", "events": events }), None));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    })
}

/// `None` when nothing in it is the owner's.
fn message(event: &FeedEvent, owner: Option<Owner>) -> Option<Value> {
    let of = |intents: &[IntentView]| -> Vec<Value> {
        let wanted = intents
            .iter()
            .filter(|of| owner.is_none_or(|owner| of.intent().owner == owner));
        wanted.map(view).collect()
    };
    let (message, intents) = match event {
        FeedEvent::Accepted(intents) => (json!({ "event": "accepted" }), of(intents)),
        FeedEvent::Settled { batch, intents } => (json!({ "event": "settled", "batch": batch }), of(intents)),
    };
    if intents.is_empty() {
        return None;
    }
    let Value::Object(mut fields) = message else {
        return None;
    };
    fields.insert("intents".to_owned(), intents.into());
    Some(Value::Object(fields))
}
