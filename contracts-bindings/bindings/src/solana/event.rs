//! Events in a transaction: some are log lines, those that move money are calls of the program to itself.

use anchor_lang::event::EVENT_IX_TAG_LE;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::settlement::ID;
pub use super::settlement::parsers::Event;

/// Why the events of a transaction could not be told.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The node cut the logs off at its limit, so events may be missing.
    #[error("the transaction's logs are truncated: raise the node's --log-messages-bytes-limit")]
    Truncated,
    /// The program emitted something that its IDL does not know.
    #[error("not an event of the settlement program: 0x{}: rebuild the bindings from the program's IDL", alloy::hex::encode(.0))]
    Unknown(Vec<u8>),
}

/// The events that the settlement program logged, in order. `logs` are the log messages of one transaction.
///
/// Lines belong to the program that runs at that moment, so another program's data is never taken for ours.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Unknown`].
pub fn from_logs<'a>(logs: impl IntoIterator<Item = &'a str>) -> Result<Vec<Event>, Error> {
    let ours = ID.to_string();
    let mut running = Vec::new();
    let mut events = Vec::new();
    for line in logs {
        if line == "Log truncated" {
            return Err(Error::Truncated);
        }
        let Some(rest) = line.strip_prefix("Program ") else {
            continue;
        };
        if let Some(data) = rest.strip_prefix("data: ") {
            if running.last() == Some(&ours.as_str()) {
                let data = STANDARD.decode(data).map_err(|_| Error::Unknown(data.into()))?;
                events.push(Event::parse(&data).map_err(|_| Error::Unknown(data))?);
            }
        } else if let Some((program, state)) = rest.split_once(' ')
            // `log:` and `return:` are no programs, and what follows may look like a state: programs choose the text.
            && !program.ends_with(':')
        {
            if state.starts_with("invoke [") {
                running.push(program);
            } else if state == "success" || state.starts_with("failed") {
                running.pop();
            }
        }
    }
    Ok(events)
}

/// The event in the data of an inner instruction that calls the settlement program; `None` when it is another call.
///
/// The caller checks that the instruction's program is [`ID`](super::settlement::ID): the program itself refuses
/// such calls unless its own event authority signed them.
///
/// # Errors
/// [`Error::Unknown`].
pub fn from_inner_instruction(data: &[u8]) -> Result<Option<Event>, Error> {
    let Some(data) = data.strip_prefix(EVENT_IX_TAG_LE) else {
        return Ok(None);
    };
    Event::parse(data)
        .map(Some)
        .map_err(|_| Error::Unknown(data.to_vec()))
}
