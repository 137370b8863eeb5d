//! A chain with the program on it, a creator with tokens, an authority, and recipients.

use anchor_lang::{InstructionData, ToAccountMetas};
use litesvm::types::TransactionResult;
use novate_protocol::ids::Owner;
use novate_protocol::leaf::RewardLeaf;
use novate_protocol::merkle::Tree;
use program_testing::tokens;
use program_testing::{Chain, instruction};
use rewards::ID;
use rewards::instruction as call;
use rewards::instructions::{ClaimMerkleArgs, CreateDistributionArgs, IssueOrderRewardArgs, PublishRootArgs};
use rewards::state::{
    Allocation, ClaimRecord, Distribution, Kind, OrderLimit, Revocability, Totals, Vesting,
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::accounts::{allocation_of, distribution_of, order_of, record_of, tokens_of};

pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 24 * HOUR;

/// What the creator has at first, in base units.
pub const PURSE: u64 = 1_000_000;

/// 100 base units an order, 250 an hour.
pub const LIMIT: OrderLimit = OrderLimit {
    per_order: 100,
    per_period: 250,
    period: HOUR as u64,
};

pub struct World {
    pub chain: Chain,
    pub creator: Keypair,
    pub authority: Keypair,
    /// Pays rents and fees, and is nobody else.
    pub payer: Keypair,
    pub mint: Address,
    pub token_program: Address,
    /// The creator's token account, with [`PURSE`] at first.
    pub source: Address,
    /// Number of the next distribution.
    next: u64,
}

/// A distribution of the world's creator.
#[derive(Clone, Copy, Debug)]
pub struct Pot {
    pub distribution: Address,
    /// Its token account.
    pub tokens: Address,
}

/// A key with its associated token account.
pub struct Recipient {
    pub key: Keypair,
    pub tokens: Address,
}

impl Recipient {
    pub fn address(&self) -> Address {
        self.key.pubkey()
    }
}

impl World {
    /// With SPL Token.
    pub fn new() -> Self {
        Self::with(anchor_spl::token::ID)
    }

    pub fn with(token_program: Address) -> Self {
        Self::freezable(token_program).0
    }

    /// And the key that can freeze the mint's token accounts.
    pub fn freezable(token_program: Address) -> (Self, Keypair) {
        let mut chain = Chain::new(&[("rewards", ID), ("conformance", conformance::ID)]);
        // Not one of the chain's keys, which figures in compute units depend on.
        let freezer = Keypair::new_from_array([0xf5; 32]);
        chain.fund(&freezer.pubkey());
        let (decimals, freeze) = (tokens::DECIMALS, freezer.pubkey());
        let mint = tokens::mint_with(&mut chain, &token_program, decimals, Some(&freeze), &[]);
        let creator = chain.user();
        let source = tokens::account(&mut chain, &mint, &creator.pubkey(), PURSE);
        let world = Self {
            creator,
            authority: chain.user(),
            payer: chain.user(),
            mint,
            token_program,
            source,
            next: 0,
            chain,
        };
        (world, freezer)
    }

    /// What tests change a field of: everything vests at once, nothing is revocable, no deadline.
    pub fn args(&self, kind: Kind) -> CreateDistributionArgs {
        CreateDistributionArgs {
            id: self.next,
            authority: self.authority.pubkey(),
            kind,
            vesting: Vesting::Immediate,
            revocability: Revocability::None,
            deadline: 0,
            order_limit: (kind == Kind::Orders).then_some(LIMIT),
        }
    }

    /// A distribution of [`World::args`] with 1,000 base units.
    pub fn pot(&mut self, kind: Kind) -> Pot {
        self.pot_with(self.args(kind))
    }

    /// A distribution with 1,000 base units.
    pub fn pot_with(&mut self, args: CreateDistributionArgs) -> Pot {
        self.create(args).unwrap();
        let pot = self.pot_of(args.id);
        self.fund(&pot, 1_000).unwrap();
        self.next = args.id + 1;
        pot
    }

    pub fn create(&mut self, args: CreateDistributionArgs) -> TransactionResult {
        let accounts = self.create_accounts(args.id);
        self.call(accounts, call::CreateDistribution { args }, &[])
    }

    /// The creator's distribution with this number.
    pub fn pot_of(&self, id: u64) -> Pot {
        let distribution = distribution_of(&self.creator.pubkey(), id);
        Pot {
            distribution,
            tokens: tokens_of(&distribution),
        }
    }

    pub fn fund(&mut self, pot: &Pot, amount: u64) -> TransactionResult {
        self.call(self.fund_accounts(pot), call::Fund { amount }, &[])
    }

    pub fn defund(&mut self, pot: &Pot, amount: u64) -> TransactionResult {
        self.call(self.to_creator_accounts(pot), call::Defund { amount }, &[])
    }

    pub fn allocate(&mut self, pot: &Pot, to: &Recipient, amount: u64) -> TransactionResult {
        let accounts = self.allocate_accounts(pot, &to.address());
        self.call(accounts, call::Allocate { amount }, &[])
    }

    pub fn issue(&mut self, pot: &Pot, to: &Recipient, order: [u8; 32], amount: u64) -> TransactionResult {
        let accounts = self.issue_accounts(pot, &to.address(), &order);
        let args = IssueOrderRewardArgs { order, amount };
        self.call(accounts, call::IssueOrderReward { args }, &[])
    }

    pub fn publish(&mut self, pot: &Pot, root: [u8; 32], total: u64, epoch: u64) -> TransactionResult {
        let args = PublishRootArgs { root, total, epoch };
        self.call(self.publish_accounts(pot), call::PublishRoot { args }, &[])
    }

    /// The next root, over these rewards.
    pub fn publish_rewards(&mut self, pot: &Pot, rewards: &[(&Recipient, u64)]) -> Rewards {
        let rewards = Rewards::new(pot, rewards);
        let (epoch, total) = (self.distribution(pot).epoch + 1, rewards.total());
        self.publish(pot, rewards.tree.root(), total, epoch).unwrap();
        rewards
    }

    pub fn open(&mut self, pot: &Pot, recipient: &Recipient) -> TransactionResult {
        let accounts = self.open_accounts(pot, &recipient.address());
        self.call(accounts, call::OpenClaim {}, &[])
    }

    /// Of a direct allocation, without the recipient's signature.
    pub fn claim(&mut self, pot: &Pot, to: &Recipient) -> TransactionResult {
        self.claim_from(pot, to, allocation_of(&pot.distribution, &to.address()))
    }

    /// Of an order's reward, without the recipient's signature.
    pub fn claim_order(&mut self, pot: &Pot, to: &Recipient, order: [u8; 32]) -> TransactionResult {
        self.claim_from(pot, to, order_of(&pot.distribution, &order))
    }

    fn claim_from(&mut self, pot: &Pot, to: &Recipient, allocation: Address) -> TransactionResult {
        self.call(self.claim_accounts(pot, to, allocation), call::Claim {}, &[])
    }

    /// Without the recipient's signature.
    pub fn claim_merkle(&mut self, pot: &Pot, to: &Recipient, args: ClaimMerkleArgs) -> TransactionResult {
        let accounts = self.claim_merkle_accounts(pot, to);
        self.call(accounts, call::ClaimMerkle { args }, &[])
    }

    /// Of a direct allocation.
    pub fn revoke(&mut self, pot: &Pot, recipient: &Recipient) -> TransactionResult {
        let allocation = allocation_of(&pot.distribution, &recipient.address());
        self.call(self.revoke_accounts(pot, allocation), call::Revoke {}, &[])
    }

    pub fn clawback(&mut self, pot: &Pot) -> TransactionResult {
        self.call(self.to_creator_accounts(pot), call::Clawback {}, &[])
    }

    pub fn close(&mut self, pot: &Pot) -> TransactionResult {
        self.call(self.close_accounts(pot), call::CloseDistribution {}, &[])
    }

    /// Calls the program. The world's payer pays; those of creator, authority and payer whose signature is wanted
    /// sign, and `others`.
    pub fn call(
        &mut self,
        accounts: impl ToAccountMetas,
        data: impl InstructionData,
        others: &[&Keypair],
    ) -> TransactionResult {
        self.send(instruction(ID, accounts, data), others)
    }

    pub fn send(&mut self, call: Instruction, others: &[&Keypair]) -> TransactionResult {
        let wanted = |key: &Keypair| {
            let mut accounts = call.accounts.iter();
            accounts.any(|account| account.is_signer && account.pubkey == key.pubkey())
        };
        let ours = [self.creator.insecure_clone(), self.authority.insecure_clone()];
        let payer = self.payer.insecure_clone();
        let mut signers = vec![&payer];
        signers.extend(ours.iter().filter(|key| wanted(key)));
        signers.extend(others);
        self.chain.send(std::slice::from_ref(&call), &signers)
    }

    /// A new key with its associated token account.
    pub fn recipient(&mut self) -> Recipient {
        let key = self.chain.user();
        let tokens = tokens::associated(&mut self.chain, &self.mint, &key.pubkey());
        Recipient { key, tokens }
    }

    pub fn distribution(&self, pot: &Pot) -> Distribution {
        self.chain.read_zero_copy(&pot.distribution)
    }

    pub fn totals(&self, pot: &Pot) -> Totals {
        self.distribution(pot).totals
    }

    pub fn allocation(&self, pot: &Pot, recipient: &Recipient) -> Allocation {
        self.chain
            .read(&allocation_of(&pot.distribution, &recipient.address()))
    }

    pub fn record(&self, pot: &Pot, recipient: &Recipient) -> ClaimRecord {
        self.chain
            .read_zero_copy(&record_of(&pot.distribution, &recipient.address()))
    }

    /// Base units in a token account.
    pub fn amount(&self, tokens: &Address) -> u64 {
        tokens::amount(&self.chain, tokens)
    }
}

/// Totals, in the order of their fields.
pub fn totals(funded: u64, allocated: u64, paid: u64, returned: u64) -> Totals {
    Totals {
        funded,
        allocated,
        paid,
        returned,
    }
}

/// A tree of cumulative rewards.
pub struct Rewards {
    pub tree: Tree,
    leaves: Vec<(Address, u64)>,
}

impl Rewards {
    pub fn new(pot: &Pot, rewards: &[(&Recipient, u64)]) -> Self {
        let leaves = rewards.iter().map(|(to, amount)| (to.address(), *amount));
        let leaves: Vec<_> = leaves.collect();
        let hashes = leaves
            .iter()
            .map(|(account, amount)| leaf(&pot.distribution, account, *amount));
        Self {
            tree: Tree::new(hashes.collect()),
            leaves,
        }
    }

    pub fn total(&self) -> u64 {
        self.leaves.iter().map(|(_, amount)| amount).sum()
    }

    /// The arguments of a claim of the leaf at `index`.
    pub fn claim(&self, index: usize) -> ClaimMerkleArgs {
        ClaimMerkleArgs {
            cumulative: self.leaves[index].1,
            proof: self.tree.proof(index).unwrap().concat(),
        }
    }
}

pub fn leaf(distribution: &Address, account: &Address, cumulative: u64) -> [u8; 32] {
    let leaf = RewardLeaf {
        distribution: distribution.to_bytes(),
        account: Owner(account.to_bytes()),
        cumulative: cumulative.into(),
    };
    leaf.hash()
}

/// Root and proof of one leaf under made-up siblings.
pub fn deep(pot: &Pot, to: &Recipient, cumulative: u64, levels: u8) -> ([u8; 32], Vec<u8>) {
    let mut root = leaf(&pot.distribution, &to.address(), cumulative);
    let mut proof = Vec::new();
    for level in 0..levels {
        let sibling = [level + 1; 32];
        root = Tree::new(vec![root, sibling]).root();
        proof.extend(sibling);
    }
    (root, proof)
}
