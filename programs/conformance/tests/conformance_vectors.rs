//! The vectors that Rust and Solidity are held to, through the real program in the Solana virtual machine.

#[path = "../../../protocol/tests/vectors/mod.rs"]
mod vectors;

use std::path::Path;

use anchor_lang::{AnchorDeserialize, InstructionData};
use conformance::instruction as call;
use litesvm::LiteSVM;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;

struct Vm {
    svm: LiteSVM,
    payer: Keypair,
}

impl Vm {
    fn new() -> Self {
        let mut svm = LiteSVM::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        artifact_manifest::check(&root, "solana/conformance.so").unwrap();
        let program = root.join("artifacts/solana/conformance.so");
        svm.add_program_from_file(conformance::ID, program).unwrap();
        let payer = Keypair::new();
        svm.airdrop(&payer.pubkey(), 1_000_000_000).unwrap();
        Self { svm, payer }
    }

    /// What the instruction returns.
    fn call<T: AnchorDeserialize>(&mut self, data: impl InstructionData) -> T {
        let instruction = Instruction {
            program_id: conformance::ID,
            accounts: vec![],
            data: data.data(),
        };
        let message = Message::new(&[instruction], Some(&self.payer.pubkey()));
        self.svm.expire_blockhash(); // the same call may come twice
        let transaction = Transaction::new(&[&self.payer], message, self.svm.latest_blockhash());
        let done = self.svm.send_transaction(transaction).unwrap();
        assert_eq!(done.return_data.program_id, conformance::ID);
        // Trailing zeros of return data are cut off; the type says how many there were.
        let mut data = done.return_data.data;
        data.resize(data.len().max(size_of::<T>()), 0);
        T::try_from_slice(&data).unwrap()
    }
}

#[test]
fn headers_match_on_chain() {
    let mut vm = Vm::new();
    for batch in vectors::load().batches {
        let header = batch.header;
        let message: [u8; novate_protocol::batch::SOLANA_MESSAGE_LEN] =
            vm.call(call::BatchMessage { header });
        assert_eq!(message.as_slice(), batch.solana_message);
        let (chain_id, contract) = (batch.domain.chain_id, batch.domain.verifying_contract);
        let digest: [u8; 32] = vm.call(call::BatchDigest {
            header,
            chain_id,
            contract,
        });
        assert_eq!(digest, batch.digest);
    }
}

#[test]
fn claims_match_on_chain() {
    let mut vm = Vm::new();
    for signed in vectors::load().claims {
        let digest: [u8; 32] = vm.call(call::ClaimDigest {
            id: signed.claim.id,
            account: signed.claim.account,
            amount: signed.claim.amount,
            deadline: signed.claim.deadline,
            chain_id: signed.domain.chain_id,
            contract: signed.domain.verifying_contract,
        });
        assert_eq!(digest, signed.digest);
    }
}

#[test]
fn order_checkpoints_match_on_chain() {
    let mut vm = Vm::new();
    for signed in vectors::load().checkpoints {
        let checkpoint = signed.checkpoint;
        let message: [u8; novate_protocol::order::SOLANA_MESSAGE_LEN] =
            vm.call(call::CheckpointMessage { checkpoint });
        assert_eq!(message.as_slice(), signed.solana_message);
        let (chain_id, contract) = (signed.domain.chain_id, signed.domain.verifying_contract);
        let digest: [u8; 32] = vm.call(call::CheckpointDigest {
            checkpoint,
            chain_id,
            contract,
        });
        assert_eq!(digest, signed.digest);
    }
}

#[test]
fn leaves_match_on_chain() {
    let mut vm = Vm::new();
    let vectors = vectors::load();
    for delta in vectors.deltas {
        let leaf = delta.leaf;
        let hash: [u8; 32] = vm.call(call::DeltaLeaf {
            index: leaf.index,
            owner: leaf.owner.0,
            asset: leaf.asset.0,
            session: leaf.session,
            amount: leaf.amount,
        });
        assert_eq!(hash, delta.hash, "{leaf:?}");
    }
    for item in vectors.items {
        let leaf = item.leaf;
        let hash: [u8; 32] = vm.call(call::ItemLeaf {
            index: leaf.index,
            asset: leaf.asset.0,
            token_id: leaf.token_id,
            from: leaf.from.0,
            to: leaf.to.0,
        });
        assert_eq!(hash, item.hash, "{leaf:?}");
    }
    for intent in vectors.intents {
        let leaf = intent.leaf;
        let (index, intent_id, outcome) = (leaf.index, leaf.intent_id, leaf.outcome);
        let hash: [u8; 32] = vm.call(call::IntentLeaf {
            index,
            intent_id,
            outcome,
        });
        assert_eq!(hash, intent.hash, "{leaf:?}");
    }
    for order in vectors.orders {
        let leaf = order.leaf;
        let (index, order_id) = (leaf.index, leaf.order_id);
        let hash: [u8; 32] = vm.call(call::OrderLeaf { index, order_id });
        assert_eq!(hash, order.hash, "{leaf:?}");
    }
    for reward in vectors.rewards {
        let leaf = reward.leaf;
        let hash: [u8; 32] = vm.call(call::RewardLeaf {
            distribution: leaf.distribution,
            account: leaf.account.0,
            cumulative: leaf.cumulative,
        });
        assert_eq!(hash, reward.hash, "{leaf:?}");
    }
}

#[test]
fn proofs_hold_on_chain_for_their_leaf_and_root_only() {
    let mut vm = Vm::new();
    for tree in vectors::load().trees {
        let root = tree.root;
        for (i, (&leaf, proof)) in tree.leaves.iter().zip(&tree.proofs).enumerate() {
            let mut verify = |root, leaf| {
                vm.call::<bool>(call::Verify {
                    root,
                    leaf,
                    proof: proof.clone(),
                })
            };
            assert!(verify(root, leaf));
            let mut other_root = root;
            other_root[0] ^= 1;
            assert!(!verify(other_root, leaf));
            let next = tree.leaves[(i + 1) % tree.leaves.len()];
            // Neighbours may be siblings, and then the proof differs from theirs in its first node.
            assert_eq!(verify(root, next), next == leaf);
        }
    }
}

#[test]
fn ranges_hold_on_chain_for_their_leaves_and_place_only() {
    let mut vm = Vm::new();
    for tree in vectors::load().trees {
        let (root, leaf_count) = (tree.root, tree.leaves.len() as u32);
        for range in &tree.ranges {
            let (leaves, first) = (range.of(&tree.leaves), range.first);
            // What does not fit into the 1,232 bytes of a transaction.
            if leaves.len() + range.proof.len() > 30 {
                continue;
            }
            let mut verify = |leaf_count, first, leaves: &[[u8; 32]]| {
                vm.call::<bool>(call::VerifyRange {
                    root,
                    leaf_count,
                    first,
                    leaves: leaves.to_vec(),
                    proof: range.proof.clone(),
                })
            };
            assert!(verify(leaf_count, first, leaves));
            assert!(!verify(first + range.count - 1, first, leaves), "past the end");
            assert!(!verify(leaf_count, first, &leaves[1..]), "a leaf less");
            let mut changed = leaves.to_vec();
            changed[leaves.len() - 1][31] ^= 1;
            assert!(!verify(leaf_count, first, &changed), "another leaf");
        }
    }
}
