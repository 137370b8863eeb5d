//! What has to be known before something is signed.

use super::{Clearing, account, model::NonceBody, problem::Problem};
use crate::sign_in::nonces::NonceError;
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use novate_protocol::ids::Owner;
use serde::Deserialize;
use utoipa::IntoParams;

/// Whose.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Name of the settlement; with owner and session, for the next nonce of intents.
    settlement: Option<String>,
    /// The owner.
    owner: Option<String>,
    /// The session key.
    session: Option<String>,
}

/// Nonces: a new one for a sign-in message, and the lowest that the next intent of a session may have.
#[utoipa::path(
    get, path = "/api/user/nonce", tag = "sessions", params(Parameters),
    responses((status = 200, body = NonceBody), (status = 400, body = super::model::ProblemBody),
              (status = 503, body = super::model::ProblemBody))
)]
pub async fn get(
    State(clearing): State<Clearing>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<NonceBody>, Problem> {
    let Query(of) = parameters?;
    let time = clearing.intake.now();
    let next = match (&of.settlement, &of.owner, &of.session) {
        (Some(settlement), Some(owner), Some(session)) => {
            let settlement = clearing.settlement(settlement)?;
            let owner = Owner(account::parse(settlement.scheme, "owner", owner)?);
            let session = account::parse(settlement.scheme, "session", session)?;
            let next = clearing
                .intake
                .next_nonce(settlement.id, &owner, &session)
                .await?;
            return Ok(Json(NonceBody {
                sign_in: None,
                intent: Some(next.to_string()),
                time,
            }));
        }
        (None, None, None) => clearing.nonces.issue(time).await?,
        _ => {
            let message =
                "settlement, owner and session go together; without them the nonce is for a sign-in message";
            return Err(Problem::bad("bad_query", message));
        }
    };
    Ok(Json(NonceBody {
        sign_in: Some(next),
        intent: None,
        time,
    }))
}

impl From<NonceError> for Problem {
    fn from(error: NonceError) -> Self {
        tracing::warn!(%error, "a nonce could not be given out or taken back");
        Self::unavailable("nonces are not available now; try again in a second")
    }
}
