//! The ICP source against a node that holds the subnet's key and lies: only what is certified is stored, all
//! of it, once.

mod ic_node;

use candid::{Int, Nat, Principal};
use ic_node::{Lie, Log, Node};
use novate_catalog::ColumnType;
use novate_indexer::{
    icp::{Decoder, IcpOptions, IcpSource, RootKey, SchemaError, Value},
    row,
    source::{Cursor, Source, SourceError, Step},
};
use serde_bytes::ByteBuf;
use serde_json::json;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

const SCHEMA: &str = r#"{
    "standard": "ICRC-3",
    "blocks": [
        { "btype": "minted", "name": "Minted", "description": "Something new.", "fields": [
            { "name": "amount", "path": ["tx", "amount"], "type": "nat" },
            { "name": "to", "path": ["tx", "to"], "type": "principal" },
            { "name": "memo", "path": ["tx", "memo"], "type": "text", "optional": true }
        ] },
        { "btype": "all", "name": "All", "fields": [
            { "name": "int", "path": ["tx", "int"], "type": "int" },
            { "name": "nat32", "path": ["tx", "nat32"], "type": "nat32" },
            { "name": "nat64", "path": ["tx", "nat64"], "type": "nat64" },
            { "name": "blob", "path": ["tx", "blob"], "type": "blob" },
            { "name": "at", "path": ["tx", "at"], "type": "timestamp" },
            { "name": "deep", "path": ["tx", "deep"], "type": "json" }
        ] }
    ]
}"#;

fn options(node: &Node) -> IcpOptions {
    IcpOptions {
        network: "ic".into(),
        contract: "signer".into(),
        url: node.url.clone(),
        canister: node.with(|log| log.canister).to_text(),
        root_key: RootKey::Der(node.root_key.clone()),
        schema_json: SCHEMA.into(),
        start_block: 0,
        poll: Duration::from_millis(10),
    }
}

fn source(node: &Node) -> IcpSource {
    IcpSource::new(options(node)).unwrap()
}

fn nat(number: u64) -> Value {
    Value::Nat(Nat::from(number))
}

fn mint(log: &mut Log, amount: u64) {
    let to = Value::Blob(ByteBuf::from(Principal::anonymous().as_slice().to_vec()));
    log.append("minted", vec![("amount", nat(amount)), ("to", to)]);
}

/// A log of `length` blocks; the amount of each is its index.
fn minted(length: u64) -> Log {
    let mut log = Log::new();
    (0..length).for_each(|amount| mint(&mut log, amount));
    log
}

#[derive(Debug, Default, PartialEq)]
struct Store {
    cursor: Option<Cursor>,
    rows: BTreeMap<u64, (String, Vec<row::Value>)>,
    undecoded: BTreeMap<String, String>,
    steps: usize,
}

impl Store {
    fn apply(&mut self, step: Step) -> bool {
        self.steps += 1;
        let Step::Advance {
            events,
            undecoded,
            cursor,
            ..
        } = step
        else {
            assert!(matches!(step, Step::Idle { live: true, .. }), "{step:?}");
            return false;
        };
        let old = self.cursor.replace(cursor).map_or(0, |cursor| cursor.next_block);
        let new = self.cursor.as_ref().unwrap().next_block;
        assert_eq!((new - old) as usize, events.len() + undecoded.len());
        for event in events {
            assert!((old..new).contains(&event.block.number));
            assert_eq!(event.id, format!("{}:{}", event.address, event.block.number));
            let row = (event.table.name.to_string(), event.values);
            assert!(
                self.rows.insert(event.block.number, row).is_none(),
                "twice: {}",
                event.id
            );
        }
        self.undecoded
            .extend(undecoded.into_iter().map(|kept| (kept.id, kept.reason)));
        true
    }

    async fn read(&mut self, source: &mut IcpSource) -> Result<(), SourceError> {
        while self.apply(source.next(self.cursor.as_ref(), Duration::ZERO).await?) {}
        Ok(())
    }

    fn amounts(&self) -> Vec<u64> {
        let amount = |(_, values): &(String, Vec<row::Value>)| match &values[0] {
            row::Value::Numeric(amount) => amount.parse().unwrap(),
            other => panic!("{other:?}"),
        };
        self.rows.values().map(amount).collect()
    }
}

