//! The command line is read word by word, and what is wrong in it is named.

use xtask::args::{Arg, Args, UsageError, one_of, unexpected};

fn args(line: &str) -> Args {
    Args::new(line.split_whitespace().map(str::to_owned))
}

fn flag(name: &str) -> Option<Arg> {
    Some(Arg::Flag(name.into()))
}

fn word(text: &str) -> Option<Arg> {
    Some(Arg::Word(text.into()))
}

#[test]
fn flags_words_and_rest_come_in_order() {
    let mut args = args("--quick name -x -- --quick more");
    assert_eq!(args.next().unwrap(), flag("--quick"));
    assert_eq!(args.next().unwrap(), word("name"));
    assert_eq!(args.next().unwrap(), word("-x"));
    assert_eq!(
        args.next().unwrap(),
        Some(Arg::Rest(vec!["--quick".into(), "more".into()]))
    );
    assert_eq!(args.next().unwrap(), None);
}

#[test]
fn a_value_stands_behind_a_space_or_an_equal_sign() {
    for line in ["--only evm rest", "--only=evm rest"] {
        let mut args = args(line);
        assert_eq!(args.next().unwrap(), flag("--only"));
        assert_eq!(args.value("--only").unwrap(), "evm");
        assert_eq!(args.next().unwrap(), word("rest"));
    }
}

#[test]
fn a_missing_value_is_an_error_and_takes_no_flag() {
    for line in ["--only", "--only --quick"] {
        let mut args = args(line);
        args.next().unwrap();
        let error = args.value("--only").unwrap_err();
        assert!(error.is::<UsageError>());
        assert_eq!(error.to_string(), "--only needs a value");
    }
}

#[test]
fn a_value_for_a_flag_without_one_is_an_error() {
    let mut args = args("--quick=yes");
    args.next().unwrap();
    assert_eq!(
        args.next().unwrap_err().to_string(),
        "the value \"yes\" belongs to no flag"
    );
}

#[test]
fn what_a_verb_does_not_have_is_named() {
    assert_eq!(
        unexpected(&Arg::Flag("--fast".into())).to_string(),
        "unknown flag --fast"
    );
    assert_eq!(
        unexpected(&Arg::Word("now".into())).to_string(),
        "unexpected \"now\""
    );
    assert_eq!(one_of("chain", "evm", ["solana", "evm"]).unwrap(), "evm");
    let error = one_of("chain", "EVM", ["solana", "evm"]).unwrap_err();
    assert_eq!(error.to_string(), "chain \"EVM\" is unknown; known: solana, evm");
}
