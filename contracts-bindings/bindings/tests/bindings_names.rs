//! Answers of the names canister with proof: what is true is believed, and nothing else.

use std::time::{Duration, SystemTime};

use alloy::{
    signers::{SignerSync, local::PrivateKeySigner},
    sol,
    sol_types::{SolStruct, eip712_domain},
};
use candid::Principal;
use canister_testing::{Deployed, person};
use novate_bindings::{
    artifacts::NAMES_WASM,
    icp::names::{
        Refusal, Verifier, VerifyError,
        challenge::Action,
        interface::{
            self, Certified, ChallengeRequest, ChallengeView, ContentArgs, ContentKind, InitArgs, Lookup,
            NameView,
        },
        name::Name,
        record::{NameRecord, YEAR},
        wallet::Wallet,
    },
};
use serde_bytes::ByteBuf;

const CHAIN: u64 = 31337;

sol! {
    /// What a wallet shows of a challenge as typed data.
    struct WalletChallenge {
        string action;
        string name;
        string requester;
        string wallet;
        string canister;
        uint64 nonce;
        uint64 issuedAt;
        uint64 expiresAt;
    }
}

struct Names {
    deployed: Deployed,
    wallet: PrivateKeySigner,
}

impl Names {
    /// Identity 1 holds `alice`.
    async fn start() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let deployed = Deployed::start(NAMES_WASM, (InitArgs { admin: person(1) },)).await;
        let wallet = PrivateKeySigner::from_slice(&[7; 32]).unwrap();
        let names = Self { deployed, wallet };
        names.register("alice").await;
        names
    }

    async fn ask<T>(&self, method: &str, args: impl candid::utils::ArgumentEncoder) -> T
    where
        T: candid::CandidType + serde::de::DeserializeOwned,
    {
        let (admin, deployed) = (&self.deployed.admin, &self.deployed);
        let answer: Result<T, Refusal> = deployed.update(admin, method, args).await.unwrap();
        answer.unwrap()
    }

    async fn register(&self, name: &str) -> NameView {
        self.ask("register", (name, 1u32)).await
    }

    async fn look_up(&self, lookup: Lookup) -> Certified {
        let answer: Result<Certified, Refusal> = self.deployed.query("certified", (lookup,)).await;
        answer.unwrap()
    }

    async fn look_up_name(&self, name: &str) -> Certified {
        self.look_up(Lookup::Name(name.into())).await
    }

    async fn challenge(&self) -> ChallengeView {
        let request = ChallengeRequest {
            action: interface::Action::Link,
            name: "alice".into(),
            wallet: self.wallet_view(),
        };
        self.ask("challenge", (request,)).await
    }

    fn wallet_view(&self) -> interface::Wallet {
        interface::Wallet::Evm {
            chain_id: CHAIN,
            address: ByteBuf::from(self.wallet.address().to_vec()),
        }
    }

    fn verifier(&self) -> Verifier<'_> {
        Verifier {
            canister: self.deployed.canister,
            root_key: self.deployed.node.root_key(),
            now: SystemTime::now(),
        }
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[tokio::test]
async fn a_name_is_proven_with_its_record() {
    let names = Names::start().await;
    let answer = names.look_up_name("Alice").await;
    let proven = names.verifier().name(&answer, &name("alice")).unwrap();
    let record = proven.active().unwrap();
    assert_eq!(record.owner, person(1).as_slice());
    assert_eq!(record.expires_at, record.since + YEAR);
    let age = names
        .verifier()
        .now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs()
        - proven.certified_at;
    assert!(age < 60, "{age} s old");
}

