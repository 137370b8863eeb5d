//! A blob has one form, and reading one never takes more than its bytes are worth.

mod cbor;
mod keys;
#[path = "keys/window.rs"]
mod window;
mod worlds;

use cbor::{array, bignum, bytes, text, uint};
use keys::{CHAIN, Key, NOW, SCHEMES, asset, item, owner, settlement};
use novate_netting::{
    Balance, Blob, BlobEntry, Holding, Opening, Outcome, Session, SessionLimit,
    blob::{DecodeError, MAX_LEN},
};
use novate_protocol::intent::Scheme;
use proptest::prelude::*;
use window::Window;

/// A small blob with every kind of item.
fn blob(scheme: Scheme) -> Blob {
    let key = Key::new(scheme, 1);
    let entry = |nonce, carried, outcome| BlobEntry {
        signed: key.sign(keys::pay(scheme, key.id(), nonce)),
        received_at: NOW - 50,
        carried,
        outcome,
    };
    let mut owners = [owner(scheme, 1), owner(scheme, 2)];
    let mut assets = [asset(scheme, 1), asset(scheme, 2)];
    owners.sort();
    assets.sort();
    let balance = |owner, asset, amount| Balance { owner, asset, amount };
    let limit = |asset, remaining| SessionLimit { asset, remaining };
    let session = |owner, limits| Session {
        owner,
        key: key.id(),
        expires_at: NOW + 5,
        actions: 9,
        next_nonce: 300,
        limits,
    };
    Blob {
        rules: keys::rules(scheme),
        sequence: 70_000,
        opened_at: NOW - 30,
        opening: Opening {
            balances: vec![
                balance(owners[0], assets[0], 1),
                balance(owners[0], assets[1], u64::MAX.into()),
                balance(owners[1], assets[0], 1 << 64),
                balance(owners[1], assets[1], u128::MAX),
            ],
            sessions: vec![
                session(owners[0], vec![limit(assets[0], 24), limit(assets[1], 1 << 70)]),
                session(owners[1], vec![]),
            ],
            items: vec![Holding {
                item: item(scheme, 1),
                holder: owner(scheme, 2),
            }],
        },
        entries: vec![
            entry(1, true, Outcome::Open),
            entry(2, false, Outcome::Filled),
            entry(3, false, Outcome::Replaced),
        ],
    }
}

/// The blob by hand, after docs/batches.md and RFC 8949.
fn by_hand(blob: &Blob, scheme: Scheme) -> Vec<u8> {
    let amount = |amount: u128| match u64::try_from(amount) {
        Ok(small) => uint(small),
        Err(_) => bignum(&amount.to_be_bytes()),
    };
    let balances = blob.opening.balances.iter();
    let balances = balances.map(|b| array([bytes(&b.owner.0), bytes(&b.asset.0), amount(b.amount)]));
    let sessions = blob.opening.sessions.iter().map(|s| {
        let limits = s.limits.iter();
        let limits = limits.map(|l| array([bytes(&l.asset.0), amount(l.remaining)]));
        array([
            bytes(&s.owner.0),
            bytes(&s.key),
            uint(s.expires_at),
            uint(s.actions.into()),
            uint(s.next_nonce),
            array(limits.collect::<Vec<_>>()),
        ])
    });
    let items = blob.opening.items.iter();
    let items = items.map(|i| {
        array([
            bytes(&i.item.collection.0),
            bytes(&i.item.token_id),
            bytes(&i.holder.0),
        ])
    });
    let entries = blob.entries.iter().map(|e| {
        let mut signature = e.signed.signature;
        array([
            bytes(&borsh::to_vec(&e.signed.intent).unwrap()),
            bytes(keys::bytes(&mut signature)),
            uint(e.received_at),
            vec![if e.carried { 0xf5 } else { 0xf4 }],
            uint(e.outcome as u64),
        ])
    });
    array([
        text("Novate batch v1"),
        array([
            uint(u64::from(scheme == Scheme::Eip712)),
            uint(CHAIN),
            bytes(&settlement(scheme)),
            bytes(&owner(scheme, 0).0),
            uint(10),
            uint(250),
            uint(NOW),
        ]),
        uint(70_000),
        uint(NOW - 30),
        array([
            array(balances.collect::<Vec<_>>()),
            array(sessions.collect::<Vec<_>>()),
            array(items.collect::<Vec<_>>()),
        ]),
        array(entries.collect::<Vec<_>>()),
    ])
}

#[test]
fn the_bytes_are_those_of_the_documented_format() {
    for scheme in SCHEMES {
        let blob = blob(scheme);
        assert_eq!(hex::encode(blob.encode()), hex::encode(by_hand(&blob, scheme)));
        assert_eq!(Blob::decode(&blob.encode()).unwrap(), blob);
    }
}

#[test]
fn blobs_of_random_windows_are_read_as_they_were_written() {
    for seed in 0..300 {
        let sealed = Window::random(seed).seal();
        let blob = Blob::decode(&sealed.bytes).unwrap();
        assert_eq!(blob.encode(), sealed.bytes, "{seed}");
    }
}

