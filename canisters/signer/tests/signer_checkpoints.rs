//! `sign_checkpoint`: roots of completed orders.

mod common;

use candid::Nat;
use common::{
    CHAIN, DISTRIBUTOR,
    batch::{EVM, SOLANA, settlement},
    emulated::Emulated,
    recover::recover,
    request,
};
use ic_emulator::Options;
use novate_protocol::{eip712::Domain, keccak::keccak256, order::OrderCheckpoint};
use serde_bytes::ByteBuf;
use signer_api::{Chain, CheckpointRequest, Refusal, Registry, Signed, SignedClaim};

fn start() -> Emulated {
    let signer = Emulated::start(Options::default());
    for chain in [EVM, SOLANA] {
        let registry = Registry {
            chain,
            address: ByteBuf::from(settlement(chain)),
            max_orders: 100,
            next_number: None,
        };
        signer.set("allow_registry", (registry,));
    }
    signer
}

fn checkpoint(chain: Chain, n: u8, number: u64) -> CheckpointRequest {
    CheckpointRequest {
        id: ByteBuf::from([n; 32]),
        chain,
        contract: ByteBuf::from(settlement(chain)),
        number,
        root: ByteBuf::from([7; 32]),
        order_count: 100,
        key_version: None,
    }
}

fn sign(signer: &Emulated, request: &CheckpointRequest) -> Result<Signed, Refusal> {
    signer.update("sign_checkpoint", (request,)).unwrap()
}

/// What contracts and programs read.
fn signed_over(chain: Chain, number: u64) -> OrderCheckpoint {
    let address = settlement(chain);
    let mut word = [0; 32];
    word[32 - address.len()..].copy_from_slice(&address);
    OrderCheckpoint {
        chain: chain.number(),
        settlement: word,
        number,
        root: [7; 32],
        order_count: 100,
    }
}

#[test]
fn checkpoints_are_signed_for_both_chains() {
    let signer = start();
    let evm = sign(&signer, &checkpoint(EVM, 1, 1)).unwrap();
    let domain = Domain::orders(CHAIN, settlement(EVM).try_into().unwrap());
    assert_eq!(evm.digest, signed_over(EVM, 1).digest_eip712(&domain));
    assert_eq!(recover(&evm.digest, &evm.signature), evm.signer.to_lowercase());
    assert_eq!(sign(&signer, &checkpoint(EVM, 1, 1)).unwrap(), evm);

    let solana = sign(&signer, &checkpoint(SOLANA, 2, 1)).unwrap();
    let message = signed_over(SOLANA, 1).solana_message();
    assert_eq!(solana.digest, keccak256(&[&message]));
    let key = bs58::decode(&solana.signer).into_vec().unwrap();
    let key = ic_ed25519::PublicKey::deserialize_raw(&key).unwrap();
    key.verify_signature(&message, &solana.signature).unwrap();
}

#[test]
fn numbers_have_no_gaps_and_are_never_used_twice() {
    let signer = start();
    let turn = |expected, given| Err(Refusal::OutOfTurn { expected, given });
    for given in [0, 2, u64::MAX] {
        assert_eq!(sign(&signer, &checkpoint(EVM, 1, given)), turn(1, given));
    }
    sign(&signer, &checkpoint(EVM, 1, 1)).unwrap();
    let mut other = checkpoint(EVM, 2, 1);
    other.order_count = 99;
    assert_eq!(sign(&signer, &other), turn(2, 1));
    sign(&signer, &checkpoint(EVM, 2, 2)).unwrap();
    sign(&signer, &checkpoint(SOLANA, 3, 1)).unwrap();
}

#[test]
fn what_is_wrong_is_refused_by_name() {
    let signer = start();
    let refused = |change: &dyn Fn(&mut CheckpointRequest)| {
        let mut request = checkpoint(EVM, 1, 1);
        change(&mut request);
        sign(&signer, &request).unwrap_err()
    };
    let zero = |field: &str| Refusal::Zero { field: field.into() };
    let length = |field: &str, expected, actual| Refusal::WrongLength {
        field: field.into(),
        expected,
        actual,
    };
    assert_eq!(refused(&|r| r.order_count = 0), zero("order_count"));
    assert_eq!(refused(&|r| r.root = ByteBuf::from([0; 32])), zero("root"));
    assert_eq!(refused(&|r| r.contract.fill(0)), zero("contract"));
    assert_eq!(refused(&|r| r.root.truncate(31)), length("root", 32, 31));
    assert_eq!(refused(&|r| r.id.push(1)), length("id", 32, 33));
    assert_eq!(refused(&|r| r.contract.push(1)), length("contract", 20, 21));
    let too_many = Refusal::TooLarge {
        field: "order_count".into(),
        value: Nat::from(101u32),
        max: Nat::from(100u32),
    };
    assert_eq!(refused(&|r| r.order_count = 101), too_many);
    assert_eq!(refused(&|r| r.contract[0] ^= 1).rule(), "ContractNotAllowed");
    assert_eq!(refused(&|r| r.chain = Chain::Evm(1)).rule(), "ContractNotAllowed");
    let kind = refused(&|r| r.chain = Chain::Solana(CHAIN));
    assert_eq!(kind, length("contract", 32, 20));

    signer.set("pause", ());
    assert_eq!(refused(&|_| ()), Refusal::Paused);
    signer.set("resume", ());
    // The id of a claim is taken here, too.
    let claimed: Result<SignedClaim, Refusal> = signer.update("sign_claim", (request(1),)).unwrap();
    let id_taken = Refusal::IdTaken {
        id: ByteBuf::from([1; 32]),
        digest: claimed.unwrap().digest,
    };
    assert_eq!(refused(&|_| ()), id_taken);
    assert_eq!(request(1).distributor, DISTRIBUTOR);
}
