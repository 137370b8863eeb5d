//! How names of artifacts become names of tables and columns.

use novate_catalog::{CatalogError, ColumnType, Ident, Table};

fn name(text: &str) -> String {
    Ident::from_name(text).unwrap().to_string()
}

#[test]
fn names_become_snake_case() {
    assert_eq!(name("maxPerPeriod"), "max_per_period");
    assert_eq!(name("MaxPerPeriod"), "max_per_period");
    assert_eq!(name("max-per-period"), "max_per_period");
    assert_eq!(name("HTTPServer2"), "http_server2");
    assert_eq!(name("sha256Hash"), "sha256_hash");
    assert_eq!(name("__value__"), "value");
    assert_eq!(name("1inch"), "n1inch");
}

#[test]
fn names_that_postgres_cannot_hold_are_refused() {
    for bad in ["", "_", "日本", &"a".repeat(64)] {
        assert!(
            matches!(Ident::from_name(bad), Err(CatalogError::BadName(name)) if name == bad),
            "{bad}"
        );
    }
    assert_eq!(name(&"a".repeat(63)).len(), 63);
    assert!(Ident::join(&"a".repeat(40), &"b".repeat(40)).is_err());
}

#[test]
fn only_legal_names_are_read_back_from_the_catalog() {
    for bad in ["Upper", "a b", "1a", "", "a\"; drop table x; --"] {
        assert!(
            serde_json::from_value::<Ident>(serde_json::json!(bad)).is_err(),
            "{bad}"
        );
    }
}

fn columns(fields: &[&str]) -> Vec<String> {
    let fields = fields.iter().map(|&field| (field, ColumnType::Int, false, None));
    let table = Table::new("anvil", "c", "E", fields).unwrap();
    table.columns.iter().map(|c| c.name.to_string()).collect()
}

#[test]
fn fields_never_hide_a_common_column() {
    let fields = ["id", "blockNumber", "finality", "amount"];
    assert_eq!(
        columns(&fields),
        ["arg_id", "arg_block_number", "arg_finality", "amount"]
    );
}

#[test]
fn fields_with_the_same_name_stay_apart() {
    assert_eq!(
        columns(&["a", "A", "arg_a", "id"]),
        ["a", "arg_a", "arg_arg_a", "arg_id"]
    );
}

#[test]
fn quoting_makes_a_keyword_a_name() {
    assert_eq!(Ident::from_name("Select").unwrap().quoted(), "\"select\"");
    let table = Table::new("n", "order", "group", [("from", ColumnType::Text, true, None)]).unwrap();
    assert_eq!(
        (table.data(), table.view()),
        ("data.\"order_group\"".into(), "events.\"order_group\"".into())
    );
}
