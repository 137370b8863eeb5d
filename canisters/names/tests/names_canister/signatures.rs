//! Signatures that prove nothing: of another wallet, over another text, in another form.

use super::wallets::{eip191, name_of};
use crate::common::{Evm, Key, Names, Solana};
use names_api::{
    Refusal,
    interface::{Action, ChallengeView, Cluster, Wallet, WalletSignature},
};
use serde_bytes::ByteBuf;

#[tokio::test]
async fn wrong_signatures_link_nothing() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    names.register(&names.alice, "carol").await.unwrap();
    let (key, other) = (Evm::new(7), Evm::new(9));
    let wallet = key.wallet();
    let ask = async |name: &str, wallet: Wallet| {
        names
            .challenge(&names.alice, Action::Link, name, wallet)
            .await
            .unwrap()
    };
    let elsewhere = ask("carol", wallet.clone()).await;
    let on_another_chain = ask("alice", key.wallet_on(1)).await;
    let refused = async |sign: &dyn Fn(&ChallengeView) -> WalletSignature| {
        names.refused(&names.alice, wallet.clone(), sign).await
    };
    let text = |change: &dyn Fn(&mut Vec<u8>), challenge: &ChallengeView| {
        let mut bytes = key.sign_text(&challenge.text);
        change(&mut bytes);
        eip191(bytes)
    };
    let is_wrong_signer =
        |refusal: &Refusal| matches!(refusal, Refusal::WrongSigner { wallet: of, .. } if *of == wallet);

    let recovered = refused(&|challenge| other.sign(challenge)).await;
    let expected = Refusal::WrongSigner {
        wallet: wallet.clone(),
        recovered: Some(ByteBuf::from(other.address())),
    };
    assert_eq!(recovered, expected, "another wallet");
    let other_canister = |challenge: &ChallengeView| {
        let changed = challenge
            .text
            .replace(&names.canister.to_string(), "ryjl3-tyaaa-aaaaa-aaaba-cai");
        assert_ne!(changed, challenge.text);
        eip191(key.sign_text(&changed))
    };
    let as_typed =
        |challenge: &ChallengeView| WalletSignature::Eip712(ByteBuf::from(key.sign_text(&challenge.text)));
    type Sign<'a> = &'a dyn Fn(&ChallengeView) -> WalletSignature;
    let mix_ups: [(&str, Sign<'_>); 6] = [
        ("another name", &|_| key.sign(&elsewhere)),
        ("another chain", &|_| key.sign(&on_another_chain)),
        ("another canister", &other_canister),
        ("typed data given as a text", &|challenge| {
            eip191(typed(&key, challenge))
        }),
        ("a text given as typed data", &as_typed),
        ("zeros", &|_| eip191([vec![0; 64], vec![27]].concat())),
    ];
    for (what, sign) in mix_ups {
        let refusal = refused(sign).await;
        assert!(is_wrong_signer(&refusal), "{what}: {refusal:?}");
    }

    for v in [0, 1, 26, 29, 255] {
        let refusal = refused(&|challenge| text(&|bytes| bytes[64] = v, challenge)).await;
        assert_eq!(refusal, Refusal::WrongV { v });
    }
    let flipped = refused(&|challenge| text(&|bytes| bytes[64] = 55 - bytes[64], challenge)).await;
    assert!(is_wrong_signer(&flipped), "the other v");
    let high = refused(&|challenge| text(&|bytes| *bytes = high_s(bytes), challenge)).await;
    assert_eq!(high, Refusal::HighS);
    for length in [0, 64, 66, 96] {
        let expected = Refusal::ContractWallet {
            wallet: wallet.clone(),
            actual: length as u64,
        };
        let refusal = refused(&|challenge| text(&|bytes| bytes.resize(length, 0), challenge)).await;
        assert_eq!(refusal, expected);
    }
    let scheme = refused(&|_| WalletSignature::Ed25519(ByteBuf::from([1; 64]))).await;
    assert_eq!(
        scheme,
        Refusal::WrongScheme {
            wallet: wallet.clone()
        }
    );

    assert_eq!(name_of(&names, wallet).await, None);
    assert!(names.blocks_of("wallet_linked").await.is_empty());
}

fn typed(key: &Evm, challenge: &ChallengeView) -> Vec<u8> {
    key.sign_digest(challenge.typed_data_digest.as_ref().unwrap())
}

/// The twin of a signature: `n - s`, and the other `v`.
fn high_s(signature: &[u8]) -> Vec<u8> {
    let low = k256::ecdsa::Signature::from_slice(&signature[..64]).unwrap();
    let high = k256::ecdsa::Signature::from_scalars(low.r(), -low.s()).unwrap();
    [high.to_bytes().as_slice(), &[55 - signature[64]]].concat()
}

#[tokio::test]
async fn wrong_signatures_of_solana_link_nothing() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let key = Solana::new(8);
    let refused = async |sign: &dyn Fn(&ChallengeView) -> WalletSignature| {
        names.refused(&names.alice, key.wallet(), sign).await
    };
    let ed25519 = |bytes: Vec<u8>| WalletSignature::Ed25519(ByteBuf::from(bytes));
    let wrong = Refusal::WrongSigner {
        wallet: key.wallet(),
        recovered: None,
    };
    let other = refused(&|challenge| Solana::new(9).sign(challenge)).await;
    assert_eq!(other, wrong);
    let changed = refused(&|challenge| {
        assert_eq!(challenge.typed_data_digest, None);
        ed25519(key.sign_text(&challenge.text.replace("alice", "carol")))
    })
    .await;
    assert_eq!(changed, wrong);
    for length in [0, 63, 65] {
        let expected = Refusal::WrongLength {
            field: "signature".into(),
            expected: 64,
            actual: length,
        };
        let refusal = refused(&|_| ed25519(vec![1; length as usize])).await;
        assert_eq!(refusal, expected);
    }
    let scheme = Refusal::WrongScheme { wallet: key.wallet() };
    assert_eq!(refused(&|_| eip191(vec![1; 65])).await, scheme);

    // A key of small order, for which one signature fits every text.
    let identity_point = Wallet::Solana {
        cluster: Cluster::Localnet,
        address: ByteBuf::from([&[1][..], &[0; 31]].concat()),
    };
    let universal = |_: &ChallengeView| ed25519([&[1][..], &[0; 63]].concat());
    let refused = names.refused(&names.alice, identity_point, universal).await;
    assert!(matches!(refused, Refusal::WrongSigner { .. }), "{refused:?}");
}
