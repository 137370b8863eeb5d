//! Names.

use crate::metered::{Metered, user};
use candid::{Nat, Principal, encode_args};
use k256::ecdsa::SigningKey;
use novate_bindings::artifacts;
use novate_bindings::icp::names::Refusal;
use novate_bindings::icp::names::interface::{
    Action, ChallengeRequest, ChallengeView, ClaimArgs, ContentArgs, ContentKind, Digest, InitArgs, Limits,
    NameView, Role, Wallet, WalletSignature,
};
use novate_protocol::keccak::keccak256;
use serde_bytes::ByteBuf;

const NAME: &str = "figures";
const LATER: u64 = 4_102_444_800;

/// Of every method.
pub fn figures() -> impl Iterator<Item = (String, u128)> {
    let (admin, holder, other) = (user(1), user(2), user(3));
    let init = encode_args((InitArgs { admin },)).unwrap();
    let mut names = Metered::install("names", artifacts::NAMES_WASM, artifacts::NAMES_DID, init);
    names.measure(admin, "set_role", (admin, Role::Issuer, true));
    names.measure(admin, "set_limits", (Limits::default(),));
    names.measure(admin, "reserve_name", ("reserved",));
    names.measure(admin, "unreserve_name", ("reserved",));
    names.measure(admin, "pause", ());
    names.measure(admin, "resume", ());

    names.measure(holder, "register", (NAME, 1u32));
    names.measure(holder, "renew", (NAME, 1u32));
    let key = SigningKey::from_slice(&[9; 32]).unwrap();
    let wallet = wallet(&key);
    link(&mut names, holder, &key, &wallet);
    let content = ContentArgs {
        name: NAME.into(),
        label: "site".into(),
        kind: ContentKind::Site,
        digest: Digest::Sha256(ByteBuf::from([1; 32])),
        note: String::new(),
    };
    names.measure(holder, "set_content", (&content,));
    claims(&mut names, admin, holder, &wallet);
    names.measure(holder, "unlink_wallet", (NAME, &wallet));

    names.measure(holder, "offer_transfer", (NAME, other));
    names.measure(holder, "cancel_transfer", (NAME,));
    names.call(holder, "offer_transfer", (NAME, other));
    names.measure(other, "accept_transfer", (NAME,));
    names.measure(other, "release", (NAME,));
    names.figures()
}

fn wallet(key: &SigningKey) -> Wallet {
    let point = key.verifying_key().to_encoded_point(false);
    let hash = keccak256(&[&point.as_bytes()[1..]]);
    Wallet::Evm {
        chain_id: 1,
        address: ByteBuf::from(&hash[12..]),
    }
}

/// By EIP-191.
fn link(names: &mut Metered, holder: Principal, key: &SigningKey, wallet: &Wallet) {
    let request = ChallengeRequest {
        action: Action::Link,
        name: NAME.into(),
        wallet: wallet.clone(),
    };
    let reply = names.measure(holder, "challenge", (&request,));
    let challenge: Result<ChallengeView, Refusal> = candid::decode_one(&reply).unwrap();
    let ChallengeView { nonce, text, .. } = challenge.unwrap();
    let prefix = format!("\x19Ethereum Signed Message:\n{}", text.len());
    let digest = keccak256(&[prefix.as_bytes(), text.as_bytes()]);
    let (signature, recovery) = key.sign_prehash_recoverable(&digest).unwrap();
    let signature = [&signature.to_bytes()[..], &[27 + recovery.to_byte()]].concat();
    let signature = WalletSignature::Eip191(ByteBuf::from(signature));
    let reply = names.measure(holder, "prove_wallet", (nonce, signature));
    let linked: Result<NameView, Refusal> = candid::decode_one(&reply).unwrap();
    assert_eq!(linked.unwrap().wallets.len(), 1);
}

fn claims(names: &mut Metered, issuer: Principal, holder: Principal, wallet: &Wallet) {
    let claim = |id: u8| ClaimArgs {
        id: ByteBuf::from([id; 32]),
        name: NAME.into(),
        wallet: wallet.clone(),
        subject: ByteBuf::from([2; 32]),
        amount: Nat::from(5u64),
        deadline: LATER,
    };
    names.measure(issuer, "issue_claim", (claim(1),));
    names.measure(holder, "redeem_claim", (ByteBuf::from([1; 32]), wallet));
    names.call(issuer, "issue_claim", (claim(2),));
    names.measure(issuer, "revoke_claim", (ByteBuf::from([2; 32]),));
}
