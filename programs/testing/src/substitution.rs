//! Every account of a call replaced by wrong ones.
//!
//! ```no_run
//! # use program_testing::{*, substitution::Substitutions};
//! # let (mut chain, staking, call, alice, other_pool): (Chain, _, solana_instruction::Instruction,
//! #     solana_keypair::Keypair, solana_address::Address) = todo!();
//! # let _: solana_address::Address = staking;
//! Substitutions::new("staking", &call, &[&alice])
//!     .wrong("pool", other_pool)           // of the same type, but it does not belong here
//!     .harmless("destination", "owner")    // what is no mistake, by the names it is reported with
//!     .assert_refused(&mut chain);
//! ```

use litesvm::types::{FailedTransactionMetadata, TransactionResult};
use solana_account::Account;
use solana_address::Address;
use solana_instruction::{Instruction, error::InstructionError};
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::TransactionError;

use crate::{Chain, SYSTEM_PROGRAM, idl, tokens::TOKEN_PROGRAMS};

/// In the place of a signer: the right one who does not sign.
pub const UNSIGNED: &str = "unsigned";
/// In the place of a signer: somebody else who signs.
pub const STRANGER: &str = "stranger";
/// Nothing lies at the address.
pub const MISSING: &str = "missing";
/// The same bytes, as another program's account.
pub const FOREIGN: &str = "foreign";
/// In the place of a program: another one.
pub const PROGRAM: &str = "program";

/// A call that goes through, and what must be refused in the place of its accounts: for each of them every other account
/// of the call, which covers other types and the same account given twice; the five above; and what [`Self::wrong`]
/// adds.
pub struct Substitutions<'a> {
    program: &'a str,
    /// What comes before the call in its transaction.
    before: Vec<Instruction>,
    call: Instruction,
    signers: Vec<&'a Keypair>,
    names: Vec<String>,
    wrong: Vec<(String, Address)>,
    harmless: Vec<(String, String)>,
}

/// One account replaced.
struct Trial<'a> {
    /// Name of the account, and of what stands in its place.
    name: (String, String),
    call: Instruction,
    signers: Vec<&'a Keypair>,
}

