//! Which signatures count.

mod keys;

use curve25519_dalek::{EdwardsPoint, Scalar, constants};
use keys::{Key, SCHEMES, bytes, pay};
use novate_netting::{Signature, SignedIntent, verify::verify_ed25519, verify_all};
use novate_protocol::intent::Scheme;
use proptest::prelude::*;
use secp256k1::{
    Message,
    ecdsa::{RecoverableSignature, RecoveryId},
};
use sha2::{Digest, Sha512};

fn signed(scheme: Scheme) -> SignedIntent {
    let key = Key::new(scheme, 1);
    key.sign(pay(scheme, key.id(), 1))
}

#[test]
fn a_session_keys_signature_counts() {
    for scheme in SCHEMES {
        assert!(signed(scheme).verify(scheme), "{scheme:?}");
    }
}

#[test]
fn no_bit_of_a_signature_can_be_changed() {
    for scheme in SCHEMES {
        let valid = signed(scheme);
        let length = bytes(&mut valid.signature.clone()).len();
        for bit in 0..length * 8 {
            let mut changed = valid;
            bytes(&mut changed.signature)[bit / 8] ^= 1 << (bit % 8);
            assert!(!changed.verify(scheme), "{scheme:?} {bit}");
        }
    }
}

#[test]
fn no_field_of_what_was_signed_can_be_changed() {
    for scheme in SCHEMES {
        let valid = signed(scheme);
        for other in keys::variations(&valid.intent) {
            let changed = SignedIntent {
                intent: other,
                ..valid
            };
            assert!(!changed.verify(scheme), "{other:?}");
        }
    }
}

#[test]
fn a_signature_of_the_other_kind_does_not_count() {
    for (scheme, other) in [(SCHEMES[0], SCHEMES[1]), (SCHEMES[1], SCHEMES[0])] {
        assert!(!signed(scheme).verify(other));
        let mixed = SignedIntent {
            intent: signed(scheme).intent,
            signature: signed(other).signature,
        };
        assert!(!mixed.verify(scheme) && !mixed.verify(other));
    }
}

#[test]
fn of_two_secp256k1_signatures_only_the_one_with_low_s_counts() {
    let valid = signed(Scheme::Eip712);
    let mut high = valid;
    let Signature::Eip712(rsv) = &mut high.signature else {
        unreachable!()
    };
    let s = k256::ecdsa::Signature::from_slice(&rsv[..64]).unwrap();
    let (r, s) = (s.r(), -*s.s());
    rsv[..32].copy_from_slice(&r.to_bytes());
    rsv[32..64].copy_from_slice(&s.to_bytes());
    rsv[64] = 27 + 28 - rsv[64];
    // Whoever does not look at s finds the same key.
    let id = RecoveryId::try_from(i32::from(rsv[64]) - 27).unwrap();
    let point = RecoverableSignature::from_compact(&rsv[..64], id)
        .unwrap()
        .recover(Message::from_digest(valid.intent.digest_eip712()));
    let point = point.unwrap().serialize_uncompressed();
    assert_eq!(
        point.as_slice(),
        keys::secp256k1(1)
            .verifying_key()
            .to_encoded_point(false)
            .as_bytes()
    );
    assert!(!high.verify(Scheme::Eip712));
}

#[test]
fn v_is_27_or_28() {
    let valid = signed(Scheme::Eip712);
    let v = *bytes(&mut valid.signature.clone()).last().unwrap();
    for other in (0..=255).filter(|other| *other != v) {
        let mut changed = valid;
        *bytes(&mut changed.signature).last_mut().unwrap() = other;
        assert!(!changed.verify(Scheme::Eip712), "{other}");
    }
}

#[test]
fn r_and_s_are_above_zero_and_below_the_order() {
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").unwrap();
    for (at, word) in [
        (0, vec![0; 32]),
        (32, vec![0; 32]),
        (0, order.clone()),
        (32, order),
        (0, vec![255; 32]),
    ] {
        let mut changed = signed(Scheme::Eip712);
        bytes(&mut changed.signature)[at..at + 32].copy_from_slice(&word);
        assert!(!changed.verify(Scheme::Eip712), "{at} {word:?}");
    }
}

/// The order of Ed25519's group, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn s_of_ed25519_is_below_the_order() {
    let mut changed = signed(Scheme::Ed25519);
    let s = &mut bytes(&mut changed.signature)[32..];
    let mut carry = 0;
    for (byte, add) in s.iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert_eq!(carry, 0);
    assert!(!changed.verify(Scheme::Ed25519));
}

const MESSAGE: &[u8] = b"Novate intent v1\n";

