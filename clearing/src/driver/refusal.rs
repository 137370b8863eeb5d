//! What follows from a refusal of the signer.

use novate_bindings::icp::{BatchRefusal, Refusal};

/// What to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passes by itself.
    Soon,
    /// Somebody has to act, or a new day to begin.
    Later,
    /// It refuses this batch for ever: its intents need another one.
    Net {
        /// The other one may not have a lower sequence than this.
        from: Option<u64>,
        /// The other one must be smaller.
        smaller: bool,
    },
}

/// What to do about this refusal, of a request that the signer has not accepted: one that it has accepted keeps its sequence,
/// and can only be waited for.
pub fn verdict(refusal: &Refusal) -> Verdict {
    let net = |smaller| Verdict::Net { from: None, smaller };
    match refusal {
        Refusal::InProgress { .. } | Refusal::SigningFailed { .. } => Verdict::Soon,
        // The sequence is taken, though by nothing that this database knows.
        Refusal::OutOfTurn { expected, given } if expected > given => Verdict::Net {
            from: Some(*expected),
            smaller: false,
        },
        Refusal::Batch(batch) => match batch {
            BatchRefusal::OpensLater { .. } => Verdict::Soon,
            BatchRefusal::TooOld { .. } => net(false),
            BatchRefusal::TooMany { .. }
            | BatchRefusal::AboveBatchMaximum { .. }
            | BatchRefusal::TooManyAssets { .. }
            | BatchRefusal::SumTooLarge { .. } => net(true),
            _ => Verdict::Later,
        },
        _ => Verdict::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candid::Nat;

    #[test]
    fn a_sequence_that_is_taken_is_passed_over() {
        let (expected, given) = (7, 5);
        let taken = Verdict::Net {
            from: Some(7),
            smaller: false,
        };
        assert_eq!(verdict(&Refusal::OutOfTurn { expected, given }), taken);
    }

    #[test]
    fn a_sequence_that_comes_later_waits() {
        let (expected, given) = (5, 7);
        assert_eq!(verdict(&Refusal::OutOfTurn { expected, given }), Verdict::Later);
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
            BatchRefusal::AssetNotAllowed {
                asset: Default::default(),
            }
            .into(),
        ] {
            assert_eq!(verdict(&refusal), Verdict::Later, "{refusal}");
        }
    }

    #[test]
    fn what_is_too_large_is_netted_smaller_and_what_is_too_old_anew() {
        let too_many = BatchRefusal::TooMany {
            field: "deltas".into(),
            count: 2,
            max: 1,
        };
        let net = |smaller| Verdict::Net { from: None, smaller };
        assert_eq!(verdict(&too_many.into()), net(true));
        let too_old = BatchRefusal::TooOld {
            opened_at: 1,
            now: 4_000,
            max_age: 3_600,
        };
        assert_eq!(verdict(&too_old.into()), net(false));
    }

    #[test]
    fn what_passes_by_itself_is_asked_again_soon() {
        let id = Default::default();
        assert_eq!(verdict(&Refusal::InProgress { id }), Verdict::Soon);
        let early = BatchRefusal::OpensLater { opened_at: 2, now: 1 };
        assert_eq!(verdict(&early.into()), Verdict::Soon);
    }
}
