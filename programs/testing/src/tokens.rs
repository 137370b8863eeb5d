//! Mints and token accounts, made by the real token programs.

use anchor_spl::{
    associated_token::{
        get_associated_token_address_with_program_id,
        spl_associated_token_account::instruction as associated_account,
    },
    token_2022::spl_token_2022::{
        extension::{ExtensionType, StateWithExtensions},
        instruction::{self as token, AuthorityType},
        state::{Account, Mint},
    },
};
use litesvm::types::TransactionResult;
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_system_interface::instruction::create_account;

use crate::Chain;

/// Both token programs, for tests of what must hold for either.
pub const TOKEN_PROGRAMS: [Address; 2] = [anchor_spl::token::ID, anchor_spl::token_2022::ID];

pub const DECIMALS: u8 = 6;

/// An extension of a mint, and the instruction that puts it there, given the token program and the mint.
pub type Extension = (ExtensionType, fn(&Address, &Address) -> Instruction);

/// A new mint with [`DECIMALS`] and these extensions; the chain's minter may mint.
pub fn mint(chain: &mut Chain, token_program: &Address, extensions: &[Extension]) -> Address {
    mint_with(chain, token_program, DECIMALS, None, extensions)
}

/// The same with other decimals and perhaps a freeze authority.
pub fn mint_with(
    chain: &mut Chain,
    token_program: &Address,
    decimals: u8,
    freeze: Option<&Address>,
    extensions: &[Extension],
) -> Address {
    let minter = chain.minter.insecure_clone();
    let mint = chain.key();
    let address = mint.pubkey();
    let types: Vec<_> = extensions.iter().map(|(extension, _)| *extension).collect();
    let space = ExtensionType::try_calculate_account_len::<Mint>(&types).unwrap();
    let mut instructions = vec![create(chain, &address, space, token_program)];
    instructions.extend(extensions.iter().map(|(_, init)| init(token_program, &address)));
    instructions
        .push(token::initialize_mint2(token_program, &address, &minter.pubkey(), freeze, decimals).unwrap());
    chain.send(&instructions, &[&minter, &mint]).unwrap();
    address
}

/// A new NFT in a new token account of `owner`: supply 1, no decimals, and nobody may mint another. Returns mint and
/// token account.
pub fn nft(chain: &mut Chain, token_program: &Address, owner: &Address) -> (Address, Address) {
    let mint = mint_with(chain, token_program, 0, None, &[]);
    let holder = account(chain, &mint, owner, 1);
    set_mint_authority(chain, &mint, None).unwrap();
    (mint, holder)
}

/// A new token account of `owner` with `amount` fresh base units.
pub fn account(chain: &mut Chain, mint: &Address, owner: &Address, amount: u64) -> Address {
    let (minter, token_program) = (chain.minter.insecure_clone(), program_of(chain, mint));
    let account = chain.key();
    // A mint's extensions may want some of the account.
    let mint_data = chain.data(mint);
    let of_mint = StateWithExtensions::<Mint>::unpack(&mint_data).unwrap();
    let of_mint =
        anchor_spl::token_2022::spl_token_2022::extension::BaseStateWithExtensions::get_extension_types(
            &of_mint,
        );
    let types = ExtensionType::get_required_init_account_extensions(&of_mint.unwrap());
    let space = ExtensionType::try_calculate_account_len::<Account>(&types).unwrap();
    let instructions = [
        create(chain, &account.pubkey(), space, &token_program),
        token::initialize_account3(&token_program, &account.pubkey(), mint, owner).unwrap(),
    ];
    chain.send(&instructions, &[&minter, &account]).unwrap();
    if amount > 0 {
        mint_to(chain, mint, &account.pubkey(), amount).unwrap();
    }
    account.pubkey()
}

/// The associated token account of `owner`, created if it is not there.
pub fn associated(chain: &mut Chain, mint: &Address, owner: &Address) -> Address {
    let (minter, token_program) = (chain.minter.insecure_clone(), program_of(chain, mint));
    let create = associated_account::create_associated_token_account_idempotent(
        &minter.pubkey(),
        owner,
        mint,
        &token_program,
    );
    chain.send(&[create], &[&minter]).unwrap();
    get_associated_token_address_with_program_id(owner, mint, &token_program)
}

/// Mints to a token account.
pub fn mint_to(chain: &mut Chain, mint: &Address, to: &Address, amount: u64) -> TransactionResult {
    let (minter, token_program) = (chain.minter.insecure_clone(), program_of(chain, mint));
    let minted = token::mint_to(&token_program, mint, to, &minter.pubkey(), &[], amount);
    chain.send(&[minted.unwrap()], &[&minter])
}

/// Gives the minter's right away, or up.
pub fn set_mint_authority(chain: &mut Chain, mint: &Address, to: Option<&Address>) -> TransactionResult {
    let (minter, token_program) = (chain.minter.insecure_clone(), program_of(chain, mint));
    let kind = AuthorityType::MintTokens;
    let set = token::set_authority(&token_program, mint, to, kind, &minter.pubkey(), &[]);
    chain.send(&[set.unwrap()], &[&minter])
}

/// Base units in a token account.
#[track_caller]
pub fn amount(chain: &Chain, account: &Address) -> u64 {
    StateWithExtensions::<Account>::unpack(&chain.data(account))
        .unwrap()
        .base
        .amount
}

/// The token program of a mint or of a token account.
#[track_caller]
pub fn program_of(chain: &Chain, address: &Address) -> Address {
    chain.svm.get_account(address).expect("a mint").owner
}

fn create(chain: &Chain, address: &Address, space: usize, owner: &Address) -> Instruction {
    let rent = chain.svm.minimum_balance_for_rent_exemption(space);
    create_account(&chain.minter.pubkey(), address, rent, space as u64, owner)
}

/// Moves tokens by the token program alone.
pub fn transfer(
    chain: &mut Chain,
    from: &Address,
    to: &Address,
    owner: &Keypair,
    amount: u64,
) -> TransactionResult {
    let data = chain.data(from);
    let mint = StateWithExtensions::<Account>::unpack(&data).unwrap().base.mint;
    let mint_data = chain.data(&mint);
    let decimals = StateWithExtensions::<Mint>::unpack(&mint_data)
        .unwrap()
        .base
        .decimals;
    let token_program = program_of(chain, from);
    let owner_key = owner.pubkey();
    let moved = token::transfer_checked(&token_program, from, &mint, to, &owner_key, &[], amount, decimals);
    chain.send(&[moved.unwrap()], &[owner])
}