impl<'a> Substitutions<'a> {
    /// A call of a program of ours, by the name of its library.
    pub fn new(program: &'a str, call: &Instruction, signers: &[&'a Keypair]) -> Self {
        let known = idl::instructions(program);
        let this = known
            .into_iter()
            .find(|known| call.data.starts_with(&known.discriminator));
        let names = this.expect("an instruction of the program").accounts;
        Self::named(program, &names, call, signers)
    }

    /// A call of any program, whose accounts have these names; what follows them is called `remaining_0` and so on.
    pub fn named(
        program: &'a str,
        names: &[impl ToString],
        call: &Instruction,
        signers: &[&'a Keypair],
    ) -> Self {
        let mut names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let fixed = names.len();
        names.extend((fixed..call.accounts.len()).map(|at| format!("remaining_{}", at - fixed)));
        Self {
            program,
            before: Vec::new(),
            call: call.clone(),
            signers: signers.to_vec(),
            names,
            wrong: Vec::new(),
            harmless: Vec::new(),
        }
    }

    /// Instructions that the call needs before it, like the verification of a signature. They need no signer.
    #[must_use]
    pub fn after(mut self, instructions: &[Instruction]) -> Self {
        self.before = instructions.to_vec();
        self
    }

    /// Must be refused in the place of the account `name`: one of the same type that belongs to something else.
    #[must_use]
    pub fn wrong(mut self, name: &str, address: Address) -> Self {
        self.index(name);
        self.wrong.push((name.to_owned(), address));
        self
    }

    /// May stand in the place of the account `name`: another account's name or one of the constants above. That this
    /// goes through is checked no less.
    #[must_use]
    pub fn harmless(mut self, name: &str, instead: &str) -> Self {
        self.index(name);
        self.harmless.push((name.to_owned(), instead.to_owned()));
        self
    }

    /// Tries all of them, each on the chain as it is now, and then the right call.
    ///
    /// # Panics
    /// With a list of every wrong account that was accepted, every harmless one that was refused, and every failure
    /// that was no refusal: the program was aborted, or the runtime undid what it had done.
    #[track_caller]
    pub fn assert_refused(self, chain: &mut Chain) {
        let stranger = chain.user();
        let payer = chain.user();
        let trials = self.trials(chain, &stranger);
        let mut mistakes = Vec::new();
        let before = chain.svm.clone();
        for trial in &trials {
            let may = self.harmless.contains(&trial.name);
            let (name, instead) = &trial.name;
            match self.judge(self.send(chain, &payer, &trial.call, &trial.signers)) {
                Verdict::Accepted => {
                    if !may {
                        mistakes.push(format!("accepts {instead} as {name}"));
                    }
                    // What went through must not stay for the next one.
                    chain.svm = before.clone();
                }
                Verdict::Refused(error) if may => mistakes.push(format!(
                    "refuses {instead} as {name} ({error:?}), which is called harmless"
                )),
                Verdict::Refused(_) => {}
                Verdict::Aborted(error) => mistakes.push(format!(
                    "given {instead} as {name}, does not refuse but ends with {error:?}"
                )),
            }
        }
        for (name, instead) in &self.harmless {
            if !trials
                .iter()
                .any(|trial| trial.name == (name.clone(), instead.clone()))
            {
                mistakes.push(format!("is never given {instead} as {name}"));
            }
        }
        // Else all of the above would be refused for another reason.
        if let Err(failed) = self.send(chain, &payer, &self.call, &self.signers) {
            mistakes.push(format!("refuses the right call: {:?}", failed.err));
        }
        assert!(
            mistakes.is_empty(),
            "{}:\n  {}",
            self.program,
            mistakes.join("\n  ")
        );
    }

    fn send(
        &self,
        chain: &mut Chain,
        payer: &Keypair,
        call: &Instruction,
        signers: &[&Keypair],
    ) -> TransactionResult {
        let instructions = [self.before.as_slice(), std::slice::from_ref(call)].concat();
        chain.send(&instructions, &[&[payer], signers].concat())
    }

    fn judge(&self, result: TransactionResult) -> Verdict {
        let Err(failed) = result else {
            return Verdict::Accepted;
        };
        match &failed.err {
            TransactionError::InstructionError(index, error)
                if usize::from(*index) == self.before.len() && is_refusal(&failed, error) =>
            {
                Verdict::Refused(error.clone())
            }
            error => Verdict::Aborted(error.clone()),
        }
    }

    fn trials<'b>(&self, chain: &mut Chain, stranger: &'b Keypair) -> Vec<Trial<'b>>
    where
        'a: 'b,
    {
        let mut trials = Vec::new();
        for (index, account) in self.call.accounts.iter().enumerate() {
            let wrong = self.wrong.iter().filter(|(name, _)| *name == self.names[index]);
            let mut instead: Vec<_> = wrong
                .map(|(_, address)| (address.to_string(), *address))
                .collect();
            let others = self.call.accounts.iter().zip(&self.names);
            let others = others.filter(|(other, _)| other.is_signer || !account.is_signer);
            instead.extend(others.map(|(other, name)| (name.clone(), other.pubkey)));
            if account.is_signer {
                instead.push((STRANGER.into(), stranger.pubkey()));
                trials.extend(self.unsigned(index));
            } else if is_program(chain, &account.pubkey) {
                instead.push((PROGRAM.into(), other_token_program(&account.pubkey)));
            } else {
                instead.push((MISSING.into(), chain.address()));
                instead.push((FOREIGN.into(), foreign(chain, &account.pubkey)));
            }
            instead.retain(|(_, address)| *address != account.pubkey);
            trials.extend(
                instead
                    .into_iter()
                    .map(|(label, address)| self.trial(index, label, address, stranger)),
            );
        }
        trials
    }

    /// Another address at `index`, with the signatures that the call then needs.
    fn trial<'b>(&self, index: usize, label: String, address: Address, stranger: &'b Keypair) -> Trial<'b>
    where
        'a: 'b,
    {
        let mut call = self.call.clone();
        call.accounts[index].pubkey = address;
        let signs = |key: &Keypair| {
            call.accounts
                .iter()
                .any(|account| account.is_signer && account.pubkey == key.pubkey())
        };
        let signers = self.signers.iter().copied().chain([stranger]);
        Trial {
            name: (self.names[index].clone(), label),
            signers: signers.filter(|key| signs(key)).collect(),
            call,
        }
    }

    /// The right account at `index` without its signature; nothing when it signs for another place of the call.
    fn unsigned(&self, index: usize) -> Option<Trial<'a>> {
        let mut call = self.call.clone();
        call.accounts[index].is_signer = false;
        let address = call.accounts[index].pubkey;
        let still = call
            .accounts
            .iter()
            .any(|account| account.is_signer && account.pubkey == address);
        (!still).then(|| Trial {
            name: (self.names[index].clone(), UNSIGNED.into()),
            signers: self
                .signers
                .iter()
                .copied()
                .filter(|key| key.pubkey() != address)
                .collect(),
            call,
        })
    }

    fn index(&self, name: &str) -> usize {
        let index = self.names.iter().position(|known| known == name);
        index.unwrap_or_else(|| panic!("{} has no account {name:?}: {:?}", self.program, self.names))
    }
}

/// Was the account looked at and refused? So it is by an error of a program's own, by what the programs of tokens, of
/// the system and of sysvars say to a wrong account, by the runtime when the program to call is not there, and by its
/// guard against using an account that is in use. All else is no answer but an accident.
fn is_refusal(failed: &FailedTransactionMetadata, error: &InstructionError) -> bool {
    match error {
        InstructionError::Custom(_)
        | InstructionError::AccountBorrowFailed
        | InstructionError::IncorrectProgramId
        | InstructionError::InvalidAccountData
        | InstructionError::InvalidAccountOwner
        | InstructionError::MissingAccount
        | InstructionError::MissingRequiredSignature
        | InstructionError::UninitializedAccount
        | InstructionError::UnsupportedSysvar => true,
        // A token program leaves it to the runtime whose an account is; ours must not.
        InstructionError::ExternalAccountDataModified => {
            let mut failures = TOKEN_PROGRAMS.iter().map(|id| format!("Program {id} failed"));
            failures.any(|failure| failed.meta.logs.iter().any(|line| line.starts_with(&failure)))
        }
        _ => false,
    }
}

/// What came of a trial.
enum Verdict {
    Accepted,
    Refused(InstructionError),
    Aborted(TransactionError),
}

fn is_program(chain: &Chain, address: &Address) -> bool {
    *address == SYSTEM_PROGRAM
        || chain
            .svm
            .get_account(address)
            .is_some_and(|account| account.executable)
}

/// A program that is not this one, and the most like it if it is a token program.
fn other_token_program(program: &Address) -> Address {
    let [old, new] = TOKEN_PROGRAMS;
    if *program == old { new } else { old }
}

/// A copy of an account as another program's; of an account that is not there, an empty one.
fn foreign(chain: &mut Chain, address: &Address) -> Address {
    let account = chain.svm.get_account(address);
    let mut account = account.unwrap_or_else(|| Account::new(10_000_000, 1_024, &SYSTEM_PROGRAM));
    account.owner = other_token_program(&account.owner);
    let copy = chain.address();
    chain.svm.set_account(copy, account).unwrap();
    copy
}
