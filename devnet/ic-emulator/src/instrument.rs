//! Rewrites a module so that the emulator reaches what a module need not export: its memory, its table of
//! callbacks, its mutable globals and its start function. The IC's own implementation does the same.

use wasm_encoder::{ExportKind, ExportSection, Module, RawSection, SectionId};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef, ValType};

/// Export names of the instrumented module; they are not valid names of canister methods.
pub(crate) const MEMORY: &str = "ic_emulator memory";
pub(crate) const TABLE: &str = "ic_emulator table";
pub(crate) const START: &str = "ic_emulator start";

/// The instrumented module.
pub(crate) struct Instrumented {
    pub(crate) wasm: Vec<u8>,
    /// How many mutable globals are exported, under [`global`].
    pub(crate) mutable_globals: usize,
    pub(crate) has_start: bool,
}

/// Export name of the `n`-th mutable global.
pub(crate) fn global(n: usize) -> String {
    format!("ic_emulator global {n}")
}

/// What has to be exported in addition.
#[derive(Default)]
struct Internals {
    memories: u32,
    tables: u32,
    globals: u32,
    mutable_globals: Vec<u32>,
    start: Option<u32>,
}

/// Adds the exports and takes the start function out of the start section: it must run once per installation, and
/// the module is instantiated for every message.
///
/// # Errors
/// A sentence that says what is malformed. What this does not look at is validated by the interpreter.
pub(crate) fn instrument(wasm: &[u8]) -> Result<Instrumented, String> {
    let malformed = |e: wasmparser::BinaryReaderError| format!("malformed wasm module: {e}");
    let internals = survey(wasm).map_err(malformed)??;
    let mut module = Module::new();
    let mut exports = Some(internals.exports());
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(malformed)?;
        if let Payload::ExportSection(section) = &payload {
            if let Some(added) = &mut exports {
                for export in section.clone() {
                    let export = export.map_err(malformed)?;
                    added.export(export.name, kind(export.kind), export.index);
                }
            }
            continue;
        }
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        if id == SectionId::Start as u8 {
            continue;
        }
        // The export section comes before all of these, also when the module has none.
        let later = [
            SectionId::Element,
            SectionId::DataCount,
            SectionId::Code,
            SectionId::Data,
        ];
        if later.iter().any(|later| *later as u8 == id)
            && let Some(exports) = exports.take()
        {
            module.section(&exports);
        }
        let data = wasm
            .get(range)
            .ok_or("malformed wasm module: a section ends beyond the module")?;
        module.section(&RawSection { id, data });
    }
    if let Some(exports) = exports.take() {
        module.section(&exports);
    }
    Ok(Instrumented {
        wasm: module.finish(),
        mutable_globals: internals.mutable_globals.len(),
        has_start: internals.start.is_some(),
    })
}

/// Counts what the module defines. The outer error is a malformed module, the inner one something not modelled.
fn survey(wasm: &[u8]) -> wasmparser::Result<Result<Internals, String>> {
    let mut internals = Internals::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::Version { encoding, .. } if encoding != wasmparser::Encoding::Module => {
                return Ok(Err("this is a wasm component; a canister is a core module".into()));
            }
            Payload::ImportSection(section) => {
                for import in section {
                    let import = import?;
                    if !matches!(import.ty, TypeRef::Func(_)) {
                        let (module, name) = (import.module, import.name);
                        return Ok(Err(format!(
                            "it imports `{module}.{name}`, which is not a function"
                        )));
                    }
                }
            }
            Payload::TableSection(section) => internals.tables += section.count(),
            Payload::MemorySection(section) => internals.memories += section.count(),
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?.ty;
                    if global.mutable {
                        if matches!(global.content_type, ValType::Ref(_)) {
                            return Ok(Err("mutable globals of a reference type are not modelled".into()));
                        }
                        internals.mutable_globals.push(internals.globals);
                    }
                    internals.globals += 1;
                }
            }
            Payload::StartSection { func, .. } => internals.start = Some(func),
            _ => (),
        }
    }
    Ok(Ok(internals))
}

impl Internals {
    fn exports(&self) -> ExportSection {
        let mut exports = ExportSection::new();
        if self.memories > 0 {
            exports.export(MEMORY, ExportKind::Memory, 0);
        }
        if self.tables > 0 {
            exports.export(TABLE, ExportKind::Table, 0);
        }
        if let Some(start) = self.start {
            exports.export(START, ExportKind::Func, start);
        }
        for (n, index) in self.mutable_globals.iter().enumerate() {
            exports.export(&global(n), ExportKind::Global, *index);
        }
        exports
    }
}

pub(crate) fn kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}
