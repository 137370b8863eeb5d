//! [Stable memory](https://internetcomputer.org/docs/references/ic-interface-spec#system-api-stable-memory), with 64-bit
//! and with the older 32-bit addresses.

use super::{ALSO_START, Ic0, Trap, heap, ic0, range, violation};
use crate::execution::Execution;
use wasmi::{Linker, errors::LinkerError};

/// Pages that 32-bit addresses reach.
const LIMIT_32: u64 = 1 << 16;

pub(super) fn link(linker: &mut Linker<Execution>) -> Result<(), LinkerError> {
    ic0! { linker, ALSO_START;
        fn stable64_size(ic0) -> u64 {
            Ok(ic0.data().state.stable.size())
        }
        fn stable64_grow(ic0, pages: u64) -> u64 {
            Ok(ic0.data_mut().state.stable.grow(pages).unwrap_or(u64::MAX))
        }
        fn stable64_read(ic0, dst: u64, offset: u64, size: u64) {
            read(&mut ic0, dst, offset, size)
        }
        fn stable64_write(ic0, offset: u64, src: u64, size: u64) {
            write(&mut ic0, offset, src, size)
        }
        fn stable_size(ic0) -> u32 {
            size_32(&ic0)
        }
        fn stable_grow(ic0, pages: u32) -> u32 {
            let size = u64::from(size_32(&ic0)?);
            if size + u64::from(pages) > LIMIT_32 {
                return Ok(u32::MAX);
            }
            Ok(ic0.data_mut().state.stable.grow(pages.into()).map_or(u32::MAX, |before| before as u32))
        }
        fn stable_read(ic0, dst: u32, offset: u32, size: u32) {
            size_32(&ic0)?;
            read(&mut ic0, dst.into(), offset.into(), size.into())
        }
        fn stable_write(ic0, offset: u32, src: u32, size: u32) {
            size_32(&ic0)?;
            write(&mut ic0, offset.into(), src.into(), size.into())
        }
    }
    Ok(())
}

fn read(ic0: &mut Ic0<'_>, dst: u64, offset: u64, size: u64) -> Trap<()> {
    let (heap, execution) = heap(ic0)?;
    let to = range(heap, dst, size, "heap")?;
    execution.system_calls += size;
    if execution.state.stable.read(offset, &mut heap[to]) {
        return Ok(());
    }
    Err(out_of_bounds(offset, size))
}

fn write(ic0: &mut Ic0<'_>, offset: u64, src: u64, size: u64) -> Trap<()> {
    let (heap, execution) = heap(ic0)?;
    let from = range(heap, src, size, "heap")?;
    execution.system_calls += size;
    execution.note_stable_write(offset, size);
    if execution.state.stable.write(offset, &heap[from]) {
        return Ok(());
    }
    Err(out_of_bounds(offset, size))
}

/// The 32-bit functions trap once the memory is larger than they can address.
fn size_32(ic0: &Ic0<'_>) -> Trap<u32> {
    let size = ic0.data().state.stable.size();
    if size > LIMIT_32 {
        return Err(violation(format!(
            "stable memory of {size} pages needs the 64-bit functions"
        )));
    }
    Ok(size as u32)
}

fn out_of_bounds(offset: u64, size: u64) -> wasmi::Error {
    violation(format!("stable memory out of bounds: {size} bytes at {offset}"))
}
