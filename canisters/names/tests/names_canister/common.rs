//! The names canister on an IC node, the people who hold names, and their wallets.

use candid::{CandidType, Principal, utils::ArgumentEncoder};
use canister_testing::{Deployed, Emulated, person};
use ed25519_dalek::Signer as _;
use ic_agent::Agent;
use ic_emulator::Options;
use k256::ecdsa::{SigningKey, signature::hazmat::PrehashSigner};
use names_api::{
    Refusal,
    interface::{
        Action, ChallengeRequest, ChallengeView, Cluster, ContentArgs, ContentKind, Digest, InitArgs,
        NameView, Role, Status, Wallet, WalletSignature,
    },
};
use novate_protocol::keccak::keccak256;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use std::ops::Deref;

pub const CHAIN: u64 = 31337;

/// The canister as it is published.
pub fn wasm() -> Vec<u8> {
    canister_testing::wasm("names")
}

/// Administered by identity 1.
pub fn init() -> (InitArgs,) {
    (InitArgs { admin: person(1) },)
}

pub struct Names {
    deployed: Deployed,
    /// Identity 2.
    pub alice: Agent,
    /// Identity 3.
    pub bob: Agent,
}

impl Deref for Names {
    type Target = Deployed;

    fn deref(&self) -> &Deployed {
        &self.deployed
    }
}

impl Names {
    pub async fn start() -> Self {
        let deployed = Deployed::start(&wasm(), init()).await;
        Self {
            alice: deployed.agent(2),
            bob: deployed.agent(3),
            deployed,
        }
    }

    /// A call that is taken in, and what the canister says to it.
    pub async fn ask<T>(&self, who: &Agent, method: &str, args: impl ArgumentEncoder) -> Result<T, Refusal>
    where
        T: CandidType + DeserializeOwned,
    {
        self.update(who, method, args).await.unwrap()
    }

    pub async fn register(&self, who: &Agent, name: &str) -> Result<NameView, Refusal> {
        self.ask(who, "register", (name, 1u32)).await
    }

    pub async fn name(&self, name: &str) -> Option<NameView> {
        let found: Result<Option<NameView>, Refusal> = self.query("name", (name,)).await;
        found.unwrap()
    }

    pub async fn challenge(
        &self,
        who: &Agent,
        action: Action,
        name: &str,
        wallet: Wallet,
    ) -> Result<ChallengeView, Refusal> {
        self.ask(who, "challenge", (request(action, name, wallet),)).await
    }

    pub async fn prove(
        &self,
        who: &Agent,
        nonce: u64,
        signature: WalletSignature,
    ) -> Result<NameView, Refusal> {
        self.ask(who, "prove_wallet", (nonce, signature)).await
    }

    /// Links a wallet as it should be done.
    pub async fn link(&self, who: &Agent, name: &str, key: &impl Key) -> Result<NameView, Refusal> {
        let challenge = self.challenge(who, Action::Link, name, key.wallet()).await?;
        self.prove(who, challenge.nonce, key.sign(&challenge)).await
    }

    /// What a signature is refused with, three times; that closes the challenge.
    pub async fn refused(
        &self,
        who: &Agent,
        wallet: Wallet,
        sign: impl Fn(&ChallengeView) -> WalletSignature,
    ) -> Refusal {
        let challenge = self.challenge(who, Action::Link, "alice", wallet).await.unwrap();
        let (nonce, signature) = (challenge.nonce, sign(&challenge));
        let refusal = self.prove(who, nonce, signature.clone()).await.unwrap_err();
        for _ in 1..3 {
            let again = self.prove(who, nonce, signature.clone()).await;
            assert_eq!(again, Err(refusal.clone()));
        }
        let closed = self.prove(who, nonce, signature).await;
        assert_eq!(closed, Err(Refusal::ChallengeUnknown { nonce }));
        refusal
    }

    pub async fn grant(&self, who: &Agent, role: Role) {
        let grant = (canister_testing::principal(who), role, true);
        self.ask::<()>(&self.admin, "set_role", grant).await.unwrap();
    }

    pub async fn status(&self) -> Status {
        self.query("status", ()).await
    }
}

pub fn request(action: Action, name: &str, wallet: Wallet) -> ChallengeRequest {
    ChallengeRequest {
        action,
        name: name.into(),
        wallet,
    }
}

/// A wallet's key.
pub trait Key {
    fn wallet(&self) -> Wallet;
    fn sign(&self, challenge: &ChallengeView) -> WalletSignature;
}

/// An EVM wallet that signs texts.
pub struct Evm(SigningKey);

impl Evm {
    pub fn new(n: u8) -> Self {
        Self(SigningKey::from_slice(&[n; 32]).unwrap())
    }

