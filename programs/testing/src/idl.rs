//! What a program's interface says, from the IDL that is built with it.

use serde_json::Value;

use crate::chain::artifact;

/// An instruction, in the order of the program.
pub struct InstructionOf {
    pub name: String,
    /// The bytes that its data begins with.
    pub discriminator: Vec<u8>,
    /// Names of its accounts.
    pub accounts: Vec<String>,
}

/// The instructions of `program`, which is the name of its library.
///
/// # Panics
/// When the IDL is older than the program's sources.
pub fn instructions(program: &str) -> Vec<InstructionOf> {
    let idl: Value = serde_json::from_slice(&artifact(&format!("solana/{program}.json"))).unwrap();
    idl["instructions"]
        .as_array()
        .unwrap()
        .iter()
        .map(InstructionOf::parse)
        .collect()
}

impl InstructionOf {
    fn parse(idl: &Value) -> Self {
        let mut accounts = Vec::new();
        names(&idl["accounts"], &mut accounts);
        let bytes = idl["discriminator"].as_array().unwrap().iter();
        Self {
            name: text(&idl["name"]),
            discriminator: bytes.map(|byte| byte.as_u64().unwrap() as u8).collect(),
            accounts,
        }
    }
}

/// Names in the order in which the accounts are passed; a group of accounts has its own list.
fn names(list: &Value, into: &mut Vec<String>) {
    for account in list.as_array().unwrap() {
        match account.get("accounts") {
            Some(group) => names(group, into),
            None => into.push(text(&account["name"])),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
