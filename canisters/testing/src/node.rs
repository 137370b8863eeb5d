//! A canister on an IC node: the emulator, or PocketIC when `POCKET_IC_BIN` is set.

use crate::{
    CYCLES, identity,
    log::{is_of, range},
};
use candid::{CandidType, Principal, encode_args, utils::ArgumentEncoder};
use canister_kit::icrc3::{GetBlocksResult, Value};
use devnet_nodes::IcNode;
use ic_agent::{Agent, AgentError, RequestId, identity::AnonymousIdentity};
use serde::de::DeserializeOwned;

/// A canister, and agents to call it.
pub struct Deployed {
    /// Where it runs.
    pub node: IcNode,
    /// Its id.
    pub canister: Principal,
    /// Identity 1, who controls it.
    pub admin: Agent,
    /// Who does not sign its requests.
    pub anonymous: Agent,
    http: reqwest::Client,
}

impl Deployed {
    /// A new node with the canister.
    ///
    /// # Panics
    /// When the node or the canister does not start; so do all methods whose calls are not executed.
    pub async fn start(wasm: &[u8], init: impl ArgumentEncoder) -> Self {
        Self::with_cycles(wasm, init, CYCLES).await
    }

    /// As [`Deployed::start`], with so many cycles.
    pub async fn with_cycles(wasm: &[u8], init: impl ArgumentEncoder, cycles: u128) -> Self {
        let node = IcNode::start().await.unwrap();
        let admin = node.agent(identity(1)).unwrap();
        let canister = node.create_canister(&admin, cycles).await.unwrap();
        node.install(&admin, canister, wasm, encode_args(init).unwrap())
            .await
            .unwrap();
        let anonymous = node.agent(AnonymousIdentity).unwrap();
        Self {
            node,
            canister,
            admin,
            anonymous,
            http: reqwest::Client::new(),
        }
    }

    /// The agent of identity number `n`.
    pub fn agent(&self, n: u8) -> Agent {
        self.node.agent(identity(n)).unwrap()
    }

    /// An update call, and its answer.
    ///
    /// # Errors
    /// When it is turned away or traps.
    pub async fn update<T>(
        &self,
        who: &Agent,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<T, AgentError>
    where
        T: CandidType + DeserializeOwned,
    {
        let reply = who
            .update(&self.canister, method)
            .with_arg(encode_args(args).unwrap())
            .call_and_wait()
            .await?;
        Ok(candid::decode_one(&reply).unwrap())
    }

    /// A query call by nobody in particular.
    pub async fn query<T>(&self, method: &str, args: impl ArgumentEncoder) -> T
    where
        T: CandidType + DeserializeOwned,
    {
        let call = self
            .anonymous
            .query(&self.canister, method)
            .with_arg(encode_args(args).unwrap());
        candid::decode_one(&call.call().await.unwrap()).unwrap()
    }

    /// Hands a call in without waiting for anything to be executed.
    pub async fn submit(&self, who: &Agent, method: &str, args: impl ArgumentEncoder) -> RequestId {
        let taken_in = self.try_submit(who, method, args).await;
        taken_in.expect("the call is taken in")
    }

    /// As [`Deployed::submit`]; none if the node does not take the call in.
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

    /// The answer to a call that was handed in.
    ///
    /// # Errors
    /// The reject of a call that was not executed or failed.
    pub async fn answer<T>(&self, who: &Agent, id: RequestId) -> Result<T, AgentError>
    where
        T: CandidType + DeserializeOwned,
    {
        let (reply, _) = who.wait(&id, self.canister).await?;
        Ok(candid::decode_one(&reply).unwrap())
    }

    /// That the node turns this call away before the canister sees it.
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

    /// Stops the canister, gives it this code, and starts it again.
    pub async fn upgrade(&self, wasm: &[u8]) {
        self.node
            .upgrade(&self.admin, self.canister, wasm, vec![])
            .await
            .unwrap();
    }

    /// Blocks of the log, and its length.
    pub async fn blocks(&self, start: u64, length: u64) -> GetBlocksResult {
        self.query("icrc3_get_blocks", (vec![range(start, length)],))
            .await
    }

    /// The log's first thousand blocks.
    pub async fn log(&self) -> Vec<Value> {
        let blocks = self.blocks(0, u64::MAX).await.blocks;
        blocks.into_iter().map(|b| b.block).collect()
    }

    /// The blocks of one type.
    pub async fn blocks_of(&self, block_type: &str) -> Vec<Value> {
        let log = self.log().await;
        log.into_iter().filter(|b| is_of(b, block_type)).collect()
    }
}
