//! Which mints are NFTs.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::program_option::COption;
use anchor_spl::token_interface::Mint;

use crate::error::SettlementError;

/// Metaplex Token Metadata.
const METAPLEX: Pubkey = pubkey!("metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s");

/// There is one token of the mint, and there can never be two.
///
/// The supply alone would not do: who holds the mint authority could sell the item and mint another one. So there
/// is no authority, or it is the *edition* account of Metaplex, which takes the authority over every NFT made with
/// it, and whose program mints one token for each edition and never a second.
///
/// # Errors
/// When the mint has decimals, a supply other than 1, or another mint authority.
pub(super) fn require_unique(address: &Pubkey, mint: &Mint) -> Result<()> {
    require!(mint.decimals == 0 && mint.supply == 1, SettlementError::NotUnique);
    match mint.mint_authority {
        COption::None => Ok(()),
        COption::Some(authority) => {
            require_keys_eq!(authority, edition(address), SettlementError::CanBeMinted);
            Ok(())
        }
    }
}

fn edition(mint: &Pubkey) -> Pubkey {
    let seeds: &[&[u8]] = &[b"metadata", METAPLEX.as_ref(), mint.as_ref(), b"edition"];
    Pubkey::find_program_address(seeds, &METAPLEX).0
}
