use crate::{ApiConfig, ApiError, rest::Clearing, router};
use sqlx::PgPool;
use std::{future::Future, time::Duration};
use tokio::net::TcpListener;

/// How long requests that are under way may take after the shutdown was asked for: a stop ends within 5 s, and what else
/// has to end needs a part of them.
const GRACE: Duration = Duration::from_secs(3);

/// Serves the API on `listener` until `shutdown` is done, then lets running requests end. `config.listen` is for the
/// caller who makes the listener. `pool` names the database; the API opens read-only connections of its own to it. With
/// `clearing` it takes intents as well.
///
/// # Errors
/// Those of [`router`], and [`ApiError::Serve`] if the listener fails.
pub async fn serve(
    config: ApiConfig,
    listener: TcpListener,
    pool: PgPool,
    clearing: Option<Clearing>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ApiError> {
    let router = router(&config, &pool, clearing).await?;
    tracing::info!(address = %listener.local_addr()?, "serving GraphQL on /graphql");
    let (asked, overdue) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        // The receiver waits for as long as the server does.
        asked.send(()).ok();
    });
    let deadline = async {
        overdue.await.ok();
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = async { server.await } => Ok(result?),
        () = deadline => {
            tracing::warn!("requests were still running {GRACE:?} after the shutdown; they are cut");
            Ok(())
        }
    }
}
