//! An intent and where it stands, as JSON.

use super::model::{BatchRefBody, StatusBody};
use novate_clearing::{
    intake::json::{hex, write},
    store::intents_view::IntentView,
};
use serde_json::{Value, json};

/// In the shape of [`IntentViewBody`](super::model::IntentViewBody).
pub fn view(of: &IntentView) -> Value {
    let status = StatusBody {
        state: of.state.name().to_owned(),
        outcome: of.outcome.map(|outcome| outcome.name().to_owned()),
        batch: of.batch.as_ref().map(|batch| BatchRefBody {
            number: batch.number.unsigned_abs(),
            sequence: batch.sequence,
            state: batch.state.clone(),
        }),
    };
    json!({
        "id": hex(&of.stored.id),
        "seq": of.stored.seq,
        "receivedAt": of.stored.received_at,
        "intent": write(&of.stored.signed),
        "status": status,
    })
}
