//! The accounts of every instruction, all of them right; tests then change what should be refused.

use program_testing::{SYSTEM_PROGRAM, derive, event_authority};
use rewards::seeds::{ALLOCATION_SEED, CLAIM_SEED, DISTRIBUTION_SEED, ORDER_SEED, TOKENS_SEED};
use rewards::{ID, accounts};
use solana_address::Address;
use solana_signer::Signer;

use crate::world::{Pot, Recipient, World};

pub fn distribution_of(creator: &Address, id: u64) -> Address {
    derive(ID, &[DISTRIBUTION_SEED, creator.as_ref(), &id.to_le_bytes()])
}

pub fn tokens_of(distribution: &Address) -> Address {
    derive(ID, &[TOKENS_SEED, distribution.as_ref()])
}

pub fn allocation_of(distribution: &Address, recipient: &Address) -> Address {
    derive(ID, &[ALLOCATION_SEED, distribution.as_ref(), recipient.as_ref()])
}

pub fn order_of(distribution: &Address, order: &[u8; 32]) -> Address {
    derive(ID, &[ORDER_SEED, distribution.as_ref(), order])
}

pub fn record_of(distribution: &Address, recipient: &Address) -> Address {
    derive(ID, &[CLAIM_SEED, distribution.as_ref(), recipient.as_ref()])
}

impl World {
    /// The creator's distribution with this number.
    pub fn create_accounts(&self, id: u64) -> accounts::CreateDistribution {
        let distribution = distribution_of(&self.creator.pubkey(), id);
        accounts::CreateDistribution {
            creator: self.creator.pubkey(),
            payer: self.payer.pubkey(),
            mint: self.mint,
            distribution,
            tokens: tokens_of(&distribution),
            token_program: self.token_program,
            system_program: SYSTEM_PROGRAM,
        }
    }

    /// The creator funds.
    pub fn fund_accounts(&self, pot: &Pot) -> accounts::Fund {
        accounts::Fund {
            funder: self.creator.pubkey(),
            distribution: pot.distribution,
            mint: self.mint,
            source: self.source,
            tokens: pot.tokens,
            token_program: self.token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    /// Of `defund` and `clawback`.
    pub fn to_creator_accounts(&self, pot: &Pot) -> accounts::ToCreator {
        accounts::ToCreator {
            creator: self.creator.pubkey(),
            distribution: pot.distribution,
            mint: self.mint,
            tokens: pot.tokens,
            destination: self.source,
            token_program: self.token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn close_accounts(&self, pot: &Pot) -> accounts::CloseDistribution {
        accounts::CloseDistribution {
            creator: self.creator.pubkey(),
            payer: self.payer.pubkey(),
            distribution: pot.distribution,
            mint: self.mint,
            tokens: pot.tokens,
            destination: self.source,
            token_program: self.token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn allocate_accounts(&self, pot: &Pot, recipient: &Address) -> accounts::Allocate {
        accounts::Allocate {
            authority: self.authority.pubkey(),
            payer: self.payer.pubkey(),
            distribution: pot.distribution,
            recipient: *recipient,
            allocation: allocation_of(&pot.distribution, recipient),
            system_program: SYSTEM_PROGRAM,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn issue_accounts(
        &self,
        pot: &Pot,
        recipient: &Address,
        order: &[u8; 32],
    ) -> accounts::IssueOrderReward {
        accounts::IssueOrderReward {
            authority: self.authority.pubkey(),
            payer: self.payer.pubkey(),
            distribution: pot.distribution,
            recipient: *recipient,
            allocation: order_of(&pot.distribution, order),
            system_program: SYSTEM_PROGRAM,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn publish_accounts(&self, pot: &Pot) -> accounts::PublishRoot {
        accounts::PublishRoot {
            authority: self.authority.pubkey(),
            distribution: pot.distribution,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn open_accounts(&self, pot: &Pot, recipient: &Address) -> accounts::OpenClaim {
        accounts::OpenClaim {
            payer: self.payer.pubkey(),
            distribution: pot.distribution,
            recipient: *recipient,
            record: record_of(&pot.distribution, recipient),
            system_program: SYSTEM_PROGRAM,
        }
    }

    /// To the recipient's associated token account.
    pub fn claim_accounts(&self, pot: &Pot, to: &Recipient, allocation: Address) -> accounts::Claim {
        accounts::Claim {
            recipient: to.address(),
            distribution: pot.distribution,
            allocation,
            mint: self.mint,
            tokens: pot.tokens,
            destination: to.tokens,
            token_program: self.token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    /// To the recipient's associated token account.
    pub fn claim_merkle_accounts(&self, pot: &Pot, to: &Recipient) -> accounts::ClaimMerkle {
        accounts::ClaimMerkle {
            recipient: to.address(),
            distribution: pot.distribution,
            record: record_of(&pot.distribution, &to.address()),
            mint: self.mint,
            tokens: pot.tokens,
            destination: to.tokens,
            token_program: self.token_program,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn revoke_accounts(&self, pot: &Pot, allocation: Address) -> accounts::Revoke {
        accounts::Revoke {
            authority: self.authority.pubkey(),
            distribution: pot.distribution,
            allocation,
            event_authority: event_authority(ID),
            program: ID,
        }
    }

    pub fn close_allocation_accounts(&self, pot: &Pot, allocation: Address) -> accounts::CloseAllocation {
        accounts::CloseAllocation {
            payer: self.payer.pubkey(),
            distribution: pot.distribution,
            allocation,
        }
    }

    pub fn close_claim_accounts(&self, pot: &Pot, recipient: &Address) -> accounts::CloseClaim {
        accounts::CloseClaim {
            payer: self.payer.pubkey(),
            distribution: pot.distribution,
            record: record_of(&pot.distribution, recipient),
        }
    }

    pub fn propose_accounts(&self, pot: &Pot) -> accounts::ProposeAuthority {
        accounts::ProposeAuthority {
            creator: self.creator.pubkey(),
            distribution: pot.distribution,
        }
    }
}
