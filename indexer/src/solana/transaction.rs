//! A transaction as `getTransaction` answers it with `encoding: json`, and what of it matters here.

use serde::Deserialize;

/// The answer of `getTransaction`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionAnswer {
    pub slot: u64,
    /// Unix seconds.
    pub block_time: Option<i64>,
    transaction: Body,
    meta: Option<Meta>,
}

#[derive(Debug, Deserialize)]
struct Body {
    signatures: Vec<String>,
    message: Message,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    account_keys: Vec<String>,
    instructions: Vec<CompiledInstruction>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    err: Option<serde_json::Value>,
    log_messages: Option<Vec<String>>,
    inner_instructions: Option<Vec<InnerInstructions>>,
    loaded_addresses: Option<LoadedAddresses>,
}

#[derive(Debug, Deserialize)]
struct InnerInstructions {
    index: usize,
    instructions: Vec<CompiledInstruction>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompiledInstruction {
    program_id_index: usize,
    /// base58
    data: String,
    stack_height: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
struct LoadedAddresses {
    writable: Vec<String>,
    readonly: Vec<String>,
}

/// A transaction that succeeded, with the programs of its instructions looked up.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// Program of each top-level instruction.
    pub programs: Vec<String>,
    /// What each top-level instruction called, in the order of the calls; `None` when the node does not
    /// record it.
    pub inner: Option<Vec<Vec<InnerInstruction>>>,
    pub logs: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct InnerInstruction {
    pub program: String,
    /// base58
    pub data: String,
    /// 2 for what a top-level instruction calls, 3 for what that calls, and so on; old nodes do not say.
    pub stack_height: Option<u32>,
}

impl TransactionAnswer {
    /// Checks the answer against what was asked for. `Ok(None)`: the transaction failed, so nothing of it
    /// happened. The error is what is wrong with the answer.
    pub fn check(self, signature: &str, slot: u64) -> Result<Option<Transaction>, String> {
        if self
            .transaction
            .signatures
            .first()
            .is_none_or(|first| first != signature)
        {
            return Err(format!(
                "asked for transaction {signature}, it answered with another"
            ));
        }
        if self.slot != slot {
            return Err(format!(
                "transaction {signature} is listed in slot {slot}, but its record says {}",
                self.slot
            ));
        }
        let meta = self
            .meta
            .ok_or_else(|| format!("transaction {signature} comes without its status"))?;
        if meta.err.is_some() {
            return Ok(None);
        }
        let logs = meta
            .log_messages
            .ok_or_else(|| format!("transaction {signature} comes without its logs"))?;
        // The runtime's order: the message's own keys, then those of lookup tables, writable ones first.
        let loaded = meta.loaded_addresses.unwrap_or_default();
        let keys: Vec<String> = [
            self.transaction.message.account_keys,
            loaded.writable,
            loaded.readonly,
        ]
        .into_iter()
        .flatten()
        .collect();
        let key = |index: usize| {
            keys.get(index)
                .cloned()
                .ok_or_else(|| format!("transaction {signature} has no account {index}"))
        };
        let programs: Vec<String> = self
            .transaction
            .message
            .instructions
            .iter()
            .map(|i| key(i.program_id_index))
            .collect::<Result<_, _>>()?;
        let inner = match meta.inner_instructions {
            None => None,
            Some(calls) => {
                let mut inner = vec![Vec::new(); programs.len()];
                for InnerInstructions { index, instructions } in calls {
                    let slot = inner
                        .get_mut(index)
                        .ok_or_else(|| format!("transaction {signature} has no instruction {index}"))?;
                    for CompiledInstruction {
                        program_id_index,
                        data,
                        stack_height,
                    } in instructions
                    {
                        slot.push(InnerInstruction {
                            program: key(program_id_index)?,
                            data,
                            stack_height,
                        });
                    }
                }
                Some(inner)
            }
        };
        Ok(Some(Transaction {
            programs,
            inner,
            logs,
        }))
    }
}
