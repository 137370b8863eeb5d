//! `[[contracts]]`: each joins its network, with its artifact read.

use super::{
    ConfigError, Problem, SourceOptions,
    document::Document,
    network::{Network, NetworkKind, number, unique},
    raw,
};
use crate::{
    evm::{Abi, EvmContract, EvmOptions},
    icp::IcpOptions,
    solana::SolanaOptions,
};
use alloy::primitives::Address;
use novate_catalog::Table;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use toml::Spanned;

const BLOCK: &str = "a block number";
/// Requests a Solana source has under way at once.
const REQUESTS: usize = 16;

/// The sources that `networks` and `contracts` make.
pub fn resolve(
    document: &Document,
    mut networks: Vec<Network>,
    contracts: &[Spanned<raw::Contract>],
) -> Result<Vec<SourceOptions>, ConfigError> {
    let mut names = BTreeMap::new();
    let mut tables = BTreeMap::new();
    let mut addresses = BTreeMap::new();
    let mut sources = Vec::new();
    for contract in contracts {
        let raw = contract.get_ref();
        unique(document, &raw.name, &mut names)?;
        let known = networks
            .iter()
            .map(|n| n.name.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let network = networks
            .iter_mut()
            .find(|network| network.name == *raw.network.get_ref());
        let network = network.ok_or_else(|| {
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known
            };
            let given = raw.network.get_ref().clone();
            document.error(raw.network.span(), Problem::UnknownNetwork { given, known })
        })?;
        let joined = join(document, contract, network)?;
        let at = (network.name.clone(), joined.address.clone());
        if let Some(first) = addresses.insert(at, raw.name.get_ref()) {
            let span = raw.address.as_ref().unwrap_or(&raw.name).span();
            let problem = Problem::SameAddress {
                given: joined.address,
                first: first.clone(),
            };
            return Err(document.error(span, problem));
        }
        for table in &joined.tables {
            if let Some(first) = tables.insert(table.name.clone(), raw.name.get_ref()) {
                let problem = Problem::SameTable {
                    table: table.name.to_string(),
                    first: first.clone(),
                };
                return Err(document.error(raw.name.span(), problem));
            }
        }
        sources.extend(joined.source);
    }
    let evm = networks.into_iter().filter_map(|network| match network.kind {
        NetworkKind::Evm(options) if !options.contracts.is_empty() => Some(SourceOptions::Evm(options)),
        _ => None,
    });
    sources.extend(evm);
    if sources.is_empty() {
        return Err(document.error(0..0, Problem::NothingToIndex));
    }
    Ok(sources)
}

/// A contract in its network.
struct Joined {
    address: String,
    tables: Vec<Arc<Table>>,
    /// None on EVM, where all contracts of a network share a source.
    source: Option<SourceOptions>,
}

fn join(
    document: &Document,
    contract: &Spanned<raw::Contract>,
    network: &mut Network,
) -> Result<Joined, ConfigError> {
    let keys = Keys { document, contract };
    match &mut network.kind {
        NetworkKind::Evm(options) => keys.evm(options),
        NetworkKind::Solana {
            rpc,
            ws,
            poll,
            timeout,
        } => {
            let options = |program, idl_json, start_slot| SolanaOptions {
                network: network.name.clone(),
                contract: keys.name(),
                rpc: rpc.clone(),
                ws: ws.clone(),
                program,
                idl_json,
                start_slot,
                poll: *poll,
                timeout: *timeout,
                requests: REQUESTS,
            };
            keys.solana(&network.name, options)
        }
        NetworkKind::Icp { url, root_key, poll } => {
            let options = |canister, schema_json, start_block| IcpOptions {
                network: network.name.clone(),
                contract: keys.name(),
                url: url.clone(),
                canister,
                root_key: root_key.clone(),
                schema_json,
                start_block,
                poll: *poll,
            };
            keys.icp(&network.name, options)
        }
    }
}

/// The keys of one section.
struct Keys<'a> {
    document: &'a Document,
    contract: &'a Spanned<raw::Contract>,
}

