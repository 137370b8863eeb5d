//! `[[networks]]`

use super::{
    ConfigError, Problem,
    document::Document,
    raw::{self, Kind},
};
use crate::{evm::EvmOptions, icp::RootKey};
use std::{collections::BTreeMap, ops::Range, time::Duration};
use toml::Spanned;

const EVM_KEYS: &str = "name, kind, rpc, ws, poll_ms, timeout_ms, chain_id, reorg_window, confirmed_depth, finalized_depth, \
                        max_block_range";
const SOLANA_KEYS: &str = "name, kind, rpc, ws, poll_ms, timeout_ms";
const ICP_KEYS: &str = "name, kind, rpc, poll_ms, root_key";
const POLL: Duration = Duration::from_millis(250);
const TIMEOUT: Duration = Duration::from_secs(10);
const MILLISECONDS: &str = "1 to 3600000 milliseconds";
const BLOCKS: &str = "1 to 100000 blocks";

/// A network without its contracts.
pub struct Network {
    pub name: String,
    pub kind: NetworkKind,
}

pub enum NetworkKind {
    Evm(EvmOptions),
    Solana {
        rpc: String,
        ws: Option<String>,
        poll: Duration,
        timeout: Duration,
    },
    Icp {
        url: String,
        root_key: RootKey,
        poll: Duration,
    },
}

pub fn resolve(document: &Document, networks: &[Spanned<raw::Network>]) -> Result<Vec<Network>, ConfigError> {
    let mut names = BTreeMap::new();
    networks
        .iter()
        .map(|network| {
            unique(document, &network.get_ref().name, &mut names)?;
            one(document, network)
        })
        .collect()
}

/// Checks a name of a network or contract.
pub fn unique<'a>(
    document: &Document,
    name: &'a Spanned<String>,
    taken: &mut BTreeMap<&'a str, usize>,
) -> Result<(), ConfigError> {
    let given = name.get_ref();
    let legal = (1..=40).contains(&given.len())
        && given.starts_with(|c: char| c.is_ascii_alphabetic())
        && given
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if !legal {
        return Err(document.error(name.span(), Problem::Name { given: given.clone() }));
    }
    match taken.insert(given, document.line(name.span().start)) {
        None => Ok(()),
        Some(first) => Err(document.error(
            name.span(),
            Problem::Duplicate {
                given: given.clone(),
                first,
            },
        )),
    }
}

/// What a kind of network is called in messages, and its keys.
fn vocabulary(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Evm => ("network of kind evm", EVM_KEYS),
        Kind::Solana => ("network of kind solana", SOLANA_KEYS),
        Kind::Icp => ("network of kind icp", ICP_KEYS),
    }
}

/// Refuses keys that belong to another kind: they would be ignored silently.
fn own_keys_only(document: &Document, raw: &raw::Network) -> Result<(), ConfigError> {
    fn at<T>(value: &Option<Spanned<T>>) -> Option<Range<usize>> {
        value.as_ref().map(Spanned::span)
    }
    let (what, allowed) = vocabulary(raw.kind);
    let optional = [
        ("ws", at(&raw.ws)),
        ("timeout_ms", at(&raw.timeout_ms)),
        ("chain_id", at(&raw.chain_id)),
        ("reorg_window", at(&raw.reorg_window)),
        ("confirmed_depth", at(&raw.confirmed_depth)),
        ("finalized_depth", at(&raw.finalized_depth)),
        ("max_block_range", at(&raw.max_block_range)),
        ("root_key", at(&raw.root_key)),
    ];
    for (key, span) in optional {
        if let Some(span) = span
            && !allowed.split(", ").any(|own| own == key)
        {
            return Err(document.error(span, Problem::Misplaced { key, what, allowed }));
        }
    }
    Ok(())
}

