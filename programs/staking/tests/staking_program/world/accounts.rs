//! The accounts of every instruction, all of them right; tests then change what should be refused.

use program_testing::{SYSTEM_PROGRAM, derive, event_authority, tokens};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use staking::seeds::POSITION_SEED;
use staking::{ID, accounts};

use super::{PoolKeys, Staker, World};

impl World {
    pub fn create_accounts(&self, creator: &Keypair) -> accounts::CreatePool {
        let PoolKeys {
            stake_mint,
            reward_mint,
            ..
        } = self.pool;
        let pool = PoolKeys::new(&self.chain, &creator.pubkey(), 7, stake_mint, reward_mint);
        accounts::CreatePool {
            creator: creator.pubkey(),
            pool: pool.pool,
            stake_mint,
            reward_mint,
            stakes: pool.stakes,
            rewards: pool.rewards,
            stake_token_program: pool.stake_token_program,
            reward_token_program: pool.reward_token_program,
            system_program: SYSTEM_PROGRAM,
        }
    }

    pub fn stake_accounts(&self, by: &Staker) -> accounts::Stake {
        accounts::Stake {
            owner: by.owner.pubkey(),
            pool: self.pool.pool,
            position: by.position,
            stake_mint: self.pool.stake_mint,
            source: by.tokens,
            stakes: self.pool.stakes,
            token_program: self.pool.stake_token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn unstake_accounts(&self, by: &Staker) -> accounts::Unstake {
        accounts::Unstake {
            owner: by.owner.pubkey(),
            pool: self.pool.pool,
            position: by.position,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    /// Of `withdraw` and of `emergency_withdraw`.
    pub fn withdraw_accounts(&self, by: &Staker) -> accounts::Withdraw {
        accounts::Withdraw {
            owner: by.owner.pubkey(),
            pool: self.pool.pool,
            position: by.position,
            stake_mint: self.pool.stake_mint,
            destination: by.tokens,
            stakes: self.pool.stakes,
            token_program: self.pool.stake_token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn claim_accounts(&self, by: &Staker) -> accounts::Claim {
        accounts::Claim {
            owner: by.owner.pubkey(),
            pool: self.pool.pool,
            position: by.position,
            reward_mint: self.pool.reward_mint,
            destination: by.rewards,
            rewards: self.pool.rewards,
            token_program: self.pool.reward_token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn compound_accounts(&self, by: &Staker) -> accounts::Compound {
        accounts::Compound {
            owner: by.owner.pubkey(),
            pool: self.pool.pool,
            position: by.position,
            stake_mint: self.pool.stake_mint,
            stakes: self.pool.stakes,
            rewards: self.pool.rewards,
            token_program: self.pool.stake_token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn exit_accounts(&self, by: &Staker) -> accounts::Exit {
        accounts::Exit {
            owner: by.owner.pubkey(),
            pool: self.pool.pool,
            position: by.position,
            stake_mint: self.pool.stake_mint,
            reward_mint: self.pool.reward_mint,
            stake_destination: by.tokens,
            reward_destination: by.rewards,
            stakes: self.pool.stakes,
            rewards: self.pool.rewards,
            stake_token_program: self.pool.stake_token_program,
            reward_token_program: self.pool.reward_token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn close_accounts(&self, by: &Staker) -> accounts::ClosePosition {
        accounts::ClosePosition {
            owner: by.owner.pubkey(),
            pool: self.pool.pool,
            position: by.position,
        }
    }

    pub fn fund_accounts(&self) -> accounts::Fund {
        accounts::Fund {
            admin: self.admin.pubkey(),
            pool: self.pool.pool,
            reward_mint: self.pool.reward_mint,
            source: self.treasury,
            rewards: self.pool.rewards,
            token_program: self.pool.reward_token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn pause_accounts(&self, by: &Keypair) -> accounts::Pause {
        accounts::Pause {
            by: by.pubkey(),
            pool: self.pool.pool,
        }
    }

    pub fn administer_accounts(&self, admin: &Keypair) -> accounts::Administer {
        accounts::Administer {
            admin: admin.pubkey(),
            pool: self.pool.pool,
        }
    }

    pub fn recover_accounts(
        &self,
        source: Address,
        mint: Address,
        destination: Address,
    ) -> accounts::Recover {
        accounts::Recover {
            admin: self.admin.pubkey(),
            pool: self.pool.pool,
            mint,
            source,
            destination,
            token_program: tokens::program_of(&self.chain, &mint),
            event_authority: event_authority(ID),
            program: ID,
        }
    }
}

/// Accounts of `open_position`, all of them right.
pub fn open_accounts(pool: &PoolKeys, owner: &Keypair, tier: u8) -> accounts::OpenPosition {
    let owner = owner.pubkey();
    accounts::OpenPosition {
        owner,
        pool: pool.pool,
        position: derive(ID, &[POSITION_SEED, pool.pool.as_ref(), owner.as_ref(), &[tier]]),
        system_program: SYSTEM_PROGRAM,
    }
}
