//! `complete_request`: what was accepted is signed, whoever has the leaves and whatever key is wanted by now.

mod common;

use candid::Nat;
use common::{
    Signer,
    batch::{Batch, EVM, SOLANA, allowed, settlement},
    emulated::{Emulated, me},
    identity, principal,
    recover::recover,
    request,
};
use ic_agent::{Agent, Identity};
use ic_emulator::Options;
use serde_bytes::ByteBuf;
use signer_api::{
    BatchRequest, CheckpointRequest, Cost, Hours, Refusal, Registry, RequestView, Role, Signed,
};
use std::time::{SystemTime, UNIX_EPOCH};

fn id(n: u8) -> ByteBuf {
    ByteBuf::from([n; 32])
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() - 60
}

async fn allow(signer: &Signer) {
    for chain in [EVM, SOLANA] {
        signer.set("allow_settlement", (allowed(chain),)).await;
    }
}

async fn complete(signer: &Signer, who: &Agent, n: u8, version: Option<u32>) -> Result<Signed, Refusal> {
    signer
        .update(who, "complete_request", (id(n), version))
        .await
        .unwrap()
}

async fn known(signer: &Signer, n: u8) -> Option<RequestView> {
    let known: Result<Option<RequestView>, Refusal> = signer.query("request", (id(n),)).await;
    known.unwrap()
}

async fn sign(signer: &Signer, request: &BatchRequest) -> Result<Signed, Refusal> {
    signer
        .update(&signer.operator, "sign_batch", (request,))
        .await
        .unwrap()
}

/// Accepts the request and drops its signature by `setting`, which meets it in the middle. Whether it did.
async fn dropped(signer: &Signer, requests: &[&BatchRequest], method: &str, rule: &str) -> bool {
    let mut asked = vec![];
    for request in requests {
        asked.push(signer.submit(&signer.operator, "sign_batch", (*request,)).await);
    }
    let set = match method {
        "rotate_key" => signer.submit(&signer.admin, method, (0u64,)).await,
        _ => signer.submit(&signer.admin, method, ()).await,
    };
    let mut all = true;
    for asked in asked {
        let answer: Result<Signed, Refusal> = signer.reply(&signer.operator, asked).await;
        all &= answer.is_err_and(|refusal| refusal.rule() == rule);
    }
    signer.admin.wait(&set, signer.canister).await.unwrap();
    all
}

/// The operator who has the leaves is gone, another completes.
#[tokio::test]
async fn another_operator_completes_what_a_pause_interrupted() {
    for _ in 0..20 {
        let signer = Signer::start().await;
        allow(&signer).await;
        let made = Batch::empty(EVM, 1, now()).paying(1, 0, 5);
        let met = dropped(&signer, &[&made.request(1)], "pause", "Paused").await;
        let other = signer.node.agent(identity(9)).unwrap();
        signer
            .set("set_role", (principal(&other), Role::Operator, true))
            .await;
        signer
            .set("set_role", (principal(&signer.operator), Role::Operator, false))
            .await;
        let (true, Some(accepted)) = (met, known(&signer, 1).await) else {
            continue; // the node finished one call before it looked at the other: try again
        };
        assert_eq!(accepted.signature, None);
        assert_eq!(complete(&signer, &other, 1, None).await, Err(Refusal::Paused));
        signer.resume(&signer.admin).await.unwrap();
        // Without leaves and credits: it was paid when it was accepted.
        let signed = complete(&signer, &other, 1, None).await.unwrap();
        assert_eq!((&signed.digest, signed.key_version), (&accepted.digest, 1));
        assert_eq!(
            recover(&signed.digest, &signed.signature),
            signed.signer.to_lowercase()
        );
        assert_eq!(complete(&signer, &signer.admin, 1, None).await, Ok(signed));
        assert_eq!(signer.blocks_of("batch_accepted").await.len(), 1);
        assert_eq!(signer.blocks_of("batch_signed").await.len(), 1);
        return;
    }
    panic!("the node never pauses in the middle of a call");
}