fn unavailable(error: SourceError) -> String {
    match error {
        SourceError::Unavailable { reason, .. } => reason,
        fatal @ SourceError::Fatal(_) => panic!("{fatal}"),
    }
}

fn fatal(error: SourceError) -> String {
    match error {
        SourceError::Fatal(reason) => reason,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_log_of_many_pages_and_an_archive_is_read_once_whoever_is_asked() {
    let mut log = minted(1730);
    (log.archived, log.page) = (640, 90);
    let node = Node::start(log).await;
    let mut store = Store::default();
    store.read(&mut source(&node)).await.unwrap();
    assert_eq!(store.amounts(), (0..1730).collect::<Vec<_>>());
    assert!(store.steps > 3);

    // Made anew at every step, it ends in the same place.
    let mut again = Store::default();
    while again.apply(
        source(&node)
            .next(again.cursor.as_ref(), Duration::ZERO)
            .await
            .unwrap(),
    ) {}
    assert_eq!((again.rows, again.cursor), (store.rows, store.cursor));
}

#[tokio::test]
async fn new_blocks_are_seen_soon() {
    let node = Node::start(Log::new()).await;
    let mut source = source(&node);
    let mut store = Store::default();
    store.read(&mut source).await.unwrap();
    assert_eq!(store.cursor, None);
    for amount in 0..3 {
        node.with(|log| mint(log, amount));
        let noticed = Instant::now();
        while store.rows.len() as u64 <= amount {
            store.apply(
                source
                    .next(store.cursor.as_ref(), Duration::from_secs(5))
                    .await
                    .unwrap(),
            );
        }
        assert!(noticed.elapsed() < Duration::from_secs(3));
    }
    assert_eq!(store.amounts(), [0, 1, 2]);
}

#[tokio::test]
async fn a_lie_of_any_kind_stores_nothing_and_the_truth_is_read_afterwards() {
    let node = Node::start(minted(40)).await;
    for (lie, why) in [
        (Lie::Block(39), "block 39 of"),
        (Lie::Block(7), "block 7 of"),
        (Lie::Tree, "not the one the canister certified"),
        (Lie::Key, "verification failed"),
        (Lie::Canister, "says nothing of canister"),
        (Lie::Old, "stale"),
        (Lie::Missing(13), "does not have block 13"),
        (Lie::Circle, "no end of calls"),
        (Lie::Garbage, "icrc3_get_tip_certificate"),
        (Lie::Status(503), "503"),
    ] {
        node.with(|log| log.lie = lie.clone());
        let mut store = Store::default();
        let reason = unavailable(store.read(&mut source(&node)).await.unwrap_err());
        assert!(
            reason.to_lowercase().contains(&why.to_lowercase()),
            "{lie:?}: {reason}"
        );
        assert_eq!(store, Store::default(), "{lie:?}");
    }
    for truth in [Lie::None, Lie::BigEndian] {
        node.with(|log| log.lie = truth);
        let mut store = Store::default();
        store.read(&mut source(&node)).await.unwrap();
        assert_eq!(store.amounts().len(), 40);
    }
}

#[tokio::test]
async fn a_forged_block_far_behind_the_tip_is_found_before_anything_is_stored() {
    let mut log = minted(1200);
    log.lie = Lie::Block(3);
    let node = Node::start(log).await;
    let (mut source, mut store) = (source(&node), Store::default());
    let reason = unavailable(store.read(&mut source).await.unwrap_err());
    assert!(reason.contains("block 3 of"), "{reason}");
    assert!(store.rows.is_empty());
    // A block that is forged only while we read forwards is found as well.
    node.with(|log| log.lie = Lie::None);
    let first = source.next(None, Duration::ZERO).await.unwrap();
    store.apply(first);
    let next = store.cursor.as_ref().unwrap().next_block;
    node.with(|log| log.lie = Lie::Block(next as usize));
    assert!(unavailable(store.read(&mut source).await.unwrap_err()).contains(&format!("block {next} of")));
    node.with(|log| log.lie = Lie::None);
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), (0..1200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_log_that_is_not_the_one_we_know_stops_the_source() {
    let node = Node::start(minted(20)).await;
    let mut store = Store::default();
    store.read(&mut source(&node)).await.unwrap();
    let other = |length: u64| {
        let mut log = Log::new();
        (0..length).for_each(|amount| mint(&mut log, amount + 1000));
        log
    };
    node.with(|log| log.blocks = other(20).blocks);
    let reason = fatal(store.read(&mut source(&node)).await.unwrap_err());
    assert!(
        reason.contains("another block 19") && reason.contains("novate db reset"),
        "{reason}"
    );
    node.with(|log| log.blocks = other(25).blocks);
    assert!(fatal(store.read(&mut source(&node)).await.unwrap_err()).contains("another block 19"));
    node.with(|log| log.blocks = other(5).blocks);
    assert!(unavailable(store.read(&mut source(&node)).await.unwrap_err()).contains("block 4 as the last"));
    node.with(|log| log.blocks.clear());
    assert!(unavailable(store.read(&mut source(&node)).await.unwrap_err()).contains("has an empty log"));

    // A replica that lags is waited for.
    node.with(|log| {
        log.blocks = minted(22).blocks;
        log.behind = 3;
    });
    unavailable(store.read(&mut source(&node)).await.unwrap_err());
    node.with(|log| log.behind = 0);
    store.read(&mut source(&node)).await.unwrap();
    assert_eq!(store.amounts(), (0..22).collect::<Vec<_>>());
}

#[tokio::test]
async fn reading_may_start_in_the_middle() {
    let node = Node::start(minted(30)).await;
    let mut source = IcpSource::new(IcpOptions {
        start_block: 25,
        ..options(&node)
    })
    .unwrap();
    let step = source.next(None, Duration::ZERO).await.unwrap();
    let Step::Advance {
        events,
        live: true,
        heads,
        ..
    } = step
    else {
        panic!("{step:?}")
    };
    assert_eq!(events.len(), 5);
    assert_eq!((heads.head, heads.finalized), (29, 29));
}

#[tokio::test]
async fn what_the_schema_does_not_describe_is_kept() {
    let mut log = Log::new();
    let blob = |bytes: &[u8]| Value::Blob(ByteBuf::from(bytes.to_vec()));
    log.append("burnt", vec![("text", Value::Text("a\0b".into()))]);
    log.append("minted", vec![("amount", nat(1))]);
    log.append(
        "minted",
        vec![("amount", Value::Text("1".into())), ("to", blob(&[4]))],
    );
    log.append(
        "minted",
        vec![
            (
                "amount",
                Value::Nat("340282366920938463463374607431768211456".parse().unwrap()),
            ),
            ("to", blob(&[4])),
            ("memo", Value::Text("a\0b".into())),
        ],
    );
    let all = |nat32: u64, nat64: Nat| {
        vec![
            ("int", Value::Int(Int::from(-5))),
            ("nat32", nat(nat32)),
            ("nat64", Value::Nat(nat64)),
            ("blob", blob(&[1, 2])),
            ("at", nat(1_700_000_000_000_000_000)),
            (
                "deep",
                Value::Array(vec![nat(1), Value::Map(vec![("k".into(), blob(&[255]))])]),
            ),
        ]
    };
    log.append("all", all(4_294_967_295, Nat::from(u64::MAX)));
    log.append("all", all(4_294_967_296, Nat::from(1u8)));
    log.append("all", all(1, "18446744073709551616".parse().unwrap()));
    let node = Node::start(log).await;
    let mut store = Store::default();
    store.read(&mut source(&node)).await.unwrap();

    assert_eq!(store.rows.keys().copied().collect::<Vec<_>>(), [3, 4]);
    assert_eq!(
        store.rows[&3],
        (
            "signer_minted".into(),
            vec![
                row::Value::Numeric("340282366920938463463374607431768211456".into()),
                row::Value::Text("2vxsx-fae".into()),
                row::Value::Text("a\u{fffd}b".into()),
            ]
        )
    );
    assert_eq!(
        store.rows[&4].1,
        [
            row::Value::Numeric("-5".into()),
            row::Value::Int(4_294_967_295),
            row::Value::Numeric("18446744073709551615".into()),
            row::Value::Bytes(vec![1, 2]),
            row::Value::Timestamp("2023-11-14T22:13:20Z".parse().unwrap()),
            row::Value::Json(json!(["1", { "k": "0xff" }])),
        ]
    );
    let canister = node.with(|log| log.canister);
    for (index, why) in [
        (0, "no block type \"burnt\""),
        (1, "field to: the block has no tx.to"),
        (2, "field amount: a Text where the schema says Nat"),
        (5, "field nat32: 4294967296 has over 32 bits"),
        (6, "field nat64: 18446744073709551616 has over 64 bits"),
    ] {
        let reason = &store.undecoded[&format!("{canister}:{index}")];
        assert!(reason.contains(why), "{reason}");
    }
    assert_eq!(store.undecoded.len(), 5);
}

#[tokio::test]
async fn the_identity_is_the_root_key_and_only_a_local_node_may_tell_it() {
    let node = Node::start(minted(3)).await;
    let mut fetching = IcpSource::new(IcpOptions {
        root_key: RootKey::Fetch,
        ..options(&node)
    })
    .unwrap();
    assert_eq!(fetching.identity().await.unwrap(), hex::encode(&node.root_key));
    let mut store = Store::default();
    store.read(&mut fetching).await.unwrap();
    assert_eq!(store.amounts(), [0, 1, 2]);

    // The same node under the key of the Internet Computer proves nothing.
    let mut mainnet = IcpSource::new(IcpOptions {
        root_key: RootKey::Mainnet,
        ..options(&node)
    })
    .unwrap();
    assert_ne!(mainnet.identity().await.unwrap(), hex::encode(&node.root_key));
    unavailable(mainnet.next(None, Duration::ZERO).await.unwrap_err());

    let refusal = |options| fatal(IcpSource::new(options).unwrap_err());
    for url in ["https://icp-api.io", "http://8.8.8.8:8080"] {
        let options = IcpOptions {
            url: url.into(),
            root_key: RootKey::Fetch,
            ..options(&node)
        };
        assert!(refusal(options).contains("local nodes"));
    }
    assert!(
        refusal(IcpOptions {
            url: "nowhere".into(),
            ..options(&node)
        })
        .contains("\"nowhere\"")
    );
    assert!(
        refusal(IcpOptions {
            canister: "x".into(),
            ..options(&node)
        })
        .contains("\"x\"")
    );
    let foreign = Cursor {
        next_block: 5,
        at: json!({ "hash": "0x12" }),
    };
    let reason = fatal(
        source(&node)
            .next(Some(&foreign), Duration::ZERO)
            .await
            .unwrap_err(),
    );
    assert!(reason.contains("not one of an ICRC-3 log"), "{reason}");
}

#[tokio::test]
async fn a_key_in_the_url_is_in_no_error() {
    let node = Node::start(minted(2)).await;
    let keyed = |url: &str, root_key: RootKey| IcpOptions {
        url: format!("{url}/v1/s3cret/"),
        root_key,
        ..options(&node)
    };
    // The path is used.
    let mut store = Store::default();
    let mut source = IcpSource::new(keyed(&node.url, RootKey::Mainnet)).unwrap();
    unavailable(store.read(&mut source).await.unwrap_err());
    let mut source = IcpSource::new(keyed(&node.url, RootKey::Fetch)).unwrap();
    store.read(&mut source).await.unwrap();
    assert_eq!(store.amounts(), [0, 1]);

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let unreachable = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    node.with(|log| log.lie = Lie::Status(404));
    for (url, why) in [(&unreachable, "refused"), (&node.url, "404")] {
        for root_key in [RootKey::Mainnet, RootKey::Fetch] {
            let mut source = IcpSource::new(keyed(url, root_key)).unwrap();
            let error = source.next(None, Duration::ZERO).await.unwrap_err();
            let text = error.to_string();
            assert!(text.starts_with(&format!("{url}: ")), "{text}");
            assert!(text.to_lowercase().contains(why), "{text}");
            assert!(!format!("{text} {error:?}").contains("s3cret"), "{text}");
        }
    }
    let foreign = fatal(IcpSource::new(keyed("https://icp-api.io", RootKey::Fetch)).unwrap_err());
    assert!(
        foreign.contains("at https://icp-api.io:") && !foreign.contains("s3cret"),
        "{foreign}"
    );
}

#[tokio::test]
async fn a_block_without_a_time_is_kept_and_the_log_goes_on() {
    let mut log = minted(1);
    mint(&mut log, 1);
    // The second block loses its time; the third one hangs on what is left of it.
    let Some(Value::Map(entries)) = log.blocks.last_mut() else {
        panic!("no block")
    };
    entries.retain(|(key, _)| key != "ts");
    mint(&mut log, 2);
    // No time in nanoseconds is that big.
    mint(&mut log, 3);
    let Some(Value::Map(entries)) = log.blocks.last_mut() else {
        panic!("no block")
    };
    for (key, value) in entries {
        if key == "ts" {
            *value = nat(u64::MAX);
        }
    }
    mint(&mut log, 4);
    let node = Node::start(log).await;
    let mut store = Store::default();
    store.read(&mut source(&node)).await.unwrap();
    assert_eq!(store.amounts(), [0, 2, 4]);
    let canister = node.with(|log| log.canister);
    let kept: Vec<_> = [1, 3].map(|index| format!("{canister}:{index}")).into();
    assert!(store.undecoded.keys().eq(&kept), "{:?}", store.undecoded);
    assert!(
        store
            .undecoded
            .values()
            .all(|reason| reason == "it has no time (ts in nanoseconds)")
    );
}

#[tokio::test]
async fn an_empty_log_is_known_as_of_now() {
    let node = Node::start(Log::new()).await;
    let before = chrono::Utc::now();
    let step = source(&node).next(None, Duration::ZERO).await.unwrap();
    let Step::Idle { live: true, heads } = step else {
        panic!("{step:?}")
    };
    assert_eq!((heads.head, heads.finalized), (0, 0));
    assert!(
        (before..=chrono::Utc::now()).contains(&heads.head_time),
        "{heads:?}"
    );
}

#[test]
fn a_schema_makes_its_tables_or_says_what_is_wrong() {
    let decoder = Decoder::new("ic", "signer", SCHEMA).unwrap();
    let table = &decoder.tables()[0];
    assert_eq!(
        (table.name.as_str(), table.description.as_deref()),
        ("signer_minted", Some("Something new."))
    );
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.ty, c.nullable))
        .collect();
    assert_eq!(
        columns,
        [
            ("amount", ColumnType::Numeric, false),
            ("to", ColumnType::Text, false),
            ("memo", ColumnType::Text, true),
        ]
    );

    let refusal = |schema: serde_json::Value| Decoder::new("ic", "c", &schema.to_string()).unwrap_err();
    let block = |btype: &str, name: &str| json!({ "btype": btype, "name": name, "fields": [] });
    let of = |blocks: serde_json::Value| json!({ "standard": "ICRC-3", "blocks": blocks });
    assert!(matches!(
        Decoder::new("ic", "c", "["),
        Err(SchemaError::Unreadable(_))
    ));
    assert!(matches!(
        refusal(json!({ "standard": "ICRC-1", "blocks": [] })),
        SchemaError::Standard(_)
    ));
    assert!(matches!(refusal(of(json!([]))), SchemaError::Empty));
    assert!(
        refusal(of(json!([block("a", "A"), block("a", "B")])))
            .to_string()
            .contains("twice")
    );
    assert!(
        refusal(of(json!([block("a", "A"), block("b", "A")])))
            .to_string()
            .contains("same table")
    );
    let mut pathless = block("a", "A");
    pathless["fields"] = json!([{ "name": "x", "path": [], "type": "nat" }]);
    assert!(refusal(of(json!([pathless]))).to_string().contains("empty path"));
    pathless["fields"] = json!([{ "name": "x", "path": ["x"], "type": "complex" }]);
    assert!(refusal(of(json!([pathless]))).to_string().contains("complex"));
}
