//! An intent and where it stands, as its readers get it.

use super::{hex, write};
use crate::store::intents_view::IntentView;
use novate_netting::Outcome;
use serde::{Serialize, Serializer};
use serde_json::json;

/// The intent as it was sent, and `id`, `seq`, `receivedAt`, `state`, `outcome`, `batch`.
impl Serialize for IntentView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = write(&self.stored.signed);
        let batch = self
            .batch
            .as_ref()
            .map(|batch| json!({ "number": batch.number, "sequence": batch.sequence, "state": batch.state }));
        for (name, value) in [
            ("id", json!(hex(&self.stored.id))),
            ("seq", json!(self.stored.seq)),
            ("receivedAt", json!(self.stored.received_at)),
            ("state", json!(self.state.name())),
            ("outcome", json!(self.outcome.map(Outcome::name))),
            ("batch", json!(batch)),
        ] {
            map.insert(name.to_owned(), value);
        }
        map.serialize(serializer)
    }
}
