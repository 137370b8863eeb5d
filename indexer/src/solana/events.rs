//! Which events of a transaction are a program's own.
//!
//! Anchor emits them in two ways. `emit!` writes a log line `Program data: <base64>`, which does not name the
//! program: the lines around it do (`Program <id> invoke [depth]`, `success`, `failed`), so the call stack is
//! followed. Any program can log the same bytes, but only inside its own frame. `emit_cpi!` makes the program
//! call itself with the event as instruction data; Anchor refuses such a call unless the program's own event
//! authority signed it.

use super::transaction::{InnerInstruction, Transaction};
use base64::{Engine, engine::general_purpose::STANDARD};

/// `anchor_lang::event::EVENT_IX_TAG_LE`: what the data of an `emit_cpi!` instruction begins with.
pub const EVENT_IX_TAG: [u8; 8] = 0x1d9a_cb51_2ea5_45e4_u64.to_le_bytes();

/// An event as its program emitted it: discriminator and fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    /// Index of the top-level instruction.
    pub instruction: usize,
    /// Index among the calls that instruction made, unless it emitted the event itself.
    pub inner: Option<usize>,
    /// Number of data lines its frame had logged before.
    pub ordinal: usize,
    pub data: Vec<u8>,
}

/// The events of one program in one transaction.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Emitted {
    /// In the order they were emitted.
    pub events: Vec<RawEvent>,
    /// The node cut the log while the program still had something to run: events by log may be missing.
    pub log_cut: bool,
}

/// The events of `program`. The error says in what the node's answer contradicts itself.
pub fn emitted(transaction: &Transaction, program: &str) -> Result<Emitted, String> {
    let mut walk = Walk {
        transaction,
        program,
        frames: Vec::new(),
        at: None,
        next: 0,
        events: Vec::new(),
    };
    let mut cut = false;
    for line in &transaction.logs {
        if line == "Log truncated" {
            // Shorter lines may still follow, but what encloses them can no longer be known.
            cut = true;
            break;
        }
        walk.line(line)?;
    }
    if !cut && let Some(frame) = walk.frames.last() {
        return Err(format!("the log ends inside a call of {}", frame.program));
    }
    let missed = cut && walk.program_unfinished();
    walk.rest_of_calls()?;
    Ok(Emitted {
        events: walk.events,
        log_cut: missed,
    })
}

struct Frame<'a> {
    program: &'a str,
    inner: Option<usize>,
    data_lines: usize,
    /// How many events there were before this call: a call that fails takes its events with it.
    events_before: usize,
}

struct Walk<'a> {
    transaction: &'a Transaction,
    program: &'a str,
    frames: Vec<Frame<'a>>,
    /// The top-level instruction that runs or ran last.
    at: Option<usize>,
    /// Index of the next call that instruction will make.
    next: usize,
    events: Vec<RawEvent>,
}

impl<'a> Walk<'a> {
    fn line(&mut self, line: &'a str) -> Result<(), String> {
        let Some(rest) = line.strip_prefix("Program ") else {
            return Ok(());
        };
        if let Some(data) = rest.strip_prefix("data: ") {
            return self.data(data);
        }
        let Some((id, rest)) = rest.split_once(' ') else {
            return Ok(());
        };
        // `Program log: invoke [1]` is what a program said, not what it did; a colon is not base58.
        if id.ends_with(':') {
            return Ok(());
        }
        if let Some(depth) = rest.strip_prefix("invoke [").and_then(|r| r.strip_suffix(']')) {
            self.invoke(id, depth)
        } else if rest == "success" {
            self.leave(id).map(drop)
        } else if rest.starts_with("failed: ") {
            let frame = self.leave(id)?;
            self.events.truncate(frame.events_before);
            Ok(())
        } else {
            Ok(())
        }
    }

    fn invoke(&mut self, id: &'a str, depth: &str) -> Result<(), String> {
        if depth.parse() != Ok(self.frames.len() + 1) {
            return Err(format!(
                "{id} is called at depth {depth} inside {} calls",
                self.frames.len()
            ));
        }
        let inner = if self.frames.is_empty() {
            self.top_level(id)?
        } else {
            Some(self.call(id)?)
        };
        let events_before = self.events.len();
        self.frames.push(Frame {
            program: id,
            inner,
            data_lines: 0,
            events_before,
        });
        if let (Some(at), Some(index)) = (self.at, inner) {
            self.event_of_call(at, index)?;
            // The event that the call carries is the first of its frame.
            if let Some(frame) = self.frames.last_mut() {
                frame.data_lines = self.events.len() - events_before;
            }
        }
        Ok(())
    }

    /// Moves on to the next top-level instruction of program `id`. Those between are of the signature
    /// checking precompiles, which run without a word in the log.
    fn top_level(&mut self, id: &str) -> Result<Option<usize>, String> {
        if let Some(at) = self.at {
            self.calls_from(at, self.next)?;
        }
        let from = self.at.map_or(0, |at| at + 1);
        let found = self
            .transaction
            .programs
            .iter()
            .skip(from)
            .position(|program| program == id);
        let skipped = found.ok_or_else(|| format!("the log calls {id}, which no instruction does"))?;
        (self.at, self.next) = (Some(from + skipped), 0);
        Ok(None)
    }

