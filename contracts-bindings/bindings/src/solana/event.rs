//! Events in a transaction: some are log lines, those that move money are calls of a program to itself.

use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::Pubkey;
use base64::{Engine, engine::general_purpose::STANDARD};

/// Why the events of a transaction could not be told.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The node cut the logs off at its limit, so events may be missing.
    #[error("the transaction's logs are truncated: raise the node's --log-messages-bytes-limit")]
    Truncated,
    /// The program emitted something that its IDL does not know.
    #[error("not an event of program {program}: 0x{}: rebuild the bindings from the program's IDL", alloy::hex::encode(.data))]
    Unknown {
        /// Who emitted it.
        program: Pubkey,
        /// Discriminator and fields, or the text of a line that is no base64.
        data: Vec<u8>,
    },
}

/// All events of one program: the enum that `declare_program!` makes of its IDL.
pub trait ProgramEvent: Sized {
    /// The program.
    const PROGRAM: Pubkey;

    /// Reads discriminator and fields; `None` when the IDL has no such event.
    fn parse(data: &[u8]) -> Option<Self>;
}

macro_rules! program_events {
    ($($program:ident),+) => {$(
        impl ProgramEvent for super::$program::parsers::Event {
            const PROGRAM: Pubkey = super::$program::ID;

            fn parse(data: &[u8]) -> Option<Self> {
                Self::parse(data).ok()
            }
        }
    )+};
}
program_events!(rewards, session_keys, settlement, staking);

/// The events that a program logged, in order. `logs` are the log messages of one transaction.
///
/// # Errors
/// [`Error::Truncated`], [`Error::Unknown`].
pub fn from_logs<'a, E: ProgramEvent>(logs: impl IntoIterator<Item = &'a str>) -> Result<Vec<E>, Error> {
    logged(&E::PROGRAM, logs)?.into_iter().map(known).collect()
}

/// The event in the data of an inner instruction that calls the program; `None` when it is another call.
///
/// The caller checks that the instruction's program is [`ProgramEvent::PROGRAM`]: the program itself refuses such
/// calls unless its own event authority signed them.
///
/// # Errors
/// [`Error::Unknown`].
pub fn from_inner_instruction<E: ProgramEvent>(data: &[u8]) -> Result<Option<E>, Error> {
    called(data).map(|event| known(event.to_vec())).transpose()
}

/// Discriminator and fields of every event that `program` logged, in order.
///
/// Lines belong to the program that runs at that moment, so another program's data is never taken for its.
///
/// # Errors
/// [`Error::Truncated`], and [`Error::Unknown`] for a line that is no base64.
pub fn logged<'a>(program: &Pubkey, logs: impl IntoIterator<Item = &'a str>) -> Result<Vec<Vec<u8>>, Error> {
    let wanted = program.to_string();
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
            if running.last() == Some(&wanted.as_str()) {
                events.push(STANDARD.decode(data).map_err(|_| Error::Unknown {
                    program: *program,
                    data: data.into(),
                })?);
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

/// Discriminator and fields of the event in the data of a program's call to itself; `None` when it is another call.
pub fn called(data: &[u8]) -> Option<&[u8]> {
    data.strip_prefix(EVENT_IX_TAG_LE)
}

fn known<E: ProgramEvent>(data: Vec<u8>) -> Result<E, Error> {
    E::parse(&data).ok_or(Error::Unknown {
        program: E::PROGRAM,
        data,
    })
}
