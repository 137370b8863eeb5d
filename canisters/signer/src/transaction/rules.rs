//! Rules for the arguments of a call: whether they fit the function's types, and whether a call keeps them.

use super::function::{Function, canonical};
use alloy_dyn_abi::{DynSolType, DynSolValue};
use candid::{Int, Nat};
use num_bigint::{BigInt, BigUint, Sign};
use signer_api::{ArgumentRule, Check, Constant, Step, TransactionRefusal};
use std::collections::BTreeSet;

/// Most rules for one function, and most values to choose from in one rule.
const MOST: usize = 64;
/// Most steps of a path; alloy decodes no deeper types.
const DEEPEST: usize = 16;

/// Whether the rules fit the function, and speak of each part of its arguments: what nobody thought of is not signed.
///
/// # Errors
/// [`TransactionRefusal::RuleMalformed`], [`TransactionRefusal::ArgumentWithoutRule`],
/// [`TransactionRefusal::PartWithoutRule`].
pub fn fit(rules: &[ArgumentRule], function: &Function) -> Result<(), TransactionRefusal> {
    for (index, rule) in rules.iter().enumerate() {
        let fits = match index < MOST {
            true => fits(rule, function.types()),
            false => Err(format!("a function has at most {MOST} rules")),
        };
        fits.map_err(|reason| TransactionRefusal::RuleMalformed {
            rule: index as u64,
            reason,
        })?;
    }
    let paths: Vec<&[Step]> = rules.iter().map(|rule| rule.path.as_slice()).collect();
    for (argument, of) in (0..).zip(function.types()) {
        let ways = into(&paths, |step| step == Step::Index(argument));
        if ways.is_empty() {
            let argument = argument.into();
            return Err(TransactionRefusal::ArgumentWithoutRule { argument });
        }
        covered(of, &ways, &argument.to_string())
            .map_err(|part| TransactionRefusal::PartWithoutRule { part })?;
    }
    Ok(())
}

/// What is left of the paths that go on with such a step.
fn into<'a>(ways: &[&'a [Step]], goes: impl Fn(Step) -> bool) -> Vec<&'a [Step]> {
    let steps = ways.iter().filter_map(|way| way.split_first());
    steps
        .filter(|(step, _)| goes(**step))
        .map(|(_, rest)| rest)
        .collect()
}

fn index(way: &[Step]) -> Option<u32> {
    match way.first() {
        Some(Step::Index(index)) => Some(*index),
        _ => None,
    }
}

/// Whether the paths, which begin at a value of this type, end at each simple value in it or at something around it;
/// otherwise, where none does. An array without a fixed length needs [`Step::Each`]: it may have more elements than
/// anybody counted.
fn covered(of: &DynSolType, ways: &[&[Step]], place: &str) -> Result<(), String> {
    if ways.is_empty() {
        return Err(place.to_owned());
    }
    if ways.iter().any(|way| way.is_empty()) {
        return Ok(()); // only Any fits something that has parts
    }
    let one = |of, index: u32| {
        let ways = into(ways, |step| step == Step::Each || step == Step::Index(index));
        covered(of, &ways, &format!("{place}[{index}]"))
    };
    let each = |of| {
        let ways = into(ways, |step| step == Step::Each);
        covered(of, &ways, &format!("{place}[each]"))
    };
    match of {
        DynSolType::Tuple(components) => (0..).zip(components).try_for_each(|(i, of)| one(of, i)),
        DynSolType::FixedArray(element, length) => {
            // Elements that no rule names are covered by Each or not at all, and then so are the others.
            let named: BTreeSet<u32> = ways.iter().filter_map(|way| index(way)).collect();
            match named.len() < *length {
                true => each(element),
                false => named.into_iter().try_for_each(|i| one(element, i)),
            }
        }
        DynSolType::Array(element) => each(element),
        _ => Ok(()), // a path does not go on from a simple value
    }
}

