use anchor_lang::prelude::*;
use novate_protocol::merkle::EMPTY_ROOT;
use novate_protocol::order::{OrderCheckpoint, SOLANA_PREFIX};

use crate::error::SettlementError;
use crate::events::OrdersCheckpointed;
use crate::seeds::ORDERS_SEED;
use crate::state::{Config, Orders};
use crate::{account, signed};

#[derive(Accounts)]
pub struct CheckpointOrders<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    #[account(mut)]
    pub config: AccountLoader<'info, Config>,
    /// The new checkpoint.
    /// CHECK: its address is derived in the handler, from the number that was signed.
    #[account(mut)]
    pub orders: UncheckedAccount<'info>,
    /// CHECK: the address is checked where it is read.
    pub instructions: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl CheckpointOrders<'_> {
    /// The checkpoint that the authority signed, and that fits this settlement.
    fn checkpoint(&self, config: &Config) -> Result<OrderCheckpoint> {
        let body = signed::body(&self.instructions, &config.authority, SOLANA_PREFIX)?;
        let checkpoint = OrderCheckpoint::try_from_slice(&body).map_err(|_| SettlementError::WrongMessage)?;
        require_eq!(checkpoint.chain, config.chain, SettlementError::WrongChain);
        require!(
            checkpoint.settlement == self.config.key().to_bytes(),
            SettlementError::WrongSettlement
        );
        let next = config.orders.checked_add(1);
        require!(next == Some(checkpoint.number), SettlementError::WrongSequence);
        require!(checkpoint.order_count != 0, SettlementError::CountOutOfBounds);
        require!(checkpoint.root != EMPTY_ROOT, SettlementError::RootMismatch);
        Ok(checkpoint)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = &ctx.accounts;
        let mut config = accounts.config.load_mut()?;
        let OrderCheckpoint {
            number,
            root,
            order_count,
            ..
        } = accounts.checkpoint(&config)?;
        config.orders = number;
        let orders = Orders {
            config: accounts.config.key(),
            root,
            number,
            order_count,
            padding: [0; 4],
        };
        let seeds: &[&[u8]] = &[ORDERS_SEED, orders.config.as_ref(), &number.to_le_bytes()];
        account::create(&accounts.orders, &accounts.payer, seeds, Orders::SPACE, &orders)?;
        emit!(OrdersCheckpointed {
            config: orders.config,
            orders: accounts.orders.key(),
            number,
            root,
            order_count,
        });
        Ok(())
    }
}
