//! A trap in the middle of a change leaves nothing of it. Only the emulator can be told to trap there, by a limit of
//! instructions.

use crate::common::{Evm, Key, Timed, init, request, wasm};
use canister_testing::Emulated;
use ic_emulator::Options;
use names_api::Refusal;
use names_api::interface::{Action, Certified, ChallengeView, Lookup, NameView};

fn limited(instruction_limit: u64) -> Timed {
    let options = Options {
        instruction_limit,
        ..Options::default()
    };
    Timed(Emulated::start(options, wasm(), init()))
}

/// Enough for a registration and a challenge, too few for the check of a signature.
const LIMIT: u64 = 7_000_000;

#[test]
fn a_trap_leaves_nothing_and_the_challenge_open() {
    let names = limited(LIMIT);
    names.register(2, "alice").unwrap();
    let key = Evm::new(7);
    let args = (request(Action::Link, "alice", key.wallet()),);
    let challenge: ChallengeView = names.ask(2, "challenge", args).unwrap();
    let before = (names.name("alice"), names.blocks(), names.status().challenges);
    for _ in 0..2 {
        let args = (challenge.nonce, key.sign(&challenge));
        let trapped = names
            .0
            .update::<Result<NameView, Refusal>>(2, "prove_wallet", args)
            .unwrap_err();
        assert!(trapped.message.contains("exceeded the limit of"), "{trapped}");
        assert_eq!(
            (names.name("alice"), names.blocks(), names.status().challenges),
            before
        );
    }
    let lookup = (Lookup::Wallet(key.wallet()),);
    let answer: Result<Certified, Refusal> = names.0.query("certified", lookup);
    assert_eq!(answer.unwrap().record, None);
}

#[test]
fn with_enough_instructions_the_same_calls_link() {
    let names = limited(10 * LIMIT);
    names.register(2, "alice").unwrap();
    names.link(2, "alice", &Evm::new(7)).unwrap();
}
