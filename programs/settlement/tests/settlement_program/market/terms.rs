//! The parts of a price, against the exact fractions.

use proptest::prelude::*;
use settlement::state::{MAX_FEE_BPS, MAX_ROYALTY_BPS, Terms};
use solana_address::Address;

fn terms(fee_bps: u16, royalty_bps: u16) -> Terms {
    Terms {
        fee_bps,
        royalty_bps,
        fee_owner: Address::default(),
        creator: Address::default(),
    }
}

proptest! {
    #[test]
    fn the_parts_sum_to_the_price_and_none_is_off_by_a_unit(
        price in prop_oneof![1u64..10_000, any::<u64>(), Just(u64::MAX)],
        fee_bps in 0..=MAX_FEE_BPS,
        royalty_bps in 0..=MAX_ROYALTY_BPS,
    ) {
        let parts = terms(fee_bps, royalty_bps).split(price).unwrap();
        prop_assert_eq!(u128::from(parts.fee) + u128::from(parts.royalty) + u128::from(parts.seller), price.into());
        for (part, bps) in [(parts.fee, fee_bps), (parts.royalty, royalty_bps)] {
            // In ten thousandths of a unit.
            let exact = u128::from(price) * u128::from(bps);
            let paid = u128::from(part) * 10_000;
            prop_assert!(paid <= exact && exact - paid < 10_000);
        }
        prop_assert!(parts.seller >= price - price / 5);
    }
}

#[test]
fn what_would_take_more_than_the_price_is_refused() {
    assert!(terms(5_000, 5_001).split(10_000).is_err());
    assert!(terms(u16::MAX, 0).split(u64::MAX).is_err());
}
