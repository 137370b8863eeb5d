//! A trap between the decision and the signature. Only the emulator can be told to trap there, by a limit of
//! instructions that the recovery of the public key exceeds.

mod common;

use candid::{CandidType, Nat, Principal, encode_args, encode_one, utils::ArgumentEncoder};
use common::{CHAIN, DISTRIBUTOR, get, identity, request, wasm};
use ic_agent::Identity;
use ic_emulator::{Emulator, Options};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, InstallCodeArgs, ProvisionalCreateCanisterWithCyclesArgs,
};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use signer::{
    api::{ClaimView, Distributor, InitArgs, Role, SignedClaim},
    icrc3::{GetBlocksRequest, GetBlocksResult, Value},
    refusal::Refusal,
};

struct Limited {
    emulator: Emulator,
    canister: Principal,
}

fn me() -> Principal {
    identity(1).sender().unwrap()
}

impl Limited {
    fn start(instruction_limit: u64) -> Self {
        let emulator = Emulator::new(Options {
            instruction_limit,
            ..Options::default()
        })
        .unwrap();
        let mut limited = Self {
            emulator,
            canister: Principal::management_canister(),
        };
        let create = ProvisionalCreateCanisterWithCyclesArgs {
            amount: Some(Nat::from(10_000_000_000_000u64)),
            settings: None,
            specified_id: None,
            sender_canister_version: None,
        };
        let created: CanisterIdRecord = limited
            .update("provisional_create_canister_with_cycles", (create,))
            .unwrap();
        let install = InstallCodeArgs {
            mode: CanisterInstallMode::Install,
            canister_id: created.canister_id,
            wasm_module: wasm(),
            arg: encode_one(InitArgs {
                admin: me(),
                key_name: "dfx_test_key".into(),
            })
            .unwrap(),
            sender_canister_version: None,
        };
        let management = limited.canister;
        limited
            .emulator
            .update(me(), management, "install_code", encode_one(install).unwrap())
            .unwrap();
        limited.canister = created.canister_id;
        let ok: Result<(), Refusal> = limited.update("set_role", (me(), Role::Claimer, true)).unwrap();
        ok.unwrap();
        let distributor = Distributor {
            chain_id: CHAIN,
            address: ByteBuf::from(DISTRIBUTOR.to_vec()),
            max_amount: Nat::from(5000u32),
        };
        let ok: Result<(), Refusal> = limited.update("allow_distributor", (distributor,)).unwrap();
        ok.unwrap();
        limited
    }

    fn update<T: CandidType + DeserializeOwned>(
        &self,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<T, String> {
        let reply = self
            .emulator
            .update(me(), self.canister, method, encode_args(args).unwrap());
        reply
            .map(|reply| candid::decode_one(&reply).unwrap())
            .map_err(|reject| reject.message)
    }

    fn sign(&self) -> Result<Result<SignedClaim, Refusal>, String> {
        self.update("sign_claim", (request(1),))
    }

    fn log(&self) -> Vec<String> {
        let all = GetBlocksRequest {
            start: Nat::from(0u8),
            length: Nat::from(100u8),
        };
        let result: GetBlocksResult = self.update("icrc3_get_blocks", (vec![all],)).unwrap();
        let name = |block: &Value| match get(block, &["btype"]) {
            Some(Value::Text(name)) => name.clone(),
            other => panic!("{other:?}"),
        };
        result.blocks.iter().map(|b| name(&b.block)).collect()
    }
}

/// Enough to accept a claim (about 4 million), too few for what follows the await (about 14 million).
const LIMIT: u64 = 7_000_000;

#[test]
fn a_trap_after_the_await_leaves_the_decision_and_nothing_half_made() {
    let limited = Limited::start(LIMIT);
    let before = limited.log();
    for _ in 0..3 {
        // The second and third call are refused by the limit as well, not as a twin: the trap freed the id.
        let trapped = limited.sign().unwrap_err();
        assert!(
            trapped.contains("exceeded the limit of 7000000 instructions"),
            "{trapped}"
        );
    }
    let known: Result<Option<ClaimView>, Refusal> = limited.update("claim", (request(1).id,)).unwrap();
    let known = known.unwrap().unwrap();
    assert_eq!(
        (known.request, known.signature, known.signed_at),
        (request(1), None, None)
    );
    assert_eq!(
        limited.log(),
        [&before[..], &["claim_accepted".to_owned()]].concat(),
        "accepted once, signed never"
    );

    let mut changed = request(1);
    changed.amount = Nat::from(999u32);
    let refused: Result<SignedClaim, Refusal> = limited.update("sign_claim", (changed,)).unwrap();
    assert_eq!(
        refused,
        Err(Refusal::IdTaken {
            id: request(1).id,
            digest: known.digest
        })
    );
}

#[test]
fn with_enough_instructions_the_same_calls_sign() {
    let signed = Limited::start(10 * LIMIT).sign().unwrap().unwrap();
    assert_eq!(signed.signature.len(), 65);
}