    fn call(&mut self, id: &str) -> Result<usize, String> {
        let index = self.next;
        self.next += 1;
        match (self.calls().map(|calls| calls.get(index)), self.frames.last()) {
            (Some(Some(call)), _) if call.program != id => Err(format!(
                "the log calls {id} where the instructions call {}",
                call.program
            )),
            (Some(None), _) => Err(format!("the log calls {id}, which the inner instructions do not")),
            (None, Some(caller)) if id == self.program && caller.program == id => Err(format!(
                "{id} calls itself, but the node does not record inner instructions"
            )),
            _ => Ok(index),
        }
    }

    fn calls(&self) -> Option<&'a [InnerInstruction]> {
        self.transaction.inner.as_ref()?.get(self.at?).map(Vec::as_slice)
    }

    fn leave(&mut self, id: &str) -> Result<Frame<'a>, String> {
        match self.frames.pop() {
            Some(frame) if frame.program == id => Ok(frame),
            Some(frame) => Err(format!(
                "the log ends a call of {id} inside one of {}",
                frame.program
            )),
            None => Err(format!("the log ends a call of {id} that it did not begin")),
        }
    }

    fn data(&mut self, base64: &str) -> Result<(), String> {
        let (Some(frame), Some(at)) = (self.frames.last_mut(), self.at) else {
            return Err("the log has data outside of any call".into());
        };
        let ordinal = frame.data_lines;
        frame.data_lines += 1;
        // Several fields in a line are no event: Anchor logs one.
        if frame.program != self.program || base64.contains(' ') {
            return Ok(());
        }
        let data = STANDARD
            .decode(base64)
            .map_err(|e| format!("the log has data that is not base64: {e}"))?;
        self.events.push(RawEvent {
            instruction: at,
            inner: frame.inner,
            ordinal,
            data,
        });
        Ok(())
    }

    /// Takes the event out of a call when the program calls itself with one.
    fn event_of_call(&mut self, instruction: usize, index: usize) -> Result<(), String> {
        let calls = self
            .transaction
            .inner
            .as_ref()
            .and_then(|inner| inner.get(instruction));
        let Some(calls) = calls else { return Ok(()) };
        let Some(call) = calls.get(index).filter(|call| call.program == self.program) else {
            return Ok(());
        };
        let data = bs58::decode(&call.data).into_vec();
        let data = data.map_err(|e| format!("an instruction has data that is not base58: {e}"))?;
        let Some(event) = data.strip_prefix(&EVENT_IX_TAG) else {
            return Ok(());
        };
        if caller(self.transaction, instruction, index).is_none_or(|caller| caller == self.program) {
            self.events.push(RawEvent {
                instruction,
                inner: Some(index),
                ordinal: 0,
                data: event.to_vec(),
            });
        }
        Ok(())
    }

    /// Events in calls that the log did not show because it was cut.
    fn rest_of_calls(&mut self) -> Result<(), String> {
        let Some(inner) = &self.transaction.inner else {
            return Ok(());
        };
        let mut from = self.next;
        for instruction in self.at.unwrap_or(0)..inner.len() {
            self.calls_from(instruction, from)?;
            from = 0;
        }
        Ok(())
    }

    fn calls_from(&mut self, instruction: usize, from: usize) -> Result<(), String> {
        let count = self
            .transaction
            .inner
            .as_ref()
            .and_then(|i| i.get(instruction))
            .map_or(0, Vec::len);
        (from..count).try_for_each(|index| self.event_of_call(instruction, index))
    }

    /// Whether the program was still running, or had yet to run, where the log was cut. A call that carries
    /// an event does not count: it logs nothing.
    fn program_unfinished(&self) -> bool {
        let running = self.frames.iter().any(|frame| frame.program == self.program);
        let from = self.at.map_or(0, |at| at + 1);
        let to_come = self
            .transaction
            .programs
            .iter()
            .skip(from)
            .any(|program| program == self.program);
        let calls = self.transaction.inner.as_ref().is_none_or(|inner| {
            let this = self
                .at
                .and_then(|at| inner.get(at))
                .into_iter()
                .flatten()
                .skip(self.next);
            this.chain(inner.iter().skip(from).flatten())
                .any(|c| c.program == self.program && !carries_event(c))
        });
        running || to_come || calls
    }
}

fn carries_event(call: &InnerInstruction) -> bool {
    bs58::decode(&call.data)
        .into_vec()
        .is_ok_and(|data| data.starts_with(&EVENT_IX_TAG))
}

/// The program that made a call: the nearest earlier one a step higher on the stack. `None` if the node does
/// not say.
fn caller(transaction: &Transaction, instruction: usize, index: usize) -> Option<&str> {
    let calls = transaction.inner.as_ref()?.get(instruction)?;
    let height = calls.get(index)?.stack_height?;
    if height <= 2 {
        return transaction.programs.get(instruction).map(String::as_str);
    }
    let parent = calls
        .get(..index)?
        .iter()
        .rev()
        .find(|call| call.stack_height == Some(height - 1))?;
    Some(&parent.program)
}
