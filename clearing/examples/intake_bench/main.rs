//! `intake_bench`: how many intents a second the intake takes over HTTP, verified and on disk.
//!
//! Everything runs on this machine: a Postgres of its own with `fsync` on, the intake behind HTTP, and the senders. Intents are
//! half of Solana and half of an EVM chain, of 2,000 sessions, signed and written as NDJSON beforehand. Left out: the network
//! between machines, TLS, and the index that sessions come from, which is a table in memory here as in the service.
//!
//! | figure | is |
//! |---|---|
//! | `intents_per_s` | accepted in bodies of 500, over 8 connections that send one body after the other |
//! | `verify_ceiling_per_s` | the same intents, nothing but their signatures verified, on all cores |
//! | `ratio_to_ceiling` | the first divided by the second |
//! | `p99_ms` | from the moment when a body of 100 is due to its answer, bodies being due at half of the first figure |

mod load;
mod sign;

use anyhow::{Context, Result, ensure};
use axum::{Router, body::Bytes, extract::State, routing::post};
use devnet_nodes::{Postgres, postgres::Settings};
use novate_clearing::{
    intake::{Form, Intake, IntakeConfig, Settlement},
    state::Sessions,
    store,
};
use novate_netting::verify_all;
use novate_protocol::intent::Scheme;
use sign::{Signers, Written};
use sqlx::PgPool;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

const RUNS: usize = 3;
const CONNECTIONS: usize = 8;
const BULK: usize = 500;
const PACED: usize = 100;

#[tokio::main]
async fn main() -> Result<()> {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let count = if quick { 10_000 } else { 100_000 };
    let folder = reachable_folder()?;
    let postgres = Postgres::persistent(folder.path(), Settings::default())?;
    let pool = PgPool::connect(postgres.url()).await?;
    store::migrate(&pool).await?;
    let mut signers = Signers::new(CONNECTIONS);
    let address = serve(&pool, &signers).await?;

    let mut figures = [const { Vec::new() }; 4];
    let [rates, ceilings, ratios, p99s] = &mut figures;
    for _ in 0..RUNS {
        let signed = signers.next(count);
        let ceiling = count as f64 / verification(&signed).as_secs_f64();
        let took = load::saturate(address, load::bodies(&signed, BULK, CONNECTIONS)).await?;
        let rate = count as f64 / took.as_secs_f64();
        let paced = signers.next((count / 2).max(PACED * 50));
        let mut latencies = load::pace(address, load::bodies(&paced, PACED, CONNECTIONS), rate / 2.0).await?;
        latencies.sort_unstable();
        let p99 = latencies
            .get((latencies.len() * 99).div_ceil(100) - 1)
            .context("no body was sent")?;
        rates.push(rate);
        ceilings.push(ceiling);
        ratios.push(rate / ceiling);
        p99s.push(p99.as_secs_f64() * 1_000.0);
    }
    let stored: i64 = sqlx::query_scalar("select count(*) from clearing.intents")
        .fetch_one(&pool)
        .await?;
    let sent = signers.sent();
    ensure!(stored == sent as i64, "{stored} of {sent} intents are stored");
    for (name, unit, decimals, runs) in [
        ("intents_per_s", "1/s", 0, rates),
        ("verify_ceiling_per_s", "1/s", 0, ceilings),
        ("ratio_to_ceiling", "ratio", 3, ratios),
        ("p99_ms", "ms", 1, p99s),
    ] {
        runs.sort_by(f64::total_cmp);
        let (min, median, max) = (runs[0], runs[RUNS / 2], runs[RUNS - 1]);
        println!(
            "bench intake.{name} {median:.decimals$} {unit} min {min:.decimals$} max {max:.decimals$} runs {RUNS}"
        );
    }
    window(&pool).await
}

/// A folder that the user who runs Postgres can reach.
fn reachable_folder() -> Result<tempfile::TempDir> {
    let parent = Postgres::default_folder();
    fs::create_dir_all(&parent).with_context(|| parent.display().to_string())?;
    let folder = tempfile::tempdir_in(parent)?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// The intake behind HTTP, on a free port.
async fn serve(pool: &PgPool, signers: &Signers) -> Result<std::net::SocketAddr> {
    let sessions: Arc<dyn Sessions> = Arc::new(signers.sessions());
    let mut settlements = Vec::new();
    for (name, chain, address, scheme) in sign::SETTLEMENTS {
        let id = sqlx::query_scalar(
            "insert into clearing.settlements (name, chain, address) values ($1, $2, $3) returning id",
        )
        .bind(name)
        .bind(i32::try_from(chain)?)
        .bind(&address[..])
        .fetch_one(pool)
        .await?;
        settlements.push(Settlement {
            id,
            chain,
            address,
            scheme,
            sessions: sessions.clone(),
        });
    }
    let intake = Intake::start(pool.clone(), settlements, IntakeConfig::default());
    let routes = Router::new().route("/api/intents", post(take)).with_state(intake);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

async fn take(State(intake): State<Intake>, body: Bytes) -> (axum::http::StatusCode, String) {
    let answered = match intake.submit_json(body, Form::Lines).await {
        Ok(answers) => (202, serde_json::to_string(&answers)),
        Err(refusal) => (refusal.status(), Ok(refusal.to_string())),
    };
    let status = axum::http::StatusCode::from_u16(answered.0).unwrap_or_default();
    (status, answered.1.unwrap_or_default())
}

/// Signatures alone, as the intake verifies them: a body after the other, on all cores.
fn verification(written: &[Written]) -> Duration {
    let bodies: Vec<_> = written
        .chunks(BULK)
        .flat_map(|body| {
            [Scheme::Ed25519, Scheme::Eip712].map(|scheme| {
                let of_scheme = body.iter().filter(|one| one.scheme == scheme);
                (scheme, of_scheme.map(|one| one.signed).collect::<Vec<_>>())
            })
        })
        .collect();
    let begun = Instant::now();
    for (scheme, signed) in bodies {
        assert!(verify_all(scheme, &signed).into_iter().all(|right| right));
    }
    begun.elapsed()
}

/// Reads everything back as one window.
async fn window(pool: &PgPool) -> Result<()> {
    let mut taken = Vec::new();
    let mut count = 0;
    for _ in 0..RUNS {
        let begun = Instant::now();
        count = store::intents::window(pool, 1, 0, 100_000).await?.len();
        taken.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    taken.sort_by(f64::total_cmp);
    let (min, median, max) = (taken[0], taken[RUNS / 2], taken[RUNS - 1]);
    println!("bench intake.window_ms {median:.1} ms min {min:.1} max {max:.1} runs {RUNS} intents {count}");
    Ok(())
}
