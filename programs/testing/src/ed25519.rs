//! Instructions of the Ed25519 program, which verify a signature before anything of the transaction runs.

use solana_ed25519_program::new_ed25519_instruction_with_signature;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Verifies that `signer` signed `message`, which they do here.
pub fn verify(signer: &Keypair, message: &[u8]) -> Instruction {
    verify_signature(signer, message, signer.sign_message(message).as_array())
}

/// Verifies a signature that may be wrong: then the whole transaction is refused.
pub fn verify_signature(signer: &Keypair, message: &[u8], signature: &[u8; 64]) -> Instruction {
    new_ed25519_instruction_with_signature(message, signature, signer.pubkey().as_array())
}
