//! Sign-in messages are read to the letter, and a signature proves one wallet, one text, one place and one time.

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use novate_api::sign_in::{
    message::{Kind, MAX_LEN, Message, MessageError},
    proof::{Expected, ProofError, prove},
};
use novate_protocol::ids::Owner;
use proptest::prelude::*;

/// The second example of EIP-4361, with an address whose checksum is right.
const EIP_4361: &str = "https://example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Expiration Time: 2021-09-30T17:25:24Z
Not Before: 2021-09-30T16:00:00Z
Request ID: some-request
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json";

/// As `createSignInMessageText` of the wallet standard writes it, without a statement.
const SOLANA: &str = "example.com wants you to sign in with your Solana account:
9aDcPDkzw8Ws5Yc2bFFbvYN8q2fSYc6iBGVN8rAqSbGN

URI: https://example.com
Version: 1
Chain ID: solana:mainnet
Nonce: oNCEHm5jzQU2WvuBB
Issued At: 2026-01-01T00:00:00.123Z";

#[test]
fn every_field_of_eip_4361_is_read() {
    let message = Message::parse(EIP_4361).unwrap();
    assert_eq!(message.kind, Kind::Ethereum);
    assert_eq!(message.scheme.as_deref(), Some("https"));
    assert_eq!(message.domain, "example.com");
    assert_eq!(message.address, "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2");
    let statement = "I accept the ExampleOrg Terms of Service: https://example.com/tos";
    assert_eq!(message.statement.as_deref(), Some(statement));
    assert_eq!(message.uri, "https://example.com/login");
    assert_eq!(
        (message.chain_id.as_str(), message.nonce.as_str()),
        ("1", "32891756")
    );
    assert_eq!(message.issued_at, time("2021-09-30T16:25:24Z"));
    assert_eq!(message.expires_at, Some(time("2021-09-30T17:25:24Z")));
    assert_eq!(message.not_before, Some(time("2021-09-30T16:00:00Z")));
    assert_eq!(message.request_id.as_deref(), Some("some-request"));
    assert_eq!(message.resources.len(), 2);
}

#[test]
fn a_solana_message_has_no_blank_line_for_a_statement_that_it_has_not() {
    let message = Message::parse(SOLANA).unwrap();
    assert_eq!((message.kind, message.statement), (Kind::Solana, None));
    assert_eq!(message.chain_id, "solana:mainnet");
    let spoken = SOLANA.replace("\n\nURI", "\n\nHello there\n\nURI");
    let statement = Message::parse(&spoken).unwrap().statement;
    assert_eq!(statement.as_deref(), Some("Hello there"));
    let ethereum = EIP_4361.replace(
        "I accept the ExampleOrg Terms of Service: https://example.com/tos\n",
        "",
    );
    assert_eq!(Message::parse(&ethereum).unwrap().statement, None);
}

