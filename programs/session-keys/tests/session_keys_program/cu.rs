//! Compute units of the ordinary case of every instruction.

use program_testing::cu::Figures;
use program_testing::units;
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::*;

/// The grants of so many owners with a session each.
fn owners(world: &mut World, count: usize) -> Vec<(Address, u8, u64)> {
    let owners: Vec<Keypair> = (0..count).map(|_| world.chain.user()).collect();
    let charge = |owner: &Keypair| {
        let key = world.chain.key();
        let args = world.args(&key);
        world.create(owner, args).unwrap();
        (grants_of(&owner.pubkey()), 0, 7)
    };
    owners.iter().map(charge).collect()
}

#[test]
fn compute_units() {
    let mut cu = Figures::of("session_keys");
    let mut world = World::new();
    let (owner, key) = (world.owner.insecure_clone(), world.chain.key());
    let args = world.args(&key);
    cu.record("create_session", &world.create(&owner, args));
    cu.record("set_limit", &world.set_limit(&owner, &key, limit(world.mint)));
    cu.record("consume", &world.pay(&key, 1));
    cu.record("revoke_session", &world.revoke(&owner, &key));
    cu.record("close_expired", &world.close(&key));
    world.session();
    cu.record("revoke_all", &world.revoke_all(&owner));

    let charges = owners(&mut world, 28);
    let one = cu.record("consume_many", &world.consume_many(&charges[..1]));
    let all = units(&world.consume_many(&charges));
    cu.units("consume_many_28", all);
    cu.units("consume_many_entry", (all - one) / 27);
    cu.compare();
}
