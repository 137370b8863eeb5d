use anchor_lang::prelude::*;

use crate::error::StakingError;
use crate::state::Pool;

/// What the admin needs to change a pool's settings: `set_duration`, `set_guardian`, `propose_admin`, `unpause`.
#[derive(Accounts)]
pub struct Administer<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ StakingError::NotAdmin)]
    pub pool: AccountLoader<'info, Pool>,
}