    pub fn address(&self) -> [u8; 20] {
        let point = self.0.verifying_key().to_encoded_point(false);
        keccak256(&[&point.as_bytes()[1..]])[12..].try_into().unwrap()
    }

    pub fn wallet_on(&self, chain_id: u64) -> Wallet {
        Wallet::Evm {
            chain_id,
            address: ByteBuf::from(self.address()),
        }
    }

    /// `r || s || v`, low `s`.
    pub fn sign_digest(&self, digest: &[u8]) -> Vec<u8> {
        let (signature, recovery): (k256::ecdsa::Signature, k256::ecdsa::RecoveryId) =
            self.0.sign_prehash(digest).unwrap();
        let mut bytes = signature.to_bytes().to_vec();
        bytes.push(27 + recovery.to_byte());
        bytes
    }

    pub fn sign_typed(&self, challenge: &ChallengeView) -> WalletSignature {
        let digest = challenge.typed_data_digest.clone().unwrap();
        WalletSignature::Eip712(ByteBuf::from(self.sign_digest(&digest)))
    }

    pub fn sign_text(&self, text: &str) -> Vec<u8> {
        let prefix = format!("\x19Ethereum Signed Message:\n{}", text.len());
        self.sign_digest(&keccak256(&[prefix.as_bytes(), text.as_bytes()]))
    }
}

impl Key for Evm {
    fn wallet(&self) -> Wallet {
        self.wallet_on(CHAIN)
    }

    fn sign(&self, challenge: &ChallengeView) -> WalletSignature {
        WalletSignature::Eip191(ByteBuf::from(self.sign_text(&challenge.text)))
    }
}

/// A Solana wallet.
pub struct Solana(ed25519_dalek::SigningKey);

impl Solana {
    pub fn new(n: u8) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[n; 32]))
    }

    pub fn sign_text(&self, text: &str) -> Vec<u8> {
        self.0.sign(text.as_bytes()).to_bytes().to_vec()
    }
}

impl Key for Solana {
    fn wallet(&self) -> Wallet {
        Wallet::Solana {
            cluster: Cluster::Localnet,
            address: ByteBuf::from(self.0.verifying_key().to_bytes()),
        }
    }

    fn sign(&self, challenge: &ChallengeView) -> WalletSignature {
        WalletSignature::Ed25519(ByteBuf::from(self.sign_text(&challenge.text)))
    }
}

/// Content that a name may publish; another number is another digest.
pub fn content(name: &str, label: &str, n: u8) -> ContentArgs {
    ContentArgs {
        name: name.into(),
        label: label.into(),
        kind: ContentKind::Site,
        digest: Digest::Sha256(ByteBuf::from([n; 32])),
        note: format!("release {n}"),
    }
}

/// The canister on the emulator as a library: its time can be moved.
pub struct Timed(pub Emulated);

impl Timed {
    pub fn start() -> Self {
        Self(Emulated::start(Options::default(), wasm(), init()))
    }

    /// A call by identity number `who` that is taken in, and what the canister says to it.
    pub fn ask<T>(&self, who: u8, method: &str, args: impl ArgumentEncoder) -> Result<T, Refusal>
    where
        T: CandidType + DeserializeOwned,
    {
        self.0.update(who, method, args).unwrap()
    }

    pub fn register(&self, who: u8, name: &str) -> Result<NameView, Refusal> {
        self.ask(who, "register", (name, 1u32))
    }

    pub fn name(&self, name: &str) -> Option<NameView> {
        self.0
            .query::<Result<Option<NameView>, Refusal>>("name", (name,))
            .unwrap()
    }

    pub fn link(&self, who: u8, name: &str, key: &impl Key) -> Result<NameView, Refusal> {
        let challenge: ChallengeView =
            self.ask(who, "challenge", (request(Action::Link, name, key.wallet()),))?;
        self.ask(who, "prove_wallet", (challenge.nonce, key.sign(&challenge)))
    }

    pub fn pass(&self, seconds: u64) {
        self.0
            .emulator
            .advance_time(std::time::Duration::from_secs(seconds));
    }

    /// Now, in unix seconds.
    pub fn now(&self) -> u64 {
        self.0.emulator.time() / 1_000_000_000
    }

    pub fn status(&self) -> Status {
        self.0.query("status", ())
    }

    pub fn blocks(&self) -> Vec<String> {
        let blocks = self.0.blocks(0, u64::MAX).blocks;
        let name = |block: &canister_kit::icrc3::Value| match canister_testing::get(block, &["btype"]) {
            Some(canister_kit::icrc3::Value::Text(name)) => name.clone(),
            other => panic!("{other:?}"),
        };
        blocks.iter().map(|b| name(&b.block)).collect()
    }
}

pub fn principal(agent: &Agent) -> Principal {
    canister_testing::principal(agent)
}
