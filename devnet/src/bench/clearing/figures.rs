//! The figures by their names.

use super::{
    Size,
    costs::{Chain, Costs},
    load::Batch,
    singles::Singles,
};
use crate::{bench::Figure, config};
use std::time::Duration;

const SUITE: &str = "clearing";

/// `sent` is the time until the last intent was accepted, `took` until the last batch was final.
pub fn all(
    size: Size,
    sent: Duration,
    took: Duration,
    batches: &[Batch],
    singles: &Singles,
    ours: &Costs,
) -> Vec<Figure> {
    let payments = size.payments as f64;
    let (seconds, thousands) = (took.as_secs_f64(), 2 * size.payments / 1_000);
    let (evm, solana) = (ours.evm.all(), ours.solana.all());
    let lamports = singles.solana_lamports * payments;
    let once = |name: &str, value: f64, unit| Figure::once(SUITE, name, value, unit);
    let mut figures = vec![
        once(&format!("seconds_{thousands}k"), seconds, "s"),
        once("intents_per_s", 2.0 * payments / seconds, "intents/s"),
        once("accepted_per_s", 2.0 * payments / sent.as_secs_f64(), "intents/s"),
        once("solana_cost_ratio", lamports / solana.fees as f64, "x"),
        // What the next batches of the same owners have: tables and ledgers are there.
        once(
            "solana_prepared_cost_ratio",
            lamports / ours.solana.settling.fees as f64,
            "x",
        ),
        once(
            "solana_units_ratio",
            singles.solana_units * payments / solana.units as f64,
            "x",
        ),
        once(
            "evm_cost_ratio",
            singles.evm_gas * payments / evm.units as f64,
            "x",
        ),
    ];
    figures.extend(chain(
        "solana",
        &ours.solana,
        "CU",
        config::SOLANA,
        batches,
        payments,
    ));
    figures.extend(chain("evm", &ours.evm, "gas", config::EVM, batches, payments));
    figures.extend([
        once("solana_lamports", solana.fees as f64, "lamports"),
        once(
            "solana_lamports_per_intent",
            solana.fees as f64 / payments,
            "lamports",
        ),
        once(
            "solana_preparing_lamports",
            ours.solana.preparing.fees as f64,
            "lamports",
        ),
        // Rents are not in the ratio, on neither side: they can be had back, or buy an account for good.
        once("solana_rent", ours.rent as f64, "lamports"),
        once("solana_rent_of_tables", ours.tables as f64, "lamports"),
        once("solana_single_lamports", singles.solana_lamports, "lamports"),
        once("solana_single_units", singles.solana_units, "CU"),
        once(
            "solana_single_new_account_rent",
            singles.solana_new_rent,
            "lamports",
        ),
        once("evm_single_gas", singles.evm_gas, "gas"),
        once("evm_single_new_account_gas", singles.evm_new_gas, "gas"),
        once("signer_cycles", ours.cycles as f64, "cycles"),
    ]);
    figures
}

fn chain(
    name: &str,
    spent: &Chain,
    unit: &'static str,
    settlement: &str,
    batches: &[Batch],
    payments: f64,
) -> Vec<Figure> {
    let of: Vec<_> = batches
        .iter()
        .filter(|batch| batch.settlement == settlement)
        .collect();
    let deltas: i64 = of.iter().map(|batch| i64::from(batch.deltas)).sum();
    let all = spent.all();
    let unit_name = unit.to_lowercase();
    [
        ("batches".to_owned(), of.len() as f64, "batches"),
        ("deltas".to_owned(), deltas as f64, "deltas"),
        ("transactions".to_owned(), all.transactions as f64, "transactions"),
        (
            "preparing_transactions".to_owned(),
            spent.preparing.transactions as f64,
            "transactions",
        ),
        (
            "transactions_per_1000_intents".to_owned(),
            all.transactions as f64 * 1_000.0 / payments,
            "transactions",
        ),
        (unit_name.clone(), all.units as f64, unit),
        (
            format!("{unit_name}_per_intent"),
            all.units as f64 / payments,
            unit,
        ),
    ]
    .map(|(what, value, unit)| Figure::once(SUITE, format!("{name}_{what}"), value, unit))
    .into()
}
