//! Who takes part on a chain: the three owners, somebody without funds, and who gets the fees.

use crate::{
    config,
    demo::{evm, solana},
    deploy::{Deployment, solana::LOCAL_CHAIN},
};
use alloy::{
    primitives::{Address as EvmAddress, B256, U256},
    providers::Provider,
    signers::{SignerSync, local::PrivateKeySigner},
};
use anyhow::{Context, Result, ensure};
use novate_bindings::{evm::Settlement, solana::settlement::accounts::Ledger};
use novate_netting::{Signature, SignedIntent, receipt::Authority};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Intent, Item, Scheme},
};
use solana_address::Address;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Places among the members: who sells the item, and who buys it.
pub const SELLER: usize = 2;
pub const BUYER: usize = 0;

/// A settlement and its people.
pub struct Party {
    /// In the configuration.
    pub settlement: &'static str,
    /// As in headers.
    pub chain: u64,
    /// As in headers.
    pub address: [u8; 32],
    pub scheme: Scheme,
    /// What is paid with.
    pub asset: Asset,
    /// The owners, and last one who has a session and no funds.
    pub members: [Member; 4],
    /// Gets the fees.
    pub fees: Owner,
    /// Signs batches.
    pub authority: Authority,
    /// That [`SELLER`] holds, where there are items.
    pub item: Option<Item>,
}

/// An owner with the key of a session.
pub struct Member {
    pub owner: Owner,
    pub key: Key,
}

/// The private key of a session.
pub enum Key {
    Evm(PrivateKeySigner),
    Solana(Keypair),
}

impl Key {
    /// By which intents name it.
    pub fn id(&self) -> [u8; 32] {
        match self {
            Self::Evm(key) => key.address().into_word().0,
            Self::Solana(key) => key.pubkey().to_bytes(),
        }
    }

    pub fn sign(&self, intent: Intent) -> Result<SignedIntent> {
        let signature = match self {
            Self::Evm(key) => {
                let digest = B256::from(intent.digest_eip712());
                Signature::Eip712(key.sign_hash_sync(&digest)?.as_bytes())
            }
            Self::Solana(key) => Signature::Ed25519(*key.sign_message(&intent.solana_message()).as_array()),
        };
        Ok(SignedIntent { intent, signature })
    }
}

/// The fourth member is another of anvil's accounts.
pub async fn on_evm(at: &Deployment, keys: evm::sessions::Sessions) -> Result<Party> {
    let (rpc, evm) = (&at.evm_rpc, &at.evm);
    let accounts = rpc.get_accounts().await.context("listing anvil's accounts")?;
    let poor = *accounts.get(4).context("anvil has fewer than 5 accounts")?;
    let key = PrivateKeySigner::random();
    let expires = u32::try_from(evm::sessions::now(rpc).await? + evm::sessions::LIFE)?;
    evm::sessions::grant(rpc, evm, poor, key.address(), expires).await?;
    let [a, b, c] = evm.owners;
    let [a_key, b_key, c_key] = keys;
    let word = |address: EvmAddress| address.into_word().0;
    let member = |owner: EvmAddress, key| Member {
        owner: Owner(word(owner)),
        key: Key::Evm(key),
    };
    Ok(Party {
        settlement: config::EVM,
        chain: rpc.get_chain_id().await?,
        address: word(evm.settlement),
        scheme: Scheme::Eip712,
        asset: Asset(word(evm.token)),
        members: [
            member(a, a_key),
            member(b, b_key),
            member(c, c_key),
            member(poor, key),
        ],
        fees: Owner(word(at.accounts.evm_fees)),
        authority: Authority::Evm(at.icp.evm_address.into_array()),
        item: None,
    })
}

/// The third owner brings an NFT in.
pub async fn on_solana(at: &Deployment, keys: solana::sessions::Sessions) -> Result<Party> {
    let (client, settlement) = (&at.solana_rpc, &at.solana);
    let (poor, key) = (Keypair::new(), Keypair::new());
    let expires = client.now().await? + solana::sessions::LIFE;
    // Before the session: when the service knows of that, it knows of the item.
    let mint = solana::items::bring_in(client, settlement, &settlement.owners[SELLER]).await?;
    solana::sessions::grant(client, settlement, &poor, key.pubkey(), expires).await?;
    let [a, b, c] = settlement.owners.each_ref().map(Signer::pubkey);
    let [a_key, b_key, c_key] = keys;
    let member = |owner: Address, key| Member {
        owner: Owner(owner.to_bytes()),
        key: Key::Solana(key),
    };
    Ok(Party {
        settlement: config::SOLANA,
        chain: LOCAL_CHAIN,
        address: settlement.config.to_bytes(),
        scheme: Scheme::Ed25519,
        asset: Asset(settlement.mint.to_bytes()),
        members: [
            member(a, a_key),
            member(b, b_key),
            member(c, c_key),
            member(poor.pubkey(), key),
        ],
        fees: Owner(at.accounts.solana_fees.to_bytes()),
        authority: Authority::Ed25519(settlement.authority.to_bytes()),
        item: Some(Item {
            collection: Asset(mint.to_bytes()),
            token_id: [0; 32],
        }),
    })
}

impl Party {
    /// The ledgers of the members and of who gets the fees, in base units.
    pub async fn ledgers(&self, at: &Deployment) -> Result<[i128; 5]> {
        let [a, b, c, d] = self.members.each_ref().map(|member| member.owner);
        let mut ledgers = [0; 5];
        for (ledger, owner) in ledgers.iter_mut().zip([a, b, c, d, self.fees]) {
            *ledger = match self.scheme {
                Scheme::Eip712 => on_contract(at, owner).await,
                Scheme::Ed25519 => in_vault(at, owner).await,
            }?;
        }
        Ok(ledgers)
    }

    /// That the item is the buyer's, if there is one.
    pub async fn require_buyer(&self, at: &Deployment) -> Result<()> {
        let Some(item) = self.item else { return Ok(()) };
        let (mint, buyer) = (
            Address::from(item.collection.0),
            Address::from(self.members[BUYER].owner.0),
        );
        solana::items::require_holder(&at.solana_rpc, &at.solana, &mint, &buyer).await
    }
}

async fn on_contract(at: &Deployment, owner: Owner) -> Result<i128> {
    let settlement = Settlement::new(at.evm.settlement, &at.evm_rpc);
    let held: U256 = settlement
        .ledger(EvmAddress::from_word(owner.0.into()), at.evm.token)
        .call()
        .await?;
    Ok(held.try_into()?)
}

/// A ledger that is not there holds nothing.
async fn in_vault(at: &Deployment, owner: Owner) -> Result<i128> {
    let address = at.solana.ledger(&Address::from(owner.0));
    let node = &at.solana_rpc.rpc;
    let found = node
        .get_account_with_commitment(&address, CommitmentConfig::confirmed())
        .await
        .context("reading a ledger")?;
    let Some(account) = found.value else { return Ok(0) };
    ensure!(
        account.owner == novate_bindings::solana::settlement::ID,
        "{address} is no ledger"
    );
    let ledger: Ledger = anchor_lang::AccountDeserialize::try_deserialize(&mut account.data.as_slice())?;
    Ok(ledger.balance.into())
}
