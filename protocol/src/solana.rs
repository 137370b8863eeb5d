//! Messages that an Ed25519 authority signs for Solana programs.

use borsh::BorshSerialize;

/// The prefix, then the Borsh encoding of `body`, which must have `LEN` bytes less those of the prefix.
pub(crate) fn message<const LEN: usize>(prefix: &[u8; 16], body: &impl BorshSerialize) -> [u8; LEN] {
    let mut message = [0; LEN];
    let (start, mut rest) = message.split_at_mut(prefix.len());
    start.copy_from_slice(prefix);
    #[expect(
        clippy::expect_used,
        reason = "a slice refuses only what does not fit, and every caller's LEN is a constant that tests use"
    )]
    body.serialize(&mut rest).expect("the body fits");
    message
}
