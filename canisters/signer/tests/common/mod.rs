//! A signer on an IC node, and the people who call it.

#![allow(dead_code, unused_imports)] // each test binary uses its own part of this

pub mod batch;
pub mod emulated;
pub mod fixture;
pub mod recover;
pub mod schema;

use candid::{CandidType, Nat, Principal, utils::ArgumentEncoder};
use canister_testing::Deployed;
use ic_agent::{Agent, AgentError, RequestId};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use signer_api::{ClaimRequest, ClaimView, Distributor, InitArgs, Refusal, Role, SignedClaim, Status};
use std::ops::Deref;

pub use canister_testing::{get, identity, person, principal};

pub const CHAIN: u64 = 31337;
pub const DISTRIBUTOR: [u8; 20] = [0xd1; 20];
pub const MAX_AMOUNT: u64 = 1_000_000;
/// The year 2100.
pub const LATER: u64 = 4_102_444_800;
/// Enough for thousands of signatures.
const CYCLES: u128 = 100_000_000_000_000;
/// What the operator has prepaid: more than the canister has, so that what ends is known.
pub const CREDITS: u128 = 1_000_000_000_000_000;

/// The canister as it is published, if it belongs to the sources.
pub fn wasm() -> Vec<u8> {
    canister_testing::wasm("signer")
}

/// What is not about the signer is in [`Deployed`].
pub struct Signer {
    deployed: Deployed,
    /// Holds the role `Operator`.
    pub operator: Agent,
    /// Signs its requests, but holds no role.
    pub stranger: Agent,
}

impl Deref for Signer {
    type Target = Deployed;

    fn deref(&self) -> &Self::Target {
        &self.deployed
    }
}

impl Signer {
    /// With one operator and one distributor.
    pub async fn start() -> Self {
        Self::with_cycles(CYCLES).await
    }

    pub async fn with_cycles(cycles: u128) -> Self {
        let init = InitArgs {
            admin: person(1),
            key_name: "dfx_test_key".into(),
        };
        let deployed = Deployed::with_cycles(&wasm(), (init,), cycles).await;
        let (operator, stranger) = (deployed.agent(2), deployed.agent(3));
        let signer = Self {
            deployed,
            operator,
            stranger,
        };
        signer
            .set_role(&signer.admin, principal(&signer.operator), Role::Operator, true)
            .await
            .unwrap();
        signer.grant(principal(&signer.operator), CREDITS).await.unwrap();
        signer.allow(&signer.admin, MAX_AMOUNT).await.unwrap();
        signer
    }

    pub async fn sign(&self, who: &Agent, request: &ClaimRequest) -> Result<SignedClaim, Refusal> {
        self.update(who, "sign_claim", (request,)).await.unwrap()
    }

    pub async fn set_role(
        &self,
        who: &Agent,
        whom: Principal,
        role: Role,
        granted: bool,
    ) -> Result<(), Refusal> {
        self.update(who, "set_role", (whom, role, granted)).await.unwrap()
    }

    pub async fn grant(&self, operator: Principal, cycles: u128) -> Result<Nat, Refusal> {
        self.update(&self.admin, "grant_credits", (operator, Nat::from(cycles)))
            .await
            .unwrap()
    }

    pub async fn allow(&self, who: &Agent, max_amount: u64) -> Result<(), Refusal> {
        let distributor = Distributor {
            chain_id: CHAIN,
            address: ByteBuf::from(DISTRIBUTOR.to_vec()),
            max_amount: Nat::from(max_amount),
            max_per_day: None,
        };
        self.update(who, "allow_distributor", (distributor,))
            .await
            .unwrap()
    }

    /// The answer to a claim that the operator handed in.
    pub async fn signed(&self, id: RequestId) -> Result<SignedClaim, Refusal> {
        self.answer(id).await.unwrap()
    }

    /// As [`Signer::signed`], or the reject of a call that was not executed or failed.
    pub async fn answer(&self, id: RequestId) -> Result<Result<SignedClaim, Refusal>, AgentError> {
        self.deployed.answer(&self.operator, id).await
    }

    /// The answer to a call that somebody handed in.
    pub async fn reply<T>(&self, who: &Agent, id: RequestId) -> T
    where
        T: CandidType + DeserializeOwned,
    {
        self.deployed.answer(who, id).await.unwrap()
    }

    /// A setting by the administrator that must be taken.
    pub async fn set(&self, method: &str, args: impl ArgumentEncoder) {
        let done: Result<(), Refusal> = self.update(&self.admin, method, args).await.unwrap();
        done.unwrap();
    }

    /// What the operator has left, in cycles.
    pub async fn credits(&self) -> Nat {
        self.query("credits", (principal(&self.operator),)).await
    }

    pub async fn pause(&self, who: &Agent) -> Result<(), Refusal> {
        self.update(who, "pause", ()).await.unwrap()
    }

    pub async fn resume(&self, who: &Agent) -> Result<(), Refusal> {
        self.update(who, "resume", ()).await.unwrap()
    }

    pub async fn evm_address(&self) -> String {
        self.update(&self.stranger, "evm_address", ()).await.unwrap()
    }

    pub async fn claim(&self, id: &ByteBuf) -> Option<ClaimView> {
        self.query::<Result<Option<ClaimView>, Refusal>>("claim", (id,))
            .await
            .unwrap()
    }

    pub async fn status(&self) -> Status {
        self.query("status", ()).await
    }

    pub async fn upgrade(&self) {
        self.deployed.upgrade(&wasm()).await;
    }
}

/// A claim that the policy allows; another number is another id.
pub fn request(n: u8) -> ClaimRequest {
    ClaimRequest {
        id: ByteBuf::from([n; 32]),
        chain_id: CHAIN,
        distributor: ByteBuf::from(DISTRIBUTOR.to_vec()),
        account: ByteBuf::from([0xac; 20]),
        amount: Nat::from(1000u32),
        deadline: LATER,
        key_version: None,
    }
}
