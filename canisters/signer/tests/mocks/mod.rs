//! A contract that transactions may call, and an EVM RPC canister that answers what a test tells it to.

#![allow(dead_code)] // each test binary uses its own part of this

use crate::common::{CHAIN, Signer};
use alloy::{
    consensus::{Transaction as _, TxEnvelope},
    eips::eip2718::Decodable2718,
    primitives::{Address, B256, Bytes, U256},
    sol,
    sol_types::SolCall,
};
use candid::{CandidType, Nat, Principal, encode_one};
use evm_rpc_types::{
    FeeHistory, Hex, MultiRpcResult, Nat256, RpcConfig, RpcResult, RpcServices, SendRawTransactionStatus,
    TransactionReceipt,
};
use serde_bytes::ByteBuf;
use signer_api::{
    AllowedCall, ArgumentRule, Check, Constant, EvmRpc, Refusal, RpcProvider, Settled, SignedTransaction,
    Step, SubmissionRequest, SubmissionView, TransactionRequest,
};

sol! {
    function applyDeltas(uint64 sequence, address asset, uint32 first, uint8 side, bytes entries, bytes32[] proof);
    function sweep(address to);
}

pub const CONTRACT: [u8; 20] = [0xc0; 20];
pub const ASSET: [u8; 20] = [0xa5; 20];
pub const GWEI: u128 = 1_000_000_000;
pub const MAX_FEE: u128 = 100 * GWEI;
pub const MAX_GAS: u64 = 1_000_000;
pub const MAX_VALUE: u128 = 1_000;

/// `applyDeltas` of one asset and in chunks of batches below 1,000.
pub fn allowed() -> AllowedCall {
    let rule = |index, check| ArgumentRule {
        path: vec![Step::Index(index)],
        check,
    };
    AllowedCall {
        chain_id: CHAIN,
        contract: ByteBuf::from(CONTRACT),
        function: applyDeltasCall::SIGNATURE.into(),
        arguments: vec![
            rule(0, Check::Max(Nat::from(1_000u32))),
            rule(1, Check::Equals(Constant::Bytes(ByteBuf::from(ASSET)))),
            rule(2, Check::Any),
            rule(3, Check::OneOf([0, 1].map(|n| Constant::Number(n.into())).into())),
            rule(4, Check::Any),
            rule(5, Check::Any),
        ],
        max_value: Nat::from(MAX_VALUE),
        max_gas: MAX_GAS,
        max_fee_per_gas: Nat::from(MAX_FEE),
        max_per_day: None,
    }
}

/// A call of the allowed function.
pub fn data(sequence: u64) -> ByteBuf {
    let call = applyDeltasCall {
        sequence,
        asset: Address::from(ASSET),
        first: 7,
        side: 1,
        entries: Bytes::from(vec![3; 108]),
        proof: vec![B256::repeat_byte(4); 3],
    };
    ByteBuf::from(call.abi_encode())
}

/// A transaction that policy allows; another number is another id.
pub fn transaction(n: u8, nonce: u64) -> TransactionRequest {
    TransactionRequest {
        id: ByteBuf::from([n; 32]),
        chain_id: CHAIN,
        nonce,
        max_priority_fee_per_gas: Nat::from(2 * GWEI),
        max_fee_per_gas: Nat::from(40 * GWEI),
        gas_limit: 500_000,
        to: ByteBuf::from(CONTRACT),
        value: Nat::from(10u8),
        data: data(1),
        key_version: None,
    }
}

/// A submission that policy allows.
pub fn submission(n: u8) -> SubmissionRequest {
    SubmissionRequest {
        id: ByteBuf::from([n; 32]),
        chain_id: CHAIN,
        gas_limit: 500_000,
        max_fee_per_gas: Nat::from(MAX_FEE),
        to: ByteBuf::from(CONTRACT),
        value: Nat::from(0u8),
        data: data(1),
    }
}

/// A transaction as a node reads it, and who sent it.
pub fn read(raw: &[u8]) -> (TxEnvelope, Address) {
    let mut rest = raw;
    let transaction = TxEnvelope::decode_2718(&mut rest).unwrap();
    assert!(rest.is_empty() && transaction.is_eip1559());
    let sender = transaction
        .signature()
        .recover_address_from_prehash(&transaction.signature_hash());
    (transaction, sender.unwrap())
}

