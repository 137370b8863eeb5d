//! Sessions: prepared for the owner to sign, or passed on; and what the index knows of them.

use super::{
    Clearing, Settlement, account,
    model::{
        LimitBody, ProblemBody, RemainingBody, SessionCreateBody, SessionPreparedBody, SessionStateBody,
        SignInBody, SubmittedBody,
    },
    problem::Problem,
};
use crate::sign_in::proof::{Expected, ProofError, prove};
use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection, rejection::PathRejection},
    http::StatusCode,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::Utc;
use novate_clearing::{
    grants::{GrantError, Grants, Period, Prepared, SessionRequest, SignedGrant, SpendLimit},
    intake::json,
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};
use std::time::Duration;

/// The names of the bits, lowest first.
const ACTIONS: [&str; 5] = ["pay", "list", "buy", "cancel", "approve"];

/// Prepares a session for its owner to sign, or submits a grant that the owner has signed (EVM). Either way the session counts
/// when the index has seen it: ask `GET /api/session-keys/{settlement}/{owner}/{key}`.
#[utoipa::path(
    post, path = "/api/session-keys/create", tag = "sessions", request_body = SessionCreateBody,
    responses((status = 200, description = "For the owner to sign", body = SessionPreparedBody),
              (status = 202, description = "Submitted", body = SessionPreparedBody),
              (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody),
              (status = 503, body = ProblemBody))
)]
pub async fn create(
    State(clearing): State<Clearing>,
    body: Result<Json<SessionCreateBody>, JsonRejection>,
) -> Result<(StatusCode, Json<SessionPreparedBody>), Problem> {
    let Json(body) =
        body.map_err(|rejection| Problem::new(rejection.status(), "malformed_json", rejection.body_text()))?;
    let settlement = clearing.settlement(&body.settlement)?;
    let request = request(settlement, &body)?;
    match (&body.sign_in, &body.grant) {
        (Some(sign_in), None) => {
            signed_in(&clearing, settlement, &request, sign_in).await?;
            let prepared = settlement.grants.prepare(&request, clearing.intake.now()).await?;
            Ok((StatusCode::OK, Json(prepared.into())))
        }
        (None, Some(grant)) => {
            let Grants::Evm(contract) = &settlement.grants else {
                let message = "on Solana the owner signs the transaction; ask for it with signIn";
                return Err(Problem::bad("no_grants_here", message));
            };
            let number = |field, text: &str| {
                text.parse()
                    .map_err(|_| Problem::bad("invalid_field", format!("{field} must be a decimal number")))
            };
            let signature = grant
                .signature
                .strip_prefix("0x")
                .and_then(|digits| hex::decode(digits).ok());
            let signed = SignedGrant {
                session: request,
                epoch: number("grant.epoch", &grant.epoch)?,
                nonce: grant
                    .nonce
                    .parse()
                    .map_err(|_| Problem::bad("invalid_field", "grant.nonce must be a decimal number"))?,
                deadline: number("grant.deadline", &grant.deadline)?,
                signature: signature
                    .ok_or_else(|| Problem::bad("invalid_field", "grant.signature must be 0x and hex"))?,
            };
            let hash = contract.relay(&signed, clearing.intake.now()).await?;
            let transaction_hash = hash.to_string();
            Ok((
                StatusCode::ACCEPTED,
                Json(SessionPreparedBody::Submitted { transaction_hash }),
            ))
        }
        _ => Err(Problem::bad(
            "invalid_field",
            "one of signIn and grant is needed: the first prepares, the second submits what the owner signed",
        )),
    }
}

/// What the index knows of a session.
#[utoipa::path(
    get, path = "/api/session-keys/{settlement}/{owner}/{key}", tag = "sessions",
    params(("settlement" = String, Path), ("owner" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = SessionStateBody), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 503, body = ProblemBody))
)]
pub async fn get(
    State(clearing): State<Clearing>,
    path: Result<Path<(String, String, String)>, PathRejection>,
) -> Result<Json<SessionStateBody>, Problem> {
    let Path((settlement, owner, key)) = path?;
    let settlement = clearing.settlement(&settlement)?;
    let owner = Owner(account::parse(settlement.scheme, "owner", &owner)?);
    let key = account::parse(settlement.scheme, "key", &key)?;
    let unknown = |error: novate_clearing::state::NotReady| Problem::unavailable(error.to_string());
    let as_of = settlement.sessions.as_of().map_err(unknown)?;
    let session = settlement
        .sessions
        .session(&owner, &key, clearing.intake.now())
        .map_err(unknown)?;
    let actions = session.as_ref().map_or(0, |session| session.actions);
    let submitted = match &settlement.grants {
        Grants::Evm(contract) => contract.relayed(&owner.0, &key).await?,
        Grants::Solana(_) => None,
    };
    let limits = session.iter().flat_map(|session| &session.limits);
    Ok(Json(SessionStateBody {
        state: if session.is_some() { "active" } else { "none" }.to_owned(),
        expires_at: session.as_ref().map(|session| session.expires_at),
        actions: names(actions),
        limits: limits
            .map(|limit| RemainingBody {
                asset: json::account(settlement.scheme, &limit.asset.0),
                remaining: limit.remaining.to_string(),
            })
            .collect(),
        submitted: submitted.map(|grant| SubmittedBody {
            transaction_hash: grant.hash.map(|hash| hash.to_string()),
            sent_at: grant.sent_at,
        }),
        block: as_of.block,
    }))
}

