//! anvil starts on a free port, says which, and ends with its owner.

use devnet_nodes::{Anvil, AnvilOptions};

#[test]
fn two_chains_run_side_by_side() {
    let a = Anvil::start(AnvilOptions::default()).unwrap();
    let b = Anvil::start(AnvilOptions::default()).unwrap();
    assert_ne!(a.port(), b.port());
    assert_eq!(a.accounts().len(), 10);
    println!("{:?}", a.accounts());
}