/// What the reader says of a blob that is not one.
fn refusal(bytes: &[u8]) -> String {
    Blob::decode(bytes).unwrap_err().to_string()
}

/// What the reader says of a blob whose writer broke a rule.
fn broken(change: impl FnOnce(&mut Blob)) -> String {
    let mut blob = blob(Scheme::Ed25519);
    change(&mut blob);
    refusal(&blob.encode())
}

#[test]
fn lists_are_sorted_and_without_duplicates() {
    assert!(broken(|b| b.opening.balances.reverse()).contains("balances"));
    assert!(broken(|b| b.opening.sessions.reverse()).contains("sessions"));
    assert!(broken(|b| b.opening.sessions[0].limits.reverse()).contains("limits"));
    assert!(broken(|b| b.opening.balances.insert(0, b.opening.balances[0])).contains("balances"));
    assert!(broken(|b| b.opening.sessions.insert(0, b.opening.sessions[0].clone())).contains("sessions"));
    assert!(broken(|b| b.opening.items.push(b.opening.items[0])).contains("items"));
    let doubled = broken(|b| {
        let limits = &mut b.opening.sessions[0].limits;
        limits.insert(0, limits[0]);
    });
    assert!(doubled.contains("limits"));
    assert!(broken(|b| b.entries.reverse()).contains("carried ones first"));
}

#[test]
fn what_is_zero_is_left_out() {
    assert!(broken(|b| b.opening.balances[0].amount = 0).contains("above zero"));
    assert!(broken(|b| b.opening.sessions[0].limits[0].remaining = 0).contains("above zero"));
}

#[test]
fn fees_that_no_intent_allows_are_refused() {
    assert!(broken(|b| b.rules.fees.pay_bps = 1_001).contains("fee"));
    assert!(broken(|b| b.rules.fees.sale_bps = 1_001).contains("fee"));
}

/// The small blob with one run of bytes in place of another, wherever that occurs first.
fn swapped(old: &[u8], new: &[u8]) -> Vec<u8> {
    let blob = blob(Scheme::Ed25519).encode();
    let at = blob.windows(old.len()).position(|window| window == old).unwrap();
    [&blob[..at], new, &blob[at + old.len()..]].concat()
}

#[test]
fn longer_forms_of_the_same_are_refused() {
    let key = Key::new(Scheme::Ed25519, 1).id();
    let signature = {
        let mut signature = blob(Scheme::Ed25519).entries[0].signed.signature;
        keys::bytes(&mut signature).to_vec()
    };
    let big = bignum(&(1_u128 << 64).to_be_bytes());
    let cases: [(&str, Vec<u8>, Vec<u8>); 10] = [
        (
            "u32 in 8 bytes",
            uint(70_000),
            [vec![0x1b], 70_000_u64.to_be_bytes().to_vec()].concat(),
        ),
        (
            "u16 in 4 bytes",
            vec![0x19, 0x01, 0x2c],
            vec![0x1a, 0, 0, 0x01, 0x2c],
        ),
        ("u8 in 2 bytes", vec![0x18, 24], vec![0x19, 0, 24]),
        (
            "small in 1 byte",
            [bytes(&key), uint(NOW + 5), uint(9)].concat(),
            [bytes(&key), uint(NOW + 5), vec![0x18, 9]].concat(),
        ),
        (
            "length in 2 bytes",
            bytes(&key),
            [vec![0x59, 0, 32], key.to_vec()].concat(),
        ),
        (
            "indefinite bytes",
            bytes(&key),
            [vec![0x5f, 0x58, 32], key.to_vec(), vec![0xff]].concat(),
        ),
        (
            "signature with a length in 2 bytes",
            [bytes(&signature), uint(NOW - 50)].concat(),
            [vec![0x59, 0, 64], signature.clone(), uint(NOW - 50)].concat(),
        ),
        (
            "leading zero",
            big.clone(),
            [vec![0xc2, 0x4a, 0, 1], vec![0; 8]].concat(),
        ),
        (
            "bignum of what fits",
            uint(u64::MAX),
            [vec![0xc2, 0x48], vec![255; 8]].concat(),
        ),
        (
            "tag in 1 byte",
            big,
            [vec![0xd8, 2, 0x49, 1], vec![0; 8]].concat(),
        ),
    ];
    for (name, old, new) in cases {
        let changed = swapped(&old, &new);
        assert!(Blob::decode(&changed).is_err(), "{name}");
    }
    // An outer array whose length takes a byte more, or none.
    let blob = blob(Scheme::Ed25519).encode();
    let longer = [&[0x98, 6], &blob[1..]].concat();
    assert!(matches!(
        Blob::decode(&longer),
        Err(DecodeError::NotCanonical { at: 0 })
    ));
    let endless = [&[0x9f], &blob[1..], &[0xff]].concat();
    assert!(refusal(&endless).contains("blob"));
}

