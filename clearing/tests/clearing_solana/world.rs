//! A settlement with two mints, on a node of the test's own.

use crate::node::Node;
use anchor_lang::{InstructionData, ToAccountMetas};
use novate_bindings::solana::{
    address::{event_authority, settlement as at},
    session_keys,
    settlement::{
        ID as PROGRAM,
        accounts::{Config, Item, Ledger},
        client::{accounts, args},
        types::{InitializeArgs, Limits},
    },
};
use novate_clearing::chain::{
    SignedBatch,
    solana::{Prices, Solana},
};
use novate_protocol::{
    batch::BatchHeader,
    ids::{Asset, Owner},
    leaf::{DeltaLeaf, IntentLeaf, ItemLeaf},
    merkle::Tree,
};
use program_testing::{Chain, SYSTEM_PROGRAM, tokens};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::sync::Arc;

pub const CHAIN: u64 = 101;
pub const CHALLENGE: i64 = 600;
pub const SETTLE: i64 = 3_600;
pub const TOKEN: Address = anchor_spl_token();

const fn anchor_spl_token() -> Address {
    Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
}

pub struct World {
    pub node: Arc<Node>,
    pub admin: Keypair,
    pub guardian: Keypair,
    pub authority: Keypair,
    /// Pays for the clearing service.
    pub payer: Keypair,
    pub config: Address,
    pub mints: [Address; 2],
    pub vaults: [Address; 2],
}

/// What a batch does to a ledger.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub owner: Address,
    /// Of the world's mints.
    pub mint: usize,
    /// The session of a debit.
    pub session: Address,
    pub amount: i128,
}

/// An item that changes hands.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    pub mint: Address,
    pub from: Address,
    pub to: Address,
    pub session: Address,
}

impl World {
    pub fn new() -> Self {
        let mut chain = Chain::new(&[("settlement", PROGRAM), ("session_keys", session_keys::ID)]);
        let (admin, guardian, authority, payer) = (chain.user(), chain.user(), chain.key(), chain.user());
        let config = at::config(&admin.pubkey());
        let initialize = accounts::Initialize {
            admin: admin.pubkey(),
            config,
            system_program: SYSTEM_PROGRAM,
        };
        let initialized = InitializeArgs {
            chain: CHAIN,
            authority: authority.pubkey(),
            guardian: guardian.pubkey(),
            limits: Limits {
                challenge_window: CHALLENGE as u32,
                settle_window: SETTLE as u32,
                escape_delay: 86_400,
                authority_delay: 7_200,
                max_intents: 100_000,
                max_deltas: 8_192,
                max_items: 512,
            },
        };
        chain
            .call(
                PROGRAM,
                initialize,
                args::Initialize { args: initialized },
                &[&admin],
            )
            .unwrap();
        let mints = [(); 2].map(|()| {
            let mint = tokens::mint(&mut chain, &TOKEN, &[]);
            let vault = at::vault(&config, &mint);
            let create = accounts::CreateVault {
                admin: admin.pubkey(),
                config,
                mint,
                vault,
                vault_tokens: at::tokens(&vault),
                token_program: TOKEN,
                system_program: SYSTEM_PROGRAM,
            };
            chain
                .call(PROGRAM, create, args::CreateVault {}, &[&admin])
                .unwrap();
            mint
        });
        Self {
            node: Arc::new(Node::new(chain, config)),
            vaults: mints.map(|mint| at::vault(&config, &mint)),
            admin,
            guardian,
            authority,
            payer,
            config,
            mints,
        }
    }

    /// The adapter, as after a restart.
    pub fn solana(&self) -> Solana {
        let node = Arc::clone(&self.node);
        Solana::over(node, self.config, self.payer.insecure_clone(), Prices::default())
    }

    /// Calls the settlement program.
    #[track_caller]
    pub fn call(&self, accounts: impl ToAccountMetas, args: impl InstructionData, signers: &[&Keypair]) {
        self.node
            .state()
            .chain
            .call(PROGRAM, accounts, args, signers)
            .unwrap();
    }

    pub fn state(&self) -> Config {
        self.node.state().chain.read(&self.config)
    }

    pub fn balance(&self, owner: &Address, mint: usize) -> u64 {
        self.node
            .state()
            .chain
            .read::<Ledger>(&at::ledger(&self.vaults[mint], owner))
            .balance
    }

