//! `create_distribution`: only for mints whose accounting can be trusted.

use anchor_spl::token_2022::spl_token_2022::extension::{
    ExtensionType, confidential_transfer, metadata_pointer, transfer_fee, transfer_hook,
};
use anchor_spl::token_2022::spl_token_2022::instruction as token;
use novate_onchain::mint::Refused;
use program_testing::assert_refused;
use program_testing::tokens::{self, Extension};
use rewards::error::RewardsError;
use rewards::state::Kind;
use solana_address::Address;

use crate::world::*;

/// Stands for whoever controls an extension.
const SOMEBODY: Address = Address::new_from_array([7; 32]);

const REFUSED: [(Extension, RewardsError); 6] = [
    (
        (ExtensionType::TransferFeeConfig, |program, mint| {
            use transfer_fee::instruction::initialize_transfer_fee_config;
            initialize_transfer_fee_config(program, mint, Some(&SOMEBODY), None, 0, 0).unwrap()
        }),
        RewardsError::MintHasTransferFee,
    ),
    (
        (ExtensionType::TransferHook, |program, mint| {
            transfer_hook::instruction::initialize(program, mint, Some(SOMEBODY), None).unwrap()
        }),
        RewardsError::MintHasTransferHook,
    ),
    (
        (ExtensionType::PermanentDelegate, |program, mint| {
            token::initialize_permanent_delegate(program, mint, &SOMEBODY).unwrap()
        }),
        RewardsError::MintHasPermanentDelegate,
    ),
    (
        (ExtensionType::NonTransferable, |program, mint| {
            token::initialize_non_transferable_mint(program, mint).unwrap()
        }),
        RewardsError::MintIsNonTransferable,
    ),
    (
        (ExtensionType::ConfidentialTransferMint, |program, mint| {
            confidential_transfer::instruction::initialize_mint(program, mint, Some(SOMEBODY), false, None)
                .unwrap()
        }),
        RewardsError::MintIsConfidential,
    ),
    (
        (ExtensionType::MintCloseAuthority, |program, mint| {
            token::initialize_mint_close_authority(program, mint, Some(&SOMEBODY)).unwrap()
        }),
        RewardsError::MintIsClosable,
    ),
];

const METADATA: Extension = (ExtensionType::MetadataPointer, |program, mint| {
    metadata_pointer::instruction::initialize(program, mint, Some(SOMEBODY), Some(*mint)).unwrap()
});

#[test]
fn mints_that_break_the_accounting_are_refused_by_name() {
    let mut world = World::with(anchor_spl::token_2022::ID);
    for (extension, error) in REFUSED {
        world.mint = tokens::mint(&mut world.chain, &world.token_program, &[extension, METADATA]);
        assert_refused(world.create(world.args(Kind::Direct)), error);
    }
    assert_eq!(
        RewardsError::from(Refused::Unknown) as u32,
        RewardsError::MintExtensionUnknown as u32
    );
}

#[test]
fn a_mint_with_metadata_is_accepted() {
    let mut world = World::with(anchor_spl::token_2022::ID);
    world.mint = tokens::mint(&mut world.chain, &world.token_program, &[METADATA]);
    world.create(world.args(Kind::Direct)).unwrap();
}