fn challenge(r: &[u8; 32], key: &[u8; 32]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(
        &Sha512::new()
            .chain_update(r)
            .chain_update(key)
            .chain_update(MESSAGE)
            .finalize()
            .into(),
    )
}

/// A signature whose equation holds after multiplication by 8, with `torsion` added to `R` and to the key.
fn crooked(key_torsion: EdwardsPoint, r_torsion: EdwardsPoint) -> ([u8; 32], [u8; 64], EdwardsPoint) {
    let (secret, nonce) = (Scalar::from(0x1234_5678_u64), Scalar::from(0x9abc_def0_u64));
    let base = constants::ED25519_BASEPOINT_POINT;
    let (point, r_point) = (base * secret + key_torsion, base * nonce + r_torsion);
    let (key, r) = (point.compress().to_bytes(), r_point.compress().to_bytes());
    let k = challenge(&r, &key);
    let s = nonce + k * secret;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice(s.as_bytes());
    (key, signature, base * s - r_point - point * k)
}

#[test]
fn what_holds_only_up_to_small_order_does_not_count() {
    let none = EdwardsPoint::default();
    let (key, signature, rest) = crooked(none, none);
    assert!(rest == none && verify_ed25519(&key, MESSAGE, &signature));
    for torsion in &constants::EIGHT_TORSION[1..] {
        let (key, signature, rest) = crooked(none, *torsion);
        assert!(rest != none && rest.mul_by_cofactor() == none);
        assert!(!verify_ed25519(&key, MESSAGE, &signature));
        let (key, signature, rest) = crooked(*torsion, none);
        assert!(rest.mul_by_cofactor() == none);
        assert_eq!(verify_ed25519(&key, MESSAGE, &signature), rest == none);
    }
}

#[test]
fn keys_and_commitments_of_small_order_do_not_count() {
    for key in constants::EIGHT_TORSION {
        let key = key.compress().to_bytes();
        for r in constants::EIGHT_TORSION {
            let mut signature = [0; 64]; // s = 0
            signature[..32].copy_from_slice(&r.compress().to_bytes());
            assert!(!verify_ed25519(&key, MESSAGE, &signature));
        }
    }
    // R is the identity: s = k * secret holds for an honest key, and proves nothing of its nonce.
    let secret = Scalar::from(0x1234_5678_u64);
    let key = (constants::ED25519_BASEPOINT_POINT * secret)
        .compress()
        .to_bytes();
    let mut signature = [0; 64];
    signature[0] = 1;
    let s = challenge(signature[..32].try_into().unwrap(), &key) * secret;
    signature[32..].copy_from_slice(s.as_bytes());
    assert!(!verify_ed25519(&key, MESSAGE, &signature));
}

#[test]
fn a_key_is_a_point() {
    let mut signature = [0; 64];
    signature[0] = 1;
    assert!(!verify_ed25519(&[2; 32], MESSAGE, &signature));
    // The other encoding of the identity: y = 1 + p.
    let mut key = [0xff; 32];
    (key[0], key[31]) = (0xee, 0x7f);
    assert!(!verify_ed25519(&key, MESSAGE, &signature));
}

#[test]
fn many_are_answered_in_their_order_as_each_alone() {
    for scheme in SCHEMES {
        let keys: Vec<Key> = (1..=3).map(|seed| Key::new(scheme, seed)).collect();
        let mut all: Vec<SignedIntent> = (0..300)
            .map(|i| {
                let key = &keys[i % 3];
                key.sign(pay(scheme, key.id(), i as u64))
            })
            .collect();
        for i in (0..300).filter(|i| i % 7 == 3) {
            bytes(&mut all[i].signature)[i % 64] ^= 1;
        }
        let expected: Vec<bool> = (0..300).map(|i| i % 7 != 3).collect();
        assert_eq!(verify_all(scheme, &all), expected);
        let single: Vec<bool> = all.iter().map(|intent| intent.verify(scheme)).collect();
        assert_eq!(single, expected);
    }
    assert!(verify_all(Scheme::Ed25519, &[]).is_empty());
}

proptest! {
    #[test]
    fn no_random_bytes_are_a_signature(eip in prop::collection::vec(any::<u8>(), 65), v in 26u8..30) {
        let mut rsv: [u8; 65] = eip.clone().try_into().unwrap();
        rsv[64] = v;
        let rs = eip[..64].try_into().unwrap();
        for signature in [Signature::Eip712(rsv), Signature::Ed25519(rs)] {
            for scheme in SCHEMES {
                let forged = SignedIntent { signature, ..signed(scheme) };
                prop_assert!(!forged.verify(scheme), "{:?}", signature);
            }
        }
    }
}