impl Keys<'_> {
    fn raw(&self) -> &raw::Contract {
        self.contract.get_ref()
    }

    fn name(&self) -> String {
        self.raw().name.get_ref().clone()
    }

    fn evm(&self, options: &mut EvmOptions) -> Result<Joined, ConfigError> {
        let raw = self.raw();
        let what = "contract on a network of kind evm";
        let allowed = "name, network, address, abi, start_block, events";
        self.refuse("idl", raw.idl.as_ref(), what, allowed)?;
        self.refuse("blocks", raw.blocks.as_ref(), what, allowed)?;
        let (span, address) = self.address(what)?;
        let address = evm_address(&address).map_err(|reason| {
            let problem = Problem::Address {
                given: address.clone(),
                what: "an EVM contract",
                reason,
            };
            self.document.error(span, problem)
        })?;
        let file = raw.abi.as_ref().ok_or_else(|| self.missing("abi", what))?;
        let (path, text) = self.read(file)?;
        let events = raw.events.as_ref().map(|events| events.get_ref().as_slice());
        let abi = Abi::new(&options.network, &self.name(), &text, events).map_err(|e| {
            // A wrong `events` is a fault of that key, everything else one of the file.
            let at = if e.is_about_selection() {
                raw.events.as_ref().map(Spanned::span)
            } else {
                None
            };
            self.document.error(
                at.unwrap_or(file.span()),
                Problem::Unusable {
                    path,
                    reason: e.to_string(),
                },
            )
        })?;
        let tables = abi.tables().to_vec();
        options.contracts.push(EvmContract {
            address,
            start_block: self.start_block()?,
            abi,
        });
        Ok(Joined {
            address: address.to_string(),
            tables,
            source: None,
        })
    }

    fn solana(
        &self,
        network: &str,
        options: impl FnOnce(Option<String>, String, u64) -> SolanaOptions,
    ) -> Result<Joined, ConfigError> {
        let raw = self.raw();
        let what = "contract on a network of kind solana";
        let allowed = "name, network, address, idl, start_block";
        self.refuse("abi", raw.abi.as_ref(), what, allowed)?;
        self.refuse("blocks", raw.blocks.as_ref(), what, allowed)?;
        self.refuse("events", raw.events.as_ref(), what, allowed)?;
        let file = raw.idl.as_ref().ok_or_else(|| self.missing("idl", what))?;
        let (path, text) = self.read(file)?;
        let decoder = crate::solana::Decoder::new(network, &self.name(), &text);
        let decoder = decoder.map_err(|e| self.unusable(file, path, &e))?;
        let program = raw.address.as_ref().map(|address| {
            let given = address.get_ref().clone();
            match bs58::decode(&given).into_vec() {
                Ok(bytes) if bytes.len() == 32 => Ok(given),
                _ => {
                    let reason = "it must be 32 bytes in base58".to_owned();
                    let problem = Problem::Address {
                        given,
                        what: "a Solana program",
                        reason,
                    };
                    Err(self.document.error(address.span(), problem))
                }
            }
        });
        let program = program.transpose()?;
        let address = program.clone().unwrap_or_else(|| decoder.program().to_owned());
        let source = SourceOptions::Solana(options(program, text, self.start_block()?));
        Ok(Joined {
            address,
            tables: decoder.tables().to_vec(),
            source: Some(source),
        })
    }

    fn icp(
        &self,
        network: &str,
        options: impl FnOnce(String, String, u64) -> IcpOptions,
    ) -> Result<Joined, ConfigError> {
        let raw = self.raw();
        let what = "contract on a network of kind icp";
        let allowed = "name, network, address, blocks, start_block";
        self.refuse("abi", raw.abi.as_ref(), what, allowed)?;
        self.refuse("idl", raw.idl.as_ref(), what, allowed)?;
        self.refuse("events", raw.events.as_ref(), what, allowed)?;
        let (span, address) = self.address(what)?;
        if let Err(e) = candid::Principal::from_text(&address) {
            let problem = Problem::Address {
                given: address,
                what: "a canister",
                reason: e.to_string(),
            };
            return Err(self.document.error(span, problem));
        }
        let file = raw.blocks.as_ref().ok_or_else(|| self.missing("blocks", what))?;
        let (path, text) = self.read(file)?;
        let decoder = crate::icp::Decoder::new(network, &self.name(), &text);
        let tables = decoder
            .map_err(|e| self.unusable(file, path, &e))?
            .tables()
            .to_vec();
        let source = SourceOptions::Icp(options(address.clone(), text, self.start_block()?));
        Ok(Joined {
            address,
            tables,
            source: Some(source),
        })
    }

    fn address(&self, what: &'static str) -> Result<(std::ops::Range<usize>, String), ConfigError> {
        let address = self
            .raw()
            .address
            .as_ref()
            .ok_or_else(|| self.missing("address", what))?;
        Ok((address.span(), self.document.substitute(address)?))
    }

    fn start_block(&self) -> Result<u64, ConfigError> {
        number(
            self.document,
            self.raw().start_block.as_ref(),
            0,
            0,
            i64::MAX,
            BLOCK,
        )
    }

    fn read(&self, file: &Spanned<PathBuf>) -> Result<(PathBuf, String), ConfigError> {
        let path = self.document.beside(file.get_ref());
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok((path, text)),
            Err(cause) => Err(self
                .document
                .error(file.span(), Problem::Artifact { path, cause })),
        }
    }

    fn unusable(
        &self,
        file: &Spanned<PathBuf>,
        path: PathBuf,
        reason: &dyn std::error::Error,
    ) -> ConfigError {
        self.document.error(
            file.span(),
            Problem::Unusable {
                path,
                reason: reason.to_string(),
            },
        )
    }

    fn missing(&self, key: &'static str, what: &'static str) -> ConfigError {
        self.document
            .error(self.contract.span(), Problem::Missing { key, what })
    }

    fn refuse<T>(
        &self,
        key: &'static str,
        value: Option<&Spanned<T>>,
        what: &'static str,
        allowed: &'static str,
    ) -> Result<(), ConfigError> {
        match value {
            Some(value) => Err(self
                .document
                .error(value.span(), Problem::Misplaced { key, what, allowed })),
            None => Ok(()),
        }
    }
}

/// An address in one case has no checksum; in mixed case it must be right (EIP-55).
fn evm_address(text: &str) -> Result<Address, String> {
    let digits = text.strip_prefix("0x").ok_or("it must begin with 0x")?;
    let address: Address = text
        .parse()
        .map_err(|_| "it must be 0x and 40 hexadecimal digits".to_owned())?;
    let mixed = digits.contains(|c: char| c.is_ascii_lowercase())
        && digits.contains(|c: char| c.is_ascii_uppercase());
    if mixed && Address::parse_checksummed(text, None).is_err() {
        return Err(
            "its checksum is wrong, so a digit may be mistyped; if it is right, write it in lower case"
                .into(),
        );
    }
    Ok(address)
}
