//! The stored and certified bytes, pinned: what an earlier version stored must stay readable, and what it certified
//! must stay provable. The
//! expected bytes were made by unrelated JavaScript. A test that fails here tells of a change of format, which needs a migration.

use names_api::{
    challenge::{Action, Challenge},
    content::Digest,
    name::Name,
    record::{
        ClaimRecord, ClaimState, ContentKind, ContentRecord, Key, Link, NameRecord, WalletRecord, hash,
    },
    wallet::{Cluster, Wallet},
};

fn alice() -> Name {
    Name::parse("alice").unwrap()
}

const EVM: Wallet = Wallet::Evm {
    chain_id: 8453,
    address: [0xe1; 20],
};
const SOLANA: Wallet = Wallet::Solana {
    cluster: Cluster::Devnet,
    address: [0x50; 32],
};

fn name() -> NameRecord {
    NameRecord {
        name: alice(),
        owner: vec![4, 2],
        tenure: 3,
        since: 1_700_000_000,
        expires_at: 1_731_536_000,
        wallets: vec![
            Link {
                wallet: EVM,
                linked_at: 1_700_000_001,
            },
            Link {
                wallet: SOLANA,
                linked_at: 1_700_000_002,
            },
        ],
    }
}

fn content(digest: Digest) -> ContentRecord {
    ContentRecord {
        name: alice(),
        tenure: 3,
        label: "site".into(),
        version: 2,
        kind: ContentKind::Function,
        digest,
        note: "v2".into(),
        published_at: 1_700_000_003,
    }
}

fn claim(state: ClaimState) -> ClaimRecord {
    ClaimRecord {
        id: [1; 32],
        name: alice(),
        tenure: 3,
        wallet: EVM,
        subject: [2; 32],
        amount: 1 << 70,
        deadline: 1_800_000_000,
        issuer: vec![7],
        issued_at: 1_700_000_004,
        state,
    }
}

fn challenge(action: Action, wallet: Wallet) -> Challenge {
    Challenge {
        action,
        name: "alice".into(),
        tenure: 3,
        requester: "aaaaa-aa".into(),
        wallet,
        canister: "rrkah-fqaaa-aaaaa-aaaaq-cai".into(),
        nonce: 42,
        issued_at: 1_700_000_000,
        expires_at: 1_700_000_600,
    }
}

#[track_caller]
fn pinned<T>(record: &T, expected: &str)
where
    T: borsh::BorshSerialize + borsh::BorshDeserialize + PartialEq + std::fmt::Debug,
{
    let bytes = borsh::to_vec(record).unwrap();
    assert_eq!(hex::encode(&bytes), expected);
    assert_eq!(&borsh::from_slice::<T>(&bytes).unwrap(), record);
}

#[test]
fn records_have_the_bytes_of_the_first_version() {
    pinned(
        &name(),
        "05000000616c696365020000000402030000000000000000f15365000000008024356700000000020000000005210000\
         00000000e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e101f153650000000001015050505050505050505050505050\
         50505050505050505050505050505050505002f1536500000000",
    );
    let link = WalletRecord {
        name: alice(),
        tenure: 3,
    };
    pinned(&link, "05000000616c6963650300000000000000");
    pinned(
        &content(Digest::Sha256([3; 32])),
        "05000000616c696365030000000000000004000000736974650200000001010303030303030303030303030303030303\
         03030303030303030303030303030302000000763203f1536500000000",
    );
    pinned(
        &content(Digest::Blake3([3; 32])),
        "05000000616c696365030000000000000004000000736974650200000001020303030303030303030303030303030303\
         03030303030303030303030303030302000000763203f1536500000000",
    );
    let cid = Digest::cid("bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e").unwrap();
    pinned(
        &content(cid),
        "05000000616c696365030000000000000004000000736974650200000001002400000001551220b94d27b993ed3e08a5\
         2e52d7da7dabfac484efe37a5380ee9088f7ace2efcde902000000763203f1536500000000",
    );
    pinned(
        &claim(ClaimState::Open),
        "010101010101010101010101010101010101010101010101010101010101010105000000616c69636503000000000000\
         00000521000000000000e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1020202020202020202020202020202020202\
         02020202020202020202020202020000000000000000400000000000000000d2496b00000000010000000704f1536500\
         00000000",
    );
    pinned(
        &claim(ClaimState::Redeemed { at: 5 }),
        "010101010101010101010101010101010101010101010101010101010101010105000000616c69636503000000000000\
         00000521000000000000e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1020202020202020202020202020202020202\
         02020202020202020202020202020000000000000000400000000000000000d2496b00000000010000000704f1536500\
         000000010500000000000000",
    );
    pinned(
        &claim(ClaimState::Revoked { at: 5 }),
        "010101010101010101010101010101010101010101010101010101010101010105000000616c69636503000000000000\
         00000521000000000000e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1020202020202020202020202020202020202\
         02020202020202020202020202020000000000000000400000000000000000d2496b00000000010000000704f1536500\
         000000020500000000000000",
    );
    pinned(
        &challenge(Action::Unlink, SOLANA),
        "0105000000616c69636503000000000000000800000061616161612d6161010150505050505050505050505050505050\
         505050505050505050505050505050501b00000072726b61682d66716161612d61616161612d61616161712d6361692a\
         0000000000000000f153650000000058f3536500000000",
    );
}

