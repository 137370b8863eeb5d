//! Nonces of sign-in messages: nobody can make one, and each counts once, in all processes.

use devnet_nodes::{TestDatabase, postgres::test_database};
use futures_util::future::join_all;
use novate_api::sign_in::nonces::{self, LIFE_SECONDS, Nonces};
use sqlx::PgPool;

const NOW: u64 = 1_900_000_000;

async fn database() -> (TestDatabase, PgPool) {
    let database = test_database().unwrap();
    let pool = PgPool::connect(&database.url).await.unwrap();
    nonces::migrate(&pool).await.unwrap();
    (database, pool)
}

async fn rows(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from accounts.used_nonces")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_is_good_once_in_whichever_process() {
    let (_database, pool) = database().await;
    let (one, other) = (Nonces::new(pool.clone()), Nonces::new(pool.clone()));
    // Both make a key when there is none.
    let (a, b) = tokio::join!(one.issue(NOW), other.issue(NOW));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_ne!(a, b);
    assert!(
        a.len() >= 8 && a.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{a}"
    );
    assert_eq!(rows(&pool).await, 0, "giving one out writes nothing");
    assert!(other.redeem(&a, NOW + 1).await.unwrap());
    assert!(one.redeem(&b, NOW + 1).await.unwrap());
    assert!(!one.redeem(&a, NOW + 1).await.unwrap());
    assert!(!other.redeem(&a, NOW + 1).await.unwrap());
    // Another spelling is not another nonce.
    assert!(!one.redeem(&a.to_uppercase(), NOW + 1).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_four_that_bring_the_same_one_wins() {
    let (_database, pool) = database().await;
    let nonces = Nonces::new(pool);
    let nonce = nonces.issue(NOW).await.unwrap();
    let redeemed = join_all((0..64).map(|_| nonces.redeem(&nonce, NOW))).await;
    assert_eq!(
        redeemed.into_iter().filter(|won| *won.as_ref().unwrap()).count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_expired_ones_are_none_and_cost_nothing() {
    let (_database, pool) = database().await;
    let nonces = Nonces::new(pool.clone());
    let nonce = nonces.issue(NOW).await.unwrap();
    // Each character matters: time, randomness and proof.
    for at in 0..nonce.len() {
        let mut forged = nonce.clone().into_bytes();
        forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
        let forged = String::from_utf8(forged).unwrap();
        assert!(!nonces.redeem(&forged, NOW).await.unwrap(), "{at}: {forged}");
    }
    for wrong in ["", "12345678", &nonce[2..], &format!("{nonce}00")] {
        assert!(!nonces.redeem(wrong, NOW).await.unwrap(), "{wrong}");
    }
    let life = u64::from(LIFE_SECONDS);
    for time in [NOW + life, NOW + 10 * life, NOW - 3_600] {
        assert!(!nonces.redeem(&nonce, time).await.unwrap(), "{time}");
    }
    let (_elsewhere, other) = database().await;
    assert!(
        !Nonces::new(other).redeem(&nonce, NOW).await.unwrap(),
        "another database's"
    );
    assert_eq!(rows(&pool).await, 0);
    assert!(nonces.redeem(&nonce, NOW + life - 1).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn used_ones_are_forgotten_when_they_have_expired() {
    let (_database, pool) = database().await;
    let nonces = Nonces::new(pool.clone());
    let redeem = async || {
        assert!(
            nonces
                .redeem(&nonces.issue(NOW).await.unwrap(), NOW)
                .await
                .unwrap()
        )
    };
    redeem().await;
    redeem().await;
    assert_eq!(rows(&pool).await, 2);
    sqlx::query("update accounts.used_nonces set expires_at = expires_at - interval '2 hours'")
        .execute(&pool)
        .await
        .unwrap();
    redeem().await;
    assert_eq!(rows(&pool).await, 1);
}
