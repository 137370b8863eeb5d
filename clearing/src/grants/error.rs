/// Why a session cannot be prepared or passed on. The sentences are for strangers: they name no node.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The chain would refuse it.
    #[error("{field} must be {must}")]
    Invalid {
        /// As in the request.
        field: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// The owner's signature is not over this grant.
    #[error(
        "the signature is not the owner's under this grant; sign the typed data that was prepared, unchanged \
         (contract accounts send the prepared transaction themselves)"
    )]
    Signature,
    /// The owner has code.
    #[error("the owner is a contract account; it sends the prepared transaction itself")]
    ContractOwner,
    /// The owner's last one was less than an hour ago.
    #[error(
        "one grant an hour is submitted for an owner; wait {seconds} seconds, or send the prepared transaction"
    )]
    OwnerQuota {
        /// Until the next.
        seconds: u64,
    },
    /// As many as a day has.
    #[error("no more grants are submitted today; send the prepared transaction, or try again in an hour")]
    DayQuota,
    /// Too many at once.
    #[error("too many grants are under way; try again in a few seconds, or send the prepared transaction")]
    Busy,
    /// The contract refuses the grant.
    #[error("the chain refuses the grant: {0}")]
    Refused(String),
    /// Nobody is configured to pay for grants.
    #[error("this service submits no grants; the owner can send the prepared transaction")]
    NoRelayer,
    /// The node could not be asked; the log has the cause.
    #[error("the chain's node cannot be asked now; try again in a moment")]
    Unavailable,
    /// Postgres was not there.
    #[error("the database is not available; try again in a second")]
    Database(#[from] sqlx::Error),
}
