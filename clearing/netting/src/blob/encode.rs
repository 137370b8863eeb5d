//! Writes a blob.

use super::{Blob, FORMAT};
use crate::{Opening, Outcome, Rules, Session, Signature};
use minicbor::{Encoder, data::Tag};
use novate_protocol::intent::{Intent, Scheme};
use std::convert::Infallible;

type Cbor = Encoder<Vec<u8>>;
type Written = Result<(), minicbor::encode::Error<Infallible>>;

/// More than an entry takes: intent, signature and the fields around.
const ENTRY_LEN: usize = 340;

/// All but the entries.
pub(crate) struct Head<'a> {
    pub rules: &'a Rules,
    pub sequence: u64,
    pub opened_at: u64,
    pub opening: &'a Opening,
}

/// An entry, wherever its parts are.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub intent: &'a Intent,
    pub signature: &'a Signature,
    pub received_at: u64,
    pub carried: bool,
    pub outcome: Outcome,
}

impl Blob {
    /// The bytes, of which there is one form.
    pub fn encode(&self) -> Vec<u8> {
        let head = Head {
            rules: &self.rules,
            sequence: self.sequence,
            opened_at: self.opened_at,
            opening: &self.opening,
        };
        let rows = self.entries.iter().map(|entry| Row {
            intent: &entry.signed.intent,
            signature: &entry.signed.signature,
            received_at: entry.received_at,
            carried: entry.carried,
            outcome: entry.outcome,
        });
        encode(&head, rows)
    }
}

/// The bytes of the blob with these entries.
#[expect(
    clippy::expect_used,
    reason = "writing to a vector cannot fail, and no value of a blob has no encoding"
)]
pub(crate) fn encode<'a>(head: &Head, rows: impl ExactSizeIterator<Item = Row<'a>>) -> Vec<u8> {
    let mut cbor = Encoder::new(Vec::with_capacity(rows.len() * ENTRY_LEN));
    write(&mut cbor, head, rows).expect("a vector takes all");
    cbor.into_writer()
}

fn write<'a>(cbor: &mut Cbor, head: &Head, mut rows: impl ExactSizeIterator<Item = Row<'a>>) -> Written {
    cbor.array(6)?.str(FORMAT)?;
    rules(cbor, head.rules)?;
    cbor.u64(head.sequence)?.u64(head.opened_at)?;
    opening(cbor, head.opening)?;
    cbor.array(rows.len() as u64)?;
    let mut buffer = Vec::new();
    rows.try_for_each(|row| entry(cbor, &row, &mut buffer))
}

fn rules(cbor: &mut Cbor, rules: &Rules) -> Written {
    let scheme = match rules.scheme {
        Scheme::Ed25519 => 0,
        Scheme::Eip712 => 1,
    };
    cbor.array(7)?.u8(scheme)?.u64(rules.chain)?;
    cbor.bytes(&rules.settlement)?.bytes(&rules.fees.owner.0)?;
    cbor.u16(rules.fees.pay_bps)?.u16(rules.fees.sale_bps)?;
    cbor.u64(rules.closed_at)?;
    Ok(())
}

fn opening(cbor: &mut Cbor, opening: &Opening) -> Written {
    cbor.array(3)?.array(opening.balances.len() as u64)?;
    for balance in &opening.balances {
        cbor.array(3)?.bytes(&balance.owner.0)?.bytes(&balance.asset.0)?;
        amount(cbor, balance.amount)?;
    }
    cbor.array(opening.sessions.len() as u64)?;
    for each in &opening.sessions {
        session(cbor, each)?;
    }
    cbor.array(opening.items.len() as u64)?;
    for held in &opening.items {
        cbor.array(3)?.bytes(&held.item.collection.0)?;
        cbor.bytes(&held.item.token_id)?.bytes(&held.holder.0)?;
    }
    Ok(())
}

fn session(cbor: &mut Cbor, session: &Session) -> Written {
    cbor.array(6)?.bytes(&session.owner.0)?.bytes(&session.key)?;
    cbor.u64(session.expires_at)?.u32(session.actions)?;
    cbor.u64(session.next_nonce)?;
    cbor.array(session.limits.len() as u64)?;
    for limit in &session.limits {
        cbor.array(2)?.bytes(&limit.asset.0)?;
        amount(cbor, limit.remaining)?;
    }
    Ok(())
}

fn entry(cbor: &mut Cbor, row: &Row, buffer: &mut Vec<u8>) -> Written {
    buffer.clear();
    borsh::to_writer(&mut *buffer, row.intent)
        .map_err(|_| minicbor::encode::Error::message("an intent has an encoding"))?;
    cbor.array(5)?.bytes(buffer)?;
    match row.signature {
        Signature::Ed25519(bytes) => cbor.bytes(bytes)?,
        Signature::Eip712(bytes) => cbor.bytes(bytes)?,
    };
    cbor.u64(row.received_at)?.bool(row.carried)?;
    cbor.u8(row.outcome.code())?;
    Ok(())
}

/// An integer, or a bignum without leading zeros if it does not fit in 64 bits.
fn amount(cbor: &mut Cbor, amount: u128) -> Written {
    match u64::try_from(amount) {
        Ok(small) => cbor.u64(small)?,
        Err(_) => {
            let zeros = amount.leading_zeros() as usize / 8;
            let bytes = amount.to_be_bytes();
            cbor.tag(Tag::new(2))?
                .bytes(bytes.get(zeros..).unwrap_or_default())?
        }
    };
    Ok(())
}
