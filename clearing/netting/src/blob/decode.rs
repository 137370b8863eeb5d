//! Reads a blob, and refuses every other form of it.

use super::{Blob, BlobEntry, FORMAT, MAX_LEN};
use crate::{
    Balance, Fees, Holding, Opening, Outcome, Rules, Session, SessionLimit, Signature, SignedIntent,
};
use minicbor::{Decoder, data::Type};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Intent, Item, Scheme},
};

/// Why bytes are no blob of a batch.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Longer than any blob.
    #[error("the blob has {0} bytes, and none has more than {MAX_LEN}: is it another file?")]
    TooLong(usize),
    /// It is not CBOR, or has other items than a blob.
    #[error("the blob is not as docs/batches.md says: {0}")]
    Cbor(#[from] minicbor::decode::Error),
    /// An item has a value that it cannot have.
    #[error("the blob's {item} at byte {at} is not {expected}: it was not made by this format's rules")]
    Value {
        /// Which item.
        item: &'static str,
        /// Where it ends.
        at: usize,
        /// What it would have to be.
        expected: &'static str,
    },
    /// It has the right content in another form than the one that is allowed.
    #[error(
        "byte {at} of the blob is not what deterministic CBOR has there: whoever stored it changed its form"
    )]
    NotCanonical {
        /// The first byte that differs.
        at: usize,
    },
}

/// Read so far.
type Read<T> = Result<T, DecodeError>;

impl Blob {
    /// Reads a blob: whatever is read has exactly these bytes.
    ///
    /// Takes memory in proportion to the bytes given, whatever lengths they claim.
    ///
    /// # Errors
    /// [`DecodeError`]
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_LEN {
            return Err(DecodeError::TooLong(bytes.len()));
        }
        let mut cbor = Reader(Decoder::new(bytes));
        let blob = cbor.blob()?;
        // Shortest forms, no indefinite lengths, nothing after the end: the one encoding has none of these.
        let canonical = blob.encode();
        if canonical == bytes {
            return Ok(blob);
        }
        let same = canonical.iter().zip(bytes).take_while(|(a, b)| a == b);
        Err(DecodeError::NotCanonical { at: same.count() })
    }
}

struct Reader<'b>(Decoder<'b>);