#[test]
fn keys_and_hashes_are_those_of_the_first_version() {
    let label = |key: Key<'_>| hex::encode(key.label());
    assert_eq!(
        label(Key::Name(&alice())),
        "e5d61af4c93bf06be3de10975d5d6f09ad085359929c4792a2045fd7304664d4"
    );
    assert_eq!(
        label(Key::Wallet(&EVM)),
        "15bdea80bba5a6057ee0548a678854cbfddd00aa39d7c0da042308e402fec00d"
    );
    assert_eq!(
        label(Key::Wallet(&SOLANA)),
        "ef9db1aabb98e050e16d356d55c917132d2094f87d9fdb8659e0fc237ea9368c"
    );
    assert_eq!(
        label(Key::Content(&alice(), "site")),
        "d4b535269e3ac84f0c9f0d2f9c49e6d5ed718f2f7ceda537d85c63bfe4e208d5"
    );
    assert_eq!(
        label(Key::Claim([1; 32])),
        "f97df2e049a2e7fc3ff718886cdc62eefe1043df437079ecce42dcc0e03430cb"
    );
    assert_eq!(
        label(Key::Challenge(42)),
        "dda95cb0d0f78132fe20fad0010df6ad7dc01683125b9310e2b60b82744218e6"
    );
    assert_eq!(
        hex::encode(hash(b"record")),
        "be95dc3dc464c3e16e47c379993b869b853c777a241ee7fb9755e2a09f32dadb"
    );
}

#[test]
fn what_is_signed_is_that_of_the_first_version() {
    let link = challenge(Action::Link, EVM);
    let text = "Novate Names\n\
        Link this wallet to a name. This costs nothing and moves no funds.\n\n\
        Name: alice\n\
        Requester: aaaaa-aa\n\
        Wallet: evm:8453:0xe1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1\n\
        Canister: rrkah-fqaaa-aaaaa-aaaaq-cai\n\
        Nonce: 42\n\
        Issued: 1700000000\n\
        Expires: 1700000600";
    assert_eq!(link.to_string(), text);
    assert_eq!(
        hex::encode(link.digest_eip191()),
        "51b69e8eacc676be06e8202ccde81bc2b23399b768170b0d2fb3cea5180f9254"
    );
    assert_eq!(
        hex::encode(link.digest_eip712().unwrap()),
        "65fbe1e4dd8a642cd64f38e6b7c7ebc113d2e9824b37c68dc328fd45ff235a8f"
    );
    let unlink = challenge(Action::Unlink, SOLANA);
    assert!(unlink.to_string().contains("\nUnlink this wallet from a name."));
    assert!(
        unlink
            .to_string()
            .contains("\nWallet: solana:devnet:6QWeT6FpJrm8AF1btu6WH2k2Xhq6t5vbheKVfQavmeoZ"),
        "{unlink}"
    );
    assert_eq!(unlink.digest_eip712(), None);
}

#[test]
fn bytes_that_are_no_record_are_refused() {
    let bytes = borsh::to_vec(&name()).unwrap();
    borsh::from_slice::<NameRecord>(&bytes[..bytes.len() - 1]).unwrap_err();
    borsh::from_slice::<NameRecord>(&[&bytes[..], &[0]].concat()).unwrap_err();
    let mut capital = bytes.clone();
    capital[4] = b'A';
    borsh::from_slice::<NameRecord>(&capital).unwrap_err();
}
