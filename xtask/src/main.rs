//! `cargo xtask VERB`: finds the verb and runs it.

use std::process::ExitCode;
use xtask::{
    VERBS, Verb,
    args::{Args, UsageError},
};

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if words.is_empty() || is_help(&words[0]) {
        print!("{}", overview());
        return ExitCode::SUCCESS;
    }
    let name = words.remove(0);
    let Some(verb) = VERBS.iter().find(|verb| verb.name == name) else {
        eprint!("error: there is no verb {name:?}\n\n{}", overview());
        return ExitCode::from(2);
    };
    if words
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| is_help(word))
    {
        print!("{}", verb.help);
        return ExitCode::SUCCESS;
    }
    match (verb.run)(Args::new(words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<UsageError>() => {
            eprintln!("error: {error}; see: cargo xtask {name} --help");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_help(word: &str) -> bool {
    matches!(word, "--help" | "-h" | "help")
}

fn overview() -> String {
    let verbs: String = VERBS
        .iter()
        .map(|Verb { name, about, .. }| format!("  {name:<15}{about}\n"))
        .collect();
    format!("cargo xtask VERB [--help]\n\n{verbs}")
}
