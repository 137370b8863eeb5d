use anchor_lang::prelude::*;
use anchor_lang::system_program::{self, Allocate, Assign, Transfer};

use crate::actions;
use crate::error::SessionKeysError;
use crate::events::{SessionCreated, emit_by_call};
use crate::seeds::GRANTS_SEED;
use crate::state::{
    Grants, LimitArgs, MAX_CONSUMERS, MAX_LIMITS, MAX_SESSION_SECONDS, MAX_SESSIONS, find, initialize,
    resize, size_of_grants, view, view_mut,
};

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct CreateSessionArgs {
    /// The session key: a key of its own, whose signature the consumers take for the owner's.
    pub key: Pubkey,
    /// The first second in which the session is over, in Unix time; within 30 days.
    pub expires: i64,
    /// What the session key may sign: bits of [`crate::actions`].
    pub actions: u32,
    /// One to four addresses of programs that may charge the session.
    pub consumers: Vec<Pubkey>,
    /// At most eight limits, for a mint each. Nothing may be spent of other mints.
    pub limits: Vec<LimitArgs>,
}

impl CreateSessionArgs {
    fn validate(&self, owner: &Pubkey, now: i64) -> Result<()> {
        require_keys_neq!(self.key, Pubkey::default(), SessionKeysError::MissingKey);
        require_keys_neq!(self.key, *owner, SessionKeysError::KeyIsOwner);
        require_gt!(self.expires, now, SessionKeysError::ExpiresInPast);
        require_gte!(
            MAX_SESSION_SECONDS,
            self.expires.saturating_sub(now),
            SessionKeysError::ExpiresTooLate
        );
        require!(actions::are_known(self.actions), SessionKeysError::UnknownAction);
        self.validate_consumers()?;
        self.validate_limits()
    }

    fn validate_consumers(&self) -> Result<()> {
        require!(
            (1..=MAX_CONSUMERS).contains(&self.consumers.len()),
            SessionKeysError::WrongConsumerCount
        );
        for (i, consumer) in self.consumers.iter().enumerate() {
            require!(!consumer.is_on_curve(), SessionKeysError::ConsumerHasKey);
            let mut others = self.consumers.iter().skip(i + 1);
            require!(
                others.all(|other| other != consumer),
                SessionKeysError::DuplicateConsumer
            );
        }
        Ok(())
    }

    fn validate_limits(&self) -> Result<()> {
        require_gte!(MAX_LIMITS, self.limits.len(), SessionKeysError::TooManyLimits);
        for (i, limit) in self.limits.iter().enumerate() {
            limit.validate()?;
            require!(
                limit.amount != 0 && limit.operations != 0,
                SessionKeysError::EmptyLimit
            );
            let mut others = self.limits.iter().skip(i + 1);
            require!(
                others.all(|other| other.mint != limit.mint),
                SessionKeysError::DuplicateMint
            );
        }
        Ok(())
    }
}

#[event_cpi]
#[derive(Accounts)]
pub struct CreateSession<'info> {
    /// Grants the session.
    pub owner: Signer<'info>,
    /// Pays the rent, and gets it back when the session is closed.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The owner's grants. They need not exist.
    /// CHECK: only this program can have made an account at this address, and only for this owner.
    #[account(mut, seeds = [GRANTS_SEED, owner.key().as_ref()], bump)]
    pub grants: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl CreateSession<'_> {
    /// Makes the account with no session in it, unless there is one. Unlike `create_account` this works at an
    /// address that has lamports already, so that nobody can keep an owner from it.
    fn open(&self, bump: u8) -> Result<()> {
        if self.grants.owner == &crate::ID {
            return Ok(());
        }
        self.pay_rent(size_of_grants(0))?;
        let owner = self.owner.key();
        let signer: &[&[&[u8]]] = &[&[GRANTS_SEED, owner.as_ref(), &[bump]]];
        let account_to_allocate = self.grants.to_account_info();
        let account_to_assign = self.grants.to_account_info();
        let allocate = Allocate { account_to_allocate };
        let allocate = CpiContext::new_with_signer(system_program::ID, allocate, signer);
        system_program::allocate(allocate, size_of_grants(0) as u64)?;
        let assign = Assign { account_to_assign };
        let assign = CpiContext::new_with_signer(system_program::ID, assign, signer);
        system_program::assign(assign, &crate::ID)?;
        let payer = self.payer.key();
        let grants = Grants::new(owner, payer, bump);
        Ok(initialize(&mut self.grants.try_borrow_mut_data()?, &grants)?)
    }

    /// Makes the account longer by one session, and returns what the payer paid for that.
    fn make_room(&self, key: &Pubkey) -> Result<u64> {
        let count = {
            let data = self.grants.try_borrow_data()?;
            let (grants, sessions) = view(&data)?;
            require!(find(sessions, key).is_err(), SessionKeysError::DuplicateSession);
            grants.count
        };
        require_gt!(MAX_SESSIONS, count, SessionKeysError::TooManySessions);
        let paid = self.pay_rent(size_of_grants(count + 1))?;
        resize(&self.grants, count + 1)?;
        Ok(paid)
    }

    /// Tops the account up to the rent of `size` bytes, and returns what was missing. Somebody may have sent
    /// lamports to it.
    fn pay_rent(&self, size: usize) -> Result<u64> {
        let needed = Rent::get()?.minimum_balance(size);
        let missing = needed.saturating_sub(self.grants.lamports());
        let transfer = Transfer {
            from: self.payer.to_account_info(),
            to: self.grants.to_account_info(),
        };
        system_program::transfer(CpiContext::new(system_program::ID, transfer), missing)?;
        Ok(missing)
    }

    /// Writes the last session, and returns the owner's epoch.
    fn write(&self, args: &CreateSessionArgs, rent: u64, now: i64) -> Result<u64> {
        let mut data = self.grants.try_borrow_mut_data()?;
        let (grants, sessions) = view_mut(&mut data)?;
        let session = sessions.last_mut().ok_or(SessionKeysError::NoSuchSession)?;
        session.key = args.key;
        session.payer = self.payer.key();
        session.rent = rent;
        session.created = now;
        session.expires = args.expires;
        session.epoch = grants.epoch;
        session.actions = args.actions;
        session.set_consumers(&args.consumers);
        for limit in &args.limits {
            session.set_limit(limit, now)?;
        }
        Ok(grants.epoch)
    }

    pub(crate) fn handler(ctx: Context<Self>, args: CreateSessionArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let now = Clock::get()?.unix_timestamp;
        args.validate(accounts.owner.key, now)?;
        accounts.open(ctx.bumps.grants)?;
        let rent = accounts.make_room(&args.key)?;
        let epoch = accounts.write(&args, rent, now)?;
        let event = SessionCreated {
            owner: accounts.owner.key(),
            session: args.key,
            payer: accounts.payer.key(),
            created: now,
            expires: args.expires,
            epoch,
            actions: args.actions,
            consumers: args.consumers,
            limits: args.limits,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
