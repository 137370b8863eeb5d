//! Whether the chain has one of a submission's attempts.

use super::record::{self, Submission};
use crate::{contract::bytes, events, evm_rpc::client::Client, requests, transaction::nonces};
use candid::Principal;
use canister_kit::icrc3::Value;
use serde_bytes::ByteBuf;
use signer_api::{Content, Inclusion, Refusal, Signed, SubmissionRefusal};

/// Looks for a receipt once the nonce is used in a block that is believed: a receipt alone may be gone after the chain
/// changed its mind. Keeps what it finds.
///
/// # Errors
/// Those of the questions; [`SubmissionRefusal::ReceiptMissing`].
pub async fn look(
    caller: Principal,
    id: [u8; 32],
    submission: &mut Submission,
    client: &Client,
) -> Result<(), Refusal> {
    let Some(nonce) = submission.nonce else {
        return Ok(()); // what is sent has one
    };
    let (account, to) = (submission.account().await?, submission.to()?);
    if client.settled_nonce(account).await? <= nonce {
        return Ok(());
    }
    for hash in hashes(submission, nonce).await? {
        if let Some(receipt) = client.receipt(hash, account, to).await? {
            let inclusion = Inclusion {
                hash: ByteBuf::from(hash),
                block: receipt.block,
                succeeded: receipt.succeeded,
                gas_used: receipt.gas_used,
                effective_gas_price: receipt.effective_gas_price,
            };
            keep(caller, id, submission, nonce, inclusion);
            return Ok(());
        }
    }
    Err(SubmissionRefusal::ReceiptMissing { nonce }.into())
}

/// The hashes of all that was signed for the nonce, the newest first: also by `sign_transaction`.
async fn hashes(submission: &Submission, nonce: u64) -> Result<Vec<[u8; 32]>, Refusal> {
    let taken = nonces::taken((submission.request.chain_id, submission.key_version, nonce));
    let mut hashes = vec![];
    for request in taken.into_iter().flat_map(|taken| taken.requests).rev() {
        let Some(record) = requests::find(bytes("request id", &request)?) else {
            continue; // a request that took a nonce has a record
        };
        if let (Content::Transaction(transaction), Some(signature)) = (&record.content, record.signature) {
            let call = crate::transaction::Call::new(transaction).await?;
            let signed = call.with(Signed {
                signature,
                digest: record.digest,
                signer: String::new(),
                key_version: record.key_version,
            })?;
            hashes.push(bytes("hash", &signed.hash)?);
        }
    }
    Ok(hashes)
}

fn keep(caller: Principal, id: [u8; 32], submission: &mut Submission, nonce: u64, inclusion: Inclusion) {
    let block_type = match inclusion.succeeded {
        true => "submission_confirmed",
        false => "submission_failed",
    };
    let fields = vec![
        ("submission_id", Value::blob(id)),
        ("nonce", Value::nat(nonce)),
        ("hash", Value::Blob(inclusion.hash.clone())),
        ("block", Value::nat(inclusion.block)),
        ("gas_used", Value::Nat(inclusion.gas_used.clone())),
        (
            "effective_gas_price",
            Value::Nat(inclusion.effective_gas_price.clone()),
        ),
    ];
    submission.inclusion = Some(inclusion);
    record::put(id, submission);
    events::record(caller, block_type, fields);
}
