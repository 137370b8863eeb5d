//! When a challenge closes without an answer, and what a pause stops of it.

use crate::common::{Evm, Key, Names, Solana};
use names_api::{
    Refusal,
    interface::{Action, Certified, ChallengeView, Lookup, NameView, Role},
};

#[tokio::test]
async fn three_bad_signatures_close_a_challenge_and_two_do_not() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let (key, other) = (Evm::new(7), Evm::new(9));
    let ask = async || {
        names
            .challenge(&names.alice, Action::Link, "alice", key.wallet())
            .await
            .unwrap()
    };
    let bad = async |challenge: &ChallengeView| {
        let refused = names
            .prove(&names.alice, challenge.nonce, other.sign(challenge))
            .await;
        assert!(matches!(refused, Err(Refusal::WrongSigner { .. })), "{refused:?}");
    };
    let challenge = ask().await;
    for _ in 0..3 {
        bad(&challenge).await;
    }
    let nonce = challenge.nonce;
    let late = names.prove(&names.alice, nonce, key.sign(&challenge)).await;
    assert_eq!(
        late,
        Err(Refusal::ChallengeUnknown { nonce }),
        "a good one as well"
    );
    let shown: Option<ChallengeView> = names.query("open_challenge", (nonce,)).await;
    assert_eq!(shown, None);
    let proof: Result<Certified, Refusal> = names.query("certified", (Lookup::Challenge(nonce),)).await;
    assert_eq!(proof.unwrap().record, None);
    assert_eq!(names.status().await.challenges, 0);

    let challenge = ask().await;
    let nonce = challenge.nonce;
    bad(&challenge).await;
    bad(&challenge).await;
    for _ in 0..3 {
        let stranger = names.prove(&names.bob, nonce, other.sign(&challenge)).await;
        assert!(
            matches!(stranger, Err(Refusal::NotRequester { .. })),
            "{stranger:?}"
        );
    }
    names
        .prove(&names.alice, nonce, key.sign(&challenge))
        .await
        .expect("open after two of its requester's and any number of others'");
}

#[tokio::test]
async fn a_pause_stops_challenges_to_link_and_none_that_end_a_link() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let (evm, solana, late) = (Evm::new(7), Solana::new(8), Evm::new(9));
    names.link(&names.alice, "alice", &evm).await.unwrap();
    names.link(&names.alice, "alice", &solana).await.unwrap();
    let before = names
        .challenge(&names.alice, Action::Link, "alice", late.wallet())
        .await
        .unwrap();
    names.grant(&names.bob, Role::Guardian).await;
    names.ask::<()>(&names.bob, "pause", ()).await.unwrap();

    let link = async || {
        names
            .challenge(&names.alice, Action::Link, "alice", Evm::new(10).wallet())
            .await
    };
    assert_eq!(link().await, Err(Refusal::Paused));
    names
        .prove(&names.alice, before.nonce, late.sign(&before))
        .await
        .expect("what was asked before the pause may be answered");
    // The wallet ends its link by its own signature, whoever hands it in, and the holder ends one without.
    let challenge = names
        .challenge(&names.bob, Action::Unlink, "alice", solana.wallet())
        .await
        .unwrap();
    names
        .prove(&names.bob, challenge.nonce, solana.sign(&challenge))
        .await
        .unwrap();
    let after: NameView = names
        .ask(&names.alice, "unlink_wallet", ("alice", evm.wallet()))
        .await
        .unwrap();
    assert_eq!(after.wallets.len(), 1);
    names.ask::<()>(&names.admin, "resume", ()).await.unwrap();
    link().await.unwrap();
}
