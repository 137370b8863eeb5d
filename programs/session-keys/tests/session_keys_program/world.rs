//! A chain with the program on it, an owner, and consumers that can sign.

use std::mem;

use anchor_lang::{InstructionData, ToAccountMetas};
use litesvm::types::{TransactionMetadata, TransactionResult};
use program_testing::{Chain, SYSTEM_PROGRAM, derive, event_authority};
use session_keys::actions::{BUY, PAY};
use session_keys::error::SessionKeysError;
use session_keys::events::Charged;
use session_keys::instruction as call;
use session_keys::instructions::{ConsumeArgs, ConsumeManyArgs, CreateSessionArgs, Entry, SetLimitArgs};
use session_keys::seeds::GRANTS_SEED;
use session_keys::state::{Grants, LimitArgs, Period, Session, SpendLimit, view};
use session_keys::{ID, accounts};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;

pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 24 * HOUR;

pub struct World {
    pub chain: Chain,
    pub owner: Keypair,
    /// May charge the sessions of [`World::args`].
    pub consumer: Address,
    /// What they may spend.
    pub mint: Address,
}

impl World {
    /// An owner without sessions.
    pub fn new() -> Self {
        let mut chain = Chain::new(&[("session_keys", ID), ("conformance", conformance::ID)]);
        Self {
            owner: chain.user(),
            consumer: consumer(0),
            mint: chain.address(),
            chain,
        }
    }

    /// The owner has a session with the key that is returned, as [`World::args`] describe it.
    pub fn with_session() -> (Self, Keypair) {
        let mut world = Self::new();
        let session = world.session();
        (world, session)
    }

    /// A session of the owner as [`World::args`] describe it.
    pub fn session(&mut self) -> Keypair {
        let key = self.chain.user();
        let args = self.args(&key);
        self.create(&self.owner.insecure_clone(), args).unwrap();
        key
    }

    /// A session that lasts a day and may pay and buy with 100 base units of the mint an hour, in ten operations, and
    /// with 1,000 in all.
    pub fn args(&self, key: &Keypair) -> CreateSessionArgs {
        CreateSessionArgs {
            key: key.pubkey(),
            expires: self.chain.now() + DAY,
            actions: PAY | BUY,
            consumers: vec![self.consumer],
            limits: vec![limit(self.mint)],
        }
    }

    /// Creates a session of `owner`, who pays for it.
    pub fn create(&mut self, owner: &Keypair, args: CreateSessionArgs) -> TransactionResult {
        let create = create(owner, owner, args);
        self.chain.send(&[create], &[owner])
    }

    /// Sets a limit of the owner's session.
    pub fn set_limit(&mut self, by: &Keypair, key: &Keypair, limit: LimitArgs) -> TransactionResult {
        let set = set_limit(by, self.grants(), key, limit);
        self.chain.send(&[set], &[by])
    }

    pub fn revoke(&mut self, by: &Keypair, key: &Keypair) -> TransactionResult {
        let revoke = revoke(by, self.grants(), key);
        self.chain.send(&[revoke], &[by])
    }

    pub fn revoke_all(&mut self, owner: &Keypair) -> TransactionResult {
        self.chain.send(&[revoke_all(owner)], &[owner])
    }

    /// Closes a session of the owner, which the owner paid for.
    pub fn close(&mut self, key: &Keypair) -> TransactionResult {
        let close = close(self.grants(), key, &self.owner.pubkey(), &self.owner.pubkey());
        let anybody = self.chain.user();
        self.chain.send(&[close], &[&anybody])
    }

    /// The consumer charges the owner's session for a payment.
    pub fn pay(&mut self, key: &Keypair, amount: u64) -> TransactionResult {
        let args = ConsumeArgs {
            key: key.pubkey(),
            mint: self.mint,
            amount,
            action: PAY,
        };
        self.consume(args)
    }

    /// The consumer charges a session of the owner.
    pub fn consume(&mut self, args: ConsumeArgs) -> TransactionResult {
        let consume = consume(self.consumer, self.grants(), args);
        self.send_as(self.consumer, &[consume])
    }

    /// The consumer charges sessions for the mint, each given by grants, slot and amount.
    pub fn consume_many(&mut self, charges: &[(Address, u8, u64)]) -> TransactionResult {
        let consume = consume_many(self.consumer, self.mint, PAY | BUY, charges);
        self.send_as(self.consumer, &[consume])
    }

    /// Sends a transaction in which `signer`, the address of a program, signs as it would in a call by the program.
    pub fn send_as(&mut self, signer: Address, instructions: &[Instruction]) -> TransactionResult {
        let payer = self.chain.user().pubkey();
        self.verify_signatures(false);
        self.chain.svm.expire_blockhash();
        let blockhash = self.chain.svm.latest_blockhash();
        let message = Message::new_with_blockhash(instructions, Some(&payer), &blockhash);
        assert!(message.signer_keys().contains(&&signer));
        let result = self
            .chain
            .svm
            .send_transaction(Transaction::new_unsigned(message));
        self.verify_signatures(true);
        result
    }

    fn verify_signatures(&mut self, verify: bool) {
        let svm = mem::take(&mut self.chain.svm);
        self.chain.svm = svm.with_sigverify(verify);
    }

    /// The owner's grants.
    pub fn grants(&self) -> Address {
        grants_of(&self.owner.pubkey())
    }

