//! Which mints may have a vault.
//!
//! The extensions that matter are fixed before a mint is initialized, so one look when the vault is created is
//! enough, for a mint that can never be closed and made again. Those that can be added later (`TokenMetadata`,
//! `TokenGroup` and `TokenGroupMember`) are harmless.

use anchor_lang::prelude::*;
use anchor_spl::token_2022::spl_token_2022::extension::{
    BaseStateWithExtensions, ExtensionType, StateWithExtensions,
};
use anchor_spl::token_2022::spl_token_2022::state::Mint;

use crate::error::SettlementError;

/// Refuses a mint with an extension that breaks the vault's accounting, or with one that is not on the list of
/// those known to be harmless.
pub fn require_plain(mint: &AccountInfo) -> Result<()> {
    let data = mint.try_borrow_data()?;
    let state = StateWithExtensions::<Mint>::unpack(&data)?;
    // Reading fails on a type that is newer than this program.
    let extensions = state
        .get_extension_types()
        .map_err(|_| SettlementError::MintExtensionUnknown)?;
    extensions
        .into_iter()
        .try_for_each(|extension| check(extension).map_err(Into::into))
}

fn check(extension: ExtensionType) -> std::result::Result<(), SettlementError> {
    use ExtensionType::*;
    match extension {
        TransferFeeConfig => Err(SettlementError::MintHasTransferFee),
        TransferHook => Err(SettlementError::MintHasTransferHook),
        PermanentDelegate => Err(SettlementError::MintHasPermanentDelegate),
        NonTransferable => Err(SettlementError::MintIsNonTransferable),
        ConfidentialTransferMint | ConfidentialTransferFeeConfig | ConfidentialMintBurn => {
            Err(SettlementError::MintIsConfidential)
        }
        MintCloseAuthority => Err(SettlementError::MintIsClosable),
        // Names, groups and how amounts are displayed: nothing that moves or creates base units.
        MetadataPointer
        | TokenMetadata
        | GroupPointer
        | TokenGroup
        | GroupMemberPointer
        | TokenGroupMember
        | InterestBearingConfig
        | ScaledUiAmount => Ok(()),
        // What can freeze or pause is what a freeze authority can: it delays withdrawals and takes nothing.
        DefaultAccountState | Pausable => Ok(()),
        _ => Err(SettlementError::MintExtensionUnknown),
    }
}
