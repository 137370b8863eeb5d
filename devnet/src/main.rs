//! `devnet`: the local stack for development, and the demo flow that proves it.

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use novate_devnet::{Options, bench, check, up};
use std::{io::IsTerminal, net::SocketAddr, process::ExitCode};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(
    version,
    about = "Local Solana, EVM, ICP and Postgres with everything of Novate deployed and indexed"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the stack, run the demo flow once and serve GraphQL until Ctrl-C
    Up {
        /// Address of the API; port 0 takes a free one
        #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
        listen: SocketAddr,
    },
    /// Start the stack, run the demo flow, compare every row with the chains, print a report as JSON and stop
    Check {
        /// Only the JSON, without the table on stderr
        #[arg(long)]
        json: bool,
    },
    /// Measure on the local stack, with the release build of `novate`
    Bench {
        #[command(subcommand)]
        suite: Suite,
    },
}

#[derive(Subcommand)]
enum Suite {
    /// From a block's arrival to its row being visible in GraphQL
    Latency {
        /// Measured events per chain
        #[arg(long, default_value_t = 300)]
        samples: usize,
        /// The `novate` to measure
        #[arg(long, env = "NOVATE_BIN", value_name = "FILE")]
        novate: std::path::PathBuf,
    },
    /// From signed payments to batches that are final on both chains, and what that costs next to single transfers
    Clearing {
        /// Payments on each chain
        #[arg(long, default_value_t = 50_000)]
        payments: usize,
        /// Owners on each chain
        #[arg(long, default_value_t = 1_000)]
        owners: usize,
        /// The `novate` to measure
        #[arg(long, env = "NOVATE_BIN", value_name = "FILE")]
        novate: std::path::PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    rustls::crypto::ring::default_provider().install_default().ok();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,novate=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match run(Cli::parse().command).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything held.
async fn run(command: Command) -> Result<bool> {
    match command {
        Command::Up { listen } => {
            up(Options { listen }).await?;
            Ok(true)
        }
        Command::Check { json } => {
            let report = check().await?;
            if !json {
                eprint!("{report}");
            }
            println!(
                "{}",
                serde_json::to_string_pretty(&report).context("writing the report")?
            );
            Ok(report.holds())
        }
        Command::Bench { suite } => {
            let figures = match suite {
                Suite::Latency { samples, novate } => bench::latency(&novate, samples).await?,
                Suite::Clearing {
                    payments,
                    owners,
                    novate,
                } => bench::clearing(&novate, bench::Size { owners, payments }).await?,
            };
            for figure in figures {
                println!("{figure}");
            }
            Ok(true)
        }
    }
}
