//! The signer.

use crate::metered::{Metered, user};
use candid::{Nat, encode_args};
use novate_bindings::{
    artifacts,
    icp::{
        AllowedCall, ArgumentRule, AssetLimit, BatchRequest, Chain, Check, CheckpointRequest, ClaimRequest,
        Distributor, EvmRpc, InitArgs, Registry, Role, RpcProvider, Settled, Settlement, Step,
        TransactionRequest,
    },
};
use novate_protocol::{
    batch::BatchHeader,
    ids::{Asset, Owner},
    leaf::DeltaLeaf,
    merkle::Tree,
};
use serde_bytes::ByteBuf;
use std::time::Duration;

const EVM: Chain = Chain::Evm(1);
const SOLANA: Chain = Chain::Solana(900);
/// Of every contract, by its chain.
const ADDRESS: [u8; 32] = {
    let mut address = [1; 32];
    let mut i = 0;
    while i < 12 {
        address[i] = 0;
        i += 1;
    }
    address
};
const ASSET: [u8; 32] = ADDRESS;
const LATER: u64 = 4_102_444_800;
/// When the batches were opened, in Unix seconds: the year 2096.
const OPENED_AT: u64 = 4_000_000_000;
/// `transfer(address,uint256)`
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];

/// Of every method but three: `deposit_credits` takes cycles that only canisters can send; what `submit_transaction` and
/// `advance` cost is for most of it what the EVM RPC canister is paid.
pub fn figures() -> impl Iterator<Item = (String, u128)> {
    let admin = user(1);
    let init = InitArgs {
        admin,
        key_name: "key_1".into(),
    };
    let init = encode_args((init,)).unwrap();
    let mut signer = Metered::install("signer", artifacts::SIGNER_WASM, artifacts::SIGNER_DID, init);
    signer.leave_out(["deposit_credits", "submit_transaction", "advance"]);
    settings(&mut signer);
    policy(&mut signer);
    reached(&mut signer);
    // The same content in every run: what a signature's recovery costs depends on its bits.
    let now = signer.emulator.time() / 1_000_000_000;
    signer
        .emulator
        .advance_time(Duration::from_secs(OPENED_AT.saturating_sub(now) + 60));
    let claim = ClaimRequest {
        id: ByteBuf::from([1; 32]),
        chain_id: EVM.number(),
        distributor: address(EVM),
        account: ByteBuf::from([2; 20]),
        amount: Nat::from(100u64),
        deadline: LATER,
        key_version: None,
    };
    signer.measure(admin, "sign_claim", (&claim,));
    signer.measure_as("sign_claim_again", admin, "sign_claim", (&claim,));
    signer.measure(admin, "sign_checkpoint", (checkpoint(2),));
    signer.measure(admin, "sign_transaction", (transaction(3),));
    for (figure, chain, sequence, leaves) in [
        ("sign_batch_100_leaves_evm", EVM, 1, 100),
        ("sign_batch_100_leaves_solana", SOLANA, 1, 100),
        ("sign_batch_5000_leaves_evm", EVM, 2, 5_000),
    ] {
        let batch = batch(chain, sequence, leaves, OPENED_AT);
        signer.measure_as(figure, admin, "sign_batch", (&batch,));
        if leaves == 5_000 {
            signer.measure_as(&format!("{figure}_again"), admin, "sign_batch", (&batch,));
        }
    }
    ends(&mut signer);
    signer.figures()
}

/// How Ethereum is reached.
fn reached(signer: &mut Metered) {
    let admin = user(1);
    let provider = |n: u8| RpcProvider {
        url: format!("https://rpc-{n}.example"),
        headers: vec![],
    };
    let rpc = EvmRpc {
        chain_id: EVM.number(),
        canister: user(9),
        providers: [1, 2, 3].map(provider).into(),
        agreeing: Some(2),
        cycles: Nat::from(7_000_000_000u64),
        settled: Settled::Finalized,
        stuck_after: 3_600,
    };
    signer.measure(admin, "set_evm_rpc", (rpc,));
    signer.measure(admin, "remove_evm_rpc", (EVM.number(),));
}

/// Roles, credits, keys.
fn settings(signer: &mut Metered) {
    let admin = user(1);
    for method in ["evm_address", "solana_address"] {
        signer.measure(admin, method, ());
        signer.measure(admin, &format!("{method}_of"), (2u32,));
    }
    signer.measure(admin, "set_role", (admin, Role::Operator, true));
    signer.measure(admin, "grant_credits", (admin, Nat::from(500_000_000_000_000u64)));
    signer.measure(admin, "set_margin", (Nat::from(1_000_000u64),));
    signer.measure(admin, "pause", ());
    signer.measure(admin, "resume", ());
}

