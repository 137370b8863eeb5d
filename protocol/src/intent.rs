//! Intents: what a session key signs, once and off chain.
//!
//! On Solana an Ed25519 session key signs [`Intent::solana_message`], on an EVM chain a secp256k1 session key signs the
//! EIP-712 digest [`Intent::digest_eip712`]. Both name one settlement on one chain, so an intent counts nowhere else.

use alloc::vec::Vec;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::eip712::Domain;
use crate::ids::{Asset, Owner};
use crate::keccak::keccak256;
use crate::{abi, merkle};

/// Begins every intent for Solana, so that it can pass for no transaction, and a person who is shown it knows what it is.
pub const SOLANA_PREFIX: &[u8; 17] = b"Novate intent v1\n";

/// Longest [`Intent::solana_message`].
pub const MAX_SOLANA_MESSAGE_LEN: usize = SOLANA_PREFIX.len() + HEAD_LEN + 1 + 32 + 32 + 32 + 16;

/// Encoded length of all fields but the action.
const HEAD_LEN: usize = 8 + 32 + 32 + 32 + 3 * 8;

/// The bits of a session's allowed actions that intents need, on every chain.
pub mod actions {
    /// [`Action::Pay`](super::Action::Pay).
    pub const PAY: u32 = 1;
    /// [`Action::List`](super::Action::List).
    pub const LIST: u32 = 2;
    /// [`Action::Buy`](super::Action::Buy).
    pub const BUY: u32 = 4;
    /// [`Action::Cancel`](super::Action::Cancel).
    pub const CANCEL: u32 = 8;
}

/// How session keys of a settlement sign, which follows from its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Solana: Ed25519 over [`Intent::solana_message`].
    Ed25519,
    /// EVM: secp256k1 over [`Intent::digest_eip712`], 65 bytes `r || s || v`, low `s`.
    Eip712,
}

/// What a session key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Intent {
    /// Chain of the settlement: as [`BatchHeader::chain`](crate::batch::BatchHeader::chain).
    pub chain: u64,
    /// The settlement: as [`BatchHeader::settlement`](crate::batch::BatchHeader::settlement).
    pub settlement: [u8; 32],
    /// Who acts.
    pub owner: Owner,
    /// The session key that signs: an Ed25519 public key, or an EVM address left-padded with zeros.
    pub session: [u8; 32],
    /// Rises with every intent of this owner and session, gaps allowed: what is not above the last one is a replay.
    pub nonce: u64,
    /// When it was signed, in Unix seconds.
    pub created_at: u64,
    /// The first second in which it counts no more, in Unix seconds.
    pub expires_at: u64,
    /// What is wanted.
    pub action: Action,
}

/// What an owner wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Action {
    /// Pays `amount`, of which `to` gets what the fee leaves.
    Pay {
        /// Who is paid.
        to: Owner,
        /// In which asset.
        asset: Asset,
        /// Base units, above zero: all that leaves the owner's ledger.
        amount: u128,
        /// The order that is paid for; zeros for none.
        order: [u8; 32],
    },
    /// Offers an item at a fixed price, until it is bought, cancelled or expired.
    List {
        /// What is sold.
        item: Item,
        /// The asset it is paid in.
        currency: Asset,
        /// Base units, above zero, of which the seller gets what the fee leaves.
        price: u128,
    },
    /// Buys an item that is listed at no more than `max_price`, for the price of its listing.
    Buy {
        /// What is bought.
        item: Item,
        /// The asset it is paid in.
        currency: Asset,
        /// Base units, above zero.
        max_price: u128,
    },
    /// Takes back an earlier intent of the same owner that is not settled.
    Cancel {
        /// Its [`Intent::id`].
        intent: [u8; 32],
    },
}

/// An item that a settlement can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Item {
    /// The collection on EVM, the item's mint on Solana.
    pub collection: Asset,
    /// The item within its collection, big-endian; zeros on Solana.
    pub token_id: [u8; 32],
}

/// Why no session key may sign an intent, whatever the state of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The named field holds no EVM address: its first 12 bytes are not zero.
    NotAnAddress(&'static str),
    /// The named amount or price is zero, or on Solana above `u64::MAX`.
    Amount(&'static str),
    /// On Solana an item has no number.
    TokenId,
    /// The named account, asset or key is zero.
    Zero(&'static str),
    /// It expires before it is signed.
    Expiry,
    /// An owner pays themselves.
    SameOwner,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NotAnAddress(field) => {
                write!(f, "{field} is no EVM address: its first 12 bytes must be zero")
            }
            Self::Amount(field) => write!(
                f,
                "{field} must be above zero, and below 2^64 on Solana, 2^127 elsewhere"
            ),
            Self::TokenId => f.write_str("an item on Solana is its mint: token_id must be zeros"),
            Self::Zero(field) => write!(f, "{field} is zero"),
            Self::Expiry => f.write_str("expires_at must be later than created_at"),
            Self::SameOwner => f.write_str("an owner cannot pay themselves: to is the owner"),
        }
    }
}

impl core::error::Error for Malformed {}

impl Action {
    /// The bit of [`actions`] that the session must allow.
    pub const fn required(&self) -> u32 {
        match self {
            Self::Pay { .. } => actions::PAY,
            Self::List { .. } => actions::LIST,
            Self::Buy { .. } => actions::BUY,
            Self::Cancel { .. } => actions::CANCEL,
        }
    }
}

