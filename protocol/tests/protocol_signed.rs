//! A signature over a header or a claim counts for that header or claim, in that place, and for nothing else.

use borsh::BorshDeserialize;
use novate_protocol::batch::{BatchHeader, SOLANA_PREFIX};
use novate_protocol::claim::Claim;
use novate_protocol::eip712::Domain;
use novate_protocol::ids::{Asset, Owner};
use novate_protocol::order::{self, OrderCheckpoint};
use proptest::prelude::*;

const DOMAIN: Domain = Domain::settlement(1, [1; 20]);

prop_compose! {
    fn header()(
        chain: u64, settlement: [u8; 32], sequence: u64, roots: [[u8; 32]; 3], cid in prop::collection::vec(any::<u8>(), 36),
        counts: [u32; 3], opened_at: u64,
    ) -> BatchHeader {
        BatchHeader {
            chain, settlement, sequence,
            intents_root: roots[0], deltas_root: roots[1], items_root: roots[2],
            blob_cid: cid.try_into().unwrap(),
            intent_count: counts[0], delta_count: counts[1], item_count: counts[2],
            opened_at,
        }
    }
}

proptest! {
    #[test]
    fn a_header_can_be_read_back_from_its_message(header in header()) {
        let message = header.solana_message();
        let body = message.strip_prefix(SOLANA_PREFIX).unwrap();
        prop_assert_eq!(BatchHeader::try_from_slice(body).unwrap(), header);
        prop_assert_eq!(body.len(), BatchHeader::LEN);
    }

    #[test]
    fn every_byte_of_a_header_is_signed(header in header(), at in 0..BatchHeader::LEN, bit in 0u8..8) {
        let mut body = borsh::to_vec(&header).unwrap();
        body[at] ^= 1 << bit;
        let other = BatchHeader::try_from_slice(&body).unwrap();
        prop_assert_ne!(other.digest_eip712(&DOMAIN), header.digest_eip712(&DOMAIN));
        prop_assert_ne!(other.solana_message(), header.solana_message());
    }

    #[test]
    fn every_byte_of_an_order_checkpoint_is_signed(
        chain: u64, settlement: [u8; 32], number: u64, root: [u8; 32], order_count: u32,
        at in 0..OrderCheckpoint::LEN, bit in 0u8..8,
    ) {
        let checkpoint = OrderCheckpoint { chain, settlement, number, root, order_count };
        let message = checkpoint.solana_message();
        let mut body = message.strip_prefix(order::SOLANA_PREFIX).unwrap().to_vec();
        prop_assert_eq!(OrderCheckpoint::try_from_slice(&body).unwrap(), checkpoint);
        body[at] ^= 1 << bit;
        let other = OrderCheckpoint::try_from_slice(&body).unwrap();
        prop_assert_ne!(other.digest_eip712(&DOMAIN), checkpoint.digest_eip712(&DOMAIN));
        prop_assert_ne!(other.solana_message(), message);
    }

    #[test]
    fn every_field_of_a_claim_is_signed(id: [u8; 32], account: [u8; 20], amount: u128, deadline: u64) {
        let domain = Domain::rewards(1, [1; 20]);
        let claim = Claim { id, account, amount, deadline };
        let mut others = [claim; 4];
        others[0].id[31] ^= 1;
        others[1].account[0] ^= 1;
        others[2].amount ^= 1;
        others[3].deadline ^= 1;
        for other in others {
            prop_assert_ne!(other.digest(&domain), claim.digest(&domain));
        }
    }
}

#[test]
fn a_signature_does_not_count_in_another_domain() {
    let claim = Claim {
        id: [1; 32],
        account: [2; 20],
        amount: 3,
        deadline: 4,
    };
    let home = Domain::rewards(1, [1; 20]);
    let elsewhere = [
        Domain::rewards(2, [1; 20]),
        Domain::rewards(1, [2; 20]),
        Domain::settlement(1, [1; 20]),
        Domain::orders(1, [1; 20]),
    ];
    for domain in elsewhere {
        assert_ne!(claim.digest(&domain), claim.digest(&home), "{domain:?}");
    }
}

#[test]
fn an_evm_address_fills_the_last_twenty_bytes() {
    let mut expected = [0; 32];
    expected[12..].fill(0xab);
    assert_eq!(Owner::from_evm([0xab; 20]).0, expected);
    assert_eq!(Asset::from_evm([0xab; 20]).0, expected);
}
