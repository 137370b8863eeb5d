//! How chains are reached, as administrators set it.

mod common;
mod mocks;

use candid::Nat;
use common::{CHAIN, Signer};
use mocks::Rpc;
use signer_api::{EvmRpc, EvmRpcView, Refusal, SubmissionRefusal};

#[tokio::test]
async fn a_chain_is_configured_without_telling_the_providers_addresses() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.configure(|_| ()).await; // as it is: no block
    let all: Vec<EvmRpcView> = signer.query("evm_rpcs", ()).await;
    assert_eq!((all.len(), all[0].providers, all[0].agreeing), (1, 3, Some(2)));
    let log = format!("{:?}", signer.log().await);
    assert!(!log.contains("example"), "providers are in the log");
    assert_eq!(signer.blocks_of("evm_rpc_set").await.len(), 1);

    let refuse = async |change: &dyn Fn(&mut EvmRpc)| {
        let mut config = rpc.config();
        change(&mut config);
        signer
            .update::<Result<(), Refusal>>(&signer.admin, "set_evm_rpc", (config,))
            .await
            .unwrap()
            .unwrap_err()
    };
    let malformed = |refused| {
        matches!(
            refused,
            Refusal::Submission(SubmissionRefusal::RpcMalformed { .. })
        )
    };
    assert!(malformed(refuse(&|c| c.agreeing = Some(0)).await));
    assert!(malformed(refuse(&|c| c.agreeing = Some(4)).await));
    assert!(malformed(
        refuse(&|c| (c.providers.clear(), c.agreeing = None).1).await
    ));
    assert!(malformed(
        refuse(&|c| c.providers = vec![c.providers[0].clone(); 17]).await
    ));
    assert_eq!(
        refuse(&|c| c.chain_id = 0).await,
        Refusal::Zero {
            field: "chain_id".into()
        }
    );
    assert!(matches!(
        refuse(&|c| c.cycles = Nat::from(u128::MAX) + 1u8).await,
        Refusal::TooLarge { .. }
    ));
    for who in [&signer.operator, &signer.stranger, &signer.anonymous] {
        signer.turned_away(who, "set_evm_rpc", (rpc.config(),)).await;
    }
    assert_eq!(signer.blocks_of("evm_rpc_set").await.len(), 1);
    let removed: Result<(), Refusal> = signer
        .update(&signer.admin, "remove_evm_rpc", (CHAIN,))
        .await
        .unwrap();
    removed.unwrap();
    assert_eq!(signer.blocks_of("evm_rpc_removed").await.len(), 1);
}