/// That the owner of the session signed the message, for this session, here and once.
async fn signed_in(
    clearing: &Clearing,
    settlement: &Settlement,
    request: &SessionRequest,
    sign_in: &SignInBody,
) -> Result<(), Problem> {
    let key = json::account(settlement.scheme, &request.key);
    let resource = format!("urn:novate:session:{key}");
    let expected = Expected {
        domains: &clearing.domains,
        chain_id: (settlement.scheme == Scheme::Eip712).then_some(settlement.chain),
        resource: &resource,
    };
    let (owner, message) = prove(&sign_in.message, &sign_in.signature, &expected, Utc::now())?;
    if owner != request.owner {
        let message = format!(
            "the message is of {}, who is not the session's owner",
            message.address
        );
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "wrong_owner", message));
    }
    // Last, so that a mistake does not cost the nonce.
    match clearing
        .nonces
        .redeem(&message.nonce, clearing.intake.now())
        .await?
    {
        true => Ok(()),
        false => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "nonce_used",
            "the message's nonce was used or has expired; get one from /api/user/nonce and sign again",
        )),
    }
}

fn request(settlement: &Settlement, body: &SessionCreateBody) -> Result<SessionRequest, Problem> {
    let session = &body.session;
    let word = |field, text: &str| account::parse(settlement.scheme, field, text);
    let mut actions = 0;
    for name in &session.actions {
        let bit = ACTIONS.iter().position(|action| action == name);
        let bit = bit.ok_or_else(|| {
            Problem::bad(
                "invalid_field",
                format!("actions: {name:?} is none of {}", ACTIONS.join(", ")),
            )
        })?;
        actions |= 1 << bit;
    }
    let limit = |limit: &LimitBody| {
        let base_units = |field, text: &str| {
            text.parse()
                .map_err(|_| Problem::bad("invalid_field", format!("{field} must be a decimal number")))
        };
        Ok(SpendLimit {
            asset: Asset(word("limits.asset", &limit.asset)?),
            amount: base_units("limits.amount", &limit.amount)?,
            lifetime: base_units("limits.lifetime", &limit.lifetime)?,
            period: period(&limit.period)?,
        })
    };
    Ok(SessionRequest {
        owner: Owner(word("owner", &session.owner)?),
        key: word("key", &session.key)?,
        expires_at: session.expires_at,
        actions,
        limits: session.limits.iter().map(limit).collect::<Result<_, Problem>>()?,
    })
}

fn period(name: &str) -> Result<Period, Problem> {
    match name {
        "once" => Ok(Period::OneTime),
        "hour" => Ok(Period::Hour),
        "day" => Ok(Period::Day),
        "week" => Ok(Period::Week),
        "month" => Ok(Period::Month),
        other => {
            let message = format!("limits.period: {other:?} is none of once, hour, day, week, month");
            Err(Problem::bad("invalid_field", message))
        }
    }
}

fn names(actions: u32) -> Vec<String> {
    let bits = ACTIONS.iter().enumerate();
    bits.filter(|(bit, _)| actions & (1 << bit) != 0)
        .map(|(_, name)| (*name).to_owned())
        .collect()
}

impl From<Prepared> for SessionPreparedBody {
    fn from(prepared: Prepared) -> Self {
        match prepared {
            Prepared::Evm {
                to,
                data,
                chain_id,
                typed_data,
            } => Self::Prepared {
                transaction: serde_json::json!({
                    "to": format!("0x{}", hex::encode(to)),
                    "data": format!("0x{}", hex::encode(data)),
                    "value": "0x0",
                    "chainId": chain_id,
                }),
                typed_data: Some(*typed_data),
                last_height: None,
            },
            Prepared::Solana {
                transaction,
                last_height,
            } => Self::Prepared {
                transaction: STANDARD.encode(transaction).into(),
                typed_data: None,
                last_height: Some(last_height),
            },
        }
    }
}

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        match &error {
            ProofError::Message(_) => Self::bad("malformed_message", error.to_string()),
            _ => Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", error.to_string()),
        }
    }
}

impl From<GrantError> for Problem {
    fn from(error: GrantError) -> Self {
        let message = error.to_string();
        match error {
            GrantError::Invalid { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_session", message)
            }
            GrantError::Signature => Self::new(StatusCode::UNAUTHORIZED, "bad_signature", message),
            GrantError::Refused(_) => Self::new(StatusCode::CONFLICT, "refused_on_chain", message),
            GrantError::NoRelayer => Self::new(StatusCode::CONFLICT, "no_relayer", message),
            GrantError::ContractOwner => Self::new(StatusCode::CONFLICT, "contract_owner", message),
            GrantError::OwnerQuota { seconds } => {
                Self::too_many("owner_quota", message, Duration::from_secs(seconds))
            }
            GrantError::DayQuota => Self::too_many("day_quota", message, Duration::from_secs(3_600)),
            GrantError::Busy => Self::too_many("busy", message, Duration::from_secs(5)),
            GrantError::Unavailable => Self::unavailable(message),
            GrantError::Database(cause) => {
                tracing::warn!(%cause, "relayed grants cannot be counted");
                Self::unavailable(message)
            }
        }
    }
}
