//! Contents and wallets of names that expired, changed hands or lost them: they may be certified, and do not count.

use std::time::{Duration, SystemTime};

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use candid::{CandidType, utils::ArgumentEncoder};
use canister_testing::{Emulated, person};
use novate_bindings::{
    artifacts::NAMES_WASM,
    icp::names::{
        Refusal, Verifier, VerifyError,
        interface::{
            self, Action, Certified, ChallengeRequest, ChallengeView, ContentArgs, ContentKind, ContentView,
            InitArgs, Lookup, NameView, WalletSignature,
        },
        name::Name,
        record::{ContentRecord, NameRecord, YEAR},
        wallet::Wallet,
    },
};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;

const CHAIN: u64 = 31337;

struct Names {
    emulated: Emulated,
    root_key: Vec<u8>,
    key: PrivateKeySigner,
}

impl Names {
    /// Identity 2 holds `alice`, with a wallet and a site.
    fn start() -> Self {
        let init = (InitArgs { admin: person(1) },);
        let emulated = Emulated::start(Default::default(), NAMES_WASM.to_vec(), init);
        let names = Self {
            root_key: emulated.emulator.root_key(),
            key: PrivateKeySigner::from_slice(&[7; 32]).unwrap(),
            emulated,
        };
        names.ask::<NameView>(2, "register", ("alice", 1u32));
        names.link(2, "alice");
        names.publish(2);
        names
    }

    fn ask<T: CandidType + DeserializeOwned>(&self, who: u8, method: &str, args: impl ArgumentEncoder) -> T {
        let answer: Result<T, Refusal> = self.emulated.update(who, method, args).unwrap();
        answer.unwrap()
    }

    fn link(&self, who: u8, name: &str) {
        let request = ChallengeRequest {
            action: Action::Link,
            name: name.into(),
            wallet: self.given(),
        };
        let challenge: ChallengeView = self.ask(who, "challenge", (request,));
        let signature = self.key.sign_message_sync(challenge.text.as_bytes()).unwrap();
        let signature = WalletSignature::Eip191(ByteBuf::from(signature.as_bytes()));
        self.ask::<NameView>(who, "prove_wallet", (challenge.nonce, signature));
    }

    fn publish(&self, who: u8) {
        let args = ContentArgs {
            name: "alice".into(),
            label: "site".into(),
            kind: ContentKind::Site,
            digest: interface::Digest::Sha256(ByteBuf::from([who; 32])),
            note: String::new(),
        };
        self.ask::<ContentView>(who, "set_content", (args,));
    }

    /// From identity 2 to identity 3.
    fn transfer(&self) {
        self.ask::<u64>(2, "offer_transfer", ("alice", person(3)));
        self.ask::<NameView>(3, "accept_transfer", ("alice",));
    }

    fn given(&self) -> interface::Wallet {
        interface::Wallet::Evm {
            chain_id: CHAIN,
            address: ByteBuf::from(self.key.address().to_vec()),
        }
    }

    fn look_up(&self, lookup: Lookup) -> Certified {
        let answer: Result<Certified, Refusal> = self.emulated.query("certified", (lookup,));
        answer.unwrap()
    }

    fn name_answer(&self, name: &str) -> Certified {
        self.look_up(Lookup::Name(name.into()))
    }

    fn content_answer(&self) -> Certified {
        self.look_up(Lookup::Content {
            name: "alice".into(),
            label: "site".into(),
        })
    }

    fn wallet_answer(&self) -> Certified {
        self.look_up(Lookup::Wallet(self.given()))
    }

    /// Believes at the canister's time.
    fn verifier(&self) -> Verifier<'_> {
        Verifier {
            canister: self.emulated.canister,
            root_key: &self.root_key,
            now: SystemTime::UNIX_EPOCH + Duration::from_nanos(self.emulated.emulator.time()),
        }
    }

    fn content(&self, name: &Certified, content: &Certified) -> Result<ContentRecord, VerifyError> {
        self.verifier().current_content(name, content, &alice(), "site")
    }

    fn wallet(&self, name: &Certified, wallet: &Certified) -> Result<NameRecord, VerifyError> {
        let of = Wallet::Evm {
            chain_id: CHAIN,
            address: self.key.address().into(),
        };
        self.verifier().current_wallet(name, wallet, &of)
    }
}

