use anchor_lang::prelude::*;
use novate_protocol::batch::{BatchHeader, SOLANA_PREFIX};
use novate_protocol::merkle::EMPTY_ROOT;

use crate::error::SettlementError;
use crate::events::BatchOpened;
use crate::seeds::BATCH_SEED;
use crate::state::{Batch, Config, NO_CREDIT};
use crate::{account, signed};

#[derive(Accounts)]
pub struct OpenBatch<'info> {
    /// Pays the rent, and gets it back when the batch is over.
    #[account(mut)]
    pub payer: Signer<'info>,
    #[account(mut)]
    pub config: AccountLoader<'info, Config>,
    /// The new batch.
    /// CHECK: its address is derived in the handler, from the sequence that was signed.
    #[account(mut)]
    pub batch: UncheckedAccount<'info>,
    /// CHECK: the address is checked where it is read.
    pub instructions: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl OpenBatch<'_> {
    /// The header that the authority signed, and that fits this settlement.
    fn header(&self, config: &Config) -> Result<BatchHeader> {
        let body = signed::body(&self.instructions, &config.authority, SOLANA_PREFIX)?;
        let header = BatchHeader::try_from_slice(&body).map_err(|_| SettlementError::WrongMessage)?;
        require_eq!(header.chain, config.chain, SettlementError::WrongChain);
        require!(
            header.settlement == self.config.key().to_bytes(),
            SettlementError::WrongSettlement
        );
        let next = config.opened.checked_add(1);
        require!(next == Some(header.sequence), SettlementError::WrongSequence);
        validate_counts(&header, config)?;
        Ok(header)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = &ctx.accounts;
        let mut config = accounts.config.load_mut()?;
        config.require_running()?;
        config.require_room()?;
        let header = accounts.header(&config)?;

        let now = Clock::get()?.unix_timestamp;
        config.opened = header.sequence;
        config.last_opened_at = now;
        let apply_from = now.saturating_add(config.challenge_window.into());
        let batch = Batch {
            config: accounts.config.key(),
            payer: accounts.payer.key(),
            intents_root: header.intents_root,
            deltas_root: header.deltas_root,
            items_root: header.items_root,
            blob_cid: header.blob_cid,
            intent_count: header.intent_count,
            sequence: header.sequence,
            opened_at: now,
            apply_from,
            settle_window: config.settle_window,
            delta_count: header.delta_count,
            item_count: header.item_count,
            deltas_applied: 0,
            items_applied: 0,
            debits_end: 0,
            first_credit: NO_CREDIT,
            vaults: 0,
            cancelled: 0,
            padding: [0; 7],
        };
        let sequence = header.sequence.to_le_bytes();
        account::create(
            &accounts.batch,
            &accounts.payer,
            &[BATCH_SEED, batch.config.as_ref(), &sequence],
            Batch::space(batch.delta_count, batch.item_count),
            &batch,
        )?;
        emit!(opened(accounts.batch.key(), &batch, header.opened_at));
        Ok(())
    }
}

fn validate_counts(header: &BatchHeader, config: &Config) -> Result<()> {
    // A batch whose debts cancel out has no deltas, but it has intents.
    let in_bounds = (1..=config.max_intents).contains(&header.intent_count)
        && header.delta_count <= config.max_deltas
        && header.item_count <= config.max_items;
    require!(in_bounds, SettlementError::CountOutOfBounds);
    let roots = [
        (header.intents_root, header.intent_count),
        (header.deltas_root, header.delta_count),
        (header.items_root, header.item_count),
    ];
    for (root, count) in roots {
        require!(
            (root == EMPTY_ROOT) == (count == 0),
            SettlementError::RootMismatch
        );
    }
    Ok(())
}

fn opened(address: Pubkey, batch: &Batch, window_opened_at: u64) -> BatchOpened {
    BatchOpened {
        config: batch.config,
        batch: address,
        sequence: batch.sequence,
        intents_root: batch.intents_root,
        deltas_root: batch.deltas_root,
        items_root: batch.items_root,
        blob_cid: batch.blob_cid.to_vec(),
        intent_count: batch.intent_count,
        delta_count: batch.delta_count,
        item_count: batch.item_count,
        window_opened_at,
        apply_from: batch.apply_from,
        settle_window: batch.settle_window,
        payer: batch.payer,
    }
}