/// What `Signer` does besides.
impl Signer {
    pub async fn allow_call(&self, call: AllowedCall) -> Result<(), Refusal> {
        self.update(&self.admin, "allow_call", (call,)).await.unwrap()
    }

    /// With the allowed call.
    pub async fn with_call() -> Self {
        let signer = Self::start().await;
        signer.allow_call(allowed()).await.unwrap();
        signer
    }

    pub async fn sign_transaction(&self, request: &TransactionRequest) -> Result<SignedTransaction, Refusal> {
        self.update(&self.operator, "sign_transaction", (request,))
            .await
            .unwrap()
    }

    pub async fn submit_transaction(&self, request: &SubmissionRequest) -> Result<SubmissionView, Refusal> {
        self.update(&self.operator, "submit_transaction", (request,))
            .await
            .unwrap()
    }

    pub async fn advance(&self, n: u8) -> Result<SubmissionView, Refusal> {
        self.update(&self.operator, "advance", (ByteBuf::from([n; 32]),))
            .await
            .unwrap()
    }

    pub async fn submission(&self, n: u8) -> Option<SubmissionView> {
        let id = ByteBuf::from([n; 32]);
        self.query::<Result<Option<SubmissionView>, Refusal>>("submission", (id,))
            .await
            .unwrap()
    }

    pub async fn own_address(&self) -> Address {
        self.evm_address().await.parse().unwrap()
    }
}

/// A method of the EVM RPC canister, by its number in `evm_rpc.wat`.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    TransactionCount = 0,
    FeeHistory = 1,
    SendRawTransaction = 2,
    TransactionReceipt = 3,
}

/// What one call gets; nothing is a reject.
pub type Answer = Vec<u8>;

/// The same answer of all providers.
pub fn consistent<T: CandidType>(answer: RpcResult<T>) -> Answer {
    encode_one(MultiRpcResult::Consistent(answer)).unwrap()
}

/// How many transactions the account made.
pub fn count(count: u64) -> Answer {
    consistent(Ok(Nat256::from(count)))
}

/// What the chain asks for, in wei per gas.
pub fn history(base: u128, priority: u128) -> Answer {
    consistent(Ok(FeeHistory {
        oldest_block: Nat256::from(1u8),
        base_fee_per_gas: vec![Nat256::from(1u8), Nat256::from(base)],
        gas_used_ratio: vec![0.5],
        reward: vec![vec![Nat256::from(priority)]],
    }))
}

/// What a node says to a transaction.
pub fn status(status: SendRawTransactionStatus) -> Answer {
    consistent(Ok(status))
}

/// A node takes the transaction.
pub fn taken() -> Answer {
    status(SendRawTransactionStatus::Ok(None))
}

/// No receipt.
pub fn pending() -> Answer {
    consistent(Ok(None::<TransactionReceipt>))
}

/// The receipt of a transaction in block 77.
pub fn receipt(hash: &ByteBuf, from: Address, succeeded: bool) -> TransactionReceipt {
    let hash = <[u8; 32]>::try_from(hash.as_slice()).unwrap();
    TransactionReceipt {
        block_hash: [1; 32].into(),
        block_number: Nat256::from(77u8),
        effective_gas_price: Nat256::from(11 * GWEI),
        cumulative_gas_used: Nat256::from(90_000u32),
        gas_used: Nat256::from(80_000u32),
        status: Some(Nat256::from(u8::from(succeeded))),
        root: None,
        transaction_hash: hash.into(),
        contract_address: None,
        from: from.0.0.into(),
        logs: vec![],
        logs_bloom: [0; 256].into(),
        to: Some(CONTRACT.into()),
        transaction_index: Nat256::from(0u8),
        tx_type: 2.into(),
    }
}

/// The mock's code.
pub fn wasm() -> Vec<u8> {
    wat::parse_str(include_str!("evm_rpc.wat")).unwrap()
}

/// The argument of its method `script`.
pub fn script(method: Method, answers: &[Answer]) -> Vec<u8> {
    let mut argument = vec![method as u8];
    for answer in answers {
        argument.extend((answer.len() as u32).to_le_bytes());
        argument.extend(answer);
    }
    argument
}

