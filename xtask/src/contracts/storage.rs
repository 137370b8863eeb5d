//! Where a contract keeps what: slot, offset and size of every variable, and of every member of its structs.

use anyhow::{Context, Result};
use serde_json::Value;
use std::fmt::Write;

/// A table of the contract's variables and one of each struct in them, from what forge built with `storageLayout`.
/// Nothing, when the contract keeps nothing.
///
/// # Errors
/// When that has no layout.
pub fn markdown(name: &str, built: &Value) -> Result<Option<String>> {
    let layout = &built["storageLayout"];
    let variables = layout["storage"].as_array().context("has no storage layout")?;
    if variables.is_empty() {
        return Ok(None);
    }
    let types = &layout["types"];
    let mut text = format!("# {name}: storage\n\nSlots are of 32 bytes; offsets and sizes are in bytes.\n");
    table(&mut text, variables, types)?;

    // The ids of types contain numbers that change with every source; their labels do not.
    let mut structs: Vec<_> = types
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, kind)| Some((kind["label"].as_str()?, kind["members"].as_array()?)))
        .collect();
    structs.sort_by_key(|(label, _)| *label);
    for (label, members) in structs {
        write!(text, "\n## {label}\n")?;
        table(&mut text, members, types)?;
    }
    Ok(Some(text))
}

fn table(text: &mut String, variables: &[Value], types: &Value) -> Result<()> {
    text.push_str("\n| slot | offset | size | name | type |\n|---:|---:|---:|---|---|\n");
    for variable in variables {
        let word = |key: &str| {
            variable[key]
                .as_str()
                .with_context(|| format!("a variable without {key}"))
        };
        let kind = &types[word("type")?];
        writeln!(
            text,
            "| {} | {} | {} | `{}` | `{}` |",
            word("slot")?,
            variable["offset"],
            kind["numberOfBytes"].as_str().context("a type without size")?,
            word("label")?,
            kind["label"].as_str().context("a type without label")?,
        )?;
    }
    Ok(())
}
