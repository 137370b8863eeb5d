//! What is read from a call's data, and which rules let it pass.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use candid::{Int, Nat};
use proptest::prelude::*;
use serde_bytes::ByteBuf;
use signer::transaction::{function::Function, rules};
use signer_api::{ArgumentRule, Check, Constant, Step, TransactionRefusal as Refused};

const OWN: [u8; 20] = [0x0e; 20];

fn function(signature: &str) -> Function {
    Function::parse(signature).unwrap()
}

fn values(signature: &str, values: &[&str]) -> Vec<DynSolValue> {
    let function = function(signature);
    let types = function.types().iter();
    types
        .zip(values)
        .map(|(of, text)| of.coerce_str(text).unwrap())
        .collect()
}

fn encoded(arguments: &[DynSolValue]) -> Vec<u8> {
    DynSolValue::Tuple(arguments.to_vec()).abi_encode_params()
}

fn rule(path: &[Step], check: Check) -> ArgumentRule {
    ArgumentRule {
        path: path.to_vec(),
        check,
    }
}

fn at(index: u32) -> Step {
    Step::Index(index)
}

fn number(number: i64) -> Constant {
    Constant::Number(Int::from(number))
}

fn bytes(bytes: impl AsRef<[u8]>) -> Constant {
    Constant::Bytes(ByteBuf::from(bytes.as_ref()))
}

#[test]
fn a_selector_is_that_of_the_canonical_signature() {
    for (signature, selector) in [
        ("transfer(address,uint256)", "a9059cbb"),
        ("approve(address,uint256)", "095ea7b3"),
        ("pause()", "8456cb59"),
        ("safeTransferFrom(address,address,uint256,bytes)", "b88d4fde"),
        ("supportsInterface(bytes4)", "01ffc9a7"),
    ] {
        assert_eq!(
            hex::encode(function(signature).selector()),
            selector,
            "{signature}"
        );
    }
}

#[test]
fn a_signature_that_is_not_canonical_is_refused() {
    for signature in [
        "",
        "transfer",
        "(address)",
        "1transfer(address)",
        "trans fer(address)",
        "transfer(address,uint)",
        "transfer(address, uint256)",
        "transfer(address to,uint256 amount)",
        "transfer(address,uint256) ",
        "transfer(address,uint256)[]",
        "transfer(address,uint256)[2]",
        "transfer(address,uint256",
        "transfer(address,)",
        "transfer(uint257)",
        "transfer(bytes33)",
        "transfer(Account)",
        "transfer(tuple(address))",
        "transfer(address,uint256)returns(bool)",
    ] {
        let refused = Function::parse(signature).unwrap_err();
        assert!(
            matches!(refused, Refused::FunctionMalformed { .. }),
            "{signature}: {refused:?}"
        );
    }
    let long = format!("f({}uint8)", "uint8,".repeat(100));
    assert!(Function::parse(&long).is_err());
    let deep = format!("f({}uint8{})", "(".repeat(200), ")".repeat(200));
    assert!(Function::parse(&deep).is_err());
}

#[test]
fn what_solidity_encodes_is_read() {
    let signature = "f(uint8,address,(bytes,int16[])[],string,bool,bytes4)";
    let arguments = values(
        signature,
        &[
            "7",
            "0x0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e",
            "[(0x0102,[-1,2]),(0x,[])]",
            "text",
            "true",
            "0xdeadbeef",
        ],
    );
    let decoded = function(signature).decode(&encoded(&arguments)).unwrap();
    assert_eq!(decoded, arguments);
    assert_eq!(function("pause()").decode(&[]).unwrap(), []);
}

fn refused_data(signature: &str, data: &[u8]) {
    let refused = function(signature).decode(data);
    assert!(
        matches!(refused, Err(Refused::DataMalformed { .. })),
        "{refused:?}"
    );
}

