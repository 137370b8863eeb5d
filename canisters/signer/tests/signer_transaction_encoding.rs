//! The bytes of transactions are those that alloy gives, and nodes find our address in them.

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::{Decodable2718, Encodable2718},
    primitives::{Address, Bytes, TxKind, U256, hex},
    signers::{Signature, SignerSync, local::PrivateKeySigner},
};
use proptest::prelude::*;
use signer::transaction::eip1559::{self, Transaction};

/// The same transaction as alloy has it.
fn reference(ours: &Transaction) -> TxEip1559 {
    TxEip1559 {
        chain_id: ours.chain_id,
        nonce: ours.nonce,
        gas_limit: ours.gas_limit,
        max_fee_per_gas: ours.max_fee_per_gas,
        max_priority_fee_per_gas: ours.max_priority_fee_per_gas,
        to: TxKind::Call(Address::from(ours.to)),
        value: U256::from(ours.value),
        access_list: Default::default(),
        input: Bytes::from(ours.data.clone()),
    }
}

fn transaction() -> impl Strategy<Value = Transaction> {
    // Small, large and any: RLP has other forms for each.
    let number = || prop_oneof![Just(0), 1..256u128, any::<u128>()];
    let length = prop_oneof![0..3usize, 50..60usize, 250..300usize, 60_000..70_000usize];
    let data = length.prop_flat_map(|length| proptest::collection::vec(any::<u8>(), length));
    let rest = (any::<u64>(), any::<u64>(), any::<u64>(), any::<[u8; 20]>());
    (rest, number(), number(), number(), data).prop_map(
        |((chain_id, nonce, gas_limit, to), tip, fee, value, data)| Transaction {
            chain_id,
            nonce,
            max_priority_fee_per_gas: tip,
            max_fee_per_gas: fee,
            gas_limit,
            to,
            value,
            data,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_and_sent_is_what_alloy_signs_and_sends(ours in transaction(), key in 1..u64::MAX) {
        let alloy = reference(&ours);
        prop_assert_eq!(ours.signing_hash(), alloy.signature_hash().0);

        let signer = PrivateKeySigner::from_bytes(&U256::from(key).into()).unwrap();
        let signature = signer.sign_hash_sync(&alloy.signature_hash()).unwrap();
        let raw = ours.signed(&signature.as_bytes());
        let signed = TxEnvelope::from(alloy.into_signed(signature));
        prop_assert_eq!(&raw, &signed.encoded_2718());
        prop_assert_eq!(eip1559::hash(&raw), signed.tx_hash().0);

        let received = TxEnvelope::decode_2718(&mut raw.as_slice()).unwrap();
        let sender = received.signature().recover_address_from_prehash(&received.signature_hash());
        prop_assert_eq!(sender.unwrap(), signer.address());
    }
}

/// `r` and `s` are numbers, not strings of 32 bytes.
#[test]
fn a_signature_with_leading_zeros_is_written_without_them() {
    let ours = Transaction {
        chain_id: 1,
        nonce: 0,
        max_priority_fee_per_gas: 1,
        max_fee_per_gas: 2,
        gas_limit: 21_000,
        to: [0x11; 20],
        value: 0,
        data: vec![],
    };
    for (r, s, odd) in [(1, 0x80, false), (0x7f, 0x1_0000, true)] {
        let signature = Signature::new(U256::from(r), U256::from(s), odd);
        let expected = TxEnvelope::from(reference(&ours).into_signed(signature)).encoded_2718();
        assert_eq!(ours.signed(&signature.as_bytes()), expected);
    }
}

/// The vector that alloy-consensus has in its test `recover_signer_eip1559`.
#[test]
fn a_published_transaction_comes_out_byte_by_byte() {
    let ours = Transaction {
        chain_id: 1,
        nonce: 0x42,
        max_priority_fee_per_gas: 0x3b9a_ca00,
        max_fee_per_gas: 0x4_a817_c800,
        gas_limit: 44_386,
        to: hex!("6069a6c32cf691f5982febae4faf8a6f3ab2f0f6"),
        value: 0,
        data: hex!(
            "a22cb4650000000000000000000000005eee75727d804a2b13038928d36f8b188945a57a"
            "0000000000000000000000000000000000000000000000000000000000000000"
        )
        .to_vec(),
    };
    let mut signature = [0; 65];
    signature[..32].copy_from_slice(&hex!(
        "840cfc572845f5786e702984c2a582528cad4b49b2a10b9db1be7fca90058565"
    ));
    signature[32..64].copy_from_slice(&hex!(
        "25e7109ceb98168d95b09b18bbf6b685130e0562f233877d492b94eee0c5b6d1"
    ));
    signature[64] = 27;
    let signing_hash = hex!("0d5688ac3897124635b6cf1bc0e29d6dfebceebdc10a54d74f2ef8b56535b682");
    let hash = hex!("0ec0b6a2df4d87424e5f6ad2a654e27aaeb7dac20ae9e8385cc09087ad532ee0");
    assert_eq!(ours.signing_hash(), signing_hash);
    assert_eq!(eip1559::hash(&ours.signed(&signature)), hash);
}

#[test]
fn the_most_a_transaction_can_cost_is_value_and_all_gas_at_the_highest_fee() {
    let mut ours = Transaction {
        chain_id: 1,
        nonce: 0,
        max_priority_fee_per_gas: 1,
        max_fee_per_gas: 30,
        gas_limit: 100_000,
        to: [0; 20],
        value: 7,
        data: vec![],
    };
    assert_eq!(ours.cost(), Some(3_000_007));
    ours.max_fee_per_gas = u128::MAX / 100_000 + 1;
    assert_eq!(ours.cost(), None);
    ours.max_fee_per_gas = 1;
    ours.value = u128::MAX;
    assert_eq!(ours.cost(), None);
}
