//! Test tokens. Their mint authority is the node's payer.

use super::Client;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_spl::{
    associated_token::spl_associated_token_account as ata,
    token::spl_token::{self, ID as TOKEN, instruction},
};
use anyhow::{Context, Result};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The token account of `owner` for `mint`, at its usual address.
pub fn account(owner: &Address, mint: &Address) -> Address {
    ata::address::get_associated_token_address_with_program_id(owner, mint, &TOKEN)
}

/// Opens that account, unless it is there.
pub fn open_account(payer: &Address, owner: &Address, mint: &Address) -> Instruction {
    ata::instruction::create_associated_token_account_idempotent(payer, owner, mint, &TOKEN)
}

/// Creates a mint, signed by its own key.
pub async fn create_mint(client: &Client, mint: &Keypair, decimals: u8) -> Result<Vec<Instruction>> {
    let space = spl_token::state::Mint::LEN;
    let rent = client.rpc.get_minimum_balance_for_rent_exemption(space).await;
    let rent = rent.context("asking for the rent")?;
    let (admin, mint) = (client.payer(), mint.pubkey());
    let create =
        solana_system_interface::instruction::create_account(&admin, &mint, rent, space as u64, &TOKEN);
    let initialize = instruction::initialize_mint2(&TOKEN, &mint, &admin, None, decimals)?;
    Ok(vec![create, initialize])
}

/// Mints `amount` base units to the token account of `owner`, which is opened.
pub fn mint_to(admin: &Address, owner: &Address, mint: &Address, amount: u64) -> Result<[Instruction; 2]> {
    let minted = instruction::mint_to(&TOKEN, mint, &account(owner, mint), admin, &[], amount)?;
    Ok([open_account(admin, owner, mint), minted])
}

/// Creates an NFT of `owner`: a mint of one token, to which nobody can add.
pub async fn create_nft(client: &Client, owner: &Address) -> Result<Address> {
    let (admin, mint) = (client.payer(), Keypair::new());
    let mut instructions = create_mint(client, &mint, 0).await?;
    instructions.extend(mint_to(&admin, owner, &mint.pubkey(), 1)?);
    let authority = instruction::AuthorityType::MintTokens;
    instructions.push(instruction::set_authority(
        &TOKEN,
        &mint.pubkey(),
        None,
        authority,
        &admin,
        &[],
    )?);
    client
        .send(&instructions, &[&mint])
        .await
        .context("creating an NFT")?;
    Ok(mint.pubkey())
}

/// Base units in a token account.
pub async fn amount(client: &Client, account: &Address) -> Result<u64> {
    let data = client.rpc.get_account_data(account).await;
    let data = data.with_context(|| format!("reading token account {account}"))?;
    Ok(spl_token::state::Account::unpack(&data)?.amount)
}