#[tokio::test]
async fn wallets_sign_challenges_as_their_libraries_do_and_are_proven() {
    let names = Names::start().await;
    let challenge = names.challenge().await;
    let shown = names.look_up(Lookup::Challenge(challenge.nonce)).await;
    let proven = names
        .verifier()
        .challenge(&shown, challenge.nonce)
        .unwrap()
        .record
        .unwrap();
    assert_eq!(proven.to_string(), challenge.text);
    assert_eq!(proven.action, Action::Link);

    // The typed data by alloy, from the fields alone.
    let typed = WalletChallenge {
        action: "link".into(),
        name: "alice".into(),
        requester: person(1).to_string(),
        wallet: format!("evm:{CHAIN}:{:#x}", names.wallet.address()),
        canister: names.deployed.canister.to_string(),
        nonce: challenge.nonce,
        issuedAt: challenge.issued_at,
        expiresAt: challenge.expires_at,
    };
    let domain = eip712_domain! { name: "Novate Names", version: "1", chain_id: CHAIN, };
    let digest = typed.eip712_signing_hash(&domain);
    assert_eq!(challenge.typed_data_digest, Some(ByteBuf::from(digest.to_vec())));

    let signature = names.wallet.sign_message_sync(challenge.text.as_bytes()).unwrap();
    let given = interface::WalletSignature::Eip191(ByteBuf::from(signature.as_bytes()));
    let linked: NameView = names.ask("prove_wallet", (challenge.nonce, given)).await;
    assert_eq!(linked.wallets[0].wallet, names.wallet_view());

    let wallet = Wallet::Evm {
        chain_id: CHAIN,
        address: names.wallet.address().into(),
    };
    let answer = names.look_up(Lookup::Wallet(names.wallet_view())).await;
    let link = names.verifier().wallet(&answer, &wallet).unwrap().record.unwrap();
    assert_eq!(link.name, name("alice"));
    let gone = names.look_up(Lookup::Challenge(challenge.nonce)).await;
    let gone = names.verifier().challenge(&gone, challenge.nonce).unwrap();
    assert_eq!(gone.record, None, "the challenge was answered");
}

#[tokio::test]
async fn content_is_proven() {
    let names = Names::start().await;
    let args = ContentArgs {
        name: "alice".into(),
        label: "site".into(),
        kind: ContentKind::Site,
        digest: interface::Digest::Sha256(ByteBuf::from([1; 32])),
        note: String::new(),
    };
    names.ask::<interface::ContentView>("set_content", (args,)).await;
    let lookup = |label: &str| Lookup::Content {
        name: "alice".into(),
        label: label.into(),
    };
    let answer = names.look_up(lookup("site")).await;
    let verifier = names.verifier();
    let proven = verifier.content(&answer, &name("alice"), "site").unwrap();
    assert_eq!(proven.record.unwrap().digest.bytes(), [1; 32]);
    let other = names.look_up(lookup("other")).await;
    assert_eq!(
        verifier.content(&other, &name("alice"), "other").unwrap().record,
        None
    );
    let refused = verifier.content(&answer, &name("alice"), "other").unwrap_err();
    assert!(
        matches!(refused, VerifyError::Unknown | VerifyError::OtherRecord),
        "{refused}"
    );
}

#[tokio::test]
async fn absence_is_proven_at_every_place_among_the_names() {
    let names = Names::start().await;
    let verifier = names.verifier();
    for n in 0..12 {
        names.register(&format!("name-{n}")).await;
    }
    for n in 0..40 {
        let absent = format!("absent-{n}");
        let answer = names.look_up_name(&absent).await;
        let proven = verifier.name(&answer, &name(&absent)).unwrap();
        assert_eq!(proven.record, None, "{absent}");
    }
    for n in 0..12 {
        let present = format!("name-{n}");
        let answer = names.look_up_name(&present).await;
        let record = verifier.name(&answer, &name(&present)).unwrap().record.unwrap();
        assert_eq!(record.name, name(&present));
        let mut denied = answer;
        denied.record = None;
        let refused = verifier.name(&denied, &name(&present)).unwrap_err();
        assert!(matches!(refused, VerifyError::OtherRecord), "{refused}");
    }
}

