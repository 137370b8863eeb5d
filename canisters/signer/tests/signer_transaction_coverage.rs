//! Rules speak of every part of every argument: what nobody thought of is not signed.

use candid::Nat;
use signer::transaction::{function::Function, rules};
use signer_api::{ArgumentRule, Check, Step, TransactionRefusal as Refused};

const EACH: Step = Step::Each;

fn at(index: u32) -> Step {
    Step::Index(index)
}

/// Whether rules at these places are enough; otherwise, which part lacks one.
fn fit(signature: &str, paths: &[&[Step]]) -> Result<(), String> {
    let rule = |path: &&[Step]| ArgumentRule {
        path: path.to_vec(),
        check: Check::Any,
    };
    let rules: Vec<_> = paths.iter().map(rule).collect();
    match rules::fit(&rules, &Function::parse(signature).unwrap()) {
        Ok(()) => Ok(()),
        Err(Refused::PartWithoutRule { part }) => Err(part),
        Err(other) => panic!("{other:?}"),
    }
}

fn lacks(part: &str) -> Result<(), String> {
    Err(part.to_owned())
}

#[test]
fn each_component_of_a_tuple_needs_a_rule() {
    let pay = "pay((address,uint256),bool)";
    assert_eq!(fit(pay, &[&[at(0)], &[at(1)]]), Ok(()));
    let both: [&[Step]; 3] = [&[at(0), at(0)], &[at(0), at(1)], &[at(1)]];
    assert_eq!(fit(pay, &both), Ok(()));
    assert_eq!(fit(pay, &[&[at(0), at(0)], &[at(1)]]), lacks("0[1]"));
    assert_eq!(fit(pay, &[&[at(0), at(1)], &[at(1)]]), lacks("0[0]"));
    let nested = "f((uint8,(address,bytes)))";
    assert_eq!(fit(nested, &[&[at(0), at(0)], &[at(0), at(1)]]), Ok(()));
    let some: [&[Step]; 2] = [&[at(0), at(0)], &[at(0), at(1), at(1)]];
    assert_eq!(fit(nested, &some), lacks("0[1][0]"));
}

#[test]
fn an_array_without_a_fixed_length_needs_a_rule_for_each_element() {
    assert_eq!(fit("f(address[])", &[&[at(0), EACH]]), Ok(()));
    assert_eq!(fit("f(address[])", &[&[at(0)]]), Ok(()));
    assert_eq!(fit("f(address[])", &[&[at(0), at(0)]]), lacks("0[each]"));
    assert_eq!(fit("f(address[])", &[&[at(0), EACH], &[at(0), at(0)]]), Ok(()));
    let pairs = "f((address,uint256)[])";
    let one: [&[Step]; 1] = [&[at(0), EACH, at(1)]];
    assert_eq!(fit(pairs, &one), lacks("0[each][0]"));
    // The first element's rule is none for the others.
    let first: [&[Step]; 2] = [&[at(0), EACH, at(1)], &[at(0), at(0), at(0)]];
    assert_eq!(fit(pairs, &first), lacks("0[each][0]"));
    let each: [&[Step]; 2] = [&[at(0), EACH, at(1)], &[at(0), EACH, at(0)]];
    assert_eq!(fit(pairs, &each), Ok(()));
    assert_eq!(
        fit("f(uint8[][])", &[&[at(0), EACH, at(0)]]),
        lacks("0[each][each]")
    );
}

#[test]
fn an_array_of_a_fixed_length_needs_a_rule_for_each_element_or_for_all_of_them() {
    assert_eq!(fit("f(uint8[2])", &[&[at(0), at(0)], &[at(0), at(1)]]), Ok(()));
    assert_eq!(fit("f(uint8[2])", &[&[at(0), EACH]]), Ok(()));
    assert_eq!(
        fit("f(uint8[2])", &[&[at(0), at(0)], &[at(0), at(0)]]),
        lacks("0[each]")
    );
    let pairs = "f((uint8,bool)[2])";
    let most: [&[Step]; 3] = [&[at(0), EACH, at(0)], &[at(0), at(0), at(1)], &[at(0), at(1)]];
    assert_eq!(fit(pairs, &most), Ok(()));
    let less: [&[Step]; 3] = [
        &[at(0), EACH, at(0)],
        &[at(0), at(0), at(1)],
        &[at(0), at(1), at(0)],
    ];
    assert_eq!(fit(pairs, &less), lacks("0[1][1]"));
    // Also where counting them would take for ever.
    assert_eq!(fit("f(uint8[4000000000])", &[&[at(0), EACH]]), Ok(()));
    assert_eq!(fit("f(uint8[4000000000])", &[&[at(0), at(9)]]), lacks("0[each]"));
}

#[test]
fn an_argument_without_any_rule_is_told_by_its_number() {
    let rules = [ArgumentRule {
        path: vec![at(0)],
        check: Check::Max(Nat::from(9u8)),
    }];
    let function = Function::parse("f(uint8,address)").unwrap();
    let missing = Refused::ArgumentWithoutRule { argument: 1 };
    assert_eq!(rules::fit(&rules, &function), Err(missing));
}