fn one(document: &Document, network: &Spanned<raw::Network>) -> Result<Network, ConfigError> {
    let raw = network.get_ref();
    own_keys_only(document, raw)?;
    let rpc = urls(document, &raw.rpc)?;
    let ws = raw.ws.as_ref().map(|ws| {
        let text = document.substitute(ws)?;
        url(document, ws.span(), text, &["ws", "wss"], "ws:// or wss://")
    });
    let ws = ws.transpose()?;
    let poll = milliseconds(document, raw.poll_ms.as_ref(), POLL)?;
    let timeout = milliseconds(document, raw.timeout_ms.as_ref(), TIMEOUT)?;
    let name = raw.name.get_ref().clone();
    let single = |mut rpc: Vec<String>| match (rpc.pop(), rpc.is_empty()) {
        (Some(url), true) => Ok(url),
        _ => Err(document.error(raw.rpc.span(), Problem::OneUrl)),
    };
    let kind = match raw.kind {
        Kind::Evm => {
            let range =
                |value: Option<&Spanned<i64>>, default| number(document, value, default, 1, 100_000, BLOCKS);
            let chain_id = raw.chain_id.as_ref();
            let chain_id = chain_id.map(|id| number(document, Some(id), 0, 1, i64::MAX, "a positive number"));
            NetworkKind::Evm(EvmOptions {
                network: name.clone(),
                rpc,
                ws,
                chain_id: chain_id.transpose()?,
                poll,
                timeout,
                reorg_window: range(raw.reorg_window.as_ref(), EvmOptions::REORG_WINDOW)?,
                confirmed_depth: range(raw.confirmed_depth.as_ref(), EvmOptions::CONFIRMED_DEPTH)?,
                finalized_depth: range(raw.finalized_depth.as_ref(), EvmOptions::FINALIZED_DEPTH)?,
                max_block_range: range(raw.max_block_range.as_ref(), EvmOptions::MAX_BLOCK_RANGE)?,
                contracts: Vec::new(),
            })
        }
        Kind::Solana => NetworkKind::Solana {
            rpc: single(rpc)?,
            ws,
            poll,
            timeout,
        },
        Kind::Icp => NetworkKind::Icp {
            url: single(rpc)?,
            root_key: root_key(document, raw.root_key.as_ref())?,
            poll,
        },
    };
    Ok(Network { name, kind })
}

fn urls(document: &Document, rpc: &Spanned<raw::Urls>) -> Result<Vec<String>, ConfigError> {
    let list = match rpc.get_ref() {
        raw::Urls::One(url) => std::slice::from_ref(url),
        raw::Urls::Many(urls) => urls,
    };
    if list.is_empty() {
        return Err(document.error(rpc.span(), Problem::NoUrl));
    }
    list.iter()
        .map(|text| {
            let text = document.substitute(&Spanned::new(rpc.span(), text.clone()))?;
            url(
                document,
                rpc.span(),
                text,
                &["http", "https"],
                "http:// or https://",
            )
        })
        .collect()
}

fn url(
    document: &Document,
    span: Range<usize>,
    given: String,
    schemes: &[&str],
    named: &'static str,
) -> Result<String, ConfigError> {
    let good = reqwest::Url::parse(&given).is_ok_and(|url| schemes.contains(&url.scheme()) && url.has_host());
    if good {
        Ok(given)
    } else {
        Err(document.error(
            span,
            Problem::Url {
                given,
                schemes: named,
            },
        ))
    }
}

fn milliseconds(
    document: &Document,
    value: Option<&Spanned<i64>>,
    default: Duration,
) -> Result<Duration, ConfigError> {
    let default = u64::try_from(default.as_millis()).unwrap_or(u64::MAX);
    Ok(Duration::from_millis(number(
        document,
        value,
        default,
        1,
        3_600_000,
        MILLISECONDS,
    )?))
}

/// A number within `min..=max`.
pub fn number(
    document: &Document,
    value: Option<&Spanned<i64>>,
    default: u64,
    min: i64,
    max: i64,
    allowed: &'static str,
) -> Result<u64, ConfigError> {
    let Some(value) = value else { return Ok(default) };
    let given = *value.get_ref();
    match u64::try_from(given) {
        Ok(number) if (min..=max).contains(&given) => Ok(number),
        _ => Err(document.error(value.span(), Problem::Range { given, allowed })),
    }
}

fn root_key(document: &Document, value: Option<&Spanned<String>>) -> Result<RootKey, ConfigError> {
    let Some(value) = value else {
        return Ok(RootKey::Mainnet);
    };
    match value.get_ref().as_str() {
        "mainnet" => Ok(RootKey::Mainnet),
        "fetch" => Ok(RootKey::Fetch),
        text => match hex::decode(text.strip_prefix("0x").unwrap_or(text)) {
            Ok(der) if !der.is_empty() => Ok(RootKey::Der(der)),
            _ => Err(document.error(
                value.span(),
                Problem::RootKey {
                    given: text.to_owned(),
                },
            )),
        },
    }
}
