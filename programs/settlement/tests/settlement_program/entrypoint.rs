//! Our entrypoint reads what Solana's own reads.

use std::rc::Rc;

use anchor_lang::prelude::AccountInfo;
use anchor_lang::solana_program::entrypoint::{MAX_PERMITTED_DATA_INCREASE, deserialize};
use program_testing::fuzz::Rng;

/// Serialized as the runtime does it, in words of 8 bytes, so that it is aligned.
struct Input(Vec<u64>);

impl Input {
    /// Random accounts, some of which stand for earlier ones, and instruction data.
    fn random(rng: &mut Rng) -> Self {
        let mut bytes = Vec::new();
        let count = rng.below(20);
        bytes.extend(count.to_le_bytes());
        for i in 0..count {
            if i > 0 && rng.one_in(4) {
                bytes.extend(rng.below(i).to_le_bytes());
                // What the runtime names is the first of them, which is no stand-in itself.
                let at = bytes.len() - 8;
                bytes[at] = 0;
                continue;
            }
            let flags = [0, 1, 2].map(|_| rng.below(2) as u8);
            bytes.extend([255, flags[0], flags[1], flags[2], 0, 0, 0, 0]);
            bytes.extend((0..72).map(|_| rng.any() as u8));
            let len = rng.below(300) as usize;
            bytes.extend((len as u64).to_le_bytes());
            bytes.extend((0..len).map(|_| rng.any() as u8));
            bytes.extend(vec![0; MAX_PERMITTED_DATA_INCREASE]);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
            bytes.extend(rng.any().to_le_bytes());
        }
        let len = rng.below(50) as usize;
        bytes.extend((len as u64).to_le_bytes());
        bytes.extend((0..len + 32).map(|_| rng.any() as u8));
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let words = bytes.chunks_exact(8).map(|word| word.try_into().unwrap());
        Self(words.map(u64::from_le_bytes).collect())
    }

    fn pointer(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

/// Everything that an account says.
fn facts(account: &AccountInfo) -> impl PartialEq + std::fmt::Debug {
    (
        (
            *account.key,
            *account.owner,
            account.lamports(),
            account.data.borrow().to_vec(),
        ),
        (account.is_signer, account.is_writable, account.executable),
    )
}

/// Which accounts are the same: what is written to one is read in the other.
fn twins(accounts: &[AccountInfo]) -> Vec<Option<usize>> {
    let places: Vec<_> = accounts
        .iter()
        .map(|account| Rc::as_ptr(&account.data).addr())
        .collect();
    let first = |place: &usize| places.iter().position(|other| other == place);
    places.iter().map(first).collect()
}

#[test]
fn accounts_data_and_program_are_read_as_solana_reads_them() {
    let mut rng = Rng::new(1);
    for _ in 0..500 {
        let mut ours = Input::random(&mut rng);
        let mut theirs = Input(ours.0.clone());
        // SAFETY: both are laid out as the runtime does it, and live on.
        let (read, (program_id, accounts, data)) = unsafe {
            (
                settlement::entrypoint::deserialize(ours.pointer()),
                deserialize(theirs.pointer()),
            )
        };
        assert_eq!((read.program_id, read.data), (program_id, data));
        assert_eq!(read.accounts.len(), accounts.len());
        for (ours, theirs) in read.accounts.iter().zip(&accounts) {
            assert_eq!(facts(ours), facts(theirs));
        }
        assert_eq!(twins(&read.accounts), twins(&accounts));
        // The length of the data stands where a change of it will look.
        drop((read, accounts));
        assert_eq!(ours.0, theirs.0);
    }
}
