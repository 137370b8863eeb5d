use anchor_lang::{InstructionData, ToAccountMetas};
use settlement::instructions::SetFeesArgs;
use settlement::{accounts, instruction as call};
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{elsewhere, of};
use crate::world::*;

/// A call of `signer` that takes no other account than the config.
fn refused(mut world: World, signer: &Keypair, accounts: impl ToAccountMetas, data: impl InstructionData) {
    let (there, _) = elsewhere(&mut world);
    of(&instruction(accounts, data), &[signer])
        .wrong("config", there)
        .assert_refused(&mut world);
}

fn with_admin() -> (World, Keypair) {
    let world = World::new();
    let admin = world.admin.insecure_clone();
    (world, admin)
}

#[test]
fn pause() {
    let world = World::new();
    for by in [world.admin.insecure_clone(), world.guardian.insecure_clone()] {
        let world = World::new();
        let accounts = accounts::Pause {
            by: by.pubkey(),
            config: world.config,
        };
        refused(world, &by, accounts, call::Pause {});
    }
}

#[test]
fn unpause() {
    let (mut world, admin) = with_admin();
    world.pause(&admin).unwrap();
    let accounts = accounts::Unpause {
        admin: admin.pubkey(),
        config: world.config,
    };
    refused(world, &admin, accounts, call::Unpause {});
}

#[test]
fn propose_admin() {
    let (mut world, admin) = with_admin();
    let accounts = accounts::ProposeAdmin {
        admin: admin.pubkey(),
        config: world.config,
    };
    let pending_admin = world.address();
    refused(world, &admin, accounts, call::ProposeAdmin { pending_admin });
}

#[test]
fn accept_admin() {
    let (mut world, admin) = with_admin();
    let pending = world.user();
    world.propose_admin(&admin, pending.pubkey()).unwrap();
    let accounts = accounts::AcceptAdmin {
        pending_admin: pending.pubkey(),
        config: world.config,
    };
    refused(world, &pending, accounts, call::AcceptAdmin {});
}

#[test]
fn set_guardian() {
    let (mut world, admin) = with_admin();
    let accounts = accounts::SetGuardian {
        admin: admin.pubkey(),
        config: world.config,
    };
    let guardian = world.address();
    refused(world, &admin, accounts, call::SetGuardian { guardian });
}

#[test]
fn propose_authority() {
    let (mut world, admin) = with_admin();
    let accounts = accounts::ProposeAuthority {
        admin: admin.pubkey(),
        config: world.config,
    };
    let pending_authority = world.address();
    refused(
        world,
        &admin,
        accounts,
        call::ProposeAuthority { pending_authority },
    );
}

#[test]
fn cancel_authority() {
    for by_guardian in [true, false] {
        let (mut world, admin) = with_admin();
        let pending = world.address();
        world.propose_authority(&admin, pending).unwrap();
        let guardian = world.guardian.insecure_clone();
        let by = if by_guardian { &guardian } else { &admin };
        let accounts = accounts::CancelAuthority {
            by: by.pubkey(),
            config: world.config,
        };
        refused(world, by, accounts, call::CancelAuthority {});
    }
}

#[test]
fn activate_authority() {
    let (mut world, admin) = with_admin();
    let pending = world.address();
    world.propose_authority(&admin, pending).unwrap();
    world.advance(LIMITS.authority_delay.into());
    let (there, _) = elsewhere(&mut world);
    let accounts = accounts::ActivateAuthority { config: world.config };
    of(&instruction(accounts, call::ActivateAuthority {}), &[])
        .wrong("config", there)
        .assert_refused(&mut world);
}

#[test]
fn set_limits() {
    let (world, admin) = with_admin();
    let accounts = accounts::SetLimits {
        admin: admin.pubkey(),
        config: world.config,
    };
    refused(world, &admin, accounts, call::SetLimits { limits: LIMITS });
}

#[test]
fn set_fees() {
    let (mut world, admin) = with_admin();
    let accounts = accounts::SetFees {
        admin: admin.pubkey(),
        config: world.config,
    };
    let args = SetFeesArgs {
        fee_bps: 250,
        fee_owner: world.address(),
    };
    refused(world, &admin, accounts, call::SetFees { args });
}

#[test]
fn set_batch_limit() {
    let (mut world, admin) = with_admin();
    let asset = world.asset();
    let (there, asset_there) = elsewhere(&mut world);
    let accounts = accounts::SetBatchLimit {
        admin: admin.pubkey(),
        config: world.config,
        vault: asset.vault,
    };
    let call = instruction(accounts, call::SetBatchLimit { batch_limit: 1 });
    of(&call, &[&admin])
        .wrong("config", there)
        .wrong("vault", asset_there.vault)
        .assert_refused(&mut world);
}
