//! One small batch: two owners pay the third, who hands an NFT over.
//!
//! It is made here by hand. Its intents are placeholders of which only the digests exist, and these are its blob: the
//! chain knows intents by their root only.

use super::{balances, items, sessions::Sessions};
use crate::deploy::solana::{Client, LOCAL_CHAIN, SYSTEM, SolanaDeployment, call};
use anyhow::{Context, Result, ensure};
use novate_bindings::solana::{
    address::{self, settlement::batch as address_of},
    session_keys,
    settlement::{
        ID as PROGRAM,
        accounts::Config,
        client::{accounts, args},
        types::{ApplyDeltasArgs, ItemsArgs, Side},
    },
};
use novate_protocol::{
    batch::BatchHeader,
    ids::{Asset, Owner},
    keccak::keccak256,
    leaf::{DeltaLeaf, IntentLeaf, ItemLeaf},
    merkle::Tree,
};
use sha2::{Digest, Sha256};
use solana_address::Address;
use solana_ed25519_program::new_ed25519_instruction_with_signature;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

/// What the batch changes in the owners' ledgers, in base units.
const CHANGES: [i64; 3] = [-3_000, -2_000, 5_000];
/// Slot of every owner's session in their grants: it is the only one.
const SLOT: u8 = 0;

/// Opens, applies and finalizes the batch, and checks ledgers, NFT and config.
pub async fn run(client: &Client, at: &SolanaDeployment, sessions: &Sessions) -> Result<()> {
    let [buyer, _, seller] = &at.owners;
    let nft = items::bring_in(client, at, seller).await?;
    let before = balances(client, at).await?;
    let config: Config = client.read(&at.config).await?;
    let opened_at = u64::try_from(client.now().await?)?;
    let batch = Batch::new(at, sessions, nft, config.opened + 1, opened_at);

    client
        .send(&batch.open(client.payer()), &[])
        .await
        .context("opening it")?;
    client
        .until(client.now().await? + i64::from(config.challenge_window))
        .await?;
    client
        .send(&[batch.apply_debits()?], &[])
        .await
        .context("applying its debits")?;
    client
        .send(&[batch.apply_item()?], &[])
        .await
        .context("moving its NFT")?;
    client
        .send(&[batch.apply_credits()?], &[])
        .await
        .context("applying its credits")?;
    client
        .send(&[batch.finalize(client.payer())], &[])
        .await
        .context("finalizing it")?;

    let after = balances(client, at).await?;
    let changes: Vec<i64> = after
        .iter()
        .zip(&before)
        .map(|(after, before)| after - before)
        .collect();
    ensure!(
        changes == CHANGES,
        "the ledgers changed by {changes:?}, expected {CHANGES:?}"
    );
    items::require_holder(client, at, &nft, &buyer.pubkey()).await?;
    let config: Config = client.read(&at.config).await?;
    let sequence = batch.header.sequence;
    ensure!(
        config.settled == sequence,
        "batch {} is settled, expected {sequence}",
        config.settled
    );
    Ok(())
}

struct Batch<'a> {
    at: &'a SolanaDeployment,
    header: BatchHeader,
    /// Debits first: that is the canonical order within an asset.
    deltas: Vec<DeltaLeaf>,
    item: ItemLeaf,
    nft: Address,
}

impl<'a> Batch<'a> {
    fn new(
        at: &'a SolanaDeployment,
        sessions: &Sessions,
        nft: Address,
        sequence: u64,
        opened_at: u64,
    ) -> Self {
        let deltas: Vec<_> = (0..)
            .zip(at.owners.iter().zip(sessions).zip(CHANGES))
            .map(|(index, ((owner, session), amount))| DeltaLeaf {
                index,
                owner: Owner(owner.pubkey().to_bytes()),
                asset: Asset(at.mint.to_bytes()),
                // A credit is charged to nobody.
                session: if amount < 0 {
                    session.pubkey().to_bytes()
                } else {
                    [0; 32]
                },
                amount: amount.into(),
            })
            .collect();
        let [buyer, _, seller] = at.owners.each_ref().map(|owner| Owner(owner.pubkey().to_bytes()));
        let item = ItemLeaf {
            index: 0,
            asset: Asset(nft.to_bytes()),
            token_id: [0; 32],
            from: seller,
            to: buyer,
        };
        let intents = [0u32, 1].map(|index| IntentLeaf {
            index,
            intent_id: keccak256(&[b"demo intent", &index.to_le_bytes()]),
            outcome: 0,
        });
        let header = BatchHeader {
            chain: LOCAL_CHAIN,
            settlement: at.config.to_bytes(),
            sequence,
            intents_root: Tree::new(intents.iter().map(IntentLeaf::hash).collect()).root(),
            deltas_root: tree(&deltas).root(),
            items_root: Tree::new(vec![item.hash()]).root(),
            blob_cid: cid(&intents.map(|intent| intent.intent_id).concat()),
            intent_count: intents.len() as u32,
            delta_count: deltas.len() as u32,
            item_count: 1,
            opened_at,
        };
        Self {
            at,
            header,
            deltas,
            item,
            nft,
        }
    }

