//! Prints the canister's Candid interface: `cargo run -p names --example names_did`.

fn main() {
    print!("{}", names::candid_interface());
}
