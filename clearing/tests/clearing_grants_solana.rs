//! The transaction that an owner is given to sign grants the session, by the real program.

// A panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use novate_bindings::solana::address;
use novate_clearing::grants::{GrantError, Period, SessionRequest, SolanaGrants, SpendLimit};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::actions,
};
use program_testing::Chain;
use session_keys::{ID as PROGRAM, state::view};
use solana_signer::Signer;
use solana_transaction::Transaction;

#[test]
fn what_is_prepared_lands_with_the_owners_signature_only() {
    let mut chain = Chain::new(&[("session_keys", PROGRAM)]);
    let (owner, key) = (chain.user(), chain.key());
    // A consumer is an address of a program.
    let config = address::settlement::config(&chain.address());
    let mint = chain.address();
    let expires_at = u64::try_from(chain.now()).unwrap() + 3_600;
    let request = SessionRequest {
        owner: Owner(owner.pubkey().to_bytes()),
        key: key.pubkey().to_bytes(),
        expires_at,
        actions: actions::PAY | actions::CANCEL,
        limits: vec![SpendLimit {
            asset: Asset(mint.to_bytes()),
            amount: 100,
            lifetime: 1_000,
            period: Period::Day,
        }],
    };
    // Asked for nothing: the blockhash is given.
    let grants = SolanaGrants::new("http://127.0.0.1:1".to_owned(), config);
    let blockhash = chain.svm.latest_blockhash();
    let bytes = grants.transaction(&request, blockhash.to_bytes()).unwrap();
    let mut transaction: Transaction = wincode::deserialize(&bytes).unwrap();
    assert_eq!(transaction.signatures.len(), 1, "the owner's only");
    assert!(
        chain.svm.send_transaction(transaction.clone()).is_err(),
        "unsigned"
    );
    transaction.try_sign(&[&owner], blockhash).unwrap();
    chain.svm.send_transaction(transaction).unwrap();

    let data = chain.data(&address::session_keys::grants(&owner.pubkey()));
    let mut words = vec![0u64; data.len().div_ceil(8)];
    let aligned = &mut bytemuck::cast_slice_mut::<u64, u8>(&mut words)[..data.len()];
    aligned.copy_from_slice(&data);
    let (head, sessions) = view(aligned).unwrap();
    assert_eq!(head.owner, owner.pubkey());
    let [session] = sessions else {
        panic!("{} sessions", sessions.len())
    };
    assert_eq!((session.key, session.payer), (key.pubkey(), owner.pubkey()));
    assert_eq!(session.expires, i64::try_from(expires_at).unwrap());
    assert_eq!(session.actions, request.actions);
    assert_eq!((session.consumer_count, session.consumers[0]), (1, config));
    assert_eq!(session.limit_count, 1);
    let limit = session.limits[0];
    assert_eq!((limit.mint, limit.amount, limit.lifetime), (mint, 100, 1_000));
}

#[tokio::test]
async fn what_a_node_says_is_not_repeated() {
    let url = "http://127.0.0.1:1/a-secret-key".to_owned();
    let grants = novate_clearing::grants::Grants::Solana(SolanaGrants::new(url, [1; 32].into()));
    let request = SessionRequest {
        owner: Owner([2; 32]),
        key: [3; 32],
        expires_at: 2_000,
        actions: actions::PAY,
        limits: Vec::new(),
    };
    let error = grants.prepare(&request, 1_000).await.unwrap_err();
    assert!(matches!(error, GrantError::Unavailable), "{error:?}");
    assert!(!error.to_string().contains("secret"), "{error}");
}
