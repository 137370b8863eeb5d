//! Sessions: keys that may spend for an owner, within limits that this program keeps.
//!
//! An *owner* grants a *session* to a key: until when, for which actions, how much of which mint, and which
//! *consumers* may charge it. A consumer is an address of a program, such as the config of a settlement; it has
//! checked what the session key signed, and proves itself here by signing the call. Whatever it charges counts
//! against the session's limits, so the limits are the most that a session key, a consumer, or both together
//! can take. A mint without a limit may not be spent at all.
//!
//! All sessions of an owner are in one account ([`state::Grants`]), so that a charge locks one account and
//! `revoke_all` is one write.
//!
//! The program id is the SHA-256 hash of "Novate session-keys program". It has no private key, so it can only
//! be placed where programs are placed by id: in tests and on a local node. Before deploying to a public
//! cluster, put the id of a key pair of your own into `declare_id!`.

use anchor_lang::prelude::*;

pub mod actions;
pub mod error;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;

use instructions::*;

declare_id!("47R8iUA4BYuv4HA62AgUmecmcJd8A9gas2Z71K3yEnYp");

novate_onchain::security_txt!("Novate session keys");

#[program]
pub mod session_keys {
    use super::*;

    /// Charges many sessions for spending one mint; the remaining accounts are the grants, one for each charge.
    /// When one charge is refused, none is made. The consumer checks what lies in the slots: see [`Entry`].
    ///
    /// Who may call: a consumer of every session that is charged. Costs about 2,800 compute units, and 520 for each
    /// charge.
    pub fn consume_many<'info>(ctx: Context<'info, ConsumeMany<'info>>, args: ConsumeManyArgs) -> Result<()> {
        ConsumeMany::handler(ctx, args)
    }

    /// Charges one session for spending one mint.
    ///
    /// Who may call: a consumer of the session. Costs about 3,300 compute units.
    pub fn consume(ctx: Context<Consume>, args: ConsumeArgs) -> Result<()> {
        Consume::handler(ctx, args)
    }

    /// Grants a session of at most 30 days with its limits; the first one of an owner makes the owner's grants.
    ///
    /// Who may call: the owner. A session key cannot: it is not the owner. Anybody may pay the rent with them.
    pub fn create_session(ctx: Context<CreateSession>, args: CreateSessionArgs) -> Result<()> {
        CreateSession::handler(ctx, args)
    }

    /// Sets a session's limit for a mint to new values, which the signature over the transaction covers. What
    /// was spent already stays spent.
    ///
    /// Who may call: the owner, for any values; the session key, to lower its own limit.
    pub fn set_limit(ctx: Context<SetLimit>, args: SetLimitArgs) -> Result<()> {
        SetLimit::handler(ctx, args)
    }

    /// Ends a session for good.
    ///
    /// Who may call: the owner, or the session key for its own session.
    pub fn revoke_session(ctx: Context<RevokeSession>, args: RevokeSessionArgs) -> Result<()> {
        RevokeSession::handler(ctx, args)
    }

    /// Ends all of the owner's sessions for good, however many there are, by moving on to the next epoch.
    ///
    /// Who may call: the owner.
    pub fn revoke_all(ctx: Context<RevokeAll>) -> Result<()> {
        RevokeAll::handler(ctx)
    }

    /// Removes a session that is expired or revoked, and pays its rent back to who paid it. With the last
    /// session the account itself is closed. The account's last session moves into the slot that becomes free.
    ///
    /// Who may call: anybody.
    pub fn close_expired(ctx: Context<CloseExpired>, args: CloseExpiredArgs) -> Result<()> {
        CloseExpired::handler(ctx, args)
    }
}
