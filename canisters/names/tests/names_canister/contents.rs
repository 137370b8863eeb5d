//! Published content: versioned, with its history, and the present holder's.

use crate::common::{Names, content, principal};
use candid::Nat;
use names_api::{
    Refusal,
    interface::{ContentArgs, ContentView, Digest, NameView},
};
use serde_bytes::ByteBuf;

async fn set(names: &Names, args: ContentArgs) -> Result<ContentView, Refusal> {
    names.ask(&names.alice, "set_content", (args,)).await
}

async fn current(names: &Names, name: &str, label: &str) -> Option<ContentView> {
    let found: Result<Option<ContentView>, Refusal> = names.query("content", (name, label)).await;
    found.unwrap()
}

async fn history(names: &Names, from: u32, limit: u32) -> Vec<ContentView> {
    let found: Result<Vec<ContentView>, Refusal> = names
        .query("content_history", ("alice", "site", from, limit))
        .await;
    found.unwrap()
}

#[tokio::test]
async fn versions_follow_each_other_and_stay() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let first = set(&names, content("alice", "site", 1)).await.unwrap();
    let second = set(&names, content("alice", "site", 2)).await.unwrap();
    assert_eq!((first.version, second.version), (1, 2));
    assert_eq!(current(&names, "alice", "site").await.as_ref(), Some(&second));
    let same = set(&names, content("alice", "site", 2)).await.unwrap();
    assert_eq!(same, second, "the same again is no version");
    let noted = ContentArgs {
        note: "withdrawn".into(),
        ..content("alice", "site", 2)
    };
    assert_eq!(set(&names, noted).await.unwrap().version, 3);
    let back = set(&names, content("alice", "site", 1)).await.unwrap();
    assert_eq!((back.version, &back.digest), (4, &first.digest));
    assert_eq!(history(&names, 0, 10).await.len(), 4);
    assert_eq!(history(&names, 2, 1).await, [second]);
    assert_eq!(history(&names, 5, 10).await, []);
    assert_eq!(history(&names, 0, 0).await, []);
    assert_eq!(current(&names, "alice", "other").await, None);
    assert_eq!(names.blocks_of("content_set").await.len(), 4);
}

#[tokio::test]
async fn every_kind_of_digest_is_taken_and_given_back() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let digests = [
        Digest::Sha256(ByteBuf::from([1; 32])),
        Digest::Blake3(ByteBuf::from([2; 32])),
        Digest::Cid("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG".into()),
        Digest::Cid("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi".into()),
    ];
    for digest in digests {
        let args = ContentArgs {
            digest: digest.clone(),
            ..content("alice", "site", 0)
        };
        assert_eq!(set(&names, args).await.unwrap().digest, digest);
    }
    // Another base of the same CID is the same CID.
    let upper = Digest::Cid("BAFYBEIGDYRZT5SFP7UDM7HU76UH7Y26NF3EFUYLQABF3OCLGTQY55FBZDI".into());
    let args = ContentArgs {
        digest: upper,
        ..content("alice", "site", 0)
    };
    assert_eq!(set(&names, args).await.unwrap().version, 4);
}

#[tokio::test]
async fn malformed_content_is_refused_by_the_rule_it_breaks() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let with = |digest| ContentArgs {
        digest,
        ..content("alice", "site", 0)
    };
    for length in [0, 31, 33] {
        let expected = Refusal::WrongLength {
            field: "digest".into(),
            expected: 32,
            actual: length,
        };
        for digest in [Digest::Sha256, Digest::Blake3] {
            let refused = set(&names, with(digest(ByteBuf::from(vec![1; length as usize])))).await;
            assert_eq!(refused, Err(expected.clone()));
        }
    }
    let cids = [
        ("", "no CID"),
        ("Qm", "no CID"),
        (
            "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzd",
            "no CID",
        ),
        (
            "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
            "slash",
        ),
        ("bafkqaaa", "hash function 0x0"),
        ("bafkreaic2o4zq", "digest has"),
    ];
    for (cid, why) in cids {
        let refused = set(&names, with(Digest::Cid(cid.into()))).await;
        let Err(Refusal::BadCid { reason }) = &refused else {
            panic!("{cid}: {refused:?}")
        };
        assert!(reason.contains(why), "{cid}: {reason}");
    }
    let long = set(&names, with(Digest::Cid("b".repeat(129)))).await;
    assert!(
        matches!(&long, Err(Refusal::BadCid { reason }) if reason.contains("129")),
        "{long:?}"
    );
    for label in ["", "Site", "a b", "\u{e9}", &"a".repeat(64), &"a".repeat(1000)] {
        let refused = set(&names, content("alice", label, 1)).await;
        assert!(
            matches!(refused, Err(Refusal::BadLabel { .. })),
            "{label}: {refused:?}"
        );
    }
    let note = "\u{e9}".repeat(141);
    let refused = set(
        &names,
        ContentArgs {
            note,
            ..content("alice", "site", 1)
        },
    )
    .await;
    let expected = Refusal::TooLarge {
        field: "note".into(),
        value: Nat::from(282u32),
        max: Nat::from(280u32),
    };
    assert_eq!(refused, Err(expected));
    assert_eq!(names.status().await.contents, 0);
    let longest = ContentArgs {
        note: "n".repeat(280),
        ..content("alice", &"a/._-9".repeat(10), 1)
    };
    set(&names, longest).await.unwrap();
}

#[tokio::test]
async fn a_name_has_thirty_two_labels_that_are_listed_in_pages() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    for n in 0..32 {
        set(&names, content("alice", &format!("label-{n:02}"), n))
            .await
            .unwrap();
    }
    let expected = Refusal::TooManyLabels {
        name: "alice".into(),
        limit: 32,
    };
    assert_eq!(set(&names, content("alice", "label-32", 1)).await, Err(expected));
    set(&names, content("alice", "label-31", 99)).await.unwrap();
    let mut after: Option<String> = None;
    let mut seen = Vec::new();
    loop {
        let page: Result<Vec<ContentView>, Refusal> =
            names.query("contents_of", ("alice", after.clone(), 10u32)).await;
        let page = page.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.label.clone());
        seen.extend(page.into_iter().map(|content| content.label));
    }
    let all: Vec<_> = (0..32).map(|n| format!("label-{n:02}")).collect();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_new_holder_has_none_of_the_old_contents_but_their_history() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let old = set(&names, content("alice", "site", 1)).await.unwrap();
    let offer = ("alice", principal(&names.bob));
    names
        .ask::<u64>(&names.alice, "offer_transfer", offer)
        .await
        .unwrap();
    names
        .ask::<NameView>(&names.bob, "accept_transfer", ("alice",))
        .await
        .unwrap();
    assert_eq!(current(&names, "alice", "site").await, None);
    let listed: Result<Vec<ContentView>, Refusal> =
        names.query("contents_of", ("alice", None::<String>, 10u32)).await;
    assert_eq!(listed.unwrap(), []);
    let new: Result<ContentView, Refusal> = names
        .ask(&names.bob, "set_content", (content("alice", "site", 2),))
        .await;
    let new = new.unwrap();
    assert_eq!(new.version, 2, "versions are never given twice");
    assert_ne!(new.tenure, old.tenure);
    assert_eq!(history(&names, 0, 10).await, [old, new]);
}
