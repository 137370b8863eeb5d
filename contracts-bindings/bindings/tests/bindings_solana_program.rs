//! The program, loaded from its artifact and called through the bindings.

use anchor_lang::{InstructionData, ToAccountMetas, prelude::Pubkey, system_program};
use litesvm::LiteSVM;
use litesvm::types::{FailedTransactionMetadata, TransactionMetadata};
use novate_bindings::artifacts::SETTLEMENT_SO;
use novate_bindings::solana::settlement::{self, client, error::SettlementError, parsers, types};
use novate_bindings::solana::{address, event};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;

const AUTHORITY: Pubkey = Pubkey::new_from_array([7; 32]);
const GUARDIAN: Pubkey = Pubkey::new_from_array([8; 32]);
const LIMITS: types::Limits = types::Limits {
    challenge_window: 60,
    settle_window: 600,
    escape_delay: 3_600,
    authority_delay: 3_600,
    max_intents: 100,
    max_deltas: 100,
    max_items: 100,
};

fn machine() -> (LiteSVM, Keypair) {
    let mut svm = LiteSVM::new();
    svm.add_program(settlement::ID, SETTLEMENT_SO).unwrap();
    let admin = Keypair::new();
    svm.airdrop(&admin.pubkey(), 1_000_000_000).unwrap();
    (svm, admin)
}

#[expect(clippy::result_large_err, reason = "LiteSVM's own error")]
fn initialize(
    svm: &mut LiteSVM,
    admin: &Keypair,
    authority: Pubkey,
) -> Result<TransactionMetadata, FailedTransactionMetadata> {
    let accounts = client::accounts::Initialize {
        admin: admin.pubkey(),
        config: address::settlement::config(&admin.pubkey()),
        system_program: system_program::ID,
    };
    let args = types::InitializeArgs {
        chain: 101,
        authority,
        guardian: GUARDIAN,
        limits: LIMITS,
    };
    let instruction = Instruction {
        program_id: settlement::ID,
        accounts: accounts.to_account_metas(None),
        data: client::args::Initialize { args }.data(),
    };
    let message = Message::new(&[instruction], Some(&admin.pubkey()));
    svm.send_transaction(Transaction::new(&[admin], message, svm.latest_blockhash()))
}

#[test]
fn initialized_settlement_is_read_back() {
    let (mut svm, admin) = machine();
    let done = initialize(&mut svm, &admin, AUTHORITY).unwrap();

    let account = svm
        .get_account(&address::settlement::config(&admin.pubkey()))
        .unwrap();
    let Ok(parsers::Account::Config(config)) = parsers::Account::parse(&account.data) else {
        panic!("a config")
    };
    assert_eq!(
        (config.admin, config.guardian, config.authority),
        (admin.pubkey(), GUARDIAN, AUTHORITY)
    );
    assert_eq!((config.chain, config.paused), (101, 0));

    let events = event::from_logs(done.logs.iter().map(String::as_str)).unwrap();
    let [parsers::Event::Initialized(initialized)] = events.as_slice() else {
        panic!("one event")
    };
    assert_eq!(
        (initialized.config, initialized.chain),
        (address::settlement::config(&admin.pubkey()), 101)
    );
}

#[test]
fn refusal_is_an_error_of_the_idl() {
    let (mut svm, admin) = machine();
    let failed = initialize(&mut svm, &admin, Pubkey::default()).unwrap_err();
    let code = u32::from(SettlementError::MissingKey);
    let expected = format!("custom program error: {code:#x}");
    assert!(
        failed.meta.logs.iter().any(|line| line.ends_with(&expected)),
        "{:?}",
        failed.meta.logs
    );
    assert!(
        svm.get_account(&address::settlement::config(&admin.pubkey()))
            .is_none()
    );
}
