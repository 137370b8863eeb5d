//! What the contracts say when they refuse.

use alloy::sol_types::{Revert, SolError, SolInterface};
use novate_bindings::evm::{
    SessionKeys::{self, SessionKeysErrors as Keys},
    Settlement::{self, SettlementErrors as Errors},
};
use std::fmt::Debug;

/// Why a call was reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub text: String,
    /// It fails again as long as the state is what it is, and no time, pause or other batch changes that.
    pub permanent: bool,
}

impl Reason {
    /// Of the data that comes with a revert: an error of the settlement, or of the session keys, through which it goes on.
    pub fn decode(data: &[u8]) -> Self {
        if let Ok(error) = Errors::abi_decode(data) {
            return settlement(&error);
        }
        if let Ok(error) = Keys::abi_decode(data) {
            return session_keys(&error);
        }
        if let Ok(error) = Revert::abi_decode(data) {
            return later(error.reason);
        }
        later(format!(
            "the contract reverts with 0x{}, which is none of its errors: is there a Settlement contract at the address?",
            hex::encode(data)
        ))
    }
}

fn settlement(error: &Errors) -> Reason {
    use Settlement as S;
    match error {
        Errors::InsufficientLedger(S::InsufficientLedger {
            owner,
            asset,
            balance,
            amount,
        }) => never(format!(
            "InsufficientLedger: {owner} has {balance} of {asset} and is debited {amount}: it has withdrawn since the batch was \
             netted; the batch is taken back after its settle window"
        )),
        Errors::NotHolder(S::NotHolder {
            asset,
            tokenId,
            holder,
            claimed,
        }) => never(format!(
            "NotHolder: item {tokenId} of {asset} is held by {holder}, not by {claimed}: it has changed hands since the batch was \
             netted; the batch is taken back after its settle window"
        )),
        Errors::NoConsent(S::NoConsent { holder, key }) => never(format!(
            "NoConsent: {holder} has no session with the key {key} that allows LIST: it was revoked or has expired; the batch is \
             taken back after its settle window"
        )),
        Errors::OverBatchLimit(S::OverBatchLimit { asset, limit, amount }) => never(format!(
            "OverBatchLimit: the batch debits {amount} of {asset} and may debit {limit}: the settlement's owner raises it by \
             setBatchLimit, or batches are made smaller"
        )),
        Errors::InvalidSignature(S::InvalidSignature { digest, authority }) => never(format!(
            "InvalidSignature: the signature over {digest} is not of the authority {authority}: it was made by another key, or for \
             another header; have the request signed by the current key"
        )),
        Errors::WrongSequence(S::WrongSequence { sequence, expected }) => later(format!(
            "WrongSequence: batch {sequence} is not the next one, which is {expected}"
        )),
        Errors::ChallengeWindow(S::ChallengeWindow { sequence, applyFrom }) => later(format!(
            "ChallengeWindow: batch {sequence} may be applied from {applyFrom} (Unix seconds) on"
        )),
        Errors::BatchTooLate(S::BatchTooLate { sequence, revertFrom }) => later(format!(
            "BatchTooLate: the settle window of batch {sequence} was over at {revertFrom} (Unix seconds); it is taken back"
        )),
        Errors::EnforcedPause(_) => {
            later("EnforcedPause: the settlement is paused until its owner calls unpause".into())
        }
        Errors::NotItsTurn(_)
        | Errors::BatchNotOpen(_)
        | Errors::TooManyWaiting(_)
        | Errors::BatchInTime(_)
        | Errors::CancelledBatch(_)
        | Errors::PastReturn(_)
        | Errors::CreditBeforeDebits(_)
        | Errors::BatchIncomplete(_)
        | Errors::BatchApplied(_) => later(by_name(error)),
        // Of the batch itself, or of calls that are never made here.
        _ => never(by_name(error)),
    }
}

