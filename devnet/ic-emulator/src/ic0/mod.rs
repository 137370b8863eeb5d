//! The [system API](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-imports): what canister
//! code imports from the module `ic0`.
//!
//! One file per group of the specification. `ic0!` registers a function together with the entry points that may
//! call it, in the manner of the specification's table; from elsewhere it traps.

mod calls;
mod canister;
mod certified;
mod cost;
mod cycles;
mod debug;
mod message;
mod stable;
mod time;

use crate::{
    Error,
    execution::{
        Entry::{self, *},
        Execution,
    },
    fees,
    sandbox::Abort,
};
use std::ops::Range;
use wasmi::{Caller, Engine, Linker, errors::LinkerError};

/// A running execution, as an imported function sees it.
type Ic0<'a> = Caller<'a, Execution>;
type Trap<T> = Result<T, wasmi::Error>;

/// The specification's `*`: everywhere but in the start function.
const ANYWHERE: &[Entry] = &[
    Init,
    PreUpgrade,
    Update,
    ReplicatedQuery,
    Query,
    ReplyCallback,
    RejectCallback,
    Cleanup,
    Inspect,
    Task,
];
/// `* s`
const ALSO_START: &[Entry] = &[
    Start,
    Init,
    PreUpgrade,
    Update,
    ReplicatedQuery,
    Query,
    ReplyCallback,
    RejectCallback,
    Cleanup,
    Inspect,
    Task,
];
/// Where a call can be answered.
const RESPONDING: &[Entry] = &[Update, ReplicatedQuery, Query, ReplyCallback, RejectCallback];

/// Every function, under its name.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<Execution>, Error> {
    let mut linker = Linker::new(engine);
    for group in [
        message::link,
        cycles::link,
        canister::link,
        calls::link,
        stable::link,
        certified::link,
        time::link,
        cost::link,
        debug::link,
    ] {
        group(&mut linker)?;
    }
    Ok(linker)
}

macro_rules! ic0 {
    ($linker:ident, $entries:expr; $(
        fn $name:ident($ic0:ident $(, $argument:ident: $type:ty)*) $(-> $result:ty)? $body:block
    )*) => { $(
        #[allow(unused_mut)]
        $linker.func_wrap(
            "ic0",
            stringify!($name),
            |mut $ic0: $crate::ic0::Ic0<'_> $(, $argument: $type)*| -> $crate::ic0::Trap<ic0!(@ $($result)?)> {
                $crate::ic0::permit(&$ic0, stringify!($name), $entries)?;
                $ic0.data_mut().system_calls += $crate::fees::system_call(stringify!($name));
                $body
            },
        )?;
    )* };
    (@) => { () };
    (@ $result:ty) => { $result };
}
use ic0;

/// Traps unless the current entry point may call `function`.
fn permit(ic0: &Ic0<'_>, function: &str, entries: &[Entry]) -> Trap<()> {
    let entry = ic0.data().entry;
    if entries.contains(&entry) {
        return Ok(());
    }
    Err(violation(format!("ic0.{function} cannot be called in {entry:?}")))
}

/// Registers the pair of functions that hand out a blob: `<name>_size` and `<name>_copy`.
fn blob(
    linker: &mut Linker<Execution>,
    name: &'static str,
    entries: &'static [Entry],
    get: fn(&Execution) -> Trap<&[u8]>,
) -> Result<(), LinkerError> {
    linker.func_wrap(
        "ic0",
        &format!("{name}_size"),
        move |mut ic0: Ic0<'_>| -> Trap<u32> {
            permit(&ic0, name, entries)?;
            ic0.data_mut().system_calls += fees::system_call(name);
            get(ic0.data()).map(size)
        },
    )?;
    let copy = move |mut ic0: Ic0<'_>, dst: u32, offset: u32, size: u32| -> Trap<()> {
        permit(&ic0, name, entries)?;
        let (heap, execution) = heap(&mut ic0)?;
        execution.system_calls += fees::system_call(name) + u64::from(size);
        copy_blob(heap, get(execution)?, dst, offset, size)
    };
    linker.func_wrap("ic0", &format!("{name}_copy"), copy)?;
    Ok(())
}

/// `heap[dst..dst + size] = blob[offset..offset + size]`
fn copy_blob(heap: &mut [u8], blob: &[u8], dst: u32, offset: u32, size: u32) -> Trap<()> {
    let from = range(blob, offset.into(), size.into(), "blob")?;
    let to = range(heap, dst.into(), size.into(), "heap")?;
    heap[to].copy_from_slice(&blob[from]);
    Ok(())
}

/// The module's memory beside everything else.
fn heap<'a>(ic0: &'a mut Ic0<'_>) -> Trap<(&'a mut [u8], &'a mut Execution)> {
    match ic0.data().memory {
        Some(memory) => Ok(memory.data_and_store_mut(ic0)),
        None => Err(violation("the module has no memory".into())),
    }
}

/// Copies bytes out of the module's memory.
fn read(ic0: &mut Ic0<'_>, src: u32, size: u32) -> Trap<Vec<u8>> {
    let (heap, execution) = heap(ic0)?;
    execution.system_calls += u64::from(size);
    let range = range(heap, src.into(), size.into(), "heap")?;
    Ok(heap[range].to_vec())
}

fn read_text(ic0: &mut Ic0<'_>, src: u32, size: u32) -> Trap<String> {
    String::from_utf8(read(ic0, src, size)?).map_err(|e| violation(format!("not UTF-8: {e}")))
}

/// Copies bytes into the module's memory.
fn write(ic0: &mut Ic0<'_>, dst: u32, bytes: &[u8]) -> Trap<()> {
    let (heap, _) = heap(ic0)?;
    copy_blob(heap, bytes, dst, 0, size(bytes))
}

/// 128-bit values go through memory, little-endian.
fn write_u128(ic0: &mut Ic0<'_>, dst: u32, value: u128) -> Trap<()> {
    write(ic0, dst, &value.to_le_bytes())
}

/// 128-bit arguments come as two halves.
fn u128_from(high: u64, low: u64) -> u128 {
    (u128::from(high) << 64) | u128::from(low)
}

/// Blobs are limited to a few MiB long before they get here.
fn size(blob: &[u8]) -> u32 {
    u32::try_from(blob.len()).unwrap_or(u32::MAX)
}

/// Checks `start..start + size` against a memory; sums beyond 64 bits are out of bounds, too.
fn range(memory: &[u8], start: u64, size: u64, name: &str) -> Trap<Range<usize>> {
    let within = |end: &u64| *end <= memory.len() as u64;
    match start.checked_add(size).filter(within) {
        Some(end) => Ok(start as usize..end as usize),
        None => Err(violation(format!(
            "{name} out of bounds: {size} bytes at {start}, but its size is {}",
            memory.len()
        ))),
    }
}

/// The code broke a rule of the system API.
fn violation(message: String) -> wasmi::Error {
    wasmi::Error::host(Abort::Violation(message))
}
