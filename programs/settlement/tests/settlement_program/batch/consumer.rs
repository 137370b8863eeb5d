//! `apply_deltas` charges sessions as its own config, and as nobody else who happens to sign.

use settlement::error::SettlementError;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;

use super::plan::Plan;
use super::scene::Scene;
use crate::world::*;

/// Where the consumer stands for one debit: behind five accounts and the ledger.
const CONSUMER: usize = 6;

#[test]
fn a_foreign_consumer_that_signs_charges_no_session_through_this_settlement() {
    let mut scene = Scene::new();
    let (asset, other) = (scene.asset, scene.user());
    scene.initialize(&other).unwrap();
    // An address of a program, which would sign by calling the settlement; Alice's session names it and nobody else.
    let foreign = config_of(&other.pubkey());
    let owner = scene.alice.depositor.owner.insecure_clone();
    scene.alice.session = scene
        .world
        .session_with(&owner, &[asset], |args| args.consumers = vec![foreign]);
    let deltas = vec![scene.alice.debit(&asset, 100), scene.bob.credit(&asset, 100)];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);

    let mut apply = scene.apply_deltas(&plan, 0..1);
    apply.accounts[CONSUMER].pubkey = foreign;
    apply.accounts[CONSUMER].is_signer = true;
    let payer = scene.user().pubkey();
    let svm = std::mem::take(&mut scene.world.chain.svm);
    // Signatures are not checked, so that the address of a program signs as it does in a call by the program.
    scene.world.chain.svm = svm.with_sigverify(false);
    let blockhash = scene.svm.latest_blockhash();
    let message = Message::new_with_blockhash(&[apply], Some(&payer), &blockhash);
    assert!(message.signer_keys().contains(&&foreign));
    let result = scene
        .world
        .chain
        .svm
        .send_transaction(Transaction::new_unsigned(message));
    assert_refused(result, SettlementError::WrongConsumer);
    assert_eq!(scene.balances(), [1_000; 3]);
    assert_eq!(scene.spent(&scene.alice.session, &asset), 0);
}
