//! The table of compute units: what is worse fails, what is better is mentioned, and nothing is lost when it is written.

use std::collections::BTreeMap;

use program_testing::cu::{Figure, Table};

const DOCUMENT: &str = "\
# Units

| figure | value |
|---|---|
| `rewards.claim` | 9000 CU |
| `staking.pause` | 1000 CU |
| `staking.stake` | 10000 CU |
| `staking.stakes_per_tx` | 40 stakes |

More.
";

fn figures(list: &[(&str, Figure)]) -> BTreeMap<String, Figure> {
    list.iter()
        .map(|(name, figure)| (name.to_string(), figure.clone()))
        .collect()
}

/// As the table says, but for `changed`.
fn staking(changed: &[(&str, Figure)]) -> BTreeMap<String, Figure> {
    let mut all = figures(&[
        ("staking.pause", Figure::units(1_000)),
        ("staking.stake", Figure::units(10_000)),
        ("staking.stakes_per_tx", Figure::count(40, "stakes")),
    ]);
    all.extend(figures(changed));
    all
}

fn worse(now: BTreeMap<String, Figure>) -> Vec<String> {
    Table::parse(DOCUMENT).unwrap().difference("staking", &now).worse
}

fn better(now: BTreeMap<String, Figure>) -> Vec<String> {
    Table::parse(DOCUMENT).unwrap().difference("staking", &now).better
}

#[test]
fn what_is_measured_as_before_differs_in_nothing() {
    assert_eq!((worse(staking(&[])), better(staking(&[]))), (vec![], vec![]));
}

#[test]
fn units_may_grow_by_five_percent_and_not_by_one_more() {
    assert_eq!(
        worse(staking(&[("staking.stake", Figure::units(10_500))])),
        [""; 0]
    );
    assert_eq!(
        worse(staking(&[("staking.stake", Figure::units(10_501))])),
        ["staking.stake was 10000 CU and is 10501 CU"]
    );
}

#[test]
fn a_count_may_fall_by_five_percent_and_not_by_more() {
    assert_eq!(
        worse(staking(&[("staking.stakes_per_tx", Figure::count(39, "stakes"))])),
        [""; 0]
    );
    assert_eq!(
        worse(staking(&[("staking.stakes_per_tx", Figure::count(38, "stakes"))])),
        ["staking.stakes_per_tx was 40 stakes and is 38 stakes"]
    );
}

#[test]
fn what_is_better_by_more_than_five_percent_is_no_failure_but_a_hint() {
    let now = staking(&[
        ("staking.stake", Figure::units(9_000)),
        ("staking.stakes_per_tx", Figure::count(50, "stakes")),
    ]);
    assert_eq!(worse(now.clone()), [""; 0]);
    assert_eq!(
        better(now),
        [
            "staking.stake was 10000 CU and is 9000 CU",
            "staking.stakes_per_tx was 40 stakes and is 50 stakes"
        ]
    );
    assert_eq!(
        better(staking(&[("staking.stake", Figure::units(9_524))])),
        [""; 0]
    );
}

#[test]
fn table_and_figures_must_name_the_same() {
    let mut now = staking(&[("staking.exit", Figure::units(1))]);
    now.remove("staking.pause");
    assert_eq!(
        worse(now),
        [
            "staking.exit is not in the table",
            "staking.pause is in the table, and nothing measures it"
        ]
    );
}

#[test]
fn writing_replaces_the_rows_of_one_program_and_keeps_the_rest() {
    let mut table = Table::parse(DOCUMENT).unwrap();
    assert_eq!(table.to_string(), DOCUMENT);
    table.replace("staking", figures(&[("staking.stake", Figure::units(7))]));
    assert_eq!(
        table.to_string(),
        "# Units\n\n| figure | value |\n|---|---|\n| `rewards.claim` | 9000 CU |\n| `staking.stake` | 7 CU |\n\nMore.\n"
    );
}

#[test]
fn a_row_of_another_form_is_named() {
    let broken = DOCUMENT.replace("9000 CU", "many CU");
    assert_eq!(
        Table::parse(&broken).unwrap_err(),
        "| `rewards.claim` | many CU |\n"
    );
    assert_eq!(Table::parse("no table").unwrap_err(), "");
}