#[tokio::test]
async fn a_forged_answer_is_refused() {
    let names = Names::start().await;
    names.register("carol").await;
    let verifier = names.verifier();
    let (alice, carol) = (name("alice"), name("carol"));
    let answer = names.look_up_name("alice").await;
    let refuse = |change: &dyn Fn(&mut Certified)| {
        let mut forged = answer.clone();
        change(&mut forged);
        verifier.name(&forged, &alice).unwrap_err()
    };

    let mut record: NameRecord = verifier.name(&answer, &alice).unwrap().record.unwrap();
    record.owner = person(9).as_slice().to_vec();
    let forged = refuse(&|a| a.record = Some(ByteBuf::from(borsh::to_vec(&record).unwrap())));
    assert!(matches!(forged, VerifyError::OtherRecord), "{forged}");
    let denied = refuse(&|a| a.record = None);
    assert!(matches!(denied, VerifyError::OtherRecord), "{denied}");

    let other = names.look_up_name("carol").await;
    let swapped = verifier.name(&other, &alice).unwrap_err();
    assert!(
        matches!(swapped, VerifyError::Unknown | VerifyError::OtherRecord),
        "{swapped}"
    );
    assert!(verifier.name(&other, &carol).is_ok());
    let absent = names.look_up_name("nobody").await;
    let swapped = verifier.name(&absent, &alice).unwrap_err();
    assert!(
        matches!(swapped, VerifyError::Unknown | VerifyError::OtherRecord),
        "{swapped}"
    );

    names.register("dave").await;
    let later = names.look_up_name("alice").await;
    let mixed = refuse(&|a| a.witness = later.witness.clone());
    assert!(matches!(mixed, VerifyError::OtherTree), "{mixed}");

    let flipped = refuse(&|a| {
        let last = a.certificate.len() - 10;
        a.certificate[last] ^= 1;
    });
    assert!(
        matches!(
            flipped,
            VerifyError::Untrusted(_) | VerifyError::Certificate { .. }
        ),
        "{flipped}"
    );
    let empty = refuse(&|a| a.certificate.clear());
    assert!(matches!(empty, VerifyError::Certificate { .. }), "{empty}");
    let empty = refuse(&|a| a.witness.clear());
    assert!(matches!(empty, VerifyError::Witness { .. }), "{empty}");
}

#[tokio::test]
async fn an_answer_of_another_time_canister_or_network_is_refused() {
    let names = Names::start().await;
    let answer = names.look_up_name("alice").await;
    let believe = |verifier: Verifier<'_>| verifier.name(&answer, &name("alice"));
    let now = SystemTime::now();
    let at = |now| Verifier {
        now,
        ..names.verifier()
    };
    believe(at(now + Duration::from_secs(280))).unwrap();
    for wrong in [now + Duration::from_secs(310), now - Duration::from_secs(310)] {
        let refused = believe(at(wrong)).unwrap_err();
        assert!(matches!(refused, VerifyError::Untrusted(_)), "{refused}");
    }
    let before = believe(at(SystemTime::UNIX_EPOCH - Duration::from_secs(1))).unwrap_err();
    assert!(matches!(before, VerifyError::Clock), "{before}");

    let elsewhere = Verifier {
        canister: Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai").unwrap(),
        ..names.verifier()
    };
    let refused = believe(elsewhere).unwrap_err();
    assert!(
        matches!(
            refused,
            VerifyError::OtherCanister { .. } | VerifyError::Untrusted(_)
        ),
        "{refused}"
    );

    // Another network's key: the generator of G2, which is a valid one.
    let mut root_key = names.deployed.node.root_key().to_vec();
    let generator = "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8";
    let generator = alloy::hex::decode(generator).unwrap();
    let point = root_key.len() - generator.len();
    root_key[point..].copy_from_slice(&generator);
    let refused = believe(Verifier {
        root_key: &root_key,
        ..names.verifier()
    })
    .unwrap_err();
    assert!(matches!(refused, VerifyError::Untrusted(_)), "{refused}");
}
