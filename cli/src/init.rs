//! `novate init`

use crate::error::CliError;
use clap::{Args, ValueEnum};
use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::PathBuf,
};

#[derive(Args)]
pub struct Init {
    /// What the contract is on
    #[arg(long, value_enum)]
    kind: Kind,
    /// A name for the network
    #[arg(long, default_value = "main", value_name = "NAME")]
    network: String,
    /// URL of a node: JSON-RPC of EVM or Solana, or an IC boundary node
    #[arg(long, value_name = "URL")]
    rpc: String,
    /// A name for the contract; its tables begin with it
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Address of the contract or program, or id of the canister
    #[arg(long)]
    address: String,
    /// EVM: file with the ABI, as seen from the folder of the written file
    #[arg(long, value_name = "FILE")]
    abi: Option<PathBuf>,
    /// Solana: file with the Anchor IDL, likewise
    #[arg(long, value_name = "FILE")]
    idl: Option<PathBuf>,
    /// ICP: file with the schema of the ICRC-3 blocks, likewise
    #[arg(long, value_name = "FILE")]
    blocks: Option<PathBuf>,
    /// First block or slot to read
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    start_block: u64,
    /// Where to write
    #[arg(long, short, default_value = "novate.toml", value_name = "FILE")]
    output: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Evm,
    Solana,
    Icp,
}

impl Init {
    /// Writes the configuration; an existing file stays as it is.
    pub fn run(self) -> Result<(), CliError> {
        let text = self.text()?;
        let path = self.output;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|cause| match cause.kind() {
                ErrorKind::AlreadyExists => CliError::Exists(path.clone()),
                _ => CliError::Write {
                    path: path.clone(),
                    cause,
                },
            })?;
        file.write_all(text.as_bytes()).map_err(|cause| CliError::Write {
            path: path.clone(),
            cause,
        })?;
        println!(
            "wrote {}; set the database in it or in DATABASE_URL, then run `novate start`",
            path.display()
        );
        Ok(())
    }

    fn text(&self) -> Result<String, CliError> {
        let (kind, key) = match self.kind {
            Kind::Evm => ("evm", "abi"),
            Kind::Solana => ("solana", "idl"),
            Kind::Icp => ("icp", "blocks"),
        };
        let given = [("abi", &self.abi), ("idl", &self.idl), ("blocks", &self.blocks)];
        let mut artifact = None;
        for (option, file) in given {
            match file {
                Some(_) if option != key => {
                    return Err(CliError::WrongArtifact {
                        kind,
                        given: option,
                        wanted: key,
                    });
                }
                Some(file) => artifact = Some(file),
                None => {}
            }
        }
        let artifact = artifact.ok_or(CliError::MissingArtifact { kind, wanted: key })?;
        let Self {
            network,
            rpc,
            name,
            address,
            start_block,
            ..
        } = self;
        // A quoted string of TOML may hold what a JSON string may.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        Ok(format!(
            "# Every key: docs/indexing.md\n\n[database]\n# url = \"postgres://user:password@localhost:5432/novate\"\n\n\
             [[networks]]\nname = {}\nkind = \"{kind}\"\nrpc = {}\n\n\
             [[contracts]]\nname = {}\nnetwork = {}\naddress = {}\n{key} = {}\nstart_block = {start_block}\n",
            quoted(network),
            quoted(rpc),
            quoted(name),
            quoted(network),
            quoted(address),
            quoted(&artifact.display().to_string()),
        ))
    }
}
