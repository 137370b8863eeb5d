//! Every account of every instruction replaced by wrong ones; those of the market are in `market::accounts`.

mod batches;
mod orders;
mod roles;
mod vaults;

use program_testing::substitution::Substitutions;
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::{Asset, World, config_of};

fn of<'a>(call: &Instruction, signers: &[&'a Keypair]) -> Substitutions<'a> {
    Substitutions::new("settlement", call, signers)
}

/// Another settlement with keys and a vault of its own.
fn elsewhere(world: &mut World) -> (Address, Asset) {
    let (admin, guardian) = (world.user(), world.user());
    let guardian = std::mem::replace(&mut world.guardian, guardian);
    world.initialize(&admin).unwrap();
    let config = std::mem::replace(&mut world.config, config_of(&admin.pubkey()));
    let admin = std::mem::replace(&mut world.admin, admin);
    let asset = world.asset();
    (world.admin, world.guardian) = (admin, guardian);
    (std::mem::replace(&mut world.config, config), asset)
}
