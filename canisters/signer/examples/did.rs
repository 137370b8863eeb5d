//! Prints the canister's Candid interface: `cargo run -p signer --example did`.

fn main() {
    print!("{}", signer::candid_interface());
}
