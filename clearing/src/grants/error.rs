/// Why a session cannot be prepared or passed on.
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
        "the signature is not the owner's under this grant; sign the typed data that was prepared, unchanged"
    )]
    Signature,
    /// The contract refuses the grant.
    #[error("the chain refuses the grant: {0}")]
    Refused(String),
    /// Nobody is configured to pay for grants.
    #[error("this service submits no grants; the owner can send the prepared transaction")]
    NoRelayer,
    /// The node could not be asked.
    #[error("the node cannot be asked: {0}; try again in a moment")]
    Unavailable(String),
}