#[test]
fn what_deviates_is_refused_by_line_or_field() {
    let cases: [(&str, &str, &str); 20] = [
        (
            "wants you to sign in with your Ethereum account:",
            "wants you to sign in with your Bitcoin account:",
            "first line",
        ),
        (
            "https://example.com wants",
            "ht tp://example.com wants",
            "the scheme",
        ),
        (
            "https://example.com wants",
            "https://exam ple.com wants",
            "the domain",
        ),
        ("https://example.com wants", "https:// wants", "the domain"),
        ("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n", "\n", "line 2"),
        ("Cc2\n\nI accept", "Cc2\nI accept", "line 3"),
        ("tos\n\nURI", "tos\nURI", "line 5"),
        ("URI: https://example.com/login", "URI: example", "URI is"),
        ("URI: https", "uri: https", "URI: "),
        ("Version: 1", "Version: 2", "Version is"),
        ("Version: 1\nChain ID: 1", "Chain ID: 1\nVersion: 1", "Version: "),
        ("Chain ID: 1", "Chain ID: 0x1", "Chain ID is"),
        ("Nonce: 32891756", "Nonce: 3289175", "Nonce is"),
        ("Nonce: 32891756", "Nonce: 3289-1756", "Nonce is"),
        (
            "Issued At: 2021-09-30T16:25:24Z",
            "Issued At: 2021-09-30",
            "Issued At is",
        ),
        (
            "Not Before: 2021-09-30T16:00:00Z",
            "Not Before: soon",
            "Not Before is",
        ),
        (
            "Request ID: some-request\n",
            "Request ID: some-request\nRequest ID: twice\n",
            "one too many",
        ),
        ("- ipfs://baf", "* ipfs://baf", "- "),
        ("- ipfs://baf", "- baf", "a resource is"),
        ("claim.json", "claim.json\n", "- "),
    ];
    for (from, to, named) in cases {
        let text = EIP_4361.replacen(from, to, 1);
        assert_ne!(text, EIP_4361, "{from:?} is not in the message");
        let error = Message::parse(&text).expect_err(to).to_string();
        assert!(
            error.contains(named),
            "{to:?} gave {error:?}, which does not name {named:?}"
        );
    }
    let cluster = SOLANA.replace("solana:mainnet", "solana:moonnet");
    assert!(
        Message::parse(&cluster)
            .unwrap_err()
            .to_string()
            .contains("Chain ID")
    );
}

#[test]
fn other_characters_and_line_ends_are_refused() {
    for wrong in ['\r', '\t', '\0', '\u{202e}', 'е'] {
        let text = EIP_4361.replacen("Terms", &format!("Te{wrong}rms"), 1);
        assert_eq!(Message::parse(&text), Err(MessageError::Character(wrong)));
    }
    let long = EIP_4361.replacen("Terms", &"x".repeat(MAX_LEN), 1);
    assert!(matches!(Message::parse(&long), Err(MessageError::TooLong(_))));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(at in 0..EIP_4361.len(), text in "\\PC{0,40}", cut in 0usize..40) {
        let end = (at + cut).min(EIP_4361.len());
        let mangled = format!("{}{text}{}", &EIP_4361[..at], &EIP_4361[end..]);
        Message::parse(&mangled).ok();
    }
}

const RESOURCE: &str = "urn:novate:session:abc";

fn asked(header: &str, address: &str, chain: &str) -> String {
    format!(
        "app.example.org wants you to sign in with your {header} account:\n{address}\n\nGrant a session\n\n\
         URI: https://app.example.org\nVersion: 1\nChain ID: {chain}\nNonce: abcdefgh12345678\n\
         Issued At: 2026-01-01T00:00:00Z\nResources:\n- {RESOURCE}"
    )
}

fn check(text: &str, signature: &str, now: &str) -> Result<Owner, ProofError> {
    let domains = ["app.example.org".to_owned()];
    let expected = Expected {
        domains: &domains,
        chain_id: Some(31337),
        resource: RESOURCE,
    };
    prove(text, signature, &expected, time(now)).map(|(owner, _)| owner)
}

const NOW: &str = "2026-01-01T00:01:00Z";

#[test]
fn a_wallets_signature_proves_its_owner() {
    let wallet = PrivateKeySigner::random();
    let text = asked("Ethereum", &wallet.address().to_checksum(None), "31337");
    let signature = wallet.sign_message_sync(text.as_bytes()).unwrap().to_string();
    assert_eq!(
        check(&text, &signature, NOW),
        Ok(Owner::from_evm(wallet.address().into()))
    );

    let (key, text, signature) = solana(7, "mainnet");
    assert_eq!(
        check(&text, &signature, NOW),
        Ok(Owner(key.verifying_key().to_bytes()))
    );
}

fn solana(seed: u8, cluster: &str) -> (SigningKey, String, String) {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let address = bs58::encode(key.verifying_key().as_bytes()).into_string();
    let text = asked("Solana", &address, cluster);
    let signature = bs58::encode(key.sign(text.as_bytes()).to_bytes()).into_string();
    (key, text, signature)
}