#[test]
fn any_other_encoding_of_the_same_arguments_is_refused() {
    let word = |n: u8| {
        let mut word = [0; 32];
        word[31] = n;
        word.to_vec()
    };
    let ok = [word(1), word(2)].concat();
    assert!(
        function("f(uint8,bool)")
            .decode(&[word(1), word(1)].concat())
            .is_ok()
    );
    refused_data("f(uint8,bool)", &ok); // a bool of 2
    refused_data("f(uint8,uint8)", &ok[..63]); // a byte is missing
    refused_data("f(uint8,uint8)", &[&ok[..], &[0]].concat()); // a byte too much
    refused_data("f(uint8,uint8)", &[ok.clone(), word(0)].concat()); // a word too much
    refused_data("pause()", &word(0));

    let mut dirty = ok.clone();
    dirty[30] = 1;
    refused_data("f(uint8,uint8)", &dirty); // 257 as a uint8
    dirty[0] = 1;
    refused_data("f(address,uint8)", &dirty); // bytes above an address
    let mut negative = word(0);
    negative[31] = 0xff; // -1 needs ones above
    refused_data("f(int8)", &negative);
    let mut fixed = [0; 32];
    fixed[..5].copy_from_slice(b"12345");
    refused_data("f(bytes4)", &fixed);

    let text = [word(32), word(3), [b"abc".as_slice(), &[0; 29]].concat()].concat();
    assert!(function("f(string)").decode(&text).is_ok());
    let mut filled = text.clone();
    filled[95] = 1; // where the last word is filled with zeros
    refused_data("f(string)", &filled);
    refused_data("f(bytes)", &filled);
    let mut invalid = text.clone();
    invalid[64] = 0xff; // not UTF-8
    refused_data("f(string)", &invalid);
    assert!(function("f(bytes)").decode(&invalid).is_ok());

    // The offset points behind a gap, or two arguments share their bytes.
    refused_data("f(bytes)", &[word(64), word(0), word(0)].concat());
    refused_data("f(bytes,bytes)", &[word(64), word(64), word(0)].concat());
    let apart = [word(64), word(96), word(0), word(0)].concat();
    assert!(function("f(bytes,bytes)").decode(&apart).is_ok());
    refused_data("f(bytes,bytes)", &[word(96), word(64), word(0), word(0)].concat()); // in another order
    // Lengths and offsets far outside.
    refused_data("f(bytes)", &[word(32), vec![0xff; 32]].concat());
    refused_data("f(uint8[])", &[vec![0xff; 32], word(0)].concat());
}

#[test]
fn rules_that_do_not_fit_the_function_are_refused() {
    let signature = "f(uint8,address,(bytes,int16[2])[],string)";
    let any = [0, 1, 2, 3].map(|i| rule(&[at(i)], Check::Any));
    rules::fit(&any, &function(signature)).unwrap();
    rules::fit(&[], &function("pause()")).unwrap();

    let misfits = [
        (vec![], Check::Any),
        (vec![Step::Each], Check::Any),
        (vec![at(4)], Check::Any),
        (vec![at(0), at(0)], Check::Any),
        (vec![at(2), Step::Each, at(2)], Check::Any),
        (vec![at(2), Step::Each, Step::Each], Check::Any),
        (vec![at(2), at(7), at(1), at(2)], Check::Any),
        (vec![at(3), Step::Each], Check::Any),
        ([&[at(2)][..], &[Step::Each; 16]].concat(), Check::Any),
        (vec![at(0)], Check::OwnAddress),
        (vec![at(1)], Check::Max(Nat::from(1u8))),
        (vec![at(2), at(0), at(1), at(0)], Check::Max(Nat::from(1u8))),
        (vec![at(0)], Check::Equals(number(256))),
        (vec![at(0)], Check::Equals(number(-1))),
        (vec![at(0)], Check::Equals(bytes([1]))),
        (vec![at(1)], Check::Equals(bytes([0; 21]))),
        (vec![at(3)], Check::Equals(bytes("text"))),
        (vec![at(2), at(0), at(1), at(0)], Check::Equals(number(32_768))),
        (vec![at(2), at(0), at(1), at(0)], Check::Equals(number(-32_769))),
        (vec![at(0)], Check::OneOf(vec![])),
        (vec![at(0)], Check::OneOf(vec![number(1); 65])),
        (vec![at(0)], Check::OneOf(vec![number(1), Constant::Flag(true)])),
    ];
    for (path, check) in misfits {
        let rules = [&any[..], &[rule(&path, check)]].concat();
        let refused = rules::fit(&rules, &function(signature)).unwrap_err();
        assert!(
            matches!(refused, Refused::RuleMalformed { rule: 4, .. }),
            "{path:?}: {refused:?}"
        );
    }
    let many = vec![rule(&[at(0)], Check::Any); 65];
    assert!(matches!(
        rules::fit(&many, &function("f(uint8)")).unwrap_err(),
        Refused::RuleMalformed { rule: 64, .. }
    ));
}

