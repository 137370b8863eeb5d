//! A signer on an IC node, and the people who call it.

#![allow(dead_code)] // each test binary uses its own part of this

pub mod batch;
pub mod emulated;
pub mod fixture;
pub mod recover;
pub mod schema;

use candid::{Nat, Principal, encode_args, utils::ArgumentEncoder};
use canister_kit::icrc3::{GetBlocksRequest, GetBlocksResult, Value};
use devnet_nodes::IcNode;
use ic_agent::{
    Agent, AgentError, Identity, RequestId,
    identity::{AnonymousIdentity, BasicIdentity},
};
use serde_bytes::ByteBuf;
use signer_api::{ClaimRequest, ClaimView, Distributor, InitArgs, Refusal, Role, SignedClaim, Status};
use std::{fs, path::Path};

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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    artifact_manifest::check(&root, "icp/signer.wasm").unwrap();
    fs::read(root.join("artifacts/icp/signer.wasm")).unwrap()
}

pub struct Signer {
    pub node: IcNode,
    pub canister: Principal,
    /// Controls the canister and administers it.
    pub admin: Agent,
    /// Holds the role `Operator`.
    pub operator: Agent,
    /// Signs its requests, but holds no role.
    pub stranger: Agent,
    pub anonymous: Agent,
    http: reqwest::Client,
}

/// The identity number `n`; the same number is the same principal.
pub fn identity(n: u8) -> BasicIdentity {
    BasicIdentity::from_raw_key(&[n; 32])
}

pub fn principal(agent: &Agent) -> Principal {
    agent.get_principal().unwrap()
}

impl Signer {
    /// With one operator and one distributor.
    pub async fn start() -> Self {
        Self::with_cycles(CYCLES).await
    }

    pub async fn with_cycles(cycles: u128) -> Self {
        let node = IcNode::start().await.unwrap();
        let admin = node.agent(identity(1)).unwrap();
        let canister = node.create_canister(&admin, cycles).await.unwrap();
        let init = InitArgs {
            admin: identity(1).sender().unwrap(),
            key_name: "dfx_test_key".into(),
        };
        node.install(&admin, canister, &wasm(), encode_args((init,)).unwrap())
            .await
            .unwrap();
        let operator = node.agent(identity(2)).unwrap();
        let stranger = node.agent(identity(3)).unwrap();
        let anonymous = node.agent(AnonymousIdentity).unwrap();
        let signer = Self {
            node,
            canister,
            admin,
            operator,
            stranger,
            anonymous,
            http: reqwest::Client::new(),
        };
        signer
            .set_role(&signer.admin, principal(&signer.operator), Role::Operator, true)
            .await
            .unwrap();
        signer.grant(principal(&signer.operator), CREDITS).await.unwrap();
        signer.allow(&signer.admin, MAX_AMOUNT).await.unwrap();
        signer
    }

    pub async fn update<T>(
        &self,
        who: &Agent,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<T, AgentError>
    where
        T: candid::CandidType + serde::de::DeserializeOwned,
    {
        let reply = who
            .update(&self.canister, method)
            .with_arg(encode_args(args).unwrap())
            .call_and_wait()
            .await?;
        Ok(candid::decode_one(&reply).unwrap())
    }

    pub async fn query<T>(&self, method: &str, args: impl ArgumentEncoder) -> T
    where
        T: candid::CandidType + serde::de::DeserializeOwned,
    {
        let call = self
            .anonymous
            .query(&self.canister, method)
            .with_arg(encode_args(args).unwrap());
        candid::decode_one(&call.call().await.unwrap()).unwrap()
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

    /// Hands a call in without waiting for anything to be executed.
    pub async fn submit(&self, who: &Agent, method: &str, args: impl ArgumentEncoder) -> RequestId {
        let taken_in = self.try_submit(who, method, args).await;
        taken_in.expect("the call is taken in")
    }

    /// As [`Signer::submit`]; none if the node does not take the call in.
    pub async fn try_submit(
        &self,
        who: &Agent,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Option<RequestId> {
        let signed = who
            .update(&self.canister, method)
            .with_arg(encode_args(args).unwrap())
            .sign()
            .unwrap();
        let url = format!("{}/api/v2/canister/{}/call", self.node.url(), self.canister);
        let post = self
            .http
            .post(url)
            .header("content-type", "application/cbor")
            .body(signed.signed_update);
        let status = post.send().await.unwrap().status().as_u16();
        (status == 202).then_some(signed.request_id)
    }

    /// The answer to a claim that the operator handed in.
    pub async fn signed(&self, id: RequestId) -> Result<SignedClaim, Refusal> {
        self.answer(id).await.unwrap()
    }

    /// As [`Signer::signed`], or the reject of a call that was not executed or failed.
    pub async fn answer(&self, id: RequestId) -> Result<Result<SignedClaim, Refusal>, AgentError> {
        let (reply, _) = self.operator.wait(&id, self.canister).await?;
        Ok(candid::decode_one(&reply).unwrap())
    }

    /// The answer to a call that somebody handed in.
    pub async fn reply<T>(&self, who: &Agent, id: RequestId) -> T
    where
        T: candid::CandidType + serde::de::DeserializeOwned,
    {
        let (reply, _) = who.wait(&id, self.canister).await.unwrap();
        candid::decode_one(&reply).unwrap()
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

    /// That the node turns this call away before the signer sees it.
    pub async fn turned_away(&self, who: &Agent, method: &str, args: impl ArgumentEncoder) {
        let reject = self
            .update::<candid::Reserved>(who, method, args)
            .await
            .unwrap_err();
        assert!(
            reject.to_string().contains("Canister rejected the message"),
            "{reject}"
        );
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
        self.node
            .upgrade(&self.admin, self.canister, &wasm(), vec![])
            .await
            .unwrap();
    }

    pub async fn blocks(&self, start: u64, length: u64) -> GetBlocksResult {
        let range = GetBlocksRequest {
            start: Nat::from(start),
            length: Nat::from(length),
        };
        self.query("icrc3_get_blocks", (vec![range],)).await
    }

    /// The whole log, from the first block.
    pub async fn log(&self) -> Vec<Value> {
        self.blocks(0, u64::MAX)
            .await
            .blocks
            .into_iter()
            .map(|b| b.block)
            .collect()
    }

    /// The blocks of one type.
    pub async fn blocks_of(&self, block_type: &str) -> Vec<Value> {
        let log = self.log().await;
        log.into_iter()
            .filter(|b| get(b, &["btype"]) == Some(&Value::text(block_type)))
            .collect()
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

/// The value at a path of map keys.
pub fn get<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| match value {
        Value::Map(entries) => entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, found)| found),
        _ => None,
    })
}
