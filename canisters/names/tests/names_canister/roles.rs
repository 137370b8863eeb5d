//! Who may give roles.

use crate::common::Names;
use candid::{Principal, encode_one};
use canister_testing::{identity, person};
use devnet_nodes::IcNode;
use names_api::{
    Refusal,
    interface::{InitArgs, Role},
};

#[tokio::test]
async fn somebody_always_administers() {
    let names = Names::start().await;
    let set = async |who, whom: Principal, granted: bool| {
        names
            .ask::<()>(who, "set_role", (whom, Role::Admin, granted))
            .await
    };
    assert_eq!(set(&names.admin, person(1), false).await, Err(Refusal::LastAdmin));
    set(&names.admin, person(2), true).await.unwrap();
    set(&names.admin, person(2), true).await.unwrap();
    set(&names.admin, person(1), false).await.unwrap();
    let again = (person(1), Role::Admin, true);
    names.turned_away(&names.admin, "set_role", again).await;
    set(&names.alice, person(1), true).await.unwrap();
    assert_eq!(
        names.blocks_of("role_granted").await.len(),
        3,
        "what changes nothing is not logged"
    );
    let roles = names.status().await.roles;
    assert!(roles.contains(&(person(1), Role::Admin)) && roles.contains(&(person(2), Role::Admin)));
}

#[tokio::test]
async fn anybody_can_be_anonymous_so_that_gets_no_role() {
    let names = Names::start().await;
    for role in Role::ALL {
        let args = (Principal::anonymous(), role, true);
        let refused: Result<(), Refusal> = names.ask(&names.admin, "set_role", args).await;
        assert_eq!(refused, Err(Refusal::Anonymous));
    }
}

#[tokio::test]
async fn an_anonymous_administrator_stops_the_installation() {
    let node = IcNode::start().await.unwrap();
    let admin = node.agent(identity(1)).unwrap();
    let canister = node.create_canister(&admin, 10_000_000_000_000).await.unwrap();
    let init = InitArgs {
        admin: Principal::anonymous(),
    };
    let refused = node
        .install(
            &admin,
            canister,
            &crate::common::wasm(),
            encode_one(init).unwrap(),
        )
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("cannot be the administrator"),
        "{refused}"
    );
}