#[test]
fn the_smallest_and_largest_numbers_of_a_type_fit() {
    for (signature, fits) in [
        ("f(int16)", -32_768),
        ("f(int16)", 32_767),
        ("f(uint8)", 255),
        ("f(uint8)", 0),
    ] {
        rules::fit(
            &[rule(&[at(0)], Check::Equals(number(fits)))],
            &function(signature),
        )
        .unwrap();
    }
}

#[test]
fn an_argument_that_no_rule_speaks_of_is_refused() {
    let rules = [rule(&[at(0)], Check::Any), rule(&[at(2)], Check::Any)];
    let refused = rules::fit(&rules, &function("f(uint8,uint8,uint8)"));
    assert_eq!(refused, Err(Refused::ArgumentWithoutRule { argument: 1 }));
}

/// Checks one rule against one argument.
fn check(of: &str, value: &str, path: &[Step], check: Check) -> Result<(), Refused> {
    let signature = format!("f({of})");
    // Parts that the rule does not reach may be anything.
    let rules = [rule(path, check), rule(&[at(0)], Check::Any)];
    rules::fit(&rules, &function(&signature)).unwrap();
    rules::check(&rules, &function(&signature), &values(&signature, &[value]), OWN)
}

#[test]
fn a_rule_lets_through_what_it_says_and_nothing_else() {
    let own = "0x0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e";
    let other = "0x0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0f";
    let one_of = |n: &[i64]| Check::OneOf(n.iter().copied().map(number).collect());
    let cases = [
        ("address", own, other, Check::OwnAddress),
        ("address", own, other, Check::Equals(bytes(OWN))),
        ("uint8", "7", "8", Check::Max(Nat::from(7u8))),
        ("uint8", "7", "6", Check::Equals(number(7))),
        (
            "uint256",
            "0",
            "115792089237316195423570985008687907853269984665640564039457584007913129639935",
            Check::Max(Nat::from(u128::MAX)),
        ),
        ("int8", "-3", "3", Check::Equals(number(-3))),
        ("int8", "-1", "127", one_of(&[-1, 0, 1])),
        ("uint8", "2", "3", one_of(&[1, 2])),
        (
            "bytes4",
            "0xdeadbeef",
            "0xdeadbeee",
            Check::Equals(bytes([0xde, 0xad, 0xbe, 0xef])),
        ),
        ("bytes", "0x01", "0x0100", Check::Equals(bytes([1]))),
        (
            "string",
            "one",
            "two",
            Check::Equals(Constant::Text("one".into())),
        ),
        ("bool", "true", "false", Check::Equals(Constant::Flag(true))),
    ];
    for (of, good, bad, want) in cases {
        assert_eq!(check(of, good, &[at(0)], want.clone()), Ok(()), "{of} {good}");
        assert_eq!(check(of, bad, &[at(0)], Check::Any), Ok(()));
        let refused = check(of, bad, &[at(0)], want).unwrap_err();
        assert!(
            matches!(refused, Refused::ArgumentRefused { rule: 0, .. }),
            "{of} {bad}: {refused:?}"
        );
    }
}

