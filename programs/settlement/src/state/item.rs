use anchor_lang::prelude::*;

use crate::error::SettlementError;

/// The largest royalty, in basis points of a price: 10%.
pub const MAX_ROYALTY_BPS: u16 = 1_000;

/// An NFT that a settlement knows, and whose it is while the settlement holds it.
///
/// 180 bytes: discriminator, then the fields in order.
#[account]
#[derive(InitSpace)]
pub struct Item {
    pub config: Pubkey,
    pub mint: Pubkey,
    /// The token account that holds the NFT while it is inside.
    pub tokens: Pubkey,
    /// Whose it is; all zeros while the NFT is outside.
    pub holder: Pubkey,
    /// Gets the royalty of every sale; all zeros when there is none.
    pub creator: Pubkey,
    /// The royalty in basis points of the price.
    pub royalty_bps: u16,
    /// The sequence of the batch that moved it last. While that batch is not settled the item is *in transit*.
    pub sequence: u64,
    pub status: ItemStatus,
    /// Of this account's address, for signing.
    pub bump: u8,
}

/// What can be done with an item: it can be put up for one sale at a time.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemStatus {
    /// The NFT is in somebody's wallet.
    Outside,
    /// The settlement holds the NFT for the holder.
    Held,
    /// As held, and there is a listing.
    Listed,
    /// As held, and there is an auction.
    Auctioned,
}

impl Item {
    /// The NFT has come in.
    ///
    /// # Errors
    /// When it is inside already.
    pub fn enter(&mut self, holder: Pubkey) -> Result<()> {
        require!(self.status == ItemStatus::Outside, SettlementError::ItemInside);
        self.holder = holder;
        self.status = ItemStatus::Held;
        Ok(())
    }

    /// The NFT is about to leave.
    pub fn leave(&mut self) {
        self.holder = Pubkey::default();
        self.status = ItemStatus::Outside;
    }

    /// A sale, or its end without a buyer, has left the item with `holder`.
    pub fn release(&mut self, holder: Pubkey) {
        self.holder = holder;
        self.status = ItemStatus::Held;
    }

    /// What every use by the holder requires: it is theirs, it is free, and no batch is moving it.
    ///
    /// `settled` is the config's: the sequence of the last batch that was settled.
    ///
    /// # Errors
    /// When the item is outside, of somebody else, listed or auctioned, or in transit.
    pub fn require_free(&self, holder: &Pubkey, settled: u64) -> Result<()> {
        self.require_held_by(holder)?;
        require_gte!(settled, self.sequence, SettlementError::ItemInTransit);
        Ok(())
    }

    /// The batch `sequence` moves the item, or moves it back when the batch is reverted.
    ///
    /// # Errors
    /// When the item is outside, of somebody else than `from`, or listed or auctioned; when `to` is nobody.
    pub fn transfer(&mut self, from: &Pubkey, to: &Pubkey, sequence: u64) -> Result<()> {
        self.require_held_by(from)?;
        require_keys_neq!(*to, Pubkey::default(), SettlementError::MissingKey);
        self.holder = *to;
        self.sequence = sequence;
        Ok(())
    }

    fn require_held_by(&self, holder: &Pubkey) -> Result<()> {
        match self.status {
            ItemStatus::Outside => err!(SettlementError::ItemOutside),
            ItemStatus::Listed | ItemStatus::Auctioned => err!(SettlementError::ItemOnSale),
            ItemStatus::Held => {
                require_keys_eq!(self.holder, *holder, SettlementError::NotHolder);
                Ok(())
            }
        }
    }
}