    fn address(&self) -> Address {
        address_of(&self.at.config, self.header.sequence)
    }

    /// The authority's signature of the header, and the opening.
    fn open(&self, payer: Address) -> [Instruction; 2] {
        let message = self.header.solana_message();
        let signature = self.at.authority.sign_message(&message);
        let open = accounts::OpenBatch {
            payer,
            config: self.at.config,
            batch: self.address(),
            instructions: INSTRUCTIONS,
            system_program: SYSTEM,
        };
        [
            new_ed25519_instruction_with_signature(
                &message,
                signature.as_array(),
                self.at.authority.pubkey().as_array(),
            ),
            call(PROGRAM, open, args::OpenBatch {}),
        ]
    }

    /// All debits in one chunk, charged to the sessions of their owners.
    fn apply_debits(&self) -> Result<Instruction> {
        let debits = self.deltas.iter().take_while(|leaf| leaf.amount < 0);
        let debits: Vec<_> = debits.collect();
        let mut entries = Vec::new();
        for leaf in &debits {
            entries.push(SLOT);
            entries.extend(u64::try_from(-leaf.amount)?.to_le_bytes());
        }
        let mut accounts = self.ledgers(&debits);
        accounts.extend([
            AccountMeta::new_readonly(self.at.config, false),
            AccountMeta::new_readonly(address::event_authority(&session_keys::ID), false),
            AccountMeta::new_readonly(session_keys::ID, false),
        ]);
        accounts.extend(debits.iter().map(|leaf| {
            let grants = address::session_keys::grants(&Address::from(leaf.owner.0));
            AccountMeta::new(grants, false)
        }));
        self.apply(Side::Debit, &debits, entries, accounts)
    }

    /// All credits in one chunk.
    fn apply_credits(&self) -> Result<Instruction> {
        let credits: Vec<_> = self.deltas.iter().filter(|leaf| leaf.amount >= 0).collect();
        let mut entries = Vec::new();
        for leaf in &credits {
            entries.extend(u64::try_from(leaf.amount)?.to_le_bytes());
        }
        self.apply(Side::Credit, &credits, entries, self.ledgers(&credits))
    }

    fn ledgers(&self, leaves: &[&DeltaLeaf]) -> Vec<AccountMeta> {
        let ledger =
            |leaf: &&DeltaLeaf| AccountMeta::new(self.at.ledger(&Address::from(leaf.owner.0)), false);
        leaves.iter().map(ledger).collect()
    }

    fn apply(
        &self,
        side: Side,
        leaves: &[&DeltaLeaf],
        entries: Vec<u8>,
        remaining: Vec<AccountMeta>,
    ) -> Result<Instruction> {
        let first = leaves.first().context("a chunk without leaves")?.index;
        let proof = tree(&self.deltas).range_proof(first as usize, leaves.len());
        let apply = accounts::ApplyDeltas {
            config: self.at.config,
            batch: self.address(),
            vault: self.at.vault,
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        let chunk = ApplyDeltasArgs {
            first,
            side,
            entries,
            proof: proof.context("no such leaves")?.concat(),
        };
        let mut instruction = call(PROGRAM, apply, args::ApplyDeltas { args: chunk });
        instruction.accounts.extend(remaining);
        Ok(instruction)
    }

    fn apply_item(&self) -> Result<Instruction> {
        let apply = accounts::ApplyItems {
            config: self.at.config,
            batch: self.address(),
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        let proof = Tree::new(vec![self.item.hash()]).range_proof(0, 1);
        let chunk = ItemsArgs {
            first: 0,
            entries: [self.item.from.0, self.item.to.0].concat(),
            proof: proof.context("no such leaf")?.concat(),
        };
        let mut instruction = call(PROGRAM, apply, args::ApplyItems { args: chunk });
        let item = address::settlement::item(&self.at.config, &self.nft);
        instruction.accounts.push(AccountMeta::new(item, false));
        Ok(instruction)
    }

    fn finalize(&self, payer: Address) -> Instruction {
        let finalize = accounts::FinalizeBatch {
            config: self.at.config,
            batch: self.address(),
            payer,
            event_authority: self.at.event_authority,
            program: PROGRAM,
        };
        let mut instruction = call(PROGRAM, finalize, args::FinalizeBatch {});
        instruction
            .accounts
            .push(AccountMeta::new_readonly(self.at.vault, false));
        instruction
    }
}

/// Binary CIDv1 of raw bytes: version, codec, hash function (sha2-256), length of the hash, hash.
///
/// Source: <https://github.com/multiformats/cid>
fn cid(blob: &[u8]) -> [u8; 36] {
    let mut cid = [0; 36];
    let (head, hash) = cid.split_at_mut(4);
    head.copy_from_slice(&[0x01, 0x55, 0x12, 0x20]);
    hash.copy_from_slice(&Sha256::digest(blob));
    cid
}

/// The sysvar by which a program sees the transaction's other instructions.
const INSTRUCTIONS: Address = Address::from_str_const("Sysvar1nstructions1111111111111111111111111");

fn tree(deltas: &[DeltaLeaf]) -> Tree {
    Tree::new(deltas.iter().map(DeltaLeaf::hash).collect())
}