#[test]
fn a_path_leads_into_tuples_and_arrays_and_the_refusal_names_the_place() {
    let max = || Check::Max(Nat::from(9u8));
    let of = "(address,uint8[])[2]";
    let value = "[(0x0000000000000000000000000000000000000001,[1,2]),(0x0000000000000000000000000000000000000002,[3,10])]";
    let each = [at(0), Step::Each, at(1), Step::Each];
    assert_eq!(
        check(of, value, &each, max()),
        Err(Refused::ArgumentRefused {
            function: "f((address,uint8[])[2])".into(),
            argument: "0[1][1][1]".into(),
            rule: 0,
            value: "10".into(),
            expected: "at most 9".into(),
        })
    );
    check(of, value, &[at(0), at(0), at(1), Step::Each], max()).unwrap();
    check(of, value, &[at(0), at(1), at(1), at(0)], max()).unwrap();
    let missing = check(of, value, &[at(0), at(1), at(1), at(2)], max()).unwrap_err();
    let Refused::ArgumentRefused { argument, value, .. } = missing else {
        panic!("{missing:?}")
    };
    assert_eq!((argument.as_str(), value.as_str()), ("0[1][1][2]", "missing"));
    check("uint8[]", "[]", &[at(0), Step::Each], max()).unwrap();
}

#[test]
fn all_rules_must_hold() {
    let signature = "f(uint8,uint8)";
    let rules = [
        rule(&[at(0)], Check::Any),
        rule(&[at(1)], Check::Max(Nat::from(5u8))),
        rule(&[at(1)], Check::OneOf(vec![number(3), number(7)])),
    ];
    let run = |n: &str| {
        rules::check(&rules, &function(signature), &values(signature, &["0", n]), OWN).map_err(|refused| {
            match refused {
                Refused::ArgumentRefused { rule, .. } => rule,
                other => panic!("{other:?}"),
            }
        })
    };
    assert_eq!((run("3"), run("7"), run("4")), (Ok(()), Err(1), Err(2)));
}

#[test]
fn a_refusal_shows_no_more_than_a_log_can_take() {
    let long = format!("0x{}", "ab".repeat(5000));
    let refused = check("bytes", &long, &[at(0)], Check::Equals(bytes([1]))).unwrap_err();
    let Refused::ArgumentRefused { value, .. } = refused else {
        panic!("{refused:?}")
    };
    assert!(value.len() < 80, "{value}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever bytes come: they are refused, or they are exactly what the arguments encode to.
    #[test]
    fn no_bytes_are_read_as_something_that_they_are_not(
        data in proptest::collection::vec(prop_oneof![4 => Just(0u8), 1 => 0..=96u8, 1 => any::<u8>()], 0..400),
        of in 0..5usize,
    ) {
        let signatures = ["f(uint8,bool)", "f(bytes,uint16[])", "f((string,address)[])", "f(bytes4[2],int8)", "f(uint64,address,uint32,uint8,bytes,bytes32[])"];
        let function = function(signatures[of]);
        if let Ok(arguments) = function.decode(&data) {
            prop_assert_eq!(encoded(&arguments), data);
            prop_assert!(DynSolType::matches_many(function.types(), &arguments));
        }
    }

    /// A byte that is changed, taken away or added is seen: as a refusal or as other arguments.
    #[test]
    fn two_encodings_never_mean_the_same(at in 0..256usize, bit in 0..8u32, n in any::<u64>(), blob in proptest::collection::vec(any::<u8>(), 0..70)) {
        let signature = "f(uint64,address,bytes)";
        let arguments = vec![
            DynSolValue::Uint(alloy::primitives::U256::from(n), 64),
            DynSolValue::Address(OWN.into()),
            DynSolValue::Bytes(blob),
        ];
        let data = encoded(&arguments);
        let mut changed = data.clone();
        changed[at % data.len()] ^= 1 << bit;
        if let Ok(read) = function(signature).decode(&changed) {
            prop_assert_ne!(read, arguments.clone());
        }
        prop_assert!(function(signature).decode(&data[..data.len() - 1]).is_err());
        prop_assert!(function(signature).decode(&[&data[..], &[0]].concat()).is_err());
        prop_assert_eq!(function(signature).decode(&data).unwrap(), arguments);
    }
}