#[test]
fn nothing_follows_and_nothing_is_missing() {
    let blob = blob(Scheme::Eip712).encode();
    for more in [vec![0], vec![0xf6], blob.clone()] {
        let longer = [blob.clone(), more].concat();
        let Err(DecodeError::NotCanonical { at }) = Blob::decode(&longer) else {
            panic!("{longer:?}")
        };
        assert_eq!(at, blob.len());
    }
    for length in 0..blob.len() {
        assert!(Blob::decode(&blob[..length]).is_err(), "{length}");
    }
}

#[test]
fn values_that_mean_nothing_are_refused() {
    assert!(
        refusal(&swapped(&text("Novate batch v1"), &text("Novate batch v2"))).contains("Novate batch v1")
    );
    let mut entry = blob(Scheme::Ed25519).entries[2];
    let last = |outcome| [uint(NOW - 50), vec![0xf4], outcome].concat();
    let replaced = last(uint(Outcome::Replaced as u64));
    assert!(refusal(&swapped(&replaced, &last(uint(17)))).contains("outcome"));
    assert!(Blob::decode(&swapped(&replaced, &last(vec![0x19, 1, 0]))).is_err());
    let signature = keys::bytes(&mut entry.signed.signature).to_vec();
    for wrong in [&signature[..63], &[], &[signature.clone(), vec![0; 2]].concat()] {
        assert!(refusal(&swapped(&bytes(&signature), &bytes(wrong))).contains("signature"));
    }
    let intent = borsh::to_vec(&entry.signed.intent).unwrap();
    for wrong in [&intent[1..], &[], &[intent.clone(), vec![0]].concat()] {
        assert!(refusal(&swapped(&bytes(&intent), &bytes(wrong))).contains("intent"));
    }
    let word = settlement(Scheme::Ed25519);
    assert!(refusal(&swapped(&bytes(&word), &bytes(&word[1..]))).contains("settlement"));
    assert!(refusal(&swapped(&[0x87, 0x00], &[0x87, 0x02])).contains("scheme"));
    let big = bignum(&(1_u128 << 64).to_be_bytes());
    let wrong_tag = [vec![0xc3, 0x49, 1], vec![0; 8]].concat();
    assert!(refusal(&swapped(&big, &wrong_tag)).contains("tag 2"));
    let too_big = [vec![0xc2, 0x51, 1], vec![0; 16]].concat();
    assert!(refusal(&swapped(&big, &too_big)).contains("2^128"));
}

#[test]
fn claimed_lengths_take_no_memory() {
    let head = |major: u8, length: u64| [vec![major << 5 | 27], length.to_be_bytes().to_vec()].concat();
    let blob = blob(Scheme::Ed25519).encode();
    // Before the first intent are the heads of its entry and of the list of entries.
    let intent = bytes(&borsh::to_vec(&self::blob(Scheme::Ed25519).entries[0].signed.intent).unwrap());
    let start = blob
        .windows(intent.len())
        .position(|window| window == intent)
        .unwrap()
        - 2;
    assert_eq!(blob[start], 0x83, "the list of entries begins here");
    for length in [u64::MAX, 1 << 62, 1 << 40, 1 << 32] {
        // As many entries, as long a signature, and the whole as one array or one string.
        for major in [2, 3, 4, 5, 6] {
            let claimed = [&blob[..start], &head(major, length), &blob[start + 1..]].concat();
            assert!(Blob::decode(&claimed).is_err());
            assert!(Blob::decode(&head(major, length)).is_err());
        }
    }
}

#[test]
fn nesting_is_no_deeper_than_the_format() {
    for open in [0x81, 0x9f, 0xa1, 0xbf, 0xc2, 0xd8] {
        assert!(Blob::decode(&vec![open; 1 << 20]).is_err());
    }
    let blob = blob(Scheme::Ed25519).encode();
    for at in 0..200 {
        let nested = [&blob[..at], &[0x81; 100_000], &blob[at..]].concat();
        assert!(Blob::decode(&nested).is_err(), "{at}");
    }
}

#[test]
fn what_is_longer_than_any_blob_is_not_read() {
    let long = vec![0; MAX_LEN + 1];
    assert!(matches!(Blob::decode(&long), Err(DecodeError::TooLong(length)) if length == MAX_LEN + 1));
}

#[test]
fn no_changed_byte_is_read_as_the_same_blob() {
    for scheme in SCHEMES {
        let (blob, bytes) = (blob(scheme), blob(scheme).encode());
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = Blob::decode(&changed) {
                assert!(other != blob && other.encode() == changed, "{bit}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_read_has_these_bytes(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..4),
        eip in any::<bool>(),
    ) {
        let mut bytes = blob(SCHEMES[usize::from(eip)]).encode();
        for (at, byte, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at + 1),
            }
        }
        if let Ok(blob) = Blob::decode(&bytes) {
            prop_assert_eq!(blob.encode(), bytes);
        }
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Blob::decode(&bytes).is_err());
    }
}
