//! Every refusal is a sentence with its values.

use names_api::{
    Refusal,
    interface::{Cluster, Role, Wallet},
};
use serde_bytes::ByteBuf;

#[test]
fn refusals_name_what_was_wrong_and_what_to_do() {
    let evm = Wallet::Evm {
        chain_id: 1,
        address: ByteBuf::from([0xab; 20]),
    };
    let similar = Refusal::NameTooSimilar {
        name: "paypa1".into(),
        held: "paypal".into(),
    };
    assert!(
        similar.to_string().starts_with("paypa1 looks like paypal"),
        "{similar}"
    );
    let contract = Refusal::ContractWallet {
        wallet: evm.clone(),
        actual: 96,
    };
    let said = contract.to_string();
    assert!(
        said.contains("96 bytes") && said.contains("EIP-1271") && said.contains("evm:1:0xabab"),
        "{said}"
    );
    let wrong = Refusal::WrongSigner {
        wallet: evm,
        recovered: Some(ByteBuf::from([0xcd; 20])),
    };
    assert!(wrong.to_string().contains("0xcdcd"), "{wrong}");
    let missing = Refusal::RoleMissing {
        caller: candid::Principal::anonymous(),
        role: Role::Issuer,
    };
    assert!(missing.to_string().contains("lacks the role issuer"), "{missing}");
    let malformed = Refusal::WrongScheme {
        wallet: Wallet::Solana {
            cluster: Cluster::Mainnet,
            address: ByteBuf::from([1; 3]),
        },
    };
    assert!(malformed.to_string().contains("Solana"), "{malformed}");
}