fn fits(rule: &ArgumentRule, arguments: &[DynSolType]) -> Result<(), String> {
    if rule.path.len() > DEEPEST {
        return Err(format!("a path has at most {DEEPEST} steps"));
    }
    let Some((Step::Index(first), rest)) = rule.path.split_first() else {
        return Err("the path must begin with the index of an argument".into());
    };
    let mut found = component(arguments, *first)?;
    for step in rest {
        found = match (found, step) {
            (DynSolType::Tuple(components), Step::Index(i)) => component(components, *i)?,
            (DynSolType::FixedArray(_, length), Step::Index(i)) if *i as usize >= *length => {
                return Err(format!("there is no element {i}: the array has {length}"));
            }
            (DynSolType::Array(element) | DynSolType::FixedArray(element, _), _) => element,
            (other, step) => {
                return Err(format!("{} has no part {step:?}", canonical(other)));
            }
        };
    }
    let constants = match &rule.check {
        Check::Any => return Ok(()),
        Check::OwnAddress if matches!(found, DynSolType::Address) => return Ok(()),
        Check::Max(_) if matches!(found, DynSolType::Uint(_)) => return Ok(()),
        Check::Equals(constant) => std::slice::from_ref(constant),
        Check::OneOf(constants) if (1..=MOST).contains(&constants.len()) => constants,
        Check::OneOf(constants) => {
            return Err(format!("OneOf has {} values: give 1 to {MOST}", constants.len()));
        }
        Check::OwnAddress => {
            return Err(format!(
                "OwnAddress is for an address, not for {}",
                canonical(found)
            ));
        }
        Check::Max(_) => {
            return Err(format!(
                "Max is for unsigned numbers, not for {}",
                canonical(found)
            ));
        }
    };
    match constants.iter().find(|constant| !is_of(constant, found)) {
        Some(wrong) => Err(format!("{} cannot be a {}", text(wrong), canonical(found))),
        None => Ok(()),
    }
}

fn component(types: &[DynSolType], index: u32) -> Result<&DynSolType, String> {
    types
        .get(index as usize)
        .ok_or_else(|| format!("there is no part {index}: there are {}", types.len()))
}

/// Whether the constant can be a value of the type.
fn is_of(constant: &Constant, of: &DynSolType) -> bool {
    match (constant, of) {
        (Constant::Bytes(bytes), DynSolType::Address) => bytes.len() == 20,
        (Constant::Bytes(bytes), DynSolType::Function) => bytes.len() == 24,
        (Constant::Bytes(bytes), DynSolType::FixedBytes(length)) => bytes.len() == *length,
        (Constant::Bytes(_), DynSolType::Bytes)
        | (Constant::Text(_), DynSolType::String)
        | (Constant::Flag(_), DynSolType::Bool) => true,
        (Constant::Number(number), DynSolType::Uint(bits)) => {
            number.0.sign() != Sign::Minus && number.0.bits() <= *bits as u64
        }
        // -2^(n-1) needs n bits for its magnitude and is the only such number that fits.
        (Constant::Number(number), DynSolType::Int(bits)) => {
            let magnitude = match number.0.sign() {
                Sign::Minus => &number.0 + 1,
                _ => number.0.clone(),
            };
            magnitude.bits() < *bits as u64
        }
        _ => false,
    }
}

/// Whether the arguments keep all rules. `own` is the address of the key that would sign.
///
/// # Errors
/// [`TransactionRefusal::ArgumentRefused`].
pub fn check(
    rules: &[ArgumentRule],
    function: &Function,
    arguments: &[DynSolValue],
    own: [u8; 20],
) -> Result<(), TransactionRefusal> {
    for (index, rule) in rules.iter().enumerate() {
        let kept = keeps(arguments, "", &rule.path, &rule.check, own);
        kept.map_err(|broken| TransactionRefusal::ArgumentRefused {
            function: function.signature().to_owned(),
            argument: broken.place,
            rule: index as u64,
            value: broken.value,
            expected: broken.expected,
        })?;
    }
    Ok(())
}

struct Broken {
    place: String,
    value: String,
    expected: String,
}