impl Intent {
    /// What an Ed25519 session key signs: [`SOLANA_PREFIX`], then Borsh.
    pub fn solana_message(&self) -> Vec<u8> {
        let mut message = Vec::with_capacity(MAX_SOLANA_MESSAGE_LEN);
        message.extend(SOLANA_PREFIX);
        #[expect(
            clippy::expect_used,
            reason = "writing to a vector cannot fail, and no field's encoding can"
        )]
        self.serialize(&mut message).expect("a vector takes all");
        message
    }

    /// What a secp256k1 session key signs: typed data named after the action, in the domain
    /// [`Domain::intents`] of the intent's chain and settlement.
    pub fn digest_eip712(&self) -> [u8; 32] {
        let mut contract = [0; 20];
        contract.copy_from_slice(&self.settlement[12..]);
        Domain::intents(self.chain, contract).digest(self.struct_hash())
    }

    /// What names the intent in batches, receipts and answers.
    ///
    /// The EIP-712 digest, or keccak-256 of the message for Solana.
    pub fn id(&self, scheme: Scheme) -> [u8; 32] {
        match scheme {
            Scheme::Ed25519 => keccak256(&[&self.solana_message()]),
            Scheme::Eip712 => self.digest_eip712(),
        }
    }

    /// Refuses what no state of the chain could make valid.
    ///
    /// # Errors
    /// [`Malformed`] names the field.
    pub fn check(&self, scheme: Scheme) -> Result<(), Malformed> {
        self.words().into_iter().flatten().try_for_each(|(name, word)| {
            if *word == merkle::EMPTY_ROOT {
                return Err(Malformed::Zero(name));
            }
            match scheme {
                Scheme::Eip712 if word[..12] != [0; 12] => Err(Malformed::NotAnAddress(name)),
                _ => Ok(()),
            }
        })?;
        if self.expires_at <= self.created_at {
            return Err(Malformed::Expiry);
        }
        let amount = |name, amount: u128| match scheme {
            _ if amount == 0 => Err(Malformed::Amount(name)),
            Scheme::Ed25519 if amount > u64::MAX.into() => Err(Malformed::Amount(name)),
            // What an int128 of a leaf can hold.
            _ if amount > i128::MAX as u128 => Err(Malformed::Amount(name)),
            _ => Ok(()),
        };
        let item = |item: &Item| match scheme {
            Scheme::Ed25519 if item.token_id != [0; 32] => Err(Malformed::TokenId),
            _ => Ok(()),
        };
        match &self.action {
            Action::Pay { to, .. } if *to == self.owner => Err(Malformed::SameOwner),
            Action::Pay { amount: value, .. } => amount("amount", *value),
            Action::List { item: of, price, .. } => item(of).and(amount("price", *price)),
            Action::Buy {
                item: of, max_price, ..
            } => item(of).and(amount("max_price", *max_price)),
            Action::Cancel { .. } => Ok(()),
        }
    }

    /// Every field that holds an account, an asset or a key, by name.
    fn words(&self) -> [Option<(&'static str, &[u8; 32])>; 5] {
        let [first, second] = match &self.action {
            Action::Pay { to, asset, .. } => [Some(("to", &to.0)), Some(("asset", &asset.0))],
            Action::List { item, currency, .. } | Action::Buy { item, currency, .. } => [
                Some(("collection", &item.collection.0)),
                Some(("currency", &currency.0)),
            ],
            Action::Cancel { .. } => [None, None],
        };
        [
            Some(("settlement", &self.settlement)),
            Some(("owner", &self.owner.0)),
            Some(("session", &self.session)),
            first,
            second,
        ]
    }

    fn struct_hash(&self) -> [u8; 32] {
        match &self.action {
            Action::Pay {
                to,
                asset,
                amount,
                order,
            } => self.typed(PAY_TYPE, &[&to.0, &asset.0, &abi::uint(*amount), order]),
            Action::List {
                item,
                currency,
                price,
            } => self.traded(LIST_TYPE, item, currency, *price),
            Action::Buy {
                item,
                currency,
                max_price,
            } => self.traded(BUY_TYPE, item, currency, *max_price),
            Action::Cancel { intent } => self.typed(CANCEL_TYPE, &[intent]),
        }
    }

    fn traded(&self, name: &[u8], item: &Item, currency: &Asset, price: u128) -> [u8; 32] {
        self.typed(
            name,
            &[&item.collection.0, &item.token_id, &currency.0, &abi::uint(price)],
        )
    }

    /// `hashStruct` of the type whose first fields are the intent's own. Addresses are encoded as the word they are kept
    /// in, so that a field which holds none gives another digest.
    fn typed<const N: usize>(&self, name: &[u8], fields: &[&abi::Word; N]) -> [u8; 32] {
        let own = [
            keccak256(&[name]),
            self.owner.0,
            self.session,
            abi::uint(self.nonce.into()),
            abi::uint(self.created_at.into()),
            abi::uint(self.expires_at.into()),
        ];
        let mut encoded = Vec::with_capacity(32 * (own.len() + N));
        encoded.extend(own.iter().chain(fields.iter().copied()).flatten());
        keccak256(&[&encoded])
    }
}

const PAY_TYPE: &[u8] = b"Pay(address owner,address session,uint64 nonce,uint64 createdAt,uint64 expiresAt,\
    address to,address asset,uint128 amount,bytes32 order)";
const LIST_TYPE: &[u8] =
    b"List(address owner,address session,uint64 nonce,uint64 createdAt,uint64 expiresAt,\
    address collection,uint256 tokenId,address currency,uint128 price)";
const BUY_TYPE: &[u8] = b"Buy(address owner,address session,uint64 nonce,uint64 createdAt,uint64 expiresAt,\
    address collection,uint256 tokenId,address currency,uint128 maxPrice)";
const CANCEL_TYPE: &[u8] =
    b"Cancel(address owner,address session,uint64 nonce,uint64 createdAt,uint64 expiresAt,\
    bytes32 intent)";