#[test]
fn signatures_of_others_over_others_and_in_other_forms_prove_nothing() {
    let (wallet, other) = (PrivateKeySigner::random(), PrivateKeySigner::random());
    let text = asked("Ethereum", &wallet.address().to_checksum(None), "31337");
    let good = wallet.sign_message_sync(text.as_bytes()).unwrap();
    let foreign = other.sign_message_sync(text.as_bytes()).unwrap().to_string();
    let elsewhere = wallet.sign_message_sync(b"something else").unwrap().to_string();
    let high = {
        let order =
            alloy::primitives::uint!(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141_U256);
        alloy::primitives::Signature::new(good.r(), order - good.s(), !good.v()).to_string()
    };
    let zero_v = {
        let mut bytes = good.as_bytes();
        bytes[64] -= 27;
        format!("0x{}", hex::encode(bytes))
    };
    let bare = hex::encode(good.as_bytes());
    for signature in [
        foreign.as_str(),
        &elsewhere,
        &high,
        &zero_v,
        &bare,
        "",
        "0x",
        "0xzz",
    ] {
        let refused = check(&text, signature, NOW);
        assert!(
            matches!(refused, Err(ProofError::Signature(_))),
            "{signature:?} gave {refused:?}"
        );
    }
    let lower = text.replace(
        &wallet.address().to_checksum(None),
        &format!("{:#x}", wallet.address()),
    );
    let signature = wallet.sign_message_sync(lower.as_bytes()).unwrap().to_string();
    assert!(matches!(
        check(&lower, &signature, NOW),
        Err(ProofError::Signature(_))
    ));

    let (_, text, good) = solana(7, "mainnet");
    let (_, _, foreign) = solana(8, "mainnet");
    let (_, _, elsewhere) = solana(7, "devnet");
    for signature in [foreign.as_str(), &elsewhere, &good[1..], "0OIl", ""] {
        assert!(matches!(
            check(&text, signature, NOW),
            Err(ProofError::Signature(_))
        ));
    }
}

#[test]
fn a_message_counts_in_its_place_for_its_purpose_and_in_its_time() {
    let refused = |text: String, now: &str| {
        let key = SigningKey::from_bytes(&[7; 32]);
        let signature = bs58::encode(key.sign(text.as_bytes()).to_bytes()).into_string();
        check(&text, &signature, now).unwrap_err()
    };
    let (_, text, _) = solana(7, "mainnet");
    let other = text.replacen("app.example.org", "evil.example.org", 1);
    assert_eq!(refused(other, NOW), ProofError::Domain("evil.example.org".into()));
    let other = text.replace(RESOURCE, "urn:novate:session:abcd");
    assert_eq!(refused(other, NOW), ProofError::Resource(RESOURCE.into()));
    assert!(matches!(
        refused(text.clone(), "2026-01-01T00:10:00Z"),
        ProofError::Time(_)
    ));
    assert!(matches!(
        refused(text.clone(), "2025-12-31T23:59:29Z"),
        ProofError::Time(_)
    ));
    let timed = |field: &str| text.replacen("\nResources", &format!("\n{field}\nResources"), 1);
    assert!(matches!(
        refused(timed("Expiration Time: 2026-01-01T00:01:00Z"), NOW),
        ProofError::Time(_)
    ));
    assert!(matches!(
        refused(timed("Not Before: 2026-01-01T00:01:01Z"), NOW),
        ProofError::Time(_)
    ));

    let wallet = PrivateKeySigner::random();
    let text = asked("Ethereum", &wallet.address().to_checksum(None), "1");
    let signature = wallet.sign_message_sync(text.as_bytes()).unwrap().to_string();
    assert!(matches!(
        check(&text, &signature, NOW),
        Err(ProofError::Chain { wanted: 31337, .. })
    ));
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