#[tokio::test]
async fn two_batches_in_flight_are_signed_by_the_key_that_replaced_theirs() {
    for _ in 0..20 {
        let signer = Signer::start().await;
        allow(&signer).await;
        let made = [1, 2].map(|sequence| Batch::empty(EVM, sequence, now()).paying(1, 0, 5));
        let requests = [made[0].request(1), made[1].request(2)];
        let met = dropped(&signer, &[&requests[0], &requests[1]], "rotate_key", "KeyRetired").await;
        if !met || known(&signer, 1).await.is_none() || known(&signer, 2).await.is_none() {
            continue; // the node did not run all three at the same time: try again
        }
        // By who has the leaves under another id, and by who has none: either way the first of two.
        let again = sign(&signer, &made[0].request(3)).await.unwrap();
        let first = complete(&signer, &signer.operator, 1, None).await.unwrap();
        let second = complete(&signer, &signer.operator, 2, None).await.unwrap();
        assert_eq!((&again.digest, again.key_version), (&first.digest, 2));
        for signed in [&first, &second] {
            assert_eq!(signed.key_version, 2);
            assert_eq!(
                recover(&signed.digest, &signed.signature),
                signed.signer.to_lowercase()
            );
        }
        assert_ne!(first.digest, second.digest);
        for sequence in [1, 2] {
            let other = Batch::empty(EVM, sequence, now()).paying(1, 0, 6);
            let refused = sign(&signer, &other.request(4)).await.unwrap_err();
            assert_eq!(
                refused,
                Refusal::OutOfTurn {
                    expected: 3,
                    given: sequence
                }
            );
        }
        return;
    }
    panic!("the node never rotates in the middle of two calls");
}

fn emulated() -> Emulated {
    let signer = Emulated::start(Options::default());
    for chain in [EVM, SOLANA] {
        signer.set("allow_settlement", (allowed(chain),));
    }
    signer
}

fn complete_here(signer: &Emulated, n: u8, version: Option<u32>) -> Result<Signed, Refusal> {
    signer.update("complete_request", (id(n), version)).unwrap()
}

/// 1 and 2 are signed by the first key and not opened when the settlement wants the second.
#[test]
fn another_key_signs_what_was_signed_and_is_paid_once() {
    for chain in [EVM, SOLANA] {
        let signer = emulated();
        let mut signed = vec![];
        for n in [1u8, 2] {
            let batch = Batch::empty(chain, n.into(), signer.now()).paying(1, 0, 5);
            signed.push(signer.sign_batch(&batch.request(n)).unwrap());
        }
        let _: Result<u32, Refusal> = signer.update("rotate_key", (0u64,)).unwrap();
        let cost: Result<Cost, Refusal> = signer.query("cost", ());
        let cost = cost.unwrap();
        let price = if chain == EVM { cost.evm } else { cost.solana };
        let credits = || signer.query::<Nat>("credits", (me(),));
        let before = credits();
        assert_eq!(
            complete_here(&signer, 1, None),
            Ok(signed[0].clone()),
            "it has one"
        );
        assert_eq!(credits(), before);
        for (n, first) in [1u8, 2].into_iter().zip(&signed) {
            let again = complete_here(&signer, n, Some(2)).unwrap();
            assert_eq!((&again.digest, again.key_version), (&first.digest, 2));
            assert_ne!(again.signature, first.signature);
            assert_eq!(complete_here(&signer, n, Some(2)), Ok(again.clone()));
            assert_eq!(complete_here(&signer, n, None), Ok(again));
            assert_eq!(credits(), before.clone() - price.clone() * n);
        }
        let retired = Refusal::KeyRetired {
            version: 1,
            current: 2,
        };
        assert_eq!(complete_here(&signer, 1, Some(1)), Err(retired));
        let unknown = Refusal::UnknownKeyVersion {
            version: 3,
            current: 2,
        };
        assert_eq!(complete_here(&signer, 1, Some(3)), Err(unknown));
    }
}

