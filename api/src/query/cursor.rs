//! Cursors: the order values of a row, with what they are good for.
//!
//! A cursor is base64url of the JSON array `[version, database, order, values]`. It stays good while rows come and go,
//! because it names a place in the order and not a row number. It is no secret and grants nothing: its values are
//! bound like any other input. Its size is limited by that of the request alone: what a row has must fit.

use super::{order::Order, value::Scalar};
use crate::{error::Fault, model::ApiTable};
use async_graphql::Value;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const VERSION: u8 = 1;
const MALFORMED: Fault =
    Fault::BadCursor("malformed cursor; use one that this server gave, as endCursor, startCursor or cursor");

/// A place in an order: one value per key, none for null.
pub type Place = Vec<Option<Scalar>>;

/// The cursor of a row; `values` are those of the order's keys, as GraphQL shows them.
pub fn encode(database: &str, table: &ApiTable, order: &Order, values: Vec<Value>) -> String {
    let json: Vec<serde_json::Value> = values
        .into_iter()
        .map(|value| value.into_json().unwrap_or_default())
        .collect();
    let cursor = serde_json::json!([VERSION, database, order.signature(table), json]);
    URL_SAFE_NO_PAD.encode(cursor.to_string())
}

/// The place that `cursor` names in `order`.
///
/// # Errors
/// [`Fault::BadCursor`] if it is malformed, of another database, another table or another order.
pub fn decode(cursor: &str, database: &str, table: &ApiTable, order: &Order) -> Result<Place, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| MALFORMED)?;
    let (version, from, signature, values): (u8, String, String, Vec<serde_json::Value>) =
        serde_json::from_slice(&bytes).map_err(|_| MALFORMED)?;
    if version != VERSION {
        return Err(Fault::BadCursor(
            "cursor of another version of this server; start from the first page",
        ));
    }
    if from != database {
        return Err(Fault::BadCursor(
            "cursor of another database; start from the first page",
        ));
    }
    if signature != order.signature(table) {
        return Err(Fault::BadCursor(
            "cursor of another table or another orderBy; use it with the query that gave it",
        ));
    }
    if values.len() != order.keys().len() {
        return Err(MALFORMED);
    }
    let place = order.keys().iter().zip(values).map(|(key, json)| match json {
        serde_json::Value::Null if table.columns[key.column].nullable => Ok(None),
        json => {
            let value = Value::from_json(json).map_err(|_| MALFORMED)?;
            Scalar::parse_stored(key.ty(table), &value)
                .map(Some)
                .map_err(|_| MALFORMED)
        }
    });
    place.collect()
}