/// What may be signed.
fn policy(signer: &mut Metered) {
    let admin = user(1);
    let distributor = Distributor {
        chain_id: EVM.number(),
        address: address(EVM),
        max_amount: Nat::from(1_000u64),
        max_per_day: None,
    };
    signer.measure(admin, "allow_distributor", (distributor,));
    let settlement = |chain: Chain| Settlement {
        chain,
        address: address(chain),
        assets: vec![AssetLimit {
            asset: ByteBuf::from(ASSET),
            max_per_batch: Nat::from(1_000_000_000u64),
            max_per_day: Nat::from(1_000_000_000u64),
        }],
        max_deltas: 10_000,
        max_items: 100,
        max_intents: 100_000,
        next_sequence: None,
        hours: None,
        collections: None,
        max_items_per_day: None,
    };
    signer.measure(admin, "allow_settlement", (settlement(EVM),));
    signer.call(admin, "allow_settlement", (settlement(SOLANA),));
    let registry = Registry {
        chain: EVM,
        address: address(EVM),
        max_orders: 1_000,
        next_number: None,
    };
    signer.measure(admin, "allow_registry", (registry,));
    let any = |index: u32| ArgumentRule {
        path: vec![Step::Index(index)],
        check: Check::Any,
    };
    let call = AllowedCall {
        chain_id: EVM.number(),
        contract: address(EVM),
        function: "transfer(address,uint256)".into(),
        arguments: vec![any(0), any(1)],
        max_value: Nat::from(0u64),
        max_gas: 100_000,
        max_fee_per_gas: Nat::from(100u64),
        max_per_day: None,
    };
    signer.measure(admin, "allow_call", (call,));
}

/// What takes permissions away.
fn ends(signer: &mut Metered) {
    let admin = user(1);
    signer.measure(admin, "rotate_key", (3_600u64,));
    // The checkpoint is signed once more, by the new key.
    let checkpoint = ByteBuf::from([2; 32]);
    signer.measure(admin, "complete_request", (checkpoint, Some(2u32)));
    signer.measure(admin, "remove_distributor", (EVM.number(), address(EVM)));
    signer.measure(admin, "remove_settlement", (EVM, address(EVM)));
    signer.measure(admin, "remove_registry", (EVM, address(EVM)));
    signer.measure(
        admin,
        "remove_call",
        (EVM.number(), address(EVM), "transfer(address,uint256)"),
    );
}

fn address(chain: Chain) -> ByteBuf {
    match chain {
        Chain::Evm(_) => ByteBuf::from(&ADDRESS[12..]),
        Chain::Solana(_) => ByteBuf::from(ADDRESS),
    }
}

fn checkpoint(id: u8) -> CheckpointRequest {
    CheckpointRequest {
        id: ByteBuf::from([id; 32]),
        chain: EVM,
        contract: address(EVM),
        number: 1,
        root: ByteBuf::from([5; 32]),
        order_count: 10,
        key_version: None,
    }
}

fn transaction(id: u8) -> TransactionRequest {
    TransactionRequest {
        id: ByteBuf::from([id; 32]),
        chain_id: EVM.number(),
        nonce: 0,
        max_priority_fee_per_gas: Nat::from(1u64),
        max_fee_per_gas: Nat::from(10u64),
        gas_limit: 60_000,
        to: address(EVM),
        value: Nat::from(0u64),
        data: ByteBuf::from([&TRANSFER[..], &ADDRESS, &[0; 31], &[7]].concat()),
        key_version: None,
    }
}

/// Half debits, half credits, each of another owner.
fn batch(chain: Chain, sequence: u64, leaves: u32, now: u64) -> BatchRequest {
    let word = |tag: u8, n: u32| {
        let mut word = [0; 32];
        word[12] = tag;
        word[28..].copy_from_slice(&n.to_be_bytes());
        word
    };
    let deltas: Vec<_> = (0..leaves)
        .map(|index| DeltaLeaf {
            index,
            owner: Owner(word(2, index)),
            asset: Asset(ASSET),
            session: if index < leaves / 2 {
                word(3, index)
            } else {
                [0; 32]
            },
            amount: if index < leaves / 2 { -10 } else { 10 },
        })
        .collect();
    let header = BatchHeader {
        chain: chain.number(),
        settlement: ADDRESS,
        sequence,
        intents_root: [6; 32],
        deltas_root: Tree::new(deltas.iter().map(DeltaLeaf::hash).collect()).root(),
        items_root: [0; 32],
        blob_cid: {
            let mut cid = [7; 36];
            cid[..4].copy_from_slice(&[0x01, 0x55, 0x12, 0x20]);
            cid
        },
        intent_count: leaves,
        delta_count: leaves,
        item_count: 0,
        opened_at: now,
    };
    let mut id = [sequence as u8; 32];
    id[..2].copy_from_slice(&[0xba, chain.number() as u8]);
    BatchRequest::new(id, chain, &header, &deltas, &[])
}
