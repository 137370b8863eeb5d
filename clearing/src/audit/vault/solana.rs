//! The vaults of the program, by its accounts at one slot.

use super::{Snapshot, Vault as Sums, VaultError};
use crate::{
    chain::solana::{
        SolanaConfig, head,
        rpc::{Account, Client, Level, MAX_ADDRESSES, Rpc, RpcError},
    },
    intake::json::account,
};
use anchor_lang::{AccountDeserialize, Discriminator};
use futures_util::try_join;
use novate_bindings::solana::settlement::{
    ID as PROGRAM,
    accounts::{Auction, Config, Ledger, Vault},
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};
use solana_address::Address;
use std::{collections::BTreeMap, time::Duration};

/// How often the node may have made a block between two answers.
const ATTEMPTS: u32 = 50;
/// Of the amount in a token account, for both token programs.
const TOKEN_AMOUNT: usize = 64;

/// What the node says at one confirmed slot.
pub(super) async fn read(config: &SolanaConfig, settlement: [u8; 32]) -> Result<Snapshot, VaultError> {
    let node = Client::new(config.rpc.clone(), Duration::from_secs(config.timeout_seconds));
    let settlement = Address::from(settlement);
    let mut tokens = Vec::new();
    for _ in 0..ATTEMPTS {
        let ((slot, accounts), held) =
            try_join!(node.program_accounts(&PROGRAM), token_accounts(&node, &tokens))?;
        let wanted = Snapshot::token_accounts(&settlement, &accounts);
        if wanted == tokens && held.iter().all(|(of, _)| *of == slot) {
            let held = held.into_iter().flat_map(|(_, held)| held).collect();
            return Snapshot::of_accounts(slot, &settlement, &accounts, &held);
        }
        // They are not known before the first answer.
        tokens = wanted;
    }
    Err(VaultError::NoOneSlot(ATTEMPTS))
}

/// Those that are there, in parts of a slot each.
async fn token_accounts(
    node: &Client,
    tokens: &[Address],
) -> Result<Vec<(u64, BTreeMap<Address, Account>)>, RpcError> {
    let mut parts = Vec::new();
    for part in tokens.chunks(MAX_ADDRESSES) {
        let answer = node.accounts(part, Level::Confirmed).await?;
        let found = part.iter().copied().zip(answer.found);
        let there = found.filter_map(|(address, account)| Some((address, account?)));
        parts.push((answer.slot, there.collect()));
    }
    Ok(parts)
}

impl Snapshot {
    /// The token accounts of the settlement with this config account, among all accounts of the settlement program.
    pub fn token_accounts(settlement: &Address, accounts: &[(Address, Account)]) -> Vec<Address> {
        let vaults = vaults(settlement, accounts);
        vaults.values().map(|vault| vault.tokens).collect()
    }

    /// Of all accounts of the settlement program and the [token accounts](Self::token_accounts) that are there, as they are at `slot`.
    ///
    /// # Errors
    /// [`VaultError::NoSettlement`], [`VaultError::Account`]
    pub fn of_accounts(
        slot: u64,
        settlement: &Address,
        accounts: &[(Address, Account)],
        tokens: &BTreeMap<Address, Account>,
    ) -> Result<Self, VaultError> {
        let is_settlement = |(address, account): &(Address, Account)| {
            address == settlement && account.data.starts_with(Config::DISCRIMINATOR)
        };
        if !accounts.iter().any(is_settlement) {
            return Err(VaultError::NoSettlement {
                address: account(Scheme::Ed25519, &settlement.to_bytes()),
                block: slot,
            });
        }
        let vaults = vaults(settlement, accounts);
        let mut snapshot = Self {
            block: slot,
            ..Self::default()
        };
        for vault in vaults.values() {
            let held = match tokens.get(&vault.tokens) {
                Some(account) => amount(&vault.tokens, account)?,
                None => 0,
            };
            let sums = Sums {
                held: held.into(),
                owed: vault.total.into(),
                escrow: 0,
                // A batch that is over leaves as much credited as debited.
                in_flight: vault.batch.debited.saturating_sub(vault.batch.credited).into(),
                stranded: vault.stranded.into(),
            };
            snapshot.vaults.insert(Asset(vault.mint.to_bytes()), sums);
        }
        let asset = |vault: &Address| vaults.get(vault).map(|vault| Asset(vault.mint.to_bytes()));
        for (address, account) in accounts {
            if let Some(ledger) = head::<Ledger>(account) {
                if let Some(asset) = asset(&ledger.vault) {
                    let of = (Owner(ledger.owner.to_bytes()), asset);
                    snapshot.ledgers.insert(of, ledger.balance.into());
                }
            } else if account.data.starts_with(Auction::DISCRIMINATOR) {
                let auction = Auction::try_deserialize(&mut account.data.as_slice());
                let auction = auction.map_err(|_| VaultError::Account(address.to_string()))?;
                let sums = asset(&auction.vault).and_then(|asset| snapshot.vaults.get_mut(&asset));
                if let Some(sums) = sums {
                    sums.escrow = sums.escrow.saturating_add(auction.best.into());
                }
            }
        }
        Ok(snapshot)
    }
}

/// The settlement's, by address.
fn vaults(settlement: &Address, accounts: &[(Address, Account)]) -> BTreeMap<Address, Vault> {
    let vaults = accounts
        .iter()
        .filter_map(|(address, account)| Some((*address, head::<Vault>(account)?)));
    vaults.filter(|(_, vault)| vault.config == *settlement).collect()
}

fn amount(address: &Address, account: &Account) -> Result<u64, VaultError> {
    let bytes = account
        .data
        .get(TOKEN_AMOUNT..)
        .and_then(|rest| rest.first_chunk());
    let bytes = bytes.ok_or_else(|| VaultError::Account(address.to_string()))?;
    Ok(u64::from_le_bytes(*bytes))
}