fn session_keys(error: &Keys) -> Reason {
    use SessionKeys as K;
    never(match error {
        Keys::NoLimit(K::NoLimit { owner, key, asset }) => {
            format!(
                "NoLimit: {owner} has no session with the key {key} that may spend {asset}: it was revoked"
            )
        }
        Keys::SessionExpired(K::SessionExpired { owner, key, expires }) => {
            format!("SessionExpired: the session {key} of {owner} was over at {expires} (Unix seconds)")
        }
        Keys::OverLimit(K::OverLimit {
            owner,
            key,
            asset,
            remaining,
            amount,
        }) => format!(
            "OverLimit: the session {key} of {owner} may spend {remaining} of {asset} in this period and is charged {amount}"
        ),
        Keys::OverLifetime(K::OverLifetime {
            owner,
            key,
            asset,
            remaining,
            amount,
        }) => format!(
            "OverLifetime: the session {key} of {owner} may spend {remaining} of {asset} in its life and is charged {amount}"
        ),
        Keys::ActionNotAllowed(K::ActionNotAllowed {
            owner,
            key,
            allowed,
            asked,
        }) => format!(
            "ActionNotAllowed: the session {key} of {owner} allows the actions {allowed}, and {asked} are needed"
        ),
        other => by_name(other),
    })
}

/// The error's name and its values, as the ABI has them.
fn by_name(error: &impl Debug) -> String {
    let text = format!("{error:?}");
    // The variant around it has the same name.
    let inner = text
        .split_once('(')
        .and_then(|(_, inner)| inner.strip_suffix(')'));
    inner.unwrap_or(&text).to_owned()
}

fn never(text: String) -> Reason {
    Reason {
        text,
        permanent: true,
    }
}

fn later(text: String) -> Reason {
    Reason {
        text,
        permanent: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{Address, U256};

    #[test]
    fn errors_of_both_contracts_are_told_by_name_with_their_values() {
        let cases: [(Vec<u8>, &[&str], bool); 6] = [
            (
                Settlement::InsufficientLedger {
                    owner: Address::repeat_byte(1),
                    asset: Address::repeat_byte(2),
                    balance: U256::from(5),
                    amount: U256::from(7),
                }
                .abi_encode(),
                &["InsufficientLedger: 0x0101", "has 5 of 0x0202", "debited 7"],
                true,
            ),
            (
                SessionKeys::OverLimit {
                    owner: Address::repeat_byte(1),
                    key: Address::repeat_byte(3),
                    asset: Address::repeat_byte(2),
                    remaining: U256::from(5),
                    amount: U256::from(7),
                }
                .abi_encode(),
                &["OverLimit: the session 0x0303", "may spend 5"],
                true,
            ),
            (Settlement::EnforcedPause {}.abi_encode(), &["paused"], false),
            (
                Settlement::BatchIncomplete {
                    sequence: 9,
                    deltasApplied: 1,
                    itemsApplied: 2,
                }
                .abi_encode(),
                &["BatchIncomplete { sequence: 9, deltasApplied: 1, itemsApplied: 2 }"],
                false,
            ),
            (Revert::from("words").abi_encode(), &["words"], false),
            (vec![1, 2, 3, 4], &["0x01020304", "none of its errors"], false),
        ];
        for (data, parts, permanent) in cases {
            let reason = Reason::decode(&data);
            assert!(
                parts.iter().all(|part| reason.text.contains(part)),
                "{}",
                reason.text
            );
            assert_eq!(reason.permanent, permanent, "{}", reason.text);
        }
    }

    #[test]
    fn every_error_has_a_name_in_its_reason() {
        for selector in Errors::SELECTORS {
            let name = Errors::name_by_selector(*selector).unwrap();
            // The data of any of them: no error has more than six words.
            let data = [selector.as_slice(), &[0; 6 * 32]].concat();
            let reason = Reason::decode(&data);
            assert!(reason.text.starts_with(name), "{name}: {}", reason.text);
        }
    }
}
