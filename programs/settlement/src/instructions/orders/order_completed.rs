use anchor_lang::prelude::*;
use novate_protocol::leaf::OrderLeaf;
use novate_protocol::merkle;

use crate::error::SettlementError;
use crate::events;
use crate::state::Orders;

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct OrderCompletedArgs {
    pub order_id: [u8; 32],
    /// Index of the order's leaf.
    pub index: u32,
    /// Siblings from the leaf up to the root.
    pub proof: Vec<[u8; 32]>,
}

#[derive(Accounts)]
pub struct OrderCompleted<'info> {
    /// The checkpoint that the order is in.
    pub orders: AccountLoader<'info, Orders>,
}

impl OrderCompleted<'_> {
    /// Returns the number of the checkpoint.
    pub(crate) fn handler(ctx: Context<Self>, args: OrderCompletedArgs) -> Result<u64> {
        let OrderCompletedArgs {
            order_id,
            index,
            proof,
        } = args;
        let orders = ctx.accounts.orders.load()?;
        require_gt!(orders.order_count, index, SettlementError::LeafOutOfRange);
        let leaf = OrderLeaf { index, order_id };
        require!(
            merkle::verify(&orders.root, &leaf.hash(), &proof),
            SettlementError::WrongProof
        );
        emit!(events::OrderCompleted {
            config: orders.config,
            number: orders.number,
            index,
            order_id,
        });
        Ok(orders.number)
    }
}
