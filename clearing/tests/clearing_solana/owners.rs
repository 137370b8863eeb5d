//! Owners with ledgers and sessions, by the hundred.

use crate::world::{Change, World};
use novate_bindings::solana::{
    address::{event_authority, session_keys::grants, settlement as at},
    session_keys::{
        ID as SESSIONS,
        client::{accounts as session_accounts, args as session_args},
        types::{CloseExpiredArgs, CreateSessionArgs, LimitArgs, Period, RevokeSessionArgs},
    },
    settlement::{
        ID as PROGRAM,
        client::{accounts, args},
    },
};
use program_testing::{SYSTEM_PROGRAM, tokens};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// What every owner holds of every mint.
pub const BALANCE: u64 = 1_000;

/// An owner.
pub struct Member {
    pub key: Keypair,
    pub session: Address,
}

impl Member {
    pub fn address(&self) -> Address {
        self.key.pubkey()
    }

    pub fn pays(&self, mint: usize, amount: i128) -> Change {
        Change {
            owner: self.address(),
            mint,
            session: self.session,
            amount: -amount,
        }
    }

    pub fn gets(&self, mint: usize, amount: i128) -> Change {
        Change {
            owner: self.address(),
            mint,
            session: Address::default(),
            amount,
        }
    }
}

impl World {
    /// Owners with funds in both vaults and a session. The first one's accounts come from the programs, those of the others are
    /// copies of them.
    pub fn members(&self, count: usize) -> Vec<Member> {
        let pattern = self.node.state().chain.user();
        let session = self.node.state().chain.address();
        for vault in self.vaults {
            self.open_ledger(&pattern, vault);
        }
        self.create_session(&pattern, session, 86_400, u64::MAX);
        let mut state = self.node.state();
        let chain = &mut state.chain;
        for (mint, vault) in self.mints.iter().zip(&self.vaults) {
            let total = count as u64 * BALANCE;
            let before = chain
                .read::<novate_bindings::solana::settlement::accounts::Vault>(vault)
                .total;
            chain.overwrite(vault, 104, &(before + total).to_le_bytes());
            tokens::mint_to(chain, mint, &at::tokens(vault), total).unwrap();
        }
        let ledgers = self.vaults.map(|vault| {
            chain
                .svm
                .get_account(&at::ledger(&vault, &pattern.pubkey()))
                .unwrap()
        });
        let sessions = chain.svm.get_account(&grants(&pattern.pubkey())).unwrap();
        let members = (0..count).map(|_| {
            let (key, session) = (chain.key(), chain.address());
            let owner = key.pubkey();
            for (vault, ledger) in self.vaults.iter().zip(&ledgers) {
                let mut ledger = ledger.clone();
                ledger.data[40..72].copy_from_slice(owner.as_ref());
                ledger.data[72..80].copy_from_slice(&BALANCE.to_le_bytes());
                chain.svm.set_account(at::ledger(vault, &owner), ledger).unwrap();
            }
            let mut account = sessions.clone();
            account.data[8..40].copy_from_slice(owner.as_ref());
            account.data[88..120].copy_from_slice(session.as_ref());
            // Who paid the rent of session and head.
            account.data[40..72].copy_from_slice(owner.as_ref());
            account.data[120..152].copy_from_slice(owner.as_ref());
            chain.svm.set_account(grants(&owner), account).unwrap();
            Member { key, session }
        });
        members.collect()
    }

    /// Owners of nothing.
    pub fn strangers(&self, count: usize) -> Vec<Member> {
        let mut state = self.node.state();
        (0..count)
            .map(|_| Member {
                key: state.chain.key(),
                session: Address::default(),
            })
            .collect()
    }

    pub fn open_ledger(&self, owner: &Keypair, vault: Address) {
        let open = accounts::OpenLedger {
            payer: owner.pubkey(),
            owner: owner.pubkey(),
            vault,
            ledger: at::ledger(&vault, &owner.pubkey()),
            system_program: SYSTEM_PROGRAM,
        };
        self.call(open, args::OpenLedger {}, &[owner]);
    }

    /// A session for so many seconds that may spend so much of each mint, and list.
    pub fn create_session(&self, owner: &Keypair, key: Address, seconds: i64, amount: u64) {
        let mut state = self.node.state();
        let chain = &mut state.chain;
        chain.fund(&owner.pubkey());
        let limit = |mint: &Address| LimitArgs {
            mint: *mint,
            amount,
            period: Period::OneTime,
            lifetime: amount,
            operations: 1_000,
        };
        let args = CreateSessionArgs {
            key,
            expires: chain.now() + seconds,
            // PAY, LIST and BUY.
            actions: 7,
            consumers: vec![self.config],
            limits: self.mints.iter().map(limit).collect(),
        };
        let create = session_accounts::CreateSession {
            owner: owner.pubkey(),
            payer: owner.pubkey(),
            grants: grants(&owner.pubkey()),
            system_program: SYSTEM_PROGRAM,
            event_authority: event_authority(&SESSIONS),
            program: SESSIONS,
        };
        chain
            .call(SESSIONS, create, session_args::CreateSession { args }, &[owner])
            .unwrap();
    }

    pub fn revoke(&self, member: &Member) {
        let mut state = self.node.state();
        state.chain.fund(&member.address());
        let revoke = session_accounts::RevokeSession {
            by: member.address(),
            grants: grants(&member.address()),
            event_authority: event_authority(&SESSIONS),
            program: SESSIONS,
        };
        let args = RevokeSessionArgs { key: member.session };
        state
            .chain
            .call(
                SESSIONS,
                revoke,
                session_args::RevokeSession { args },
                &[&member.key],
            )
            .unwrap();
    }

    /// Anybody closes a session that is over.
    pub fn close_session(&self, owner: &Address, key: Address) {
        let mut state = self.node.state();
        let anybody = state.chain.user();
        let close = session_accounts::CloseExpired {
            grants: grants(owner),
            session_payer: *owner,
            grants_payer: *owner,
            event_authority: event_authority(&SESSIONS),
            program: SESSIONS,
        };
        let args = CloseExpiredArgs { key };
        state
            .chain
            .call(SESSIONS, close, session_args::CloseExpired { args }, &[&anybody])
            .unwrap();
    }

    /// The owner takes everything of a mint out.
    pub fn withdraw(&self, member: &Member, mint: usize) {
        let mut state = self.node.state();
        let chain = &mut state.chain;
        chain.fund(&member.address());
        let ledger = at::ledger(&self.vaults[mint], &member.address());
        let amount = chain
            .read::<novate_bindings::solana::settlement::accounts::Ledger>(&ledger)
            .balance;
        let destination = tokens::account(chain, &self.mints[mint], &member.address(), 0);
        let withdraw = accounts::Withdraw {
            owner: member.address(),
            vault: self.vaults[mint],
            ledger,
            mint: self.mints[mint],
            destination,
            vault_tokens: at::tokens(&self.vaults[mint]),
            token_program: crate::world::TOKEN,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        chain
            .call(PROGRAM, withdraw, args::Withdraw { amount }, &[&member.key])
            .unwrap();
    }
}
