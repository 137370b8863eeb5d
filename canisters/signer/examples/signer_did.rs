//! Prints the canister's Candid interface: `cargo run -p signer --example signer_did`.

fn main() {
    print!("{}", signer::candid_interface());
}
