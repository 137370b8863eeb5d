//! `create_vault`: one vault per mint, by the admin, for mints whose accounting can be trusted.

use crate::world::*;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::AccountInfo;
use anchor_spl::token_2022::spl_token_2022::extension::{
    ExtensionType, confidential_mint_burn, confidential_transfer, confidential_transfer_fee,
    default_account_state, interest_bearing_mint, metadata_pointer, pausable, scaled_ui_amount, transfer_fee,
    transfer_hook,
};
use anchor_spl::token_2022::spl_token_2022::instruction as token;
use anchor_spl::token_2022::spl_token_2022::solana_zk_sdk::encryption::pod::{
    auth_encryption::PodAeCiphertext, elgamal::PodElGamalPubkey,
};
use anchor_spl::token_2022::spl_token_2022::state::AccountState;
use novate_onchain::mint::require_plain;
use settlement::error::SettlementError;
use settlement::events::VaultCreated;
use settlement::instruction as call;
use settlement::state::Vault;
use solana_address::Address;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use tokens::Extension;

const TOKEN: Address = anchor_spl::token::ID;
const TOKEN_2022: Address = anchor_spl::token_2022::ID;
/// Stands for whoever controls an extension.
const SOMEBODY: Address = Address::new_from_array([7; 32]);

const TRANSFER_FEE: Extension = (ExtensionType::TransferFeeConfig, |program, mint| {
    // No fee now: the authority could set one later.
    transfer_fee::instruction::initialize_transfer_fee_config(program, mint, Some(&SOMEBODY), None, 0, 0)
        .unwrap()
});
const TRANSFER_HOOK: Extension = (ExtensionType::TransferHook, |program, mint| {
    // No hook now, likewise.
    transfer_hook::instruction::initialize(program, mint, Some(SOMEBODY), None).unwrap()
});
const PERMANENT_DELEGATE: Extension = (ExtensionType::PermanentDelegate, |program, mint| {
    token::initialize_permanent_delegate(program, mint, &SOMEBODY).unwrap()
});
const NON_TRANSFERABLE: Extension = (ExtensionType::NonTransferable, |program, mint| {
    token::initialize_non_transferable_mint(program, mint).unwrap()
});
const CONFIDENTIAL_TRANSFER: Extension = (ExtensionType::ConfidentialTransferMint, |program, mint| {
    confidential_transfer::instruction::initialize_mint(program, mint, Some(SOMEBODY), false, None).unwrap()
});
const CONFIDENTIAL_FEE: Extension = (ExtensionType::ConfidentialTransferFeeConfig, |program, mint| {
    let withheld_key = PodElGamalPubkey::default();
    confidential_transfer_fee::instruction::initialize_confidential_transfer_fee_config(
        program,
        mint,
        Some(SOMEBODY),
        &withheld_key,
    )
    .unwrap()
});
const CONFIDENTIAL_MINT: Extension = (ExtensionType::ConfidentialMintBurn, |program, mint| {
    let (supply_key, supply) = (PodElGamalPubkey::default(), PodAeCiphertext::default());
    confidential_mint_burn::instruction::initialize_mint(program, mint, &supply_key, &supply).unwrap()
});
const CLOSABLE: Extension = (ExtensionType::MintCloseAuthority, |program, mint| {
    token::initialize_mint_close_authority(program, mint, Some(&SOMEBODY)).unwrap()
});
pub const METADATA: Extension = (ExtensionType::MetadataPointer, |program, mint| {
    metadata_pointer::instruction::initialize(program, mint, Some(SOMEBODY), Some(*mint)).unwrap()
});
const INTEREST: Extension = (ExtensionType::InterestBearingConfig, |program, mint| {
    interest_bearing_mint::instruction::initialize(program, mint, Some(SOMEBODY), 500).unwrap()
});
const SCALED: Extension = (ExtensionType::ScaledUiAmount, |program, mint| {
    scaled_ui_amount::instruction::initialize(program, mint, Some(SOMEBODY), 2.0).unwrap()
});
const PAUSABLE: Extension = (ExtensionType::Pausable, |program, mint| {
    pausable::instruction::initialize(program, mint, &SOMEBODY).unwrap()
});
const FROZEN_AT_FIRST: Extension = (ExtensionType::DefaultAccountState, |program, mint| {
    default_account_state::instruction::initialize_default_account_state(
        program,
        mint,
        &AccountState::Initialized,
    )
    .unwrap()
});

#[test]
fn a_mint_of_either_token_program_gets_an_empty_vault() {
    for token_program in [TOKEN, TOKEN_2022] {
        let mut world = World::new();
        let mint = tokens::mint(&mut world, &token_program, &[]);
        let accounts = world.create_vault(mint, token_program);
        let admin = world.admin.insecure_clone();
        let done = world.call(accounts, call::CreateVault {}, &[&admin]).unwrap();

        let vault: Vault = world.read(&accounts.vault);
        assert_eq!((vault.config, vault.mint, vault.total), (world.config, mint, 0));
        assert_eq!(vault.tokens, accounts.vault_tokens);
        assert_eq!(tokens::amount(&world, &vault.tokens), 0);

        let [event] = events::by_log::<VaultCreated>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.config, event.vault, event.mint),
            (world.config, accounts.vault, mint)
        );
        assert_eq!((event.tokens, event.decimals), (vault.tokens, tokens::DECIMALS));
    }
}

