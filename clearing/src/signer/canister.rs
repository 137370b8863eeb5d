//! The signer canister, called through an IC gateway.

use super::{CanisterConfig, RootKey, Signer, SignerConfigError, SignerError, size::encode_fitting};
use async_trait::async_trait;
use candid::{CandidType, Decode, Encode, Nat, Principal};
use ic_agent::{
    Agent, AgentError,
    agent::{RejectCode, RejectResponse},
};
use novate_bindings::icp::{BatchRequest, Cost, Refusal, RequestView, Signed};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use std::{future::Future, time::Duration};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep, timeout_at},
};

/// Between one attempt and the next: doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The canister, as one of its operators sees it. Answers to `sign_batch` are believed when their certificate leads to the root
/// key, those to queries when a node of the canister's subnet has signed them.
pub struct Canister {
    agent: Agent,
    canister: Principal,
    operator: Principal,
    timeout: Duration,
    /// Set once the root key is known; only [`RootKey::Fetch`] asks for it.
    root_key: OnceCell<()>,
}

/// What the operator has prepaid, and what a signature costs, in cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credits {
    /// Prepaid and not used.
    pub left: u128,
    /// For a batch on EVM.
    pub evm_price: u128,
    /// For a batch on Solana.
    pub solana_price: u128,
}

impl Canister {
    /// Reads the identity, and calls nothing yet.
    ///
    /// # Errors
    /// [`SignerConfigError`]
    pub fn new(config: &CanisterConfig) -> Result<Self, SignerConfigError> {
        config.check()?;
        let identity = config.read_identity()?;
        let operator = identity.sender().map_err(SignerConfigError::Agent)?;
        let agent = Agent::builder()
            .with_url(&config.url)
            .with_arc_identity(identity)
            .build();
        let agent = agent.map_err(|error| SignerConfigError::Agent(error.to_string()))?;
        if let RootKey::Der(key) = &config.root_key {
            agent.set_root_key(key.clone());
        }
        Ok(Self {
            agent,
            canister: config.canister,
            operator,
            timeout: Duration::from_secs(config.timeout_seconds),
            root_key: match config.root_key {
                RootKey::Fetch => OnceCell::new(),
                _ => OnceCell::new_with(Some(())),
            },
        })
    }

    /// Whom an administrator makes an operator, and grants credits to.
    pub fn operator(&self) -> Principal {
        self.operator
    }

    /// For how many signatures there is money, before the canister has to say so.
    ///
    /// # Errors
    /// [`SignerError`]
    pub async fn credits(&self) -> Result<Credits, SignerError> {
        let left: Nat = self.query("credits", Encode!(&self.operator)).await?;
        let cost: Result<Cost, Refusal> = self.query("cost", Encode!()).await?;
        let cost = cost.map_err(|refusal| SignerError::Refused(Box::new(refusal)))?;
        Ok(Credits {
            left: cycles(&left),
            evm_price: cycles(&cost.evm),
            solana_price: cycles(&cost.solana),
        })
    }

    async fn query<T: CandidType + DeserializeOwned>(
        &self,
        method: &str,
        arg: Result<Vec<u8>, candid::Error>,
    ) -> Result<T, SignerError> {
        let arg = arg.map_err(unreadable)?;
        let answer = self
            .asked(|| async {
                let reply = self
                    .agent
                    .query(&self.canister, method)
                    .with_arg(arg.clone())
                    .call();
                reply.await.map(Asked::Done)
            })
            .await?;
        Decode!(&answer, T).map_err(unreadable)
    }

    /// Asks until there is an answer, or the time is over. Whatever is asked may be asked twice.
    async fn asked<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, SignerError>
    where
        F: Future<Output = Result<Asked<T>, AgentError>>,
    {
        let deadline = Instant::now() + self.timeout;
        let mut pause = FIRST_PAUSE;
        loop {
            let tried = timeout_at(deadline, async {
                self.root_key
                    .get_or_try_init(|| self.agent.fetch_root_key())
                    .await?;
                attempt().await
            });
            let failure = match tried.await {
                Err(_) => format!("no answer within {} s", self.timeout.as_secs()),
                Ok(Ok(Asked::Done(answer))) => return Ok(answer),
                Ok(Ok(Asked::Again(why))) => why,
                Ok(Err(error)) if passes(&error) => error.to_string(),
                Ok(Err(error)) => return Err(SignerError::Unavailable(error.to_string())),
            };
            if Instant::now() + pause >= deadline {
                return Err(SignerError::Unavailable(failure));
            }
            tracing::debug!(%failure, "asking the signer again");
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

#[async_trait]
impl Signer for Canister {
    async fn sign_batch(&self, request: BatchRequest) -> Result<Signed, SignerError> {
        let arg = encode_fitting(&request)?;
        let answer = self.asked(|| async {
            let call = self
                .agent
                .update(&self.canister, "sign_batch")
                .with_arg(arg.clone());
            let reply = call.call_and_wait().await?;
            let answer = Decode!(&reply, Result<Signed, Refusal>);
            Ok(
                match answer.map_err(|error| AgentError::CandidError(Box::new(error)))? {
                    // An earlier attempt, whose answer was lost.
                    Err(refusal @ Refusal::InProgress { .. }) => Asked::Again(refusal.to_string()),
                    other => Asked::Done(other),
                },
            )
        });
        answer
            .await?
            .map_err(|refusal| SignerError::Refused(Box::new(refusal)))
    }

    async fn accepted(&self, id: [u8; 32]) -> Result<bool, SignerError> {
        let view: Result<Option<RequestView>, Refusal> =
            self.query("request", Encode!(&ByteBuf::from(id))).await?;
        let view = view.map_err(|refusal| SignerError::Refused(Box::new(refusal)))?;
        Ok(view.is_some())
    }
}

enum Asked<T> {
    Done(T),
    /// Not now, for this reason.
    Again(String),
}

/// Whether the same call may well succeed in a moment: nobody answered, or the IC says so.
fn passes(error: &AgentError) -> bool {
    match error {
        AgentError::TransportError(_) | AgentError::TimeoutWaitingForResponse() => true,
        AgentError::HttpError(answer) => answer.status == 429 || answer.status >= 500,
        AgentError::CertifiedReject { reject, .. } | AgentError::UncertifiedReject { reject, .. } => {
            matches!(
                reject,
                RejectResponse {
                    reject_code: RejectCode::SysTransient,
                    ..
                }
            )
        }
        _ => false,
    }
}

fn cycles(nat: &Nat) -> u128 {
    // More than all cycles there will ever be.
    u128::try_from(nat.0.clone()).unwrap_or(u128::MAX)
}

fn unreadable(error: candid::Error) -> SignerError {
    SignerError::Unavailable(format!("it speaks another interface: {error}"))
}
