//! Which mints a program can keep accounts of.
//!
//! The extensions that matter are fixed before a mint is initialized, so one look when a vault is created is
//! enough, for a mint that can never be closed and made again. Those that can be added later (`TokenMetadata`,
//! `TokenGroup` and `TokenGroupMember`) are harmless.

use anchor_lang::prelude::*;
use anchor_spl::token_2022::spl_token_2022::extension::{
    BaseStateWithExtensions, ExtensionType, StateWithExtensions,
};
use anchor_spl::token_2022::spl_token_2022::state::Mint;

/// The kind of extension for which a mint is refused. Each program has an error that says it in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// `TransferFeeConfig`: less would arrive than was sent.
    TransferFee,
    /// `TransferHook`: foreign code could block withdrawals.
    TransferHook,
    /// `PermanentDelegate`: it could empty a vault.
    PermanentDelegate,
    /// `NonTransferable`: tokens could not leave a vault.
    NonTransferable,
    /// `ConfidentialTransferMint`, `ConfidentialTransferFeeConfig`, `ConfidentialMintBurn`: no audit of balances.
    Confidential,
    /// `MintCloseAuthority`: the mint could come back with other extensions.
    Closable,
    /// An extension that is not on the list of those known to be harmless.
    Unknown,
}

/// Refuses a mint with an extension that breaks a vault's accounting, or with one that is not known to be harmless.
///
/// # Errors
/// `E`, made from [`Refused`]; the token program's error when the account is not a mint.
pub fn require_plain<E>(mint: &AccountInfo) -> Result<()>
where
    E: From<Refused> + Into<Error>,
{
    let data = mint.try_borrow_data()?;
    let state = StateWithExtensions::<Mint>::unpack(&data)?;
    // Reading fails on a type that is newer than this program.
    let extensions = state
        .get_extension_types()
        .map_err(|_| E::from(Refused::Unknown).into())?;
    for extension in extensions {
        check(extension).map_err(|refused| E::from(refused).into())?;
    }
    Ok(())
}

fn check(extension: ExtensionType) -> std::result::Result<(), Refused> {
    use ExtensionType::*;
    match extension {
        TransferFeeConfig => Err(Refused::TransferFee),
        TransferHook => Err(Refused::TransferHook),
        PermanentDelegate => Err(Refused::PermanentDelegate),
        NonTransferable => Err(Refused::NonTransferable),
        ConfidentialTransferMint | ConfidentialTransferFeeConfig | ConfidentialMintBurn => {
            Err(Refused::Confidential)
        }
        MintCloseAuthority => Err(Refused::Closable),
        // Names, groups and how amounts are displayed: nothing that moves or creates base units.
        MetadataPointer
        | TokenMetadata
        | GroupPointer
        | TokenGroup
        | GroupMemberPointer
        | TokenGroupMember
        | InterestBearingConfig
        | ScaledUiAmount => Ok(()),
        // What can freeze or pause is what a freeze authority can: it holds up payments for as long as it likes, and
        // takes nothing.
        DefaultAccountState | Pausable => Ok(()),
        _ => Err(Refused::Unknown),
    }
}
