//! Sessions of owners, which the settlement may charge.

use program_testing::{SYSTEM_PROGRAM, instruction};
use session_keys::actions::{BUY, PAY};
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
    /// A session that lasts a day, in which the settlement may charge `amount` of each asset, once and for all.
    pub fn session(&mut self, owner: &Keypair, assets: &[Asset], amount: u64) -> Session {
        let key = self.address();
        let create = self.create_session(owner, key, assets, amount);
        self.send(&[create], &[owner]).unwrap();
        let grants = grants_of(&owner.pubkey());
        let count = view(&self.data(&grants)).unwrap().1.len();
        Session {
            grants,
            slot: (count - 1) as u8,
            key,
        }
    }

    pub fn create_session(
        &self,
        owner: &Keypair,
        key: Address,
        assets: &[Asset],
        amount: u64,
    ) -> Instruction {
        let limit = |asset: &Asset| LimitArgs {
            mint: asset.mint,
            amount,
            period: Period::OneTime,
            lifetime: amount,
            operations: 100,
        };
        let args = CreateSessionArgs {
            key,
            expires: self.now() + 86_400,
            actions: PAY | BUY,
            consumers: vec![self.config],
            limits: assets.iter().map(limit).collect(),
        };
        let accounts = accounts::CreateSession {
            owner: owner.pubkey(),
            payer: owner.pubkey(),
            grants: grants_of(&owner.pubkey()),
            system_program: SYSTEM_PROGRAM,
        };
        instruction(session_keys::ID, accounts, call::CreateSession { args })
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
