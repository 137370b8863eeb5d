//! Canister modules: what `install_code` accepts, compiled.

use crate::{
    Reject,
    instrument::{self, Instrumented},
    metering,
};
use ic_error_types::ErrorCode;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use wasmi::{Config, Engine, Module};

/// A compiled [canister module](https://internetcomputer.org/docs/references/ic-interface-spec#canister-module-format).
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) module: Module,
    pub(crate) mutable_globals: usize,
    pub(crate) has_start: bool,
    /// SHA-256 of the module as it was installed.
    pub(crate) hash: [u8; 32],
    /// In bytes, as it was installed.
    pub(crate) size: usize,
    /// Custom sections `icp:public <name>` and `icp:private <name>`, by name.
    pub(crate) metadata: BTreeMap<String, Metadata>,
}

/// A [custom section](https://internetcomputer.org/docs/references/ic-interface-spec#state-tree-canister-information)
/// that `read_state` shows.
#[derive(Clone)]
pub(crate) struct Metadata {
    pub(crate) public: bool,
    pub(crate) content: Vec<u8>,
}

/// An interpreter that counts instructions.
pub(crate) fn engine() -> Engine {
    let mut config = Config::default();
    config.consume_fuel(true).ignore_custom_sections(false);
    Engine::new(&config)
}

impl Code {
    /// Checks and compiles a module. A metered one counts instructions as the IC does.
    pub(crate) fn new(engine: &Engine, wasm: &[u8], metered: bool) -> Result<Self, Reject> {
        let invalid = |reason: String| {
            Reject::new(
                ErrorCode::CanisterInvalidWasm,
                format!("Canister's Wasm module is not valid: {reason}"),
            )
        };
        if wasm.starts_with(&[0x1f, 0x8b]) {
            return Err(invalid(
                "it is compressed by gzip, which this emulator does not unpack".into(),
            ));
        }
        let Instrumented {
            wasm: instrumented,
            mutable_globals,
            has_start,
        } = instrument::instrument(wasm).map_err(invalid)?;
        let instrumented = match metered {
            true => metering::meter(&instrumented).map_err(invalid)?,
            false => instrumented,
        };
        let module =
            Module::new(engine, instrumented).map_err(|e| invalid(format!("malformed wasm module: {e}")))?;
        let metadata = metadata(&module);
        let hash = Sha256::digest(wasm).into();
        Ok(Self {
            module,
            mutable_globals,
            has_start,
            hash,
            size: wasm.len(),
            metadata,
        })
    }

    /// Whether the module has an entry point or method, by its full export name.
    pub(crate) fn exports(&self, name: &str) -> bool {
        matches!(self.module.get_export(name), Some(wasmi::ExternType::Func(_)))
    }
}

fn metadata(module: &Module) -> BTreeMap<String, Metadata> {
    let named = module.custom_sections().filter_map(|section| {
        let (visibility, name) = section.name().split_once(' ')?;
        let public = match visibility {
            "icp:public" => true,
            "icp:private" => false,
            _ => return None,
        };
        Some((
            name.to_string(),
            Metadata {
                public,
                content: section.data().to_vec(),
            },
        ))
    });
    named.collect()
}
