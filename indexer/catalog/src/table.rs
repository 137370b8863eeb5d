use crate::{CatalogError, Ident};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One typed table: the rows of one event of one contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// `<contract>_<event>`; the table is `data.<name>`, the view with finality `events.<name>`.
    pub name: Ident,
    /// Network of the configuration that the contract is on.
    pub network: String,
    /// Name of the contract in the configuration.
    pub contract: String,
    /// Name of the event as the ABI, IDL or block schema spells it.
    pub event: String,
    /// What the artifact says of the event.
    pub description: Option<String>,
    /// The event's own columns, in the order of its fields; the [`COMMON_COLUMNS`] come before them.
    pub columns: Vec<Column>,
}

/// A column of an event table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: Ident,
    /// Field of the event that fills it.
    pub field: String,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    pub nullable: bool,
    pub description: Option<String>,
}

/// The types that every event value of the three chains is stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Bool,
    /// An integer that always fits in 64 signed bits.
    Int,
    /// Any wider integer, exactly.
    Numeric,
    /// Addresses (EVM: lower-case hex with 0x; Solana: base58; ICP: principal text) and strings.
    Text,
    Bytes,
    /// Structs, enums and lists.
    Json,
    Timestamp,
}

impl ColumnType {
    /// Its Postgres type.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Bool => "boolean",
            Self::Int => "bigint",
            Self::Numeric => "numeric",
            Self::Text => "text",
            Self::Bytes => "bytea",
            Self::Json => "jsonb",
            Self::Timestamp => "timestamptz",
        }
    }
}

/// The columns every event table starts with: (name, type, nullable, description).
pub const COMMON_COLUMNS: [(&str, ColumnType, bool, &str); 8] = [
    (
        "id",
        ColumnType::Text,
        false,
        "Key of the event, the same in every index of the chain.",
    ),
    (
        "network",
        ColumnType::Text,
        false,
        "Network of the configuration.",
    ),
    (
        "address",
        ColumnType::Text,
        false,
        "Contract, program or canister that emitted the event.",
    ),
    (
        "block_number",
        ColumnType::Int,
        false,
        "EVM block, Solana slot or ICRC-3 block index.",
    ),
    ("block_hash", ColumnType::Text, false, "Hash of that block."),
    (
        "block_time",
        ColumnType::Timestamp,
        false,
        "Time the block claims.",
    ),
    (
        "tx_hash",
        ColumnType::Text,
        true,
        "EVM transaction hash or Solana signature; none on the IC.",
    ),
    (
        "position",
        ColumnType::Int,
        false,
        "Order of the event within its block.",
    ),
];

impl Table {
    /// A table of `contract` for `event` with one column per field `(name, type, nullable, description)`. A field named
    /// like a common column, or like an earlier field, is prefixed with `arg_` until its name is free.
    pub fn new<'a>(
        network: &str,
        contract: &str,
        event: &str,
        fields: impl IntoIterator<Item = (&'a str, ColumnType, bool, Option<String>)>,
    ) -> Result<Self, CatalogError> {
        let mut taken: BTreeSet<String> = COMMON_COLUMNS
            .iter()
            .map(|(name, ..)| (*name).to_owned())
            .collect();
        taken.insert("finality".into());
        let mut columns = Vec::new();
        for (field, ty, nullable, description) in fields {
            let mut name = Ident::from_name(field)?;
            while !taken.insert(name.to_string()) {
                name = Ident::try_from(format!("arg_{name}"))?;
            }
            columns.push(Column {
                name,
                field: field.to_owned(),
                ty,
                nullable,
                description,
            });
        }
        Ok(Self {
            name: Ident::join(contract, event)?,
            network: network.to_owned(),
            contract: contract.to_owned(),
            event: event.to_owned(),
            description: None,
            columns,
        })
    }

    /// `data."<name>"`, which the indexer writes.
    pub fn data(&self) -> String {
        format!("data.{}", self.name.quoted())
    }

    /// `events."<name>"`, which everyone reads.
    pub fn view(&self) -> String {
        format!("events.{}", self.name.quoted())
    }

    /// Statements that create the table and its view, in order. Idempotent.
    ///
    /// `finality` is not stored but follows from the network's heads, so that a block that becomes final costs one
    /// update instead of one per row, and no row can disagree with its block.
    pub fn create_statements(&self) -> Vec<String> {
        let common = COMMON_COLUMNS
            .iter()
            .map(|&(name, ty, nullable, _)| column_sql(name, ty, nullable));
        let own = self
            .columns
            .iter()
            .map(|c| column_sql(c.name.as_str(), c.ty, c.nullable));
        let columns: Vec<String> = common.chain(own).collect();
        let (data, view) = (self.data(), self.view());
        vec![
            // The second key is there for its index, in chain order: unlike an index of its own it needs no name, which could
            // be that of another table's index once Postgres has cut both at 63 bytes.
            format!(
                "create table if not exists {data} ({}, primary key (\"id\"), \
                 unique (\"network\", \"block_number\", \"position\", \"id\"))",
                columns.join(", ")
            ),
            format!(
                "create or replace view {view} as select t.*, novate.finality(t.network, t.block_number) as finality \
                 from {data} t"
            ),
        ]
    }
}

fn column_sql(name: &str, ty: ColumnType, nullable: bool) -> String {
    format!(
        "\"{name}\" {}{}",
        ty.sql(),
        if nullable { "" } else { " not null" }
    )
}
