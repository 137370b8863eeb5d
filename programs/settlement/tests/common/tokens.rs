//! Mints and token accounts, made by the real token programs.

use anchor_spl::token_2022::spl_token_2022::extension::{ExtensionType, StateWithExtensions};
use anchor_spl::token_2022::spl_token_2022::instruction as token;
use anchor_spl::token_2022::spl_token_2022::state::{Account, Mint};
use litesvm::types::TransactionResult;
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_system_interface::instruction::create_account;

use super::{Asset, World};

pub const DECIMALS: u8 = 6;

/// An extension of a mint, and the instruction that puts it there, given the token program and the mint.
pub type Extension = (ExtensionType, fn(&Address, &Address) -> Instruction);

/// A new mint with these extensions; the admin may mint.
pub fn mint(world: &mut World, token_program: &Address, extensions: &[Extension]) -> Address {
    let admin = world.admin.insecure_clone();
    let mint = Keypair::new();
    let types: Vec<_> = extensions.iter().map(|(extension, _)| *extension).collect();
    let space = ExtensionType::try_calculate_account_len::<Mint>(&types).unwrap();
    let mut instructions = vec![create(world, &mint.pubkey(), space, token_program)];
    instructions.extend(
        extensions
            .iter()
            .map(|(_, init)| init(token_program, &mint.pubkey())),
    );
    instructions.push(
        token::initialize_mint2(token_program, &mint.pubkey(), &admin.pubkey(), None, DECIMALS).unwrap(),
    );
    world.send(&instructions, &[&admin, &mint]).unwrap();
    mint.pubkey()
}

/// A new token account of `owner` with `amount` fresh base units.
pub fn account(world: &mut World, asset: &Asset, owner: &Address, amount: u64) -> Address {
    let Asset {
        mint, token_program, ..
    } = asset;
    let admin = world.admin.insecure_clone();
    let account = Keypair::new();
    let space = ExtensionType::try_calculate_account_len::<Account>(&[]).unwrap();
    let instructions = [
        create(world, &account.pubkey(), space, token_program),
        token::initialize_account3(token_program, &account.pubkey(), mint, owner).unwrap(),
    ];
    world.send(&instructions, &[&admin, &account]).unwrap();
    mint_to(world, asset, &account.pubkey(), amount).unwrap();
    account.pubkey()
}

/// Mints to a token account.
pub fn mint_to(world: &mut World, asset: &Asset, to: &Address, amount: u64) -> TransactionResult {
    let admin = world.admin.insecure_clone();
    let minted = token::mint_to(
        &asset.token_program,
        &asset.mint,
        to,
        &admin.pubkey(),
        &[],
        amount,
    );
    world.send(&[minted.unwrap()], &[&admin])
}

/// Base units in a token account.
pub fn amount(world: &World, account: &Address) -> u64 {
    let data = world.svm.get_account(account).unwrap().data;
    StateWithExtensions::<Account>::unpack(&data).unwrap().base.amount
}

fn create(world: &World, address: &Address, space: usize, owner: &Address) -> Instruction {
    let rent = world.svm.minimum_balance_for_rent_exemption(space);
    create_account(&world.admin.pubkey(), address, rent, space as u64, owner)
}
