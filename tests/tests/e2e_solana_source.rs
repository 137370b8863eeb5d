//! The Solana source against a real node with the real program: what it yields is what was done, whenever it
//! is restarted.

use anyhow::{Context, Result};
use novate_bindings::{
    artifacts::{SETTLEMENT_IDL, SETTLEMENT_SO},
    solana::settlement::ID as PROGRAM,
};
use novate_devnet::{
    deploy::solana::{Client, deploy},
    solana::SolanaNode,
};
use novate_indexer::{
    row::{Event, Value},
    solana::{SolanaOptions, SolanaSource},
    source::{Cursor, Source, Step},
};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::time::{Duration, Instant};

/// Longest wait for an event.
const PATIENCE: Duration = Duration::from_secs(20);

fn source(node: &SolanaNode) -> Result<SolanaSource> {
    Ok(SolanaSource::new(SolanaOptions {
        network: "localnet".into(),
        contract: "settlement".into(),
        rpc: node.rpc_url().into(),
        ws: Some(node.ws_url().into()),
        program: Some(PROGRAM.to_string()),
        idl_json: SETTLEMENT_IDL.into(),
        start_slot: 0,
        poll: Duration::from_millis(200),
        timeout: Duration::from_secs(10),
        requests: 16,
    })?)
}

/// Reads on from `cursor` until there are `count` events; a new source for every step if `anew`.
async fn read(
    node: &SolanaNode,
    cursor: &mut Option<Cursor>,
    events: &mut Vec<Event>,
    count: usize,
    anew: bool,
) -> Result<()> {
    let mut follower = source(node)?;
    let deadline = Instant::now() + PATIENCE;
    while events.len() < count {
        anyhow::ensure!(
            Instant::now() < deadline,
            "{} of {count} events: {events:?}",
            events.len()
        );
        if anew {
            follower = source(node)?;
        }
        match follower.next(cursor.as_ref(), Duration::from_millis(300)).await? {
            Step::Advance {
                events: new,
                undecoded,
                cursor: at,
                ..
            } => {
                anyhow::ensure!(undecoded.is_empty(), "{undecoded:?}");
                events.extend(new);
                *cursor = Some(at);
            }
            Step::Idle { .. } => {}
            rollback @ Step::Rollback { .. } => anyhow::bail!("this chain has no forks: {rollback:?}"),
        }
    }
    Ok(())
}

/// Event, and its amount where it has one.
fn said(event: &Event) -> (String, Option<String>) {
    let amount = event
        .table
        .columns
        .iter()
        .position(|column| column.field == "amount");
    let amount = amount.map(|at| match &event.values[at] {
        Value::Numeric(amount) => amount.clone(),
        other => panic!("an amount is {other:?}"),
    });
    (event.table.event.clone(), amount)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_program_did_is_what_the_source_yields() -> Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let node = SolanaNode::start().await?;
    node.deploy(PROGRAM, SETTLEMENT_SO)?;
    let client = Client::new(node.rpc_url(), node.payer().insecure_clone());
    let at = deploy(&client, Address::new_from_array([7; 32])).await?;
    let owner = Keypair::new();
    let fund = at.fund(client.payer(), owner.pubkey(), 1000)?;
    client.send(&fund, &[]).await.context("funding")?;

    // Two deposits in one transaction, a withdrawal that fails, one that does not.
    let deposits = [at.deposit(owner.pubkey(), 100), at.deposit(owner.pubkey(), 23)];
    let deposited = client.send(&deposits, &[&owner]).await?;
    assert!(
        client
            .send(&[at.withdraw(owner.pubkey(), 124)], &[&owner])
            .await
            .is_err()
    );
    client.send(&[at.withdraw(owner.pubkey(), 3)], &[&owner]).await?;
    let expected = [
        ("Initialized", None),
        ("VaultCreated", None),
        ("LedgerOpened", None),
        ("Deposited", Some("100")),
        ("Deposited", Some("23")),
        ("Withdrawn", Some("3")),
    ];

    let (mut cursor, mut events) = (None, Vec::new());
    read(&node, &mut cursor, &mut events, expected.len(), false).await?;
    let all: Vec<_> = events.iter().map(said).collect();
    assert_eq!(
        all,
        expected.map(|(event, amount)| (event.to_owned(), amount.map(str::to_owned)))
    );
    let first = events
        .iter()
        .position(|event| event.tx_hash == Some(deposited.to_string()))
        .context("deposit")?;
    let pair = &events[first..first + 2];
    assert_eq!(pair[0].block, pair[1].block);
    assert!(pair[0].position < pair[1].position && pair[0].id != pair[1].id);
    let slot = client.rpc.get_signature_statuses(&[deposited]).await?.value[0]
        .as_ref()
        .map(|status| status.slot);
    assert_eq!(Some(pair[0].block.number), slot);

    let (mut at_every_step, mut again) = (None, Vec::new());
    read(&node, &mut at_every_step, &mut again, expected.len(), true).await?;
    assert_eq!(again, events);

    // What happens next comes without being asked for again, each once.
    let mut live = source(&node)?;
    for amount in 1..=5u64 {
        let signature = client
            .submit(&[at.deposit(owner.pubkey(), amount)], &[&owner])
            .await?
            .to_string();
        let deadline = Instant::now() + PATIENCE;
        loop {
            anyhow::ensure!(Instant::now() < deadline, "deposit {amount} did not come");
            let step = live.next(cursor.as_ref(), Duration::from_secs(1)).await?;
            let Step::Advance {
                events: new,
                cursor: at,
                ..
            } = step
            else {
                continue;
            };
            cursor = Some(at);
            if let [event] = &new[..] {
                assert_eq!(said(event), ("Deposited".into(), Some(amount.to_string())));
                assert_eq!(event.tx_hash.as_ref(), Some(&signature));
                break;
            }
            assert!(new.is_empty(), "{new:?}");
        }
    }
    Ok(())
}