/// How the chain is reached unless a test wants it otherwise: a transaction that is not settled is replaced after an hour.
pub fn config(canister: Principal) -> EvmRpc {
    let provider = |n: u8| RpcProvider {
        url: format!("https://rpc-{n}.example/secret"),
        headers: vec![],
    };
    EvmRpc {
        chain_id: CHAIN,
        canister,
        providers: [1, 2, 3].map(provider).into(),
        agreeing: Some(2),
        cycles: Nat::from(7_000_000_000u64),
        settled: Settled::Finalized,
        stuck_after: 3_600,
    }
}

/// The mock on the signer's node.
pub struct Rpc<'a> {
    pub signer: &'a Signer,
    pub canister: Principal,
}

/// What a method was called with last.
#[derive(Debug)]
pub struct Seen {
    pub calls: u32,
    pub cycles: u128,
    pub argument: Vec<u8>,
}

impl<'a> Rpc<'a> {
    /// Installed and configured.
    pub async fn start(signer: &'a Signer) -> Self {
        let wasm = wasm();
        let node = &signer.node;
        let canister = node
            .create_canister(&signer.admin, 10_000_000_000_000)
            .await
            .unwrap();
        node.install(&signer.admin, canister, &wasm, vec![])
            .await
            .unwrap();
        let rpc = Self { signer, canister };
        rpc.configure(|_| ()).await;
        rpc
    }

    /// See [`config`].
    pub fn config(&self) -> EvmRpc {
        config(self.canister)
    }

    pub async fn configure(&self, change: impl FnOnce(&mut EvmRpc)) {
        let mut config = self.config();
        change(&mut config);
        let set = self
            .signer
            .update::<Result<(), Refusal>>(&self.signer.admin, "set_evm_rpc", (config,));
        set.await.unwrap().unwrap();
    }

    /// Tells a method what to answer from now on; it stays at the last.
    pub async fn script(&self, method: Method, answers: &[Answer]) {
        let call = self.signer.admin.update(&self.canister, "script");
        call.with_arg(script(method, answers))
            .call_and_wait()
            .await
            .unwrap();
    }

    /// A chain that takes everything: the nonce, a base fee of 10 gwei, a priority fee of 1 gwei.
    pub async fn calm(&self, nonce: u64) {
        self.script(Method::TransactionCount, &[count(nonce)]).await;
        self.script(Method::FeeHistory, &[history(10 * GWEI, GWEI)]).await;
        self.script(Method::SendRawTransaction, &[taken()]).await;
    }

    pub async fn seen(&self, method: Method) -> Seen {
        let call = self.signer.admin.query(&self.canister, "seen");
        let reply = call.with_arg(vec![method as u8]).call().await.unwrap();
        Seen {
            calls: u32::from_le_bytes(reply[..4].try_into().unwrap()),
            cycles: u128::from_le_bytes(reply[4..20].try_into().unwrap()),
            argument: reply[20..].to_vec(),
        }
    }

    /// The last transaction that a node was handed.
    pub async fn sent(&self) -> Vec<u8> {
        let seen = self.seen(Method::SendRawTransaction).await;
        let (services, config, raw) =
            candid::decode_args::<(RpcServices, Option<RpcConfig>, Hex)>(&seen.argument).unwrap();
        assert!(matches!(services, RpcServices::Custom { chain_id: CHAIN, services } if services.len() == 3));
        assert!(config.unwrap().response_consensus.is_some());
        raw.into()
    }
}

/// The fees of a transaction, in wei per gas: for the producer, and in all.
pub fn fees(transaction: &TxEnvelope) -> (u128, u128) {
    (
        transaction.max_priority_fee_per_gas().unwrap(),
        transaction.max_fee_per_gas(),
    )
}

/// What a replacement may not change.
pub fn content(transaction: &TxEnvelope) -> (u64, Option<u64>, u64, Option<Address>, U256, Vec<u8>) {
    (
        transaction.nonce(),
        transaction.chain_id(),
        transaction.gas_limit(),
        transaction.to(),
        transaction.value(),
        transaction.input().to_vec(),
    )
}
