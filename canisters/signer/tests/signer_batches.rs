//! `sign_batch`: what is signed, once, and what is not.

mod common;

use candid::Nat;
use common::{
    Signer,
    batch::{Batch, EVM, MAX_PER_BATCH, SOLANA, allowed, asset, settlement},
    get, principal,
    recover::recover,
};
use futures_util::future::join;
use novate_protocol::{eip712::Domain, keccak::keccak256};
use serde_bytes::ByteBuf;
use signer_api::{BatchRefusal, Chain, Content, Refusal, RequestView, Role, Signed};
use std::time::{SystemTime, UNIX_EPOCH};

/// A signer that may sign batches on both chains.
async fn start() -> Signer {
    let signer = Signer::start().await;
    for chain in [EVM, SOLANA] {
        signer.set("allow_settlement", (allowed(chain),)).await;
    }
    signer
}

/// A batch that the policy allows.
fn batch(chain: Chain, sequence: u64) -> Batch {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Batch::empty(chain, sequence, now - 60).paying(2, 0, 10).moving(0)
}

async fn sign(signer: &Signer, batch: &Batch, n: u8) -> Result<Signed, Refusal> {
    let request = batch.request(n);
    signer
        .update(&signer.operator, "sign_batch", (request,))
        .await
        .unwrap()
}

async fn request(signer: &Signer, n: u8) -> Option<RequestView> {
    let id = ByteBuf::from([n; 32]);
    let found: Result<_, Refusal> = signer.query("request", (id,)).await;
    found.unwrap()
}

#[tokio::test]
async fn a_batch_for_evm_recovers_to_the_signers_address() {
    let signer = start().await;
    let batch = batch(EVM, 1);
    let signed = sign(&signer, &batch, 1).await.unwrap();
    let contract = settlement(EVM).try_into().unwrap();
    let domain = Domain::settlement(EVM.number(), contract);
    assert_eq!(signed.digest, batch.header().digest_eip712(&domain));
    assert_eq!((signed.signature.len(), signed.key_version), (65, 1));
    assert_eq!(signed.signer, signer.evm_address().await);
    assert_eq!(
        recover(&signed.digest, &signed.signature),
        signed.signer.to_lowercase()
    );
}

