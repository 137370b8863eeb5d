//! How a batch ended. Its account is gone by then, and the config says only that it is over, so it is read from the events of
//! the transactions that named the account.

use super::{
    super::{ChainError, Finality, Progress},
    layout::Layout,
    rpc::{Executed, Level, Rpc},
    unavailable,
};
use novate_bindings::solana::{
    event,
    settlement::{ID as PROGRAM, accounts::Config, parsers::Event},
};
use novate_protocol::batch::BatchHeader;
use solana_address::Address;
use solana_signature::Signature;

/// How it ended.
enum End {
    Settled,
    Closed { cancelled: bool },
    Abandoned,
    Conflict(String),
}

/// The end of a batch that is over by the confirmed state.
///
/// # Errors
/// When the node does not know how it ended.
pub(super) async fn progress(
    rpc: &dyn Rpc,
    settlement: &Address,
    layout: &Layout,
) -> Result<Progress, ChainError> {
    let header = &layout.batch.header;
    let end = end(rpc, settlement, layout).await?;
    let finalized = rpc
        .accounts(&[*settlement], Level::Finalized)
        .await
        .map_err(unavailable)?;
    let finalized = finalized.found.into_iter().next().flatten();
    let over = finalized.and_then(|account| super::stage::head::<Config>(&account));
    let finality = match over.is_some_and(|config| config.settled >= header.sequence) {
        true => Finality::Finalized,
        false => Finality::Confirmed,
    };
    Ok(match end {
        End::Settled => Progress::Settled { finality },
        End::Closed { cancelled } => Progress::Closed { cancelled, finality },
        End::Abandoned => Progress::Abandoned,
        End::Conflict(reason) => Progress::Conflict { reason },
    })
}

/// Looks from the newest transaction back for the one that ended the batch. One that was settled says by itself which
/// batch it was; of the others the one that opened the batch does.
async fn end(rpc: &dyn Rpc, settlement: &Address, layout: &Layout) -> Result<End, ChainError> {
    let header = &layout.batch.header;
    let signatures = signatures(rpc, &layout.address).await?;
    let mut end = None;
    for signature in &signatures {
        end = events(rpc, signature)
            .await?
            .into_iter()
            .find_map(|event| ended(event, settlement, header));
        if end.is_some() {
            break;
        }
    }
    let end = end.ok_or_else(|| unknown(header, "ended"))?;
    if matches!(end, End::Settled | End::Conflict(_)) {
        return Ok(end);
    }
    for signature in signatures.iter().rev() {
        let opened = events(rpc, signature)
            .await?
            .into_iter()
            .find_map(|event| opened(event, settlement, header));
        if let Some(same) = opened {
            return Ok(match same {
                true => end,
                false => End::Conflict(other(header)),
            });
        }
    }
    Err(unknown(header, "was opened"))
}

async fn signatures(rpc: &dyn Rpc, address: &Address) -> Result<Vec<Signature>, ChainError> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = rpc.history(address, before.as_ref()).await.map_err(unavailable)?;
        all.extend(page.done);
        before = page.next;
        if before.is_none() {
            return Ok(all);
        }
    }
}

async fn events(rpc: &dyn Rpc, signature: &Signature) -> Result<Vec<Event>, ChainError> {
    let executed = rpc.transaction(signature).await.map_err(unavailable)?;
    let Executed { logs, calls, .. } = executed.ok_or_else(|| {
        ChainError::Unavailable(format!(
            "transaction {signature} is not there: does the node keep the history?"
        ))
    })?;
    let own = calls.iter().filter(|(program, _)| *program == PROGRAM);
    let called = own.filter_map(|(_, data)| event::from_inner_instruction(data).transpose());
    // Of logs only what can be read counts: a truncated one is of a transaction with many chunks, which ends nothing.
    let logged = event::from_logs(logs.iter().map(String::as_str)).unwrap_or_default();
    let called: Result<Vec<Event>, _> = called.collect();
    let mut events = called.map_err(|error| ChainError::Unavailable(error.to_string()))?;
    events.extend(logged);
    Ok(events)
}

/// If the event is this batch's end: which.
fn ended(event: Event, settlement: &Address, header: &BatchHeader) -> Option<End> {
    let is_ours = |config: Address, sequence: u64| config == *settlement && sequence == header.sequence;
    match event {
        Event::NetBatchSettled(event) if is_ours(event.config, event.sequence) => {
            let same = event.intents_root == header.intents_root
                && event.blob_cid == header.blob_cid
                && event.intent_count == header.intent_count
                && event.delta_count == header.delta_count
                && event.item_count == header.item_count;
            Some(match same {
                true => End::Settled,
                false => End::Conflict(other(header)),
            })
        }
        Event::BatchClosed(event) if is_ours(event.config, event.sequence) => Some(End::Closed {
            cancelled: event.cancelled,
        }),
        Event::BatchAbandoned(event) if is_ours(event.config, event.sequence) => Some(End::Abandoned),
        _ => None,
    }
}

/// If the event is the opening of the batch with this sequence: whether it was this batch.
fn opened(event: Event, settlement: &Address, header: &BatchHeader) -> Option<bool> {
    let Event::BatchOpened(event) = event else {
        return None;
    };
    let is_ours = event.config == *settlement && event.sequence == header.sequence;
    is_ours.then(|| {
        event.intents_root == header.intents_root
            && event.deltas_root == header.deltas_root
            && event.items_root == header.items_root
            && event.blob_cid == header.blob_cid
    })
}

fn other(header: &BatchHeader) -> String {
    format!("another batch had the sequence {} and is over", header.sequence)
}

fn unknown(header: &BatchHeader, what: &str) -> ChainError {
    let sequence = header.sequence;
    ChainError::Unavailable(format!(
        "how batch {sequence} {what} is in no transaction that the node knows: ask one that keeps the whole history"
    ))
}
