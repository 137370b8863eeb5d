//! `sign_batch`: headers of batches, with all that they commit to.
//!
//! A header holds roots and no amounts, so the caller sends the leaves and the roots are computed from them. A batch that
//! a settlement could never apply as a whole is refused by name: what was signed keeps its sequence, and a settlement
//! that cannot finish a batch has to wait for its windows to be over.
//!
//! | module | holds |
//! |---|---|
//! | [`parse`] | a batch whose header fits its leaves |
//! | [`deltas`], [`items`] | leaves that can be applied |
//! | [`policy`] | which batches an administrator allows |

pub mod deltas;
pub mod items;
pub mod parse;
pub mod policy;

use crate::{
    contract::{Contract, bytes},
    days::{self, Purpose, Today},
    events::Fields,
    keys::Message,
    policy::settlement,
    requests::{self, Kind, Request},
    state,
    turns::{self, Place, Series},
};
use candid::Principal;
use canister_kit::icrc3::Value;
use novate_protocol::eip712::Domain;
use parse::Batch;
use serde_bytes::ByteBuf;
use signer_api::{BatchRefusal, BatchRequest, Chain, Content, Refusal, Settlement, Signed};

/// Signs a batch.
///
/// # Errors
/// Those of [`Batch::parse`], [`policy::check`], [`policy::check_age`] and [`requests::sign`];
/// [`Refusal::ContractNotAllowed`], [`Refusal::OutOfTurn`], [`Refusal::AboveDaily`], [`BatchRefusal::TooManyItemsToday`].
pub async fn sign(caller: Principal, request: BatchRequest) -> Result<Signed, Refusal> {
    let batch = Batch::parse(&request)?;
    drop(request); // up to two megabytes, which nobody needs while the signature is made
    requests::sign(caller, &batch).await
}

impl Request for Batch {
    const KIND: Kind = Kind {
        method: "sign_batch",
        accepted: "batch_accepted",
        signed: "batch_signed",
    };

    fn id(&self) -> [u8; 32] {
        self.id
    }

    fn key_version(&self) -> Option<u32> {
        self.key_version
    }

    fn contract(&self) -> Contract {
        self.contract
    }

    fn message(&self) -> Message {
        match self.contract.chain {
            Chain::Evm(chain_id) => {
                let domain = Domain::settlement(chain_id, self.contract.evm_address());
                Message::Ecdsa(self.header.digest_eip712(&domain))
            }
            Chain::Solana(_) => Message::Ed25519(self.header.solana_message().to_vec()),
        }
    }

    fn content(&self) -> Content {
        Content::Batch((&self.header).into())
    }

    fn fields(&self) -> Fields {
        let header = &self.header;
        let mut fields = vec![("request_id", Value::blob(self.id))];
        fields.extend(self.contract.fields());
        fields.extend([
            ("sequence", Value::nat(header.sequence)),
            ("intents_root", Value::blob(header.intents_root)),
            ("deltas_root", Value::blob(header.deltas_root)),
            ("items_root", Value::blob(header.items_root)),
            ("blob_cid", Value::blob(header.blob_cid)),
            ("intent_count", Value::nat(header.intent_count)),
            ("delta_count", Value::nat(header.delta_count)),
            ("item_count", Value::nat(header.item_count)),
            ("opened_at", Value::nat(header.opened_at)),
            ("digest", Value::blob(self.message().digest())),
        ]);
        fields
    }

    fn check(&self) -> Result<(), Refusal> {
        policy::check(self, &settlement::require(&self.contract)?, state::now())
    }

    fn admit(&self) -> Result<(), Refusal> {
        let (now, digest) = (state::now(), self.message().digest());
        let sequence = self.header.sequence;
        // Once more for another key: nothing that is counted changes, and the window was checked then.
        if turns::place(Series::Batches, &self.contract, sequence, &digest)? == Place::Again {
            return Ok(());
        }
        policy::check_age(self.header.opened_at, now)?;
        let settlement = settlement::require(&self.contract)?;
        let limits = policy::limits(&settlement)?;
        let mut totals = Vec::with_capacity(self.debits.len());
        for (asset, debits) in &self.debits {
            let limit = policy::limit(&limits, asset)?;
            let today = days::today(now, Purpose::Batches, &self.contract, *asset);
            totals.push(today.with(*debits, limit.max_per_day)?);
        }
        totals.extend(self.items_of_today(&settlement, now)?);
        turns::advance(Series::Batches, &self.contract, sequence, &digest)?;
        totals.into_iter().for_each(Today::save);
        Ok(())
    }
}

impl Batch {
    /// What the day's totals of items become: that of the settlement, and those of the collections that have a limit.
    fn items_of_today(&self, settlement: &Settlement, now: u64) -> Result<Vec<Today>, Refusal> {
        let of_all = settlement.max_items_per_day;
        let mut totals = vec![self.moved(now, None, self.header.item_count, of_all)?];
        for limit in settlement.collections.iter().flatten() {
            let collection = bytes("collection", &limit.collection)?;
            if let Some(count) = self.moves.get(&collection) {
                totals.push(self.moved(now, Some(collection), *count, Some(limit.max_per_day))?);
            }
        }
        Ok(totals)
    }

    /// # Errors
    /// [`BatchRefusal::TooManyItemsToday`].
    fn moved(
        &self,
        now: u64,
        collection: Option<[u8; 32]>,
        count: u32,
        max: Option<u32>,
    ) -> Result<Today, Refusal> {
        let today = days::today(
            now,
            Purpose::Items,
            &self.contract,
            collection.unwrap_or_default(),
        );
        let most = max.map_or(u128::MAX, u128::from);
        today.with(count.into(), most).map_err(|_| {
            BatchRefusal::TooManyItemsToday {
                collection: collection.map(ByteBuf::from),
                count: count.into(),
                moved: u64::try_from(today.spent).unwrap_or(u64::MAX),
                max: u64::try_from(most).unwrap_or(u64::MAX),
            }
            .into()
        })
    }
}
