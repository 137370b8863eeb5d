//! The contracts, deployed and called through the bindings on a real chain.

use alloy::network::EthereumWallet;
use alloy::primitives::{Address, B256, U256};
use alloy::providers::{Provider, ProviderBuilder};
use alloy::signers::{SignerSync, local::PrivateKeySigner};
use alloy::sol_types::{SolEvent, SolValue};
use devnet_nodes::{Anvil, AnvilOptions};
use novate_bindings::evm::{RewardDistributor, RewardToken, SessionKeys, Settlement, create2};
use novate_protocol::{claim::Claim, eip712::Domain};

const LIMITS: Settlement::Limits = Settlement::Limits {
    challengeWindow: 60,
    settleWindow: 3_600,
    escapeDelay: 86_400,
    authorityDelay: 86_400,
    maxIntents: 1_000,
    maxDeltas: 1_000,
    maxItems: 1_000,
};

/// A chain, and a provider that sends as its first account.
fn chain() -> (Anvil, Address, impl Provider + Clone) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let anvil = Anvil::start(AnvilOptions::default()).unwrap();
    let key: PrivateKeySigner = anvil.accounts()[0].private_key.parse().unwrap();
    let sender = key.address();
    let provider = ProviderBuilder::new()
        .with_simple_nonce_management()
        .wallet(EthereumWallet::from(key))
        .connect_http(anvil.url().parse().unwrap());
    (anvil, sender, provider)
}

async fn token(
    admin: Address,
    provider: impl Provider + Clone,
) -> RewardToken::RewardTokenInstance<impl Provider> {
    let cap = U256::from(1_000_000);
    let token = RewardToken::deploy(provider, "Reward".into(), "R".into(), cap, admin)
        .await
        .unwrap();
    let minter = token.MINTER_ROLE().call().await.unwrap();
    token
        .grantRole(minter, admin)
        .send()
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    token
}

#[tokio::test]
async fn vault_takes_deposits_and_pays_withdrawals() {
    let (_anvil, owner, provider) = chain();
    let token = token(owner, provider.clone()).await;
    let sessions = SessionKeys::deploy(provider.clone()).await.unwrap();
    let vault = Settlement::deploy(provider.clone(), owner, owner, owner, *sessions.address(), LIMITS)
        .await
        .unwrap();
    token
        .mint(owner, U256::from(100))
        .send()
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    token
        .approve(*vault.address(), U256::from(100))
        .send()
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();

    let deposit = vault.deposit(*token.address(), U256::from(100));
    let receipt = deposit.send().await.unwrap().get_receipt().await.unwrap();
    let deposited = receipt.decoded_log::<Settlement::Deposited>().unwrap();
    assert_eq!(
        (deposited.owner, deposited.amount, deposited.balance),
        (owner, U256::from(100), U256::from(100))
    );

    let recipient = Address::repeat_byte(9);
    let withdraw = vault.withdraw(*token.address(), U256::from(30), recipient);
    let receipt = withdraw.send().await.unwrap().get_receipt().await.unwrap();
    let withdrawn = receipt.decoded_log::<Settlement::Withdrawn>().unwrap();
    assert_eq!(
        (withdrawn.to, withdrawn.amount, withdrawn.balance),
        (recipient, U256::from(30), U256::from(70))
    );
    assert_eq!(
        vault.ledger(owner, *token.address()).call().await.unwrap(),
        U256::from(70)
    );
    assert_eq!(token.balanceOf(recipient).call().await.unwrap(), U256::from(30));

    let error = vault
        .withdraw(*token.address(), U256::from(71), owner)
        .call()
        .await
        .unwrap_err();
    let refused = error
        .as_decoded_error::<Settlement::InsufficientLedger>()
        .unwrap();
    assert_eq!(
        (refused.balance, refused.amount),
        (U256::from(70), U256::from(71))
    );
}

#[tokio::test]
async fn voucher_signed_over_the_protocols_digest_is_paid_once() {
    let (anvil, owner, provider) = chain();
    let token = token(owner, provider.clone()).await;
    let signer = PrivateKeySigner::random();
    let distributor = RewardDistributor::deploy(provider, *token.address(), owner, owner, signer.address())
        .await
        .unwrap();
    token
        .mint(*distributor.address(), U256::from(50))
        .send()
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();

    let claim = Claim {
        id: [3; 32],
        account: [4; 20],
        amount: 50,
        deadline: u64::MAX,
    };
    let sign = |chain_id| {
        let domain = Domain::rewards(chain_id, distributor.address().into_array());
        let signature = signer.sign_hash_sync(&claim.digest(&domain).into()).unwrap();
        distributor.claim(claim.into(), signature.as_bytes().into())
    };

    let error = sign(anvil.chain_id() + 1).call().await.unwrap_err();
    let refused = error
        .as_decoded_error::<RewardDistributor::InvalidSignature>()
        .unwrap();
    assert_eq!(refused.signer, signer.address(), "a voucher for another chain");

    let receipt = sign(anvil.chain_id())
        .send()
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    let paid = receipt.decoded_log::<RewardDistributor::Claimed>().unwrap();
    assert_eq!(
        (paid.id.0, paid.account.0.0, paid.amount),
        (claim.id, claim.account, U256::from(50))
    );

    let error = sign(anvil.chain_id()).call().await.unwrap_err();
    let again = error
        .as_decoded_error::<RewardDistributor::AlreadyClaimed>()
        .unwrap();
    assert_eq!(again.id.0, claim.id);
}

#[tokio::test]
async fn deployment_lands_at_the_address_that_was_foretold() {
    let (_anvil, owner, provider) = chain();
    let sessions = SessionKeys::deploy(provider.clone()).await.unwrap();
    let arguments = (owner, owner, owner, *sessions.address(), LIMITS).abi_encode_params();
    let code = [Settlement::BYTECODE.as_ref(), &arguments].concat();
    let (address, transaction) = create2(B256::repeat_byte(5), &code);
    assert!(provider.get_code_at(address).await.unwrap().is_empty());

    let receipt = provider
        .send_transaction(transaction.clone())
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    assert!(receipt.status());
    assert_eq!(
        Settlement::new(address, provider.clone())
            .authority()
            .call()
            .await
            .unwrap(),
        owner
    );
    assert!(
        receipt
            .logs()
            .iter()
            .any(|log| log.topic0() == Some(&Settlement::AuthorityChanged::SIGNATURE_HASH))
    );

    assert!(
        provider.call(transaction).await.is_err(),
        "there is one there already"
    );
    assert_ne!(create2(B256::repeat_byte(6), &code).0, address);
}
