//! `docs/invariants.md` names tests that exist.

use std::{fs, path::Path};

#[test]
fn every_invariant_names_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = fs::read_to_string(root.join("docs/invariants.md")).expect("the document");
    let mut ids = Vec::new();
    for line in text
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'))
    {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (id, test) = (cells[1], cells[3]);
        let named: Vec<&str> = test.split('`').filter(|part| !part.trim().is_empty()).collect();
        let [file, function] = named[..] else {
            panic!("{id}: {test} is not a file and a function")
        };
        let source = fs::read_to_string(root.join(file)).unwrap_or_else(|e| panic!("{id}: {file}: {e}"));
        let defined = [format!("fn {function}("), format!("function {function}(")];
        assert!(
            defined.iter().any(|def| source.contains(def)),
            "{id}: {file} has no test {function}"
        );
        assert!(!ids.contains(&id), "{id} is used twice");
        ids.push(id);
    }
    assert!(
        ids.len() >= 30,
        "only {} invariants were found: has the table another form?",
        ids.len()
    );
}