    pub fn holder(&self, mint: &Address) -> Address {
        self.node
            .state()
            .chain
            .read::<Item>(&at::item(&self.config, mint))
            .holder
    }

    pub fn pause(&self) {
        let by = self.guardian.pubkey();
        let pause = accounts::Pause {
            by,
            config: self.config,
        };
        self.call(pause, args::Pause {}, &[&self.guardian]);
    }

    pub fn unpause(&self) {
        let unpause = accounts::Unpause {
            admin: self.admin.pubkey(),
            config: self.config,
        };
        self.call(unpause, args::Unpause {}, &[&self.admin]);
    }

    /// The guardian cancels the batch.
    pub fn cancel(&self, batch: &SignedBatch) {
        let cancel = accounts::CancelBatch {
            guardian: self.guardian.pubkey(),
            config: self.config,
            batch: at::batch(&self.config, batch.header.sequence),
        };
        self.call(cancel, args::CancelBatch {}, &[&self.guardian]);
    }

    /// An NFT that `owner` holds inside the settlement.
    pub fn item(&self, owner: &Keypair) -> Address {
        let mut state = self.node.state();
        let chain = &mut state.chain;
        chain.fund(&owner.pubkey());
        let (mint, source) = tokens::nft(chain, &TOKEN, &owner.pubkey());
        let item = at::item(&self.config, &mint);
        let create = accounts::CreateItem {
            payer: owner.pubkey(),
            config: self.config,
            mint,
            item,
            item_tokens: at::tokens(&item),
            token_program: TOKEN,
            system_program: SYSTEM_PROGRAM,
        };
        let deposit = accounts::DepositItem {
            owner: owner.pubkey(),
            config: self.config,
            item,
            mint,
            source,
            item_tokens: at::tokens(&item),
            token_program: TOKEN,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        chain
            .call(PROGRAM, create, args::CreateItem {}, &[owner])
            .unwrap();
        chain
            .call(PROGRAM, deposit, args::DepositItem {}, &[owner])
            .unwrap();
        mint
    }

    /// The next batch, as the clearing service makes it and the authority signs it.
    pub fn batch(&self, changes: &[Change], moves: &[Move]) -> SignedBatch {
        self.batch_at(self.state().opened + 1, changes, moves)
    }

    /// A batch with this sequence.
    pub fn batch_at(&self, sequence: u64, changes: &[Change], moves: &[Move]) -> SignedBatch {
        let mut deltas: Vec<DeltaLeaf> = changes
            .iter()
            .map(|change| DeltaLeaf {
                index: 0,
                owner: Owner(change.owner.to_bytes()),
                asset: Asset(self.mints[change.mint].to_bytes()),
                session: if change.amount < 0 {
                    change.session.to_bytes()
                } else {
                    [0; 32]
                },
                amount: change.amount,
            })
            .collect();
        deltas.sort_by_key(|leaf| (leaf.amount >= 0, leaf.asset, leaf.owner, leaf.session));
        for (index, leaf) in (0..).zip(&mut deltas) {
            leaf.index = index;
        }
        let mut moves = moves.to_vec();
        moves.sort_by_key(|item| item.mint);
        let items: Vec<ItemLeaf> = (0..)
            .zip(&moves)
            .map(|(index, item)| ItemLeaf {
                index,
                asset: Asset(item.mint.to_bytes()),
                token_id: [0; 32],
                from: Owner(item.from.to_bytes()),
                to: Owner(item.to.to_bytes()),
            })
            .collect();
        let intent = IntentLeaf {
            index: 0,
            intent_id: [1; 32],
            outcome: 0,
        };
        let header = BatchHeader {
            chain: CHAIN,
            settlement: self.config.to_bytes(),
            sequence,
            intents_root: Tree::new(vec![intent.hash()]).root(),
            deltas_root: Tree::new(deltas.iter().map(DeltaLeaf::hash).collect()).root(),
            items_root: Tree::new(items.iter().map(ItemLeaf::hash).collect()).root(),
            blob_cid: [7; 36],
            intent_count: 1,
            delta_count: deltas.len() as u32,
            item_count: items.len() as u32,
            opened_at: self.node.state().chain.now() as u64,
        };
        SignedBatch {
            signature: self
                .authority
                .sign_message(&header.solana_message())
                .as_ref()
                .to_vec(),
            item_sessions: moves.iter().map(|item| item.session.to_bytes()).collect(),
            header,
            deltas,
            items,
        }
    }
}