    /// What is stored of the owner: the head and the sessions.
    pub fn stored(&self) -> (Grants, Vec<Session>) {
        let data = self.chain.data(&self.grants());
        let (grants, sessions) = view(&data).unwrap();
        (*grants, sessions.to_vec())
    }

    /// What is stored of a session of the owner.
    pub fn stored_session(&self, key: &Keypair) -> Option<Session> {
        let (_, sessions) = self.stored();
        sessions.into_iter().find(|session| session.key == key.pubkey())
    }

    /// What is stored of the session's limit for the mint.
    #[track_caller]
    pub fn stored_limit(&self, key: &Keypair) -> SpendLimit {
        let session = self.stored_session(key).expect("a session");
        *session.limit(&self.mint).expect("a limit")
    }

    /// The transaction was refused for this reason and has changed nothing of the owner's.
    #[track_caller]
    pub fn assert_unchanged(
        &mut self,
        error: SessionKeysError,
        call: impl FnOnce(&mut Self) -> TransactionResult,
    ) -> TransactionMetadata {
        let before = self.chain.data(&self.grants());
        let result = call(self);
        assert!(self.chain.data(&self.grants()) == before, "something changed");
        program_testing::assert_refused(result, error)
    }
}

/// 100 base units and ten operations an hour, 1,000 base units in all.
pub fn limit(mint: Address) -> LimitArgs {
    LimitArgs {
        mint,
        amount: 100,
        period: Period::Hour,
        lifetime: 1_000,
        operations: 10,
    }
}

/// The n-th address that can be a consumer: of a program, which could sign for it.
pub fn consumer(n: u8) -> Address {
    derive(SYSTEM_PROGRAM, &[b"consumer", &[n]])
}

pub fn grants_of(owner: &Address) -> Address {
    derive(ID, &[GRANTS_SEED, owner.as_ref()])
}

pub fn create(owner: &Keypair, payer: &Keypair, args: CreateSessionArgs) -> Instruction {
    let accounts = accounts::CreateSession {
        owner: owner.pubkey(),
        payer: payer.pubkey(),
        grants: grants_of(&owner.pubkey()),
        system_program: SYSTEM_PROGRAM,
        event_authority: event_authority(ID),
        program: ID,
    };
    instruction(accounts, call::CreateSession { args })
}

pub fn set_limit(by: &Keypair, grants: Address, key: &Keypair, limit: LimitArgs) -> Instruction {
    let args = SetLimitArgs {
        key: key.pubkey(),
        limit,
    };
    let accounts = accounts::SetLimit {
        by: by.pubkey(),
        grants,
        event_authority: event_authority(ID),
        program: ID,
    };
    instruction(accounts, call::SetLimit { args })
}

pub fn revoke(by: &Keypair, grants: Address, key: &Keypair) -> Instruction {
    let args = session_keys::instructions::RevokeSessionArgs { key: key.pubkey() };
    let accounts = accounts::RevokeSession {
        by: by.pubkey(),
        grants,
        event_authority: event_authority(ID),
        program: ID,
    };
    instruction(accounts, call::RevokeSession { args })
}

pub fn revoke_all(owner: &Keypair) -> Instruction {
    let accounts = accounts::RevokeAll {
        owner: owner.pubkey(),
        grants: grants_of(&owner.pubkey()),
        event_authority: event_authority(ID),
        program: ID,
    };
    instruction(accounts, call::RevokeAll {})
}

pub fn close(grants: Address, key: &Keypair, session_payer: &Address, grants_payer: &Address) -> Instruction {
    let accounts = accounts::CloseExpired {
        grants,
        session_payer: *session_payer,
        grants_payer: *grants_payer,
        event_authority: event_authority(ID),
        program: ID,
    };
    let args = session_keys::instructions::CloseExpiredArgs { key: key.pubkey() };
    instruction(accounts, call::CloseExpired { args })
}

pub fn consume(consumer: Address, grants: Address, args: ConsumeArgs) -> Instruction {
    let accounts = accounts::Consume {
        consumer,
        grants,
        event_authority: event_authority(ID),
        program: ID,
    };
    instruction(accounts, call::Consume { args })
}

/// Charges by grants, slot and amount.
pub fn consume_many(
    consumer: Address,
    mint: Address,
    any_of: u32,
    charges: &[(Address, u8, u64)],
) -> Instruction {
    let accounts = accounts::ConsumeMany {
        consumer,
        event_authority: event_authority(ID),
        program: ID,
    };
    let entries = charges
        .iter()
        .map(|&(_, slot, amount)| Entry { slot, amount }.to_bytes());
    let args = ConsumeManyArgs {
        mint,
        any_of,
        charges: entries.flatten().collect(),
    };
    let mut consume = instruction(accounts, call::ConsumeMany { args });
    let grants = charges
        .iter()
        .map(|(grants, ..)| solana_instruction::AccountMeta::new(*grants, false));
    consume.accounts.extend(grants);
    consume
}

fn instruction(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    program_testing::instruction(ID, accounts, data)
}

/// The one event that tells of charges.
#[track_caller]
pub fn charged(done: &TransactionMetadata) -> Charged {
    let mut events = program_testing::events::by_call(done);
    assert_eq!(events.len(), 1);
    events.remove(0)
}
