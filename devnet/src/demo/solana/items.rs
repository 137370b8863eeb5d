//! NFTs of the settlement.

use crate::deploy::solana::{Client, SYSTEM, SolanaDeployment, call, tokens};
use anchor_spl::token::spl_token::ID as TOKEN;
use anyhow::{Context, Result, ensure};
use novate_bindings::solana::{
    address::settlement as address,
    settlement::{
        ID as PROGRAM,
        accounts::Item,
        client::{accounts, args},
    },
};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Mints an NFT to `owner` and brings it into the settlement. Returns its mint.
pub async fn bring_in(client: &Client, at: &SolanaDeployment, owner: &Keypair) -> Result<Address> {
    let mint = tokens::create_nft(client, &owner.pubkey()).await?;
    let item = address::item(&at.config, &mint);
    let create = accounts::CreateItem {
        payer: client.payer(),
        config: at.config,
        mint,
        item,
        item_tokens: address::tokens(&item),
        token_program: TOKEN,
        system_program: SYSTEM,
    };
    let deposit = accounts::DepositItem {
        owner: owner.pubkey(),
        config: at.config,
        item,
        mint,
        source: tokens::account(&owner.pubkey(), &mint),
        item_tokens: address::tokens(&item),
        token_program: TOKEN,
        event_authority: at.event_authority,
        program: PROGRAM,
    };
    let instructions = [
        call(PROGRAM, create, args::CreateItem {}),
        call(PROGRAM, deposit, args::DepositItem {}),
    ];
    client
        .send(&instructions, &[owner])
        .await
        .context("bringing an NFT into the settlement")?;
    Ok(mint)
}

/// Fails unless `holder` holds the NFT.
pub async fn require_holder(
    client: &Client,
    at: &SolanaDeployment,
    mint: &Address,
    holder: &Address,
) -> Result<()> {
    let item: Item = client.read(&address::item(&at.config, mint)).await?;
    ensure!(
        item.holder == *holder,
        "NFT {mint} is held by {}, expected {holder}",
        item.holder
    );
    Ok(())
}