impl Reader<'_> {
    fn blob(&mut self) -> Read<Blob> {
        self.fields(6, "blob")?;
        let format = self.0.str()? == FORMAT;
        self.require(format, "first item", FORMAT)?;
        let blob = Blob {
            rules: self.rules()?,
            sequence: self.0.u64()?,
            opened_at: self.0.u64()?,
            opening: self.opening()?,
            entries: self.list("entries", Self::entry)?,
        };
        // Carried entries come first.
        let order = blob.entries.is_sorted_by_key(|entry| !entry.carried);
        self.require(order, "entries", "in window order, carried ones first")?;
        Ok(blob)
    }

    fn rules(&mut self) -> Read<Rules> {
        self.fields(7, "rules")?;
        let scheme = match self.0.u8()? {
            0 => Scheme::Ed25519,
            1 => Scheme::Eip712,
            _ => return self.refuse("scheme", "0 for Ed25519 or 1 for EIP-712"),
        };
        let rules = Rules {
            scheme,
            chain: self.0.u64()?,
            settlement: self.word("settlement")?,
            fees: Fees {
                owner: Owner(self.word("fee owner")?),
                pay_bps: self.0.u16()?,
                sale_bps: self.0.u16()?,
            },
            closed_at: self.0.u64()?,
        };
        let highest = rules.fees.pay_bps.max(rules.fees.sale_bps);
        self.require(highest <= Fees::MAX_BPS, "fee", "at most 1,000 basis points")?;
        Ok(rules)
    }

    fn opening(&mut self) -> Read<Opening> {
        self.fields(3, "opening")?;
        let opening = Opening {
            balances: self.list("balances", Self::balance)?,
            sessions: self.list("sessions", Self::session)?,
            items: self.list("items", Self::holding)?,
        };
        match opening.unsorted() {
            Some(list) => self.refuse(list, "sorted, without duplicates"),
            None => Ok(opening),
        }
    }

    fn balance(&mut self) -> Read<Balance> {
        self.fields(3, "balance")?;
        Ok(Balance {
            owner: Owner(self.word("owner")?),
            asset: Asset(self.word("asset")?),
            amount: self.amount()?,
        })
    }

    fn session(&mut self) -> Read<Session> {
        self.fields(6, "session")?;
        Ok(Session {
            owner: Owner(self.word("owner")?),
            key: self.word("session key")?,
            expires_at: self.0.u64()?,
            actions: self.0.u32()?,
            next_nonce: self.0.u64()?,
            limits: self.list("limits", Self::limit)?,
        })
    }

    fn limit(&mut self) -> Read<SessionLimit> {
        self.fields(2, "limit")?;
        Ok(SessionLimit {
            asset: Asset(self.word("asset")?),
            remaining: self.amount()?,
        })
    }

    fn holding(&mut self) -> Read<Holding> {
        self.fields(3, "item")?;
        Ok(Holding {
            item: Item {
                collection: Asset(self.word("collection")?),
                token_id: self.word("token id")?,
            },
            holder: Owner(self.word("holder")?),
        })
    }

    fn entry(&mut self) -> Read<BlobEntry> {
        self.fields(5, "entry")?;
        let Ok(intent) = borsh::from_slice::<Intent>(self.0.bytes()?) else {
            return self.refuse("intent", "an intent in Borsh");
        };
        let signature = self.0.bytes()?;
        let signature = if let Ok(bytes) = signature.try_into() {
            Signature::Ed25519(bytes)
        } else if let Ok(bytes) = signature.try_into() {
            Signature::Eip712(bytes)
        } else {
            return self.refuse("signature", "64 or 65 bytes");
        };
        let (received_at, carried) = (self.0.u64()?, self.0.bool()?);
        let Some(outcome) = Outcome::from_code(self.0.u8()?) else {
            return self.refuse("outcome", "the number of an outcome");
        };
        Ok(BlobEntry {
            signed: SignedIntent { intent, signature },
            received_at,
            carried,
            outcome,
        })
    }

    /// Base units, never zero: what has nothing is left out.
    fn amount(&mut self) -> Read<u128> {
        let amount = if self.0.datatype()? == Type::Tag {
            let tag = self.0.tag()?.as_u64();
            self.require(tag == 2, "amount", "an integer, or a bignum with tag 2")?;
            let bytes = self.0.bytes()?;
            self.require(bytes.len() <= 16, "amount", "below 2^128")?;
            bytes
                .iter()
                .fold(0, |amount, byte| amount << 8 | u128::from(*byte))
        } else {
            self.0.u64()?.into()
        };
        self.require(amount > 0, "amount", "above zero")?;
        Ok(amount)
    }

    fn word(&mut self, item: &'static str) -> Read<[u8; 32]> {
        let bytes = self.0.bytes()?;
        bytes.try_into().or_else(|_| self.refuse(item, "32 bytes"))
    }

    /// An array of any length. Grows with what is there, not with what is claimed.
    fn list<T>(&mut self, item: &'static str, read: fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let Some(length) = self.0.array()? else {
            return self.refuse(item, "an array of definite length");
        };
        let mut list = Vec::new();
        for _ in 0..length {
            list.push(read(self)?);
        }
        Ok(list)
    }

    /// An array of this length.
    fn fields(&mut self, length: u64, item: &'static str) -> Read<()> {
        let found = self.0.array()?;
        self.require(found == Some(length), item, "an array of its fields")
    }

    fn require(&self, holds: bool, item: &'static str, expected: &'static str) -> Read<()> {
        match holds {
            true => Ok(()),
            false => self.refuse(item, expected),
        }
    }

    fn refuse<T>(&self, item: &'static str, expected: &'static str) -> Read<T> {
        Err(DecodeError::Value {
            item,
            at: self.0.position(),
            expected,
        })
    }
}