#[test]
fn policy_stands_also_for_what_is_completed() {
    let signer = emulated();
    let batch = Batch::empty(EVM, 1, signer.now()).paying(1, 0, 5);
    signer.sign_batch(&batch.request(1)).unwrap();
    let _: Result<u32, Refusal> = signer.update("rotate_key", (0u64,)).unwrap();
    let refused = |rule: &str| {
        let before = signer.query::<Nat>("credits", (me(),));
        assert_eq!(complete_here(&signer, 1, Some(2)).unwrap_err().rule(), rule);
        assert_eq!(signer.query::<Nat>("credits", (me(),)), before, "{rule}");
    };
    signer.set("pause", ());
    refused("Paused");
    signer.set("resume", ());
    signer.set("remove_settlement", (EVM, ByteBuf::from(settlement(EVM))));
    refused("ContractNotAllowed");
    let minute = (signer.now() / 60 % 1_440) as u32;
    let mut policy = allowed(EVM);
    policy.hours = Some(Hours {
        from_minute: (minute + 100) % 1_440,
        to_minute: (minute + 200) % 1_440,
    });
    signer.set("allow_settlement", (policy,));
    refused("OutsideHours");
    signer.set("allow_settlement", (allowed(EVM),));
    signer.set("set_role", (me(), Role::Operator, false));
    // An administrator may, and pays.
    complete_here(&signer, 1, Some(2)).unwrap();
    let poor = identity(8).sender().unwrap();
    signer.set("set_role", (poor, Role::Operator, true));
    let _: Result<u32, Refusal> = signer.update("rotate_key", (0u64,)).unwrap();
    let args = candid::encode_args((id(1), Some(3u32))).unwrap();
    let call = |who| {
        signer
            .emulator
            .update(who, signer.canister, "complete_request", args.clone())
    };
    let answer: Result<Signed, Refusal> = candid::decode_one(&call(poor).unwrap()).unwrap();
    assert_eq!(answer.unwrap_err().rule(), "InsufficientCredits");
    call(identity(7).sender().unwrap()).expect_err("a stranger is not taken in");
}

#[test]
fn checkpoints_are_completed_and_claims_by_their_method() {
    let signer = emulated();
    let missing = Refusal::UnknownRequest { id: id(1) };
    assert_eq!(complete_here(&signer, 1, None), Err(missing));
    let _: Result<signer_api::SignedClaim, Refusal> = signer.update("sign_claim", (request(1),)).unwrap();
    let method = Refusal::NotCompletable {
        id: id(1),
        method: "sign_claim".into(),
    };
    assert_eq!(complete_here(&signer, 1, None), Err(method));
    let short: Result<Signed, Refusal> = signer
        .update("complete_request", (ByteBuf::from([1]), None::<u32>))
        .unwrap();
    assert_eq!(short.unwrap_err().rule(), "WrongLength");

    let registry = Registry {
        chain: EVM,
        address: ByteBuf::from([0x0d; 20]),
        max_orders: 10,
        next_number: None,
    };
    signer.set("allow_registry", (registry.clone(),));
    let checkpoint = CheckpointRequest {
        id: id(2),
        chain: EVM,
        contract: registry.address,
        number: 1,
        root: id(3),
        order_count: 3,
        key_version: None,
    };
    let signed: Result<Signed, Refusal> = signer.update("sign_checkpoint", (checkpoint,)).unwrap();
    let _: Result<u32, Refusal> = signer.update("rotate_key", (0u64,)).unwrap();
    let again = complete_here(&signer, 2, Some(2)).unwrap();
    assert_eq!((again.digest, again.key_version), (signed.unwrap().digest, 2));
}
