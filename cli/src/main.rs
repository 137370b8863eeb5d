//! `novate`: indexes contracts of three chains into Postgres and serves them over GraphQL. Every verb calls a library.

mod audit;
mod clear;
mod db;
mod error;
mod init;
mod start;
mod status;

use clap::{Args, Parser, Subcommand, ValueEnum};
use error::CliError;
use std::{io::IsTerminal, path::PathBuf, process::ExitCode};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(
    version,
    about = "Index contracts of EVM chains, Solana and the Internet Computer, and query them over GraphQL"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How log lines are written, to stderr. RUST_LOG sets what is logged
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Write a novate.toml for one contract
    Init(init::Init),
    /// Index and serve GraphQL, until SIGINT or SIGTERM
    Start(ConfigFile),
    /// Serve GraphQL over what another process indexes
    Serve(ConfigFile),
    /// Make batches of the intents that were taken in and settle them, until SIGINT or SIGTERM
    Clear(ConfigFile),
    /// Check what the clearing service says, without believing it
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Show how far every network and source is
    Status(status::Status),
    /// Look after the database
    #[command(subcommand)]
    Db(db::Db),
}

#[derive(Args)]
struct ConfigFile {
    /// The configuration
    #[arg(long, short, default_value = "novate.toml", value_name = "FILE")]
    config: PathBuf,
}

/// Where the database is, for verbs that need nothing else of the configuration.
#[derive(Args)]
struct Database {
    /// postgres://user:password@host:port/database; without it the one of the configuration, else of DATABASE_URL
    #[arg(long = "database-url", value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    file: ConfigFile,
}

impl Database {
    /// The same database that `start` uses, unless another is named: what is reset must be what was filled.
    fn url(&self) -> Result<String, CliError> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        match std::env::var("DATABASE_URL") {
            Ok(url) if !self.file.config.exists() => Ok(url),
            _ => Ok(novate_indexer::Config::load_database_url(&self.file.config)?),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    rustls::crypto::ring::default_provider().install_default().ok();
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match cli.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    match run(cli.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

async fn run(command: Command) -> Result<(), CliError> {
    match command {
        Command::Init(init) => init.run(),
        Command::Start(file) => start::start(&file.config).await,
        Command::Serve(file) => start::serve(&file.config).await,
        Command::Audit(audit) => audit.run().await,
        Command::Clear(file) => clear::clear(&file).await,
        Command::Status(status) => status.run().await,
        Command::Db(db) => db.run().await,
    }
}
