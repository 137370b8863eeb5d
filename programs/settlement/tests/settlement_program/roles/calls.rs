use litesvm::types::TransactionResult;
use settlement::instructions::SetFeesArgs;
use settlement::state::Limits;
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::*;

impl World {
    pub fn propose_admin(&mut self, admin: &Keypair, pending_admin: Address) -> TransactionResult {
        let accounts = accounts::ProposeAdmin {
            admin: admin.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::ProposeAdmin { pending_admin }, &[admin])
    }

    pub fn accept_admin(&mut self, pending: &Keypair) -> TransactionResult {
        let accounts = accounts::AcceptAdmin {
            pending_admin: pending.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::AcceptAdmin {}, &[pending])
    }

    pub fn set_guardian(&mut self, admin: &Keypair, guardian: Address) -> TransactionResult {
        let accounts = accounts::SetGuardian {
            admin: admin.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::SetGuardian { guardian }, &[admin])
    }

    pub fn propose_authority(&mut self, admin: &Keypair, pending_authority: Address) -> TransactionResult {
        let accounts = accounts::ProposeAuthority {
            admin: admin.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::ProposeAuthority { pending_authority }, &[admin])
    }

    pub fn activate_authority(&mut self, payer: &Keypair) -> TransactionResult {
        let accounts = accounts::ActivateAuthority { config: self.config };
        self.call(accounts, call::ActivateAuthority {}, &[payer])
    }

    pub fn cancel_authority(&mut self, by: &Keypair) -> TransactionResult {
        let accounts = accounts::CancelAuthority {
            by: by.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::CancelAuthority {}, &[by])
    }

    pub fn set_limits(&mut self, admin: &Keypair, limits: Limits) -> TransactionResult {
        let accounts = accounts::SetLimits {
            admin: admin.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::SetLimits { limits }, &[admin])
    }

    pub fn set_fees(&mut self, admin: &Keypair, fee_bps: u16, fee_owner: Address) -> TransactionResult {
        let args = SetFeesArgs { fee_bps, fee_owner };
        let accounts = accounts::SetFees {
            admin: admin.pubkey(),
            config: self.config,
        };
        self.call(accounts, call::SetFees { args }, &[admin])
    }

    pub fn set_batch_limit(&mut self, admin: &Keypair, asset: &Asset, batch_limit: u64) -> TransactionResult {
        let accounts = accounts::SetBatchLimit {
            admin: admin.pubkey(),
            config: self.config,
            vault: asset.vault,
        };
        self.call(accounts, call::SetBatchLimit { batch_limit }, &[admin])
    }
}