fn alice() -> Name {
    Name::parse("alice").unwrap()
}

#[test]
fn what_counts_is_returned() {
    let names = Names::start();
    let name = names.name_answer("alice");
    let content = names.content(&name, &names.content_answer()).unwrap();
    assert_eq!(content.digest.bytes(), [2; 32]);
    let holding = names.wallet(&name, &names.wallet_answer()).unwrap();
    assert_eq!(holding.owner, person(2).as_slice());
    assert_eq!(holding.name, alice());
}

#[test]
fn nothing_of_an_expired_name_counts_though_it_is_proven() {
    let names = Names::start();
    names.emulated.emulator.advance_time(Duration::from_secs(YEAR));
    let name = names.name_answer("alice");
    let (content, wallet) = (names.content_answer(), names.wallet_answer());
    let proven = names.verifier().content(&content, &alice(), "site").unwrap();
    assert!(proven.record.is_some(), "still certified");
    let refused = names.content(&name, &content).unwrap_err();
    assert!(matches!(refused, VerifyError::Inactive { .. }), "{refused}");
    let refused = names.wallet(&name, &wallet).unwrap_err();
    assert!(matches!(refused, VerifyError::Inactive { .. }), "{refused}");
}

#[test]
fn a_name_that_expired_since_its_certificate_does_not_count() {
    let names = Names::start();
    let emulator = &names.emulated.emulator;
    emulator.advance_time(Duration::from_secs(YEAR - 100));
    let (name, content) = (names.name_answer("alice"), names.content_answer());
    names.content(&name, &content).unwrap();
    emulator.advance_time(Duration::from_secs(200));
    let refused = names.content(&name, &content).unwrap_err();
    assert!(matches!(refused, VerifyError::Inactive { .. }), "{refused}");
}

#[test]
fn what_a_former_holder_left_does_not_count_for_the_new_one() {
    let names = Names::start();
    let (old_content, old_wallet) = (names.content_answer(), names.wallet_answer());
    names.transfer();
    let name = names.name_answer("alice");
    let refused = names.content(&name, &old_content).unwrap_err();
    assert!(matches!(refused, VerifyError::OtherTenure { .. }), "{refused}");
    let refused = names.wallet(&name, &old_wallet).unwrap_err();
    assert!(matches!(refused, VerifyError::OtherTenure { .. }), "{refused}");
    let refused = names.content(&name, &names.content_answer()).unwrap_err();
    assert!(matches!(refused, VerifyError::NoContent { .. }), "{refused}");
    let refused = names.wallet(&name, &names.wallet_answer()).unwrap_err();
    assert!(matches!(refused, VerifyError::NotLinked { .. }), "{refused}");
    names.publish(3);
    let content = names.content(&name, &names.content_answer()).unwrap();
    assert_eq!(content.digest.bytes(), [3; 32]);
}

#[test]
fn a_wallet_that_was_unlinked_since_its_answer_does_not_count() {
    let names = Names::start();
    let linked = names.wallet_answer();
    names.ask::<NameView>(2, "unlink_wallet", ("alice", names.given()));
    let refused = names.wallet(&names.name_answer("alice"), &linked).unwrap_err();
    assert!(matches!(refused, VerifyError::NotLinked { .. }), "{refused}");
}

#[test]
fn both_answers_must_be_proven_and_be_about_what_was_asked() {
    let names = Names::start();
    names.ask::<NameView>(2, "register", ("carol", 1u32));
    let (name, content, wallet) = (
        names.name_answer("alice"),
        names.content_answer(),
        names.wallet_answer(),
    );
    let forged = |answer: &Certified| {
        let mut forged = answer.clone();
        forged.record.as_mut().unwrap()[0] ^= 1;
        forged
    };
    assert!(names.content(&forged(&name), &content).is_err());
    assert!(names.content(&name, &forged(&content)).is_err());
    assert!(names.wallet(&forged(&name), &wallet).is_err());
    assert!(names.wallet(&name, &forged(&wallet)).is_err());
    let other = names.name_answer("carol");
    assert!(names.content(&other, &content).is_err());
    assert!(names.wallet(&other, &wallet).is_err());
    assert!(names.content(&content, &name).is_err(), "the other way round");
}