/// Follows the path from values that stand side by side; `place` is where they are.
fn keeps(
    values: &[DynSolValue],
    place: &str,
    path: &[Step],
    check: &Check,
    own: [u8; 20],
) -> Result<(), Broken> {
    let Some((step, rest)) = path.split_first() else {
        return Ok(()); // the caller does not go past the end of a path
    };
    let wanted = match step {
        Step::Index(index) => *index as usize..*index as usize + 1,
        Step::Each => 0..values.len(),
    };
    for index in wanted {
        let place = match place {
            "" => index.to_string(),
            place => format!("{place}[{index}]"),
        };
        let Some(value) = values.get(index) else {
            return Err(Broken {
                place,
                value: "missing".into(),
                expected: "an element".into(),
            });
        };
        if rest.is_empty() {
            holds(value, check, own).map_err(|expected| Broken {
                place,
                value: shown(value),
                expected,
            })?;
        } else {
            let parts = value.as_fixed_seq().or(value.as_array()).unwrap_or_default();
            keeps(parts, &place, rest, check, own)?;
        }
    }
    Ok(())
}

/// Whether the value is as the check wants it; otherwise, what it wants.
fn holds(value: &DynSolValue, check: &Check, own: [u8; 20]) -> Result<(), String> {
    match check {
        Check::Any => Ok(()),
        Check::OwnAddress => match value.as_address() {
            Some(address) if address.0.0 == own => Ok(()),
            _ => Err(format!("our own address 0x{}", hex::encode(own))),
        },
        Check::Max(max) => match value.as_uint() {
            Some((number, _)) if BigUint::from_bytes_be(&number.to_be_bytes::<32>()) <= max.0 => Ok(()),
            _ => Err(format!("at most {}", decimal(max))),
        },
        Check::Equals(constant) if equals(value, constant) => Ok(()),
        Check::Equals(constant) => Err(text(constant)),
        Check::OneOf(constants) if constants.iter().any(|constant| equals(value, constant)) => Ok(()),
        Check::OneOf(constants) => Err(format!("one of {} values", constants.len())),
    }
}

fn equals(value: &DynSolValue, constant: &Constant) -> bool {
    match (value, constant) {
        (DynSolValue::Address(address), Constant::Bytes(bytes)) => address.as_slice() == bytes.as_slice(),
        (DynSolValue::Function(function), Constant::Bytes(bytes)) => function.as_slice() == bytes.as_slice(),
        (DynSolValue::FixedBytes(word, length), Constant::Bytes(bytes)) => {
            word.get(..*length) == Some(bytes.as_slice())
        }
        (DynSolValue::Bytes(value), Constant::Bytes(bytes)) => value == bytes.as_slice(),
        (DynSolValue::String(value), Constant::Text(text)) => value == text,
        (DynSolValue::Bool(value), Constant::Flag(flag)) => value == flag,
        (_, Constant::Number(Int(expected))) => number(value).is_some_and(|number| number == *expected),
        _ => false,
    }
}

fn number(value: &DynSolValue) -> Option<BigInt> {
    match value {
        DynSolValue::Uint(number, _) => Some(BigUint::from_bytes_be(&number.to_be_bytes::<32>()).into()),
        DynSolValue::Int(number, _) => Some(BigInt::from_signed_bytes_be(&number.to_be_bytes::<32>())),
        _ => None,
    }
}

/// A value as the refusal shows it: short, because it is logged.
fn shown(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Address(address) => bytes(address.as_slice()),
        DynSolValue::Function(function) => bytes(function.as_slice()),
        DynSolValue::FixedBytes(word, length) => bytes(word.get(..*length).unwrap_or_default()),
        DynSolValue::Bytes(value) => bytes(value),
        DynSolValue::String(text) => text.chars().take(64).collect(),
        DynSolValue::Bool(flag) => flag.to_string(),
        value => number(value).map_or_else(|| "several values".into(), |number| number.to_string()),
    }
}

fn text(constant: &Constant) -> String {
    match constant {
        Constant::Bytes(value) => bytes(value),
        Constant::Number(number) => number.0.to_string(),
        Constant::Text(text) => text.chars().take(64).collect(),
        Constant::Flag(flag) => flag.to_string(),
    }
}

fn bytes(value: &[u8]) -> String {
    let shown = hex::encode(&value[..value.len().min(32)]);
    let rest = if value.len() > 32 { "…" } else { "" };
    format!("0x{shown}{rest}")
}

fn decimal(number: &Nat) -> String {
    number.0.to_string()
}
