//! What follows from a refusal of the signer.

use novate_bindings::icp::{BatchRefusal, Refusal};

/// What to do about a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passes by itself.
    Soon,
    /// Somebody has to act, or a new day to begin.
    Later,
    /// It refuses this batch for ever: its intents need another one.
    Net {
        /// The other one must be smaller.
        smaller: bool,
    },
    /// It refuses what some of the intents want, in whichever batch they are: the others need another one, without them.
    Without(Unwanted),
}

/// What the signer refuses, whatever else is in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwanted {
    /// Debits of this asset.
    Asset([u8; 32]),
    /// Items of this collection.
    Collection([u8; 32]),
    /// The delta of this index.
    Delta(u32),
    /// The item of this index.
    Item(u32),
    /// Debits of more than so much of an asset.
    Above {
        /// The asset.
        asset: [u8; 32],
        /// The most, in base units.
        max: u128,
    },
}

/// What to do about this refusal, of a request that the signer has not accepted: one that it has accepted keeps its sequence,
/// and can only be waited for.
pub fn verdict(refusal: &Refusal) -> Verdict {
    match refusal {
        Refusal::InProgress { .. } | Refusal::SigningFailed { .. } => Verdict::Soon,
        Refusal::NotAnEvmAddress { field } | Refusal::Zero { field } | Refusal::TooLarge { field, .. } => {
            entry(field).map_or(Verdict::Later, Verdict::Without)
        }
        Refusal::Batch(batch) => of_batch(batch),
        _ => Verdict::Later,
    }
}

fn of_batch(refusal: &BatchRefusal) -> Verdict {
    let without = |unwanted: Option<Unwanted>| unwanted.map_or(Verdict::Later, Verdict::Without);
    match refusal {
        BatchRefusal::OpensLater { .. } => Verdict::Soon,
        BatchRefusal::TooOld { .. } => Verdict::Net { smaller: false },
        BatchRefusal::TooMany { .. }
        | BatchRefusal::TooManyAssets { .. }
        | BatchRefusal::SumTooLarge { .. } => Verdict::Net { smaller: true },
        BatchRefusal::AboveBatchMaximum { asset, max, .. } => match (word(asset), u128::try_from(&max.0)) {
            (Some(asset), Ok(max)) => Verdict::Without(Unwanted::Above { asset, max }),
            _ => Verdict::Net { smaller: true },
        },
        // Whoever has a token of their own can deposit it and pay with it: nobody else may have to wait for that.
        BatchRefusal::AssetNotAllowed { asset } => without(word(asset).map(Unwanted::Asset)),
        BatchRefusal::CollectionNotAllowed { collection } => {
            without(word(collection).map(Unwanted::Collection))
        }
        BatchRefusal::DeltaTooLarge { index, .. } => without(Some(Unwanted::Delta(*index))),
        BatchRefusal::TokenIdOnSolana { index } => without(Some(Unwanted::Item(*index))),
        BatchRefusal::ToSettlement { field, index } if field == "item" => {
            without(Some(Unwanted::Item(*index)))
        }
        BatchRefusal::ToSettlement { index, .. } => without(Some(Unwanted::Delta(*index))),
        _ => Verdict::Later,
    }
}

/// `deltas[5].owner` and `items[7].from`.
fn entry(field: &str) -> Option<Unwanted> {
    let (list, rest) = field.split_once('[')?;
    let index = rest.split_once(']')?.0.parse().ok()?;
    match list {
        "deltas" => Some(Unwanted::Delta(index)),
        "items" => Some(Unwanted::Item(index)),
        _ => None,
    }
}

fn word(bytes: &[u8]) -> Option<[u8; 32]> {
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candid::Nat;

    #[test]
    fn a_sequence_of_another_batch_waits_for_a_person() {
        for (expected, given) in [(5, 7), (7, 5)] {
            assert_eq!(verdict(&Refusal::OutOfTurn { expected, given }), Verdict::Later);
        }
    }

    #[test]
    fn what_an_operator_may_lift_is_waited_for() {
        for refusal in [
            Refusal::Paused,
            Refusal::OutsideHours {
                minute: 1,
                from_minute: 2,
                to_minute: 3,
            },
            Refusal::AboveDaily {
                asset: Default::default(),
                amount: Nat::from(1_u8),
                spent: Nat::from(1_u8),
                max: Nat::from(1_u8),
            },
        ] {
            assert_eq!(verdict(&refusal), Verdict::Later, "{refusal}");
        }
    }

    #[test]
    fn what_somebody_may_have_asked_for_holds_up_nobody_else() {
        let bytes = || [3; 32].to_vec().into();
        let field = |field: &str| field.to_owned();
        let max = Nat::from(9_u8);
        let debits = Nat::from(10_u8);
        let cases: [(Refusal, Unwanted); 8] = [
            (
                BatchRefusal::AssetNotAllowed { asset: bytes() }.into(),
                Unwanted::Asset([3; 32]),
            ),
            (
                BatchRefusal::CollectionNotAllowed { collection: bytes() }.into(),
                Unwanted::Collection([3; 32]),
            ),
            (
                BatchRefusal::DeltaTooLarge {
                    index: 4,
                    max: max.clone(),
                }
                .into(),
                Unwanted::Delta(4),
            ),
            (
                BatchRefusal::ToSettlement {
                    field: field("item"),
                    index: 1,
                }
                .into(),
                Unwanted::Item(1),
            ),
            (
                BatchRefusal::ToSettlement {
                    field: field("delta"),
                    index: 1,
                }
                .into(),
                Unwanted::Delta(1),
            ),
            (
                BatchRefusal::TokenIdOnSolana { index: 2 }.into(),
                Unwanted::Item(2),
            ),
            (
                Refusal::NotAnEvmAddress {
                    field: field("deltas[5].owner"),
                },
                Unwanted::Delta(5),
            ),
            (
                BatchRefusal::AboveBatchMaximum {
                    asset: bytes(),
                    debits,
                    max,
                }
                .into(),
                Unwanted::Above {
                    asset: [3; 32],
                    max: 9,
                },
            ),
        ];
        for (refusal, unwanted) in cases {
            assert_eq!(verdict(&refusal), Verdict::Without(unwanted), "{refusal}");
        }
        let contract = Refusal::NotAnEvmAddress {
            field: field("contract"),
        };
        assert_eq!(verdict(&contract), Verdict::Later);
    }

    #[test]
    fn what_is_too_large_is_netted_smaller_and_what_is_too_old_anew() {
        let too_many = BatchRefusal::TooMany {
            field: "deltas".into(),
            count: 2,
            max: 1,
        };
        assert_eq!(verdict(&too_many.into()), Verdict::Net { smaller: true });
        let too_old = BatchRefusal::TooOld {
            opened_at: 1,
            now: 4_000,
            max_age: 3_600,
        };
        assert_eq!(verdict(&too_old.into()), Verdict::Net { smaller: false });
    }

    #[test]
    fn what_passes_by_itself_is_asked_again_soon() {
        let id = Default::default();
        assert_eq!(verdict(&Refusal::InProgress { id }), Verdict::Soon);
        let early = BatchRefusal::OpensLater { opened_at: 2, now: 1 };
        assert_eq!(verdict(&early.into()), Verdict::Soon);
    }
}
