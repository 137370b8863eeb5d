//! Sessions of owners, which the settlement may charge.

use program_testing::{SYSTEM_PROGRAM, event_authority, instruction};
use session_keys::actions::{BUY, LIST, PAY};
use session_keys::instructions::CreateSessionArgs;
use session_keys::seeds::GRANTS_SEED;
use session_keys::state::{LimitArgs, Period, view};
use session_keys::{accounts, instruction as call};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{Asset, World};

/// A session of an owner.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// The owner's.
    pub grants: Address,
    pub slot: u8,
    pub key: Address,
}

impl World {
    /// A session that lasts a day, in which the settlement may charge `amount` of each asset, once and for all, and
    /// move items.
    pub fn session(&mut self, owner: &Keypair, assets: &[Asset], amount: u64) -> Session {
        let key = self.address();
        let create = self.create_session(owner, key, assets, amount);
        self.send(&[create], &[owner]).unwrap();
        self.newest_session(owner, key)
    }

    /// The same with something else in it.
    pub fn session_with(
        &mut self,
        owner: &Keypair,
        assets: &[Asset],
        change: impl FnOnce(&mut CreateSessionArgs),
    ) -> Session {
        let key = self.address();
        let mut args = self.session_args(key, assets, 500);
        change(&mut args);
        let create = create_session(owner, args);
        self.send(&[create], &[owner]).unwrap();
        self.newest_session(owner, key)
    }

    fn newest_session(&self, owner: &Keypair, key: Address) -> Session {
        Session {
            grants: grants_of(&owner.pubkey()),
            slot: self.newest_slot(&owner.pubkey()),
            key,
        }
    }

    /// Of the owner's grants; 0 when there are none.
    pub fn newest_slot(&self, owner: &Address) -> u8 {
        let grants = self.svm.get_account(&grants_of(owner)).unwrap_or_default();
        view(&grants.data).map_or(0, |(grants, _)| grants.count.saturating_sub(1))
    }

    pub fn create_session(
        &self,
        owner: &Keypair,
        key: Address,
        assets: &[Asset],
        amount: u64,
    ) -> Instruction {
        create_session(owner, self.session_args(key, assets, amount))
    }

    fn session_args(&self, key: Address, assets: &[Asset], amount: u64) -> CreateSessionArgs {
        let limit = |asset: &Asset| LimitArgs {
            mint: asset.mint,
            amount,
            period: Period::OneTime,
            lifetime: amount,
            operations: 100,
        };
        CreateSessionArgs {
            key,
            expires: self.now() + 86_400,
            actions: PAY | BUY | LIST,
            consumers: vec![self.config],
            limits: assets.iter().map(limit).collect(),
        }
    }

    /// What was charged to a session, of one asset.
    pub fn spent(&self, session: &Session, asset: &Asset) -> u64 {
        let data = self.data(&session.grants);
        let (_, sessions) = view(&data).unwrap();
        let limit = sessions[usize::from(session.slot)].limit(&asset.mint).unwrap();
        limit.lifetime_spent
    }
}

pub fn grants_of(owner: &Address) -> Address {
    program_testing::derive(session_keys::ID, &[GRANTS_SEED, owner.as_ref()])
}

fn create_session(owner: &Keypair, args: CreateSessionArgs) -> Instruction {
    let accounts = accounts::CreateSession {
        owner: owner.pubkey(),
        payer: owner.pubkey(),
        grants: grants_of(&owner.pubkey()),
        system_program: SYSTEM_PROGRAM,
        event_authority: event_authority(session_keys::ID),
        program: session_keys::ID,
    };
    instruction(session_keys::ID, accounts, call::CreateSession { args })
}
