//! Writes a blob.

use super::{Blob, BlobEntry, FORMAT};
use crate::{Opening, Rules, Session, Signature};
use minicbor::{Encoder, data::Tag};
use novate_protocol::intent::Scheme;
use std::convert::Infallible;

type Cbor = Encoder<Vec<u8>>;
type Written = Result<(), minicbor::encode::Error<Infallible>>;

/// More than an entry takes: intent, signature and the fields around.
const ENTRY_LEN: usize = 340;

impl Blob {
    /// The bytes, of which there is one form.
    #[expect(
        clippy::expect_used,
        reason = "writing to a vector cannot fail, and no value of a blob has no encoding"
    )]
    pub fn encode(&self) -> Vec<u8> {
        let mut cbor = Encoder::new(Vec::with_capacity(self.entries.len() * ENTRY_LEN));
        self.write(&mut cbor).expect("a vector takes all");
        cbor.into_writer()
    }

    fn write(&self, cbor: &mut Cbor) -> Written {
        cbor.array(6)?.str(FORMAT)?;
        rules(cbor, &self.rules)?;
        cbor.u64(self.sequence)?.u64(self.opened_at)?;
        opening(cbor, &self.opening)?;
        cbor.array(self.entries.len() as u64)?;
        let mut buffer = Vec::new();
        self.entries
            .iter()
            .try_for_each(|each| entry(cbor, each, &mut buffer))
    }
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

fn entry(cbor: &mut Cbor, entry: &BlobEntry, buffer: &mut Vec<u8>) -> Written {
    buffer.clear();
    borsh::to_writer(&mut *buffer, &entry.signed.intent)
        .map_err(|_| minicbor::encode::Error::message("an intent has an encoding"))?;
    cbor.array(5)?.bytes(buffer)?;
    match &entry.signed.signature {
        Signature::Ed25519(bytes) => cbor.bytes(bytes)?,
        Signature::Eip712(bytes) => cbor.bytes(bytes)?,
    };
    cbor.u64(entry.received_at)?.bool(entry.carried)?;
    cbor.u8(entry.outcome.code())?;
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
