//! Counts instructions as the IC does: at the start of each stretch of straight code, its weights are added to a counter.
//!
//! The IC's own [instrumentation][ic] does the same; weights and what is counted by the byte are from there. The counter is
//! a global of the module, which starts at zero in every instance and so in every execution.
//!
//! [ic]: https://github.com/dfinity/ic/blob/master/rs/embedders/src/wasm_utils/instrumentation.rs

mod weights;

use wasm_encoder::{CodeSection, Encode, ExportKind, ExportSection, Module, RawSection, SectionId};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// Export name of the counter, an `i64`.
pub(crate) const COUNTER: &str = "ic_emulator instructions";

/// Opcodes of what is added to functions.
const GLOBAL_GET: u8 = 0x23;
const GLOBAL_SET: u8 = 0x24;
const I64_CONST: u8 = 0x42;
const I64_ADD: u8 = 0x7c;
const I64_EXTEND_I32_U: u8 = 0xad;

/// Two globals with the value zero: the counter, an `i64`, and an `i32` that holds a length while it is counted.
const ADDED_GLOBALS: [u8; 10] = [0x7e, 1, I64_CONST, 0, 0x0b, 0x7f, 1, 0x41, 0, 0x0b];

/// The two globals, by their indices.
#[derive(Clone, Copy)]
struct Meter {
    counter: u32,
    length: u32,
}

/// Adds the counter to a module that [`crate::instrument`] returned: it has an export section and imports functions only.
///
/// # Errors
/// A sentence that says what is malformed.
pub(crate) fn meter(wasm: &[u8]) -> Result<Vec<u8>, String> {
    metered(wasm).map_err(|e| format!("malformed wasm module: {e}"))
}

fn metered(wasm: &[u8]) -> wasmparser::Result<Vec<u8>> {
    let mut module = Module::new();
    let (mut own, mut items): (u32, &[u8]) = (0, &[]);
    let (mut code, mut bodies) = (CodeSection::new(), 0);
    let meter = |own: u32| Meter {
        counter: own,
        length: own + 1,
    };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::GlobalSection(section) => {
                own = section.count();
                items = &wasm[section.original_position()..section.range().end];
            }
            Payload::ExportSection(section) => {
                let mut data = Vec::new();
                (own + 2).encode(&mut data);
                data.extend(items);
                data.extend(ADDED_GLOBALS);
                module.section(&RawSection {
                    id: SectionId::Global as u8,
                    data: &data,
                });
                let mut exports = ExportSection::new();
                for export in section {
                    let export = export?;
                    exports.export(export.name, crate::instrument::kind(export.kind), export.index);
                }
                exports.export(COUNTER, ExportKind::Global, meter(own).counter);
                module.section(&exports);
            }
            Payload::CodeSectionStart { count, .. } => bodies = count,
            Payload::CodeSectionEntry(body) => {
                code.raw(&meter(own).body(wasm, &body)?);
                if code.len() == bodies {
                    module.section(&code);
                }
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection {
                        id,
                        data: &wasm[range],
                    });
                }
            }
        }
    }
    Ok(module.finish())
}

impl Meter {
    /// The function's body with its instructions counted.
    fn body(self, wasm: &[u8], body: &FunctionBody<'_>) -> wasmparser::Result<Vec<u8>> {
        let end = body.range().end;
        let mut metered = Vec::new();
        let mut operators = body.get_operators_reader()?.into_iter_with_offsets().peekable();
        // The declarations of the locals come first.
        let code = match operators.peek() {
            Some(Ok((_, first))) => *first,
            _ => end,
        };
        metered.extend(&wasm[body.range().start..code]);
        let (mut start, mut weight) = (code, 0);
        while let Some(operator) = operators.next() {
            let (operator, at) = operator?;
            if weights::by_the_byte(&operator) {
                self.count(weight, &mut metered);
                metered.extend(&wasm[start..at]);
                self.count_length(&mut metered);
                (start, weight) = (at, 0);
            }
            weight += weights::of(&operator);
            if ends_stretch(&operator) {
                let next = match operators.peek() {
                    Some(Ok((_, next))) => *next,
                    _ => end,
                };
                self.count(weight, &mut metered);
                metered.extend(&wasm[start..next]);
                (start, weight) = (next, 0);
            }
        }
        Ok(metered)
    }

    /// `counter += weight`
    fn count(self, weight: u64, code: &mut Vec<u8>) {
        if weight == 0 {
            return;
        }
        code.push(GLOBAL_GET);
        self.counter.encode(code);
        code.push(I64_CONST);
        i64::try_from(weight).unwrap_or(i64::MAX).encode(code);
        code.push(I64_ADD);
        code.push(GLOBAL_SET);
        self.counter.encode(code);
    }

    /// Adds the length on top of the stack to the counter and leaves it there.
    fn count_length(self, code: &mut Vec<u8>) {
        code.push(GLOBAL_SET);
        self.length.encode(code);
        code.push(GLOBAL_GET);
        self.counter.encode(code);
        code.push(GLOBAL_GET);
        self.length.encode(code);
        code.extend([I64_EXTEND_I32_U, I64_ADD, GLOBAL_SET]);
        self.counter.encode(code);
        code.push(GLOBAL_GET);
        self.length.encode(code);
    }
}

/// Whether the code after it may be reached in another way, or not at all.
fn ends_stretch(operator: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        operator,
        Loop { .. }
            | If { .. }
            | Else
            | End
            | Br { .. }
            | BrIf { .. }
            | BrTable { .. }
            | Return
            | Unreachable
    )
}