#[tokio::test]
async fn a_batch_for_solana_is_signed_by_the_ed25519_key_over_the_message_that_the_program_reads() {
    let signer = start().await;
    let batch = batch(SOLANA, 1);
    let signed = sign(&signer, &batch, 1).await.unwrap();
    let message = batch.header().solana_message();
    assert_eq!(signed.digest, keccak256(&[&message]));
    let address: String = signer
        .update(&signer.stranger, "solana_address", ())
        .await
        .unwrap();
    assert_eq!(signed.signer, address);
    let key = bs58::decode(&address).into_vec().unwrap();
    let key = ic_ed25519::PublicKey::deserialize_raw(&key).unwrap();
    key.verify_signature(&message, &signed.signature).unwrap();
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_bytes_also_while_paused() {
    let signer = start().await;
    for (n, chain) in [(1, EVM), (2, SOLANA)] {
        let batch = batch(chain, 1);
        let first = sign(&signer, &batch, n).await.unwrap();
        assert_eq!(sign(&signer, &batch, n).await.unwrap(), first);
        signer.pause(&signer.admin).await.unwrap();
        assert_eq!(sign(&signer, &batch, n).await.unwrap(), first);
        let other = sign(&signer, &self::batch(chain, 2), n + 10).await;
        assert_eq!(other, Err(Refusal::Paused));
        signer.resume(&signer.admin).await.unwrap();
    }
    assert_eq!(signer.blocks_of("batch_signed").await.len(), 2);
    assert_eq!(signer.blocks_of("request_accepted").await.len(), 2);
}

#[tokio::test]
async fn an_id_is_one_batch_whatever_the_chain_and_the_method() {
    let signer = start().await;
    let first = sign(&signer, &batch(EVM, 1), 1).await.unwrap();
    let taken = Refusal::IdTaken {
        id: ByteBuf::from([1; 32]),
        digest: first.digest.clone(),
    };
    assert_eq!(sign(&signer, &batch(EVM, 2), 1).await, Err(taken.clone()));
    assert_eq!(sign(&signer, &batch(SOLANA, 1), 1).await, Err(taken.clone()));
    let claim = common::request(1);
    assert_eq!(signer.sign(&signer.operator, &claim).await, Err(taken));

    let claim = common::request(9);
    let claimed = signer.sign(&signer.operator, &claim).await.unwrap();
    let taken = Refusal::IdTaken {
        id: claim.id,
        digest: claimed.digest,
    };
    assert_eq!(sign(&signer, &batch(EVM, 2), 9).await, Err(taken));
    sign(&signer, &batch(EVM, 2), 2).await.unwrap();
}

#[tokio::test]
async fn sequences_have_no_gaps_and_are_never_used_twice() {
    let signer = start().await;
    let turn = |expected, given| Err(Refusal::OutOfTurn { expected, given });
    for given in [0, 2, u64::MAX] {
        assert_eq!(sign(&signer, &batch(EVM, given), 1).await, turn(1, given));
    }
    sign(&signer, &batch(EVM, 1), 1).await.unwrap();
    let other = batch(EVM, 1).paying(1, 1, 5);
    assert_eq!(sign(&signer, &other, 2).await, turn(2, 1));
    // Each settlement counts for itself.
    sign(&signer, &batch(SOLANA, 1), 3).await.unwrap();
    sign(&signer, &batch(EVM, 2), 4).await.unwrap();

    // What is removed and allowed again goes on where it was.
    let chain = SOLANA;
    signer
        .set("remove_settlement", (chain, ByteBuf::from(settlement(chain))))
        .await;
    let gone = sign(&signer, &batch(chain, 2), 5).await;
    let contract = ByteBuf::from(settlement(chain));
    assert_eq!(gone, Err(Refusal::ContractNotAllowed { chain, contract }));
    signer.set("allow_settlement", (allowed(chain),)).await;
    let other = batch(chain, 1).paying(1, 1, 5);
    assert_eq!(sign(&signer, &other, 6).await, turn(2, 1));
    sign(&signer, &batch(chain, 2), 7).await.unwrap();
}

#[tokio::test]
async fn of_two_batches_with_one_sequence_one_is_accepted() {
    let signer = start().await;
    let (one, two) = (batch(EVM, 1), batch(EVM, 1).paying(1, 1, 5));
    let (first, second) = (one.request(1), two.request(2));
    let asked = join(
        signer.submit(&signer.operator, "sign_batch", (&first,)),
        signer.submit(&signer.operator, "sign_batch", (&second,)),
    );
    let (first, second) = asked.await;
    let mut answers: Vec<Result<Signed, Refusal>> = vec![
        signer.reply(&signer.operator, first).await,
        signer.reply(&signer.operator, second).await,
    ];
    answers.sort_by_key(Result::is_err);
    assert!(answers[0].is_ok(), "{answers:?}");
    let turn = Refusal::OutOfTurn {
        expected: 2,
        given: 1,
    };
    assert_eq!(answers[1], Err(turn));
    assert_eq!(signer.blocks_of("batch_accepted").await.len(), 1);
}

#[tokio::test]
async fn twins_of_one_id_get_one_signature() {
    let signer = start().await;
    for n in 1..50 {
        let request = batch(SOLANA, n.into()).request(n);
        let ask = || signer.submit(&signer.operator, "sign_batch", (&request,));
        let (one, two) = join(ask(), ask()).await;
        let mut twins: Vec<Result<Signed, Refusal>> = vec![
            signer.reply(&signer.operator, one).await,
            signer.reply(&signer.operator, two).await,
        ];
        twins.sort_by_key(Result::is_err);
        assert!(twins[0].is_ok(), "{twins:?}");
        assert_eq!(signer.blocks_of("batch_signed").await.len(), usize::from(n));
        if twins[1].is_err() {
            let id = ByteBuf::from([n; 32]);
            assert_eq!(twins[1], Err(Refusal::InProgress { id }));
            return;
        }
        // The node happened to run one after the other: try again.
        assert_eq!(twins[1], twins[0]);
    }
    panic!("the node never runs two calls at the same time");
}

#[tokio::test]
async fn a_refused_batch_leaves_nothing_but_the_refusal() {
    let signer = start().await;
    let status = signer.status().await;
    let credits = signer.credits().await;
    let over = batch(EVM, 1).paying(1, 0, MAX_PER_BATCH.into());
    let refusal = sign(&signer, &over, 1).await.unwrap_err();
    let above = BatchRefusal::AboveBatchMaximum {
        asset: ByteBuf::from(asset(EVM, 0)),
        debits: Nat::from(MAX_PER_BATCH + 20),
        max: Nat::from(MAX_PER_BATCH),
    };
    assert_eq!(refusal, Refusal::Batch(above));

    let after = signer.status().await;
    assert_eq!(
        (after.requests, after.refusals),
        (status.requests, status.refusals + 1)
    );
    assert_eq!(signer.credits().await, credits);
    assert_eq!(request(&signer, 1).await, None);
    let block = signer.blocks_of("refused").await.remove(0);
    let of = |name: &str| get(&block, &["tx", name]).cloned();
    let text = |text: &str| Some(canister_kit::icrc3::Value::text(text));
    assert_eq!(of("rule"), text("AboveBatchMaximum"));
    assert_eq!(of("detail"), text(&refusal.to_string()));
    assert_eq!(of("method"), text("sign_batch"));
    assert_eq!(of("caller"), text(&principal(&signer.operator).to_string()));
    assert_eq!(
        of("contract"),
        Some(canister_kit::icrc3::Value::blob(settlement(EVM)))
    );
    assert_eq!(of("request_id"), Some(canister_kit::icrc3::Value::blob([1; 32])));

    // The id and the sequence are free.
    sign(&signer, &batch(EVM, 1), 1).await.unwrap();
}

#[tokio::test]
async fn only_an_operator_asks_for_a_batch() {
    let signer = start().await;
    let request = batch(EVM, 1).request(1);
    for who in [&signer.stranger, &signer.admin, &signer.anonymous] {
        signer.turned_away(who, "sign_batch", (&request,)).await;
    }
    signer
        .set_role(&signer.admin, principal(&signer.operator), Role::Operator, false)
        .await
        .unwrap();
    signer
        .turned_away(&signer.operator, "sign_batch", (&request,))
        .await;
}

#[tokio::test]
async fn a_request_can_be_looked_up_by_its_id() {
    let signer = start().await;
    let batch = batch(SOLANA, 1);
    let signed = sign(&signer, &batch, 1).await.unwrap();
    let view = request(&signer, 1).await.unwrap();
    assert_eq!(view.content, Content::Batch((&batch.header()).into()));
    assert_eq!((view.method.as_str(), view.chain), ("sign_batch", SOLANA));
    assert_eq!(
        (view.signature, view.digest, view.key_version),
        (Some(signed.signature), signed.digest, 1)
    );
    assert_eq!(view.caller, principal(&signer.operator));
    assert!(view.signed_at >= Some(view.accepted_at));
    let cost: Result<signer_api::Cost, Refusal> = signer.query("cost", ()).await;
    assert_eq!(view.price, cost.unwrap().solana);
    let short: Result<Option<RequestView>, Refusal> =
        signer.query("request", (ByteBuf::from([1; 31]),)).await;
    assert!(matches!(short, Err(Refusal::WrongLength { .. })), "{short:?}");
    assert_eq!(
        signer.claim(&ByteBuf::from([1; 32])).await,
        None,
        "it is no claim"
    );
}
