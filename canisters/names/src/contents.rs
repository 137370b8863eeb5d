//! What a name's holder published, version by version.

use crate::{
    events::{self, Event},
    registry,
    state::{self, Encoded, State, Text},
};
use candid::{Nat, Principal};
use names_api::{
    Refusal, convert,
    interface::{ContentArgs, ContentView},
    record::ContentRecord,
};

/// Most labels of a tenure.
const LABELS: u32 = 32;
/// Most versions of a label in one tenure: a former holder leaves a new one all of them.
const VERSIONS: u32 = 1000;
/// Most bytes of a note.
const NOTE: usize = 280;
/// Most characters of a label.
const LABEL: usize = 63;
/// Most records in an answer.
const PAGE: u32 = 100;

/// Publishes a version; the same again is the version that there is.
///
/// # Errors
/// Those of [`registry::held`], [`Refusal::BadLabel`], [`Refusal::BadCid`], [`Refusal::WrongLength`],
/// [`Refusal::TooLarge`], [`Refusal::TooManyLabels`], [`Refusal::TooManyVersions`].
pub fn set(caller: Principal, args: ContentArgs) -> Result<ContentView, Refusal> {
    let digest = convert::digest(&args.digest)?;
    if !is_label(&args.label) {
        return Err(Refusal::BadLabel {
            label: args.label.chars().take(LABEL + 1).collect(),
        });
    }
    if args.note.len() > NOTE {
        return Err(Refusal::TooLarge {
            field: "note".into(),
            value: Nat::from(args.note.len()),
            max: Nat::from(NOTE),
        });
    }
    let holding = registry::held(caller, &args.name)?;
    let name = holding.name.to_string();
    let label = Text::from(args.label.as_str());
    let record = |version| ContentRecord {
        name: holding.name.clone(),
        tenure: holding.tenure,
        label: args.label.clone(),
        version,
        kind: convert::kind(args.kind),
        digest: digest.clone(),
        note: args.note.clone(),
        published_at: state::now(),
    };
    let current = state::read(|s| current(s, holding.tenure, &name, &args.label));
    if let Some(current) = &current {
        let mut again = record(current.version);
        again.published_at = current.published_at;
        if again == *current {
            return Ok(convert::content_view(again));
        }
    } else if labels(holding.tenure) >= LABELS {
        return Err(Refusal::TooManyLabels { name, limit: LABELS });
    }
    let version = latest(&name, &args.label).saturating_add(1);
    let published = published(holding.tenure, &label);
    if published >= VERSIONS {
        return Err(Refusal::TooManyVersions {
            name,
            label: args.label,
            limit: VERSIONS,
        });
    }

    let record = record(version);
    state::write(|s| {
        s.certify(&record);
        let newest = (version, published.saturating_add(1));
        s.labels.insert((record.tenure, label.clone()), newest);
        s.contents
            .insert((Text(name), label, version), Encoded(record.clone()));
    });
    events::record(caller, Event::ContentSet(&record));
    Ok(convert::content_view(record))
}

fn is_label(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-/".contains(&b);
    (1..=LABEL).contains(&text.len()) && text.bytes().all(allowed)
}

/// The newest version that this tenure published.
fn current(s: &State, tenure: u64, name: &str, label: &str) -> Option<ContentRecord> {
    let (version, _) = s.labels.get(&(tenure, Text::from(label)))?;
    let found = s.contents.get(&(Text::from(name), Text::from(label), version))?;
    Some(found.0)
}

/// How many versions of a label this tenure published.
fn published(tenure: u64, label: &Text) -> u32 {
    let newest = state::read(|s| s.labels.get(&(tenure, label.clone())));
    newest.map_or(0, |(_, published)| published)
}

fn labels(tenure: u64) -> u32 {
    state::read(|s| {
        let labels = s.labels.keys_range((tenure, Text::EMPTY)..);
        labels.take_while(|(of, _)| *of == tenure).count() as u32
    })
}

/// The newest version of a label over all tenures; 0 when there is none.
fn latest(name: &str, label: &str) -> u32 {
    let key = |version| (Text::from(name), Text::from(label), version);
    state::read(|s| {
        let last = s.contents.keys_range(key(0)..=key(u32::MAX)).next_back();
        last.map_or(0, |(_, _, version)| version)
    })
}

/// The newest version of a label; none when the name does not count now, or its holder published nothing there.
///
/// # Errors
/// Those of malformed names.
pub fn view(name: &str, label: String) -> Result<Option<ContentView>, Refusal> {
    let name = convert::name(name)?;
    let Ok(holding) = registry::active(&name) else {
        return Ok(None);
    };
    let found = state::read(|s| current(s, holding.tenure, name.as_str(), &label));
    Ok(found.map(convert::content_view))
}

/// The newest versions of a name's labels, in order of their letters, from the first after `after`; at most 100.
///
/// # Errors
/// Those of malformed names.
pub fn list(name: &str, after: Option<String>, limit: u32) -> Result<Vec<ContentView>, Refusal> {
    let name = convert::name(name)?;
    let Ok(holding) = registry::active(&name) else {
        return Ok(vec![]);
    };
    let after = after.map(Text);
    let start = (holding.tenure, after.clone().unwrap_or(Text::EMPTY));
    Ok(state::read(|s| {
        s.labels
            .keys_range(start..)
            .take_while(|(tenure, _)| *tenure == holding.tenure)
            .filter(|(_, label)| Some(label) != after.as_ref())
            .take(limit.min(PAGE) as usize)
            .filter_map(|(tenure, label)| current(s, tenure, name.as_str(), &label.0))
            .map(convert::content_view)
            .collect()
    }))
}

/// The versions of a label from `from` on, of all tenures, oldest first; at most 100.
///
/// # Errors
/// Those of malformed names.
pub fn history(name: &str, label: &str, from: u32, limit: u32) -> Result<Vec<ContentView>, Refusal> {
    let name = convert::name(name)?;
    let key = |version| (Text::from(&name), Text::from(label), version);
    Ok(state::read(|s| {
        s.contents
            .range(key(from)..=key(u32::MAX))
            .take(limit.min(PAGE) as usize)
            .map(|entry| convert::content_view(entry.value().0))
            .collect()
    }))
}
