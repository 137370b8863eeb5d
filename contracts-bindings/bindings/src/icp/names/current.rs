//! What counts now: contents and links of wallets are certified also after the name that they belong to has expired,
//! until somebody registers another one, so each counts only together with its name's record.

use super::verify::{Verifier, VerifyError};
use names_api::{
    interface::Certified,
    name::Name,
    record::{ContentRecord, NameRecord, Phase},
    wallet::Wallet,
};
use std::time::SystemTime;

impl Verifier<'_> {
    /// The record of a name that counts now, from the answer to `Lookup::Name`.
    ///
    /// # Errors
    /// When the answer is not proven; [`VerifyError::Inactive`].
    pub fn current_name(&self, name_answer: &Certified, name: &Name) -> Result<NameRecord, VerifyError> {
        let proven = self.name(name_answer, name)?;
        // The certificate may be minutes old, and our clock behind it.
        let ours = self
            .now
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_err(|_| VerifyError::Clock)?;
        let now = ours.as_secs().max(proven.certified_at);
        proven
            .record
            .filter(|record| record.phase(now) == Phase::Active)
            .ok_or_else(|| VerifyError::Inactive {
                name: name.to_string(),
            })
    }

    /// The newest content of a label that the name's present holder published, from the answers to `Lookup::Name` and
    /// `Lookup::Content`.
    ///
    /// # Errors
    /// When an answer is not proven; [`VerifyError::Inactive`], [`VerifyError::NoContent`], [`VerifyError::OtherTenure`].
    pub fn current_content(
        &self,
        name_answer: &Certified,
        content_answer: &Certified,
        name: &Name,
        label: &str,
    ) -> Result<ContentRecord, VerifyError> {
        let holding = self.current_name(name_answer, name)?;
        let content =
            self.content(content_answer, name, label)?
                .record
                .ok_or_else(|| VerifyError::NoContent {
                    name: name.to_string(),
                    label: label.into(),
                })?;
        same_tenure(&holding, content.tenure)?;
        Ok(content)
    }

    /// The record of the name that a wallet is linked to now, from the answers to `Lookup::Wallet` and to `Lookup::Name`
    /// for the name in the former ([`Verifier::wallet`]).
    ///
    /// # Errors
    /// When an answer is not proven; [`VerifyError::NotLinked`], [`VerifyError::Inactive`], [`VerifyError::OtherTenure`].
    pub fn current_wallet(
        &self,
        name_answer: &Certified,
        wallet_answer: &Certified,
        wallet: &Wallet,
    ) -> Result<NameRecord, VerifyError> {
        let not_linked = || VerifyError::NotLinked {
            wallet: wallet.to_string(),
        };
        let link = self
            .wallet(wallet_answer, wallet)?
            .record
            .ok_or_else(not_linked)?;
        let holding = self.current_name(name_answer, &link.name)?;
        same_tenure(&holding, link.tenure)?;
        if !holding.wallets.iter().any(|link| link.wallet == *wallet) {
            return Err(not_linked());
        }
        Ok(holding)
    }
}

fn same_tenure(holding: &NameRecord, tenure: u64) -> Result<(), VerifyError> {
    if holding.tenure != tenure {
        return Err(VerifyError::OtherTenure {
            name: holding.name.to_string(),
            tenure,
            current: holding.tenure,
        });
    }
    Ok(())
}