#[test]
fn harmless_extensions_are_accepted() {
    let mut world = World::new();
    for extension in [METADATA, INTEREST, SCALED, PAUSABLE, FROZEN_AT_FIRST] {
        let mint = tokens::mint(&mut world, &TOKEN_2022, &[extension]);
        world.asset_of(mint, TOKEN_2022);
    }
}

/// The mint is refused with this error, and no vault is made.
#[track_caller]
fn refused(extensions: &[Extension], error: SettlementError) {
    let mut world = World::new();
    let mint = tokens::mint(&mut world, &TOKEN_2022, extensions);
    let accounts = world.create_vault(mint, TOKEN_2022);
    let admin = world.admin.insecure_clone();
    let failed = assert_refused(world.call(accounts, call::CreateVault {}, &[&admin]), error);
    assert!(
        world.svm.get_account(&accounts.vault).is_none(),
        "{}",
        failed.pretty_logs()
    );
}

#[test]
fn a_transfer_fee_is_refused() {
    refused(&[TRANSFER_FEE], SettlementError::MintHasTransferFee);
}

#[test]
fn a_transfer_hook_is_refused() {
    refused(&[TRANSFER_HOOK], SettlementError::MintHasTransferHook);
}

#[test]
fn a_permanent_delegate_is_refused() {
    refused(&[PERMANENT_DELEGATE], SettlementError::MintHasPermanentDelegate);
}

#[test]
fn a_non_transferable_mint_is_refused() {
    refused(&[NON_TRANSFERABLE], SettlementError::MintIsNonTransferable);
}

#[test]
fn confidential_transfers_are_refused() {
    refused(&[CONFIDENTIAL_TRANSFER], SettlementError::MintIsConfidential);
}

#[test]
fn confidential_fees_are_refused() {
    // They cannot come without the two extensions that they build on; the first one found names the error.
    refused(
        &[CONFIDENTIAL_FEE, CONFIDENTIAL_TRANSFER, TRANSFER_FEE],
        SettlementError::MintIsConfidential,
    );
}

#[test]
fn confidential_minting_is_refused() {
    refused(
        &[CONFIDENTIAL_MINT, CONFIDENTIAL_TRANSFER],
        SettlementError::MintIsConfidential,
    );
}

#[test]
fn a_closable_mint_is_refused() {
    refused(&[CLOSABLE], SettlementError::MintIsClosable);
}

#[test]
fn a_bad_extension_is_found_behind_a_harmless_one() {
    refused(&[METADATA, TRANSFER_HOOK], SettlementError::MintHasTransferHook);
}

#[test]
fn an_extension_that_is_newer_than_the_program_is_refused() {
    let mut world = World::new();
    let mint = tokens::mint(&mut world, &TOKEN_2022, &[METADATA]);
    let mut account = world.svm.get_account(&mint).unwrap();
    // No token program of today makes such a mint, so one is edited: the first extension's type follows the base
    // account, padded to 165 bytes, and the account type.
    account.data[166..168].copy_from_slice(&999u16.to_le_bytes());
    let (lamports, data) = (&mut account.lamports, account.data.as_mut_slice());
    let info = AccountInfo::new(&mint, false, false, lamports, data, &TOKEN_2022, false);
    assert_eq!(
        require_plain::<SettlementError>(&info).unwrap_err(),
        SettlementError::MintExtensionUnknown.into()
    );
}

#[test]
fn only_the_admin_may() {
    let mut world = World::new();
    let mint = tokens::mint(&mut world, &TOKEN, &[]);
    let stranger = world.user();
    for signer in [stranger, world.guardian.insecure_clone()] {
        let mut accounts = world.create_vault(mint, TOKEN);
        accounts.admin = signer.pubkey();
        let result = world.call(accounts, call::CreateVault {}, &[&signer]);
        assert_refused(result, SettlementError::NotAdmin);
    }
}

#[test]
fn a_second_vault_for_a_mint_is_refused() {
    let mut world = World::new();
    let asset = world.asset();
    let accounts = world.create_vault(asset.mint, TOKEN);
    let admin = world.admin.insecure_clone();
    assert_refused(
        world.call(accounts, call::CreateVault {}, &[&admin]),
        ALREADY_IN_USE,
    );
}

#[test]
fn a_mint_of_the_other_token_program_is_refused() {
    let mut world = World::new();
    let mint = tokens::mint(&mut world, &TOKEN, &[]);
    let accounts = world.create_vault(mint, TOKEN_2022);
    let admin = world.admin.insecure_clone();
    // The token program that is asked to initialize the vault's token account says so.
    let result = world.call(accounts, call::CreateVault {}, &[&admin]);
    assert_refused(result, InstructionError::IncorrectProgramId);
}

#[test]
fn something_that_is_not_a_mint_is_refused() {
    let mut world = World::new();
    let asset = world.asset();
    let admin = world.admin.insecure_clone();
    let copy = world.copy_of(&asset.mint, settlement::ID);
    let accounts = world.create_vault(copy, TOKEN);
    let result = world.call(accounts, call::CreateVault {}, &[&admin]);
    assert_refused(result, ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn a_config_made_by_another_program_is_refused() {
    let mut world = World::new();
    let mint = tokens::mint(&mut world, &TOKEN, &[]);
    let config = world.config;
    world.config = world.copy_of(&config, TOKEN);
    let accounts = world.create_vault(mint, TOKEN);
    let admin = world.admin.insecure_clone();
    let result = world.call(accounts, call::CreateVault {}, &[&admin]);
    assert_refused(result, ErrorCode::AccountOwnedByWrongProgram);
}
